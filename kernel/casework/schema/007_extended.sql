-- +goose Up
ALTER TABLE casework_case ADD COLUMN extended BIGINT NOT NULL DEFAULT 0; -- its period is the one of special cases
CREATE INDEX casework_case_closed ON casework_case (county, closed, id);
