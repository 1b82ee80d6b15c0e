-- +goose Up
-- Applications taken here that another county decides.
CREATE TABLE casework_transfer (
    case_id   TEXT   PRIMARY KEY,
    office    TEXT   NOT NULL,             -- where it was taken
    home      TEXT   NOT NULL,             -- county of registration
    home_name TEXT   NOT NULL,
    state     TEXT   NOT NULL,             -- taken, passed (in this house), sent (to another), answered
    due       TEXT   NOT NULL,             -- until when it is to be passed on
    at        BIGINT NOT NULL,
    moved     BIGINT NOT NULL DEFAULT 0,
    body      TEXT   NOT NULL DEFAULT ''   -- sealed: the signed file that was sent
);
