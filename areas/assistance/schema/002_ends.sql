-- +goose Up
ALTER TABLE assistance_benefit ADD COLUMN ends TEXT NOT NULL DEFAULT ''; -- last month in which it can hold; empty: nothing limits it
