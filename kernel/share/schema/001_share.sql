-- +goose Up
CREATE TABLE share_party (
    id         TEXT   PRIMARY KEY,
    name       TEXT   NOT NULL,
    public_key TEXT   NOT NULL,   -- PEM; '' while it has sent none
    since      BIGINT NOT NULL
);
CREATE TABLE share_request (
    id         TEXT   PRIMARY KEY,
    party      TEXT   NOT NULL,
    resource   TEXT   NOT NULL,
    fields     TEXT   NOT NULL,
    purpose    TEXT   NOT NULL,
    law        TEXT   NOT NULL,
    paper      TEXT   NOT NULL,   -- number of the letter, or of the call
    made_at    BIGINT NOT NULL,
    due        TEXT   NOT NULL,
    deliver    TEXT   NOT NULL DEFAULT '',
    state      TEXT   NOT NULL,   -- open, incomplete, granted, delivered, refused
    lacks      TEXT   NOT NULL DEFAULT '',
    told_once  BIGINT NOT NULL DEFAULT 0,
    extend_by  TEXT   NOT NULL DEFAULT '',
    extend_why TEXT   NOT NULL DEFAULT '',
    extended   BIGINT NOT NULL DEFAULT 0,
    reason     TEXT   NOT NULL DEFAULT '',
    decided_by TEXT   NOT NULL DEFAULT '',
    decided_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE (party, paper)
);
CREATE INDEX share_request_due ON share_request (state, due, id);
CREATE TABLE share_grant (
    id          TEXT   PRIMARY KEY,
    request     TEXT   NOT NULL UNIQUE,
    party       TEXT   NOT NULL,
    resource    TEXT   NOT NULL,
    fields      TEXT   NOT NULL,
    purpose     TEXT   NOT NULL,
    law         TEXT   NOT NULL,
    from_day    TEXT   NOT NULL,
    until_day   TEXT   NOT NULL,
    daily       BIGINT NOT NULL,
    stopped     BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE share_nonce (
    party TEXT   NOT NULL,
    nonce TEXT   NOT NULL,
    at    BIGINT NOT NULL,
    PRIMARY KEY (party, nonce)
);
CREATE INDEX share_nonce_at ON share_nonce (at);
CREATE TABLE share_use (
    id       TEXT   PRIMARY KEY,
    grant_id TEXT   NOT NULL,
    party    TEXT   NOT NULL,
    person   TEXT   NOT NULL,   -- blind index; '' when refused
    matter   TEXT   NOT NULL,   -- the asker's own reference
    fields   TEXT   NOT NULL,
    purpose  TEXT   NOT NULL,
    outcome  TEXT   NOT NULL,
    digest   TEXT   NOT NULL,   -- SM3 of the answer
    day      TEXT   NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX share_use_day ON share_use (grant_id, day);
CREATE INDEX share_use_at ON share_use (at, id);
CREATE TABLE share_correction (
    id       TEXT   PRIMARY KEY,
    party    TEXT   NOT NULL,
    paper    TEXT   NOT NULL,
    ours     BIGINT NOT NULL,   -- 1: we say that a value of theirs is wrong
    resource TEXT   NOT NULL,
    field    TEXT   NOT NULL,
    sealed   TEXT   NOT NULL,   -- whom it is about, and what is said
    made_at  BIGINT NOT NULL,
    due      TEXT   NOT NULL,
    state    TEXT   NOT NULL,   -- open, corrected, refused
    answer   TEXT   NOT NULL DEFAULT '',
    by_id    TEXT   NOT NULL DEFAULT '',
    done_at  BIGINT NOT NULL DEFAULT 0,
    UNIQUE (party, paper)
);
CREATE INDEX share_correction_due ON share_correction (state, due, id);
