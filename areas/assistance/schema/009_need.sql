-- +goose Up
-- Families in need, as somebody in a village has reported them.
CREATE TABLE assistance_need (
    id       TEXT   PRIMARY KEY,
    need_key TEXT   NOT NULL UNIQUE,      -- the same for the same sending
    account  TEXT   NOT NULL,             -- who reported
    by_name  TEXT   NOT NULL,
    region   TEXT   NOT NULL,             -- village
    office   TEXT   NOT NULL,             -- the township that must look
    urgency  TEXT   NOT NULL,             -- now, soon, look
    body     TEXT   NOT NULL,             -- sealed JSON: who, where, what
    at       BIGINT NOT NULL,
    due      TEXT   NOT NULL,
    state    TEXT   NOT NULL,             -- open, visited, opened, closed
    outcome  TEXT   NOT NULL DEFAULT '',  -- sealed: what became of it, in a sentence
    mandate  TEXT   NOT NULL DEFAULT '',  -- under which a clerk applies for them
    urgent   BIGINT NOT NULL DEFAULT 0,   -- help at once was asked for
    closed   BIGINT NOT NULL DEFAULT 0,
    closer   TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX assistance_need_account ON assistance_need (account, at, id);
CREATE INDEX assistance_need_office ON assistance_need (office, state, due, id);
