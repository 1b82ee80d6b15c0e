-- +goose Up
ALTER TABLE casework_decision ADD COLUMN signed TEXT NOT NULL DEFAULT '';     -- sealed: the signed record; '' before records were signed

CREATE TABLE casework_dictionary (            -- what the facts that a decision's rules read meant on its day
    hash TEXT PRIMARY KEY,
    text TEXT NOT NULL
);
