-- +goose Up
-- What people were found to qualify for before they asked.
CREATE TABLE assistance_offer (
    id       TEXT   PRIMARY KEY,
    service  TEXT   NOT NULL,
    version  TEXT   NOT NULL,             -- rules and standards that found it
    title    TEXT   NOT NULL,
    person   TEXT   NOT NULL,             -- to whom it is made
    name     TEXT   NOT NULL,
    region   TEXT   NOT NULL,
    family   BIGINT NOT NULL,             -- it is for those who live together
    worker   BIGINT NOT NULL,             -- no phone reaches them
    alone    BIGINT NOT NULL,             -- where they stand on the walk through the register
    walk     TEXT   NOT NULL,
    amount   BIGINT NOT NULL,             -- 分 a month
    day      TEXT   NOT NULL,             -- as of which it was found
    basis    TEXT   NOT NULL,             -- blind index of the facts and standards that speak for it
    body     TEXT   NOT NULL,             -- sealed JSON: why
    state    TEXT   NOT NULL,             -- made, seen, accepted, taken, declined, lapsed
    made     BIGINT NOT NULL,
    seen     BIGINT NOT NULL DEFAULT 0,
    closed   BIGINT NOT NULL DEFAULT 0,
    closer   TEXT   NOT NULL DEFAULT '',  -- account or person
    by_name  TEXT   NOT NULL DEFAULT '',
    case_id  TEXT   NOT NULL DEFAULT '',
    UNIQUE (person, service, basis)
);
CREATE INDEX assistance_offer_walk ON assistance_offer (alone, walk);
CREATE INDEX assistance_offer_region ON assistance_offer (region, state, id);

CREATE TABLE assistance_offer_visit (
    id      TEXT   PRIMARY KEY,
    offer   TEXT   NOT NULL REFERENCES assistance_offer (id),
    at      BIGINT NOT NULL,
    actor   TEXT   NOT NULL,
    by_name TEXT   NOT NULL,
    way     TEXT   NOT NULL,              -- call, home, message
    outcome TEXT   NOT NULL,
    note    TEXT   NOT NULL               -- sealed
);
CREATE INDEX assistance_offer_visit_offer ON assistance_offer_visit (offer, at, id);

-- Looks through the register. One is running at most; where it stands is
-- written in the transaction of what it found.
CREATE TABLE assistance_sweep (
    id         TEXT   PRIMARY KEY,
    day        TEXT   NOT NULL,
    state      TEXT   NOT NULL,           -- running, done, dropped
    runner     TEXT   NOT NULL,           -- whose turn it is
    beat_at    BIGINT NOT NULL,
    alone      BIGINT NOT NULL DEFAULT 0, -- the last household that is done
    walk       TEXT   NOT NULL DEFAULT '',
    households BIGINT NOT NULL DEFAULT 0,
    people     BIGINT NOT NULL DEFAULT 0,
    made       BIGINT NOT NULL DEFAULT 0,
    lapsed     BIGINT NOT NULL DEFAULT 0,
    began      BIGINT NOT NULL,
    ended      BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX assistance_sweep_one ON assistance_sweep (state) WHERE state = 'running';
