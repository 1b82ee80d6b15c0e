-- +goose Up
CREATE TABLE casework_absence (                -- when a member of staff is away: nothing new is given to them
    account TEXT   PRIMARY KEY,
    since   TEXT   NOT NULL,                   -- first day away
    until   TEXT   NOT NULL,                   -- last day away
    by_whom TEXT   NOT NULL,
    by_name TEXT   NOT NULL,
    at      BIGINT NOT NULL
);
CREATE INDEX casework_absence_until ON casework_absence (until, since, account);
