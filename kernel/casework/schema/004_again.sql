-- +goose Up
ALTER TABLE casework_case ADD COLUMN again TEXT NOT NULL DEFAULT ''; -- the case whose matter this one looks at again
