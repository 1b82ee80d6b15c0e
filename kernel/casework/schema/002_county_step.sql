-- +goose Up
CREATE INDEX casework_case_county_step ON casework_case (county, state, step, nearest, id);
