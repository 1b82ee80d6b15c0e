-- +goose Up
CREATE TABLE people_person (
    id         TEXT   PRIMARY KEY,
    name       TEXT   NOT NULL,
    number     TEXT   NOT NULL,            -- sealed
    number_ix  TEXT   NOT NULL UNIQUE,     -- blind index of the number
    sex        TEXT   NOT NULL DEFAULT '',
    birth      TEXT   NOT NULL DEFAULT '',
    died       TEXT   NOT NULL DEFAULT '',
    region     TEXT   NOT NULL DEFAULT '', -- village of the registered residence
    household  TEXT   NOT NULL DEFAULT '',
    relation   TEXT   NOT NULL DEFAULT '', -- to the head of the household
    phone      TEXT   NOT NULL DEFAULT '', -- sealed
    elder      BIGINT NOT NULL DEFAULT 0   -- prefers the elders' edition
);
CREATE INDEX people_person_household ON people_person (household, id);
CREATE INDEX people_person_region ON people_person (region, id);
CREATE INDEX people_person_name ON people_person (name, id);

CREATE TABLE people_household (
    id      TEXT PRIMARY KEY,
    region  TEXT NOT NULL,
    address TEXT NOT NULL DEFAULT ''
);
CREATE INDEX people_household_region ON people_household (region, id);

CREATE TABLE people_tie (
    person TEXT NOT NULL,
    kind   TEXT NOT NULL,                  -- spouse, father, mother
    other  TEXT NOT NULL,
    PRIMARY KEY (person, kind, other)
);
CREATE INDEX people_tie_other ON people_tie (other, kind);
