-- +goose Up
CREATE TABLE appeal_appeal (
    id        TEXT   PRIMARY KEY,
    case_id   TEXT   NOT NULL,
    region    TEXT   NOT NULL,
    way       TEXT   NOT NULL,            -- review, review-simple, suit
    body      TEXT   NOT NULL,            -- who hears it
    number    TEXT   NOT NULL,            -- the body's own
    appellant TEXT   NOT NULL,            -- sealed
    served    TEXT   NOT NULL,            -- day on which the papers reached us
    received  TEXT   NOT NULL,            -- who took them, by name
    due       TEXT   NOT NULL,            -- last day for our answer
    law       TEXT   NOT NULL,
    answered  TEXT   NOT NULL,            -- day of our answer; empty: not yet
    outcome   TEXT   NOT NULL,            -- empty: not decided
    decided   TEXT   NOT NULL,            -- day on which the body decided
    note      TEXT   NOT NULL,            -- sealed: what it said
    anew      TEXT   NOT NULL,            -- case in which we decide anew
    file      TEXT   NOT NULL,            -- the frozen file, in the room of files
    sm3       TEXT   NOT NULL,            -- of the frozen file
    at        BIGINT NOT NULL,
    by_id     TEXT   NOT NULL,
    by_name   TEXT   NOT NULL,
    UNIQUE (case_id, way, number)
);
CREATE INDEX appeal_appeal_case ON appeal_appeal (case_id, at);
CREATE INDEX appeal_appeal_open ON appeal_appeal (outcome, region, due, id);
