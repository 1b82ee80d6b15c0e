-- +goose Up
-- A change of a standard: proposed by one officer, activated by another.
CREATE TABLE catalog_change (
    id            TEXT PRIMARY KEY,
    form_key      TEXT NOT NULL UNIQUE, -- the same for the same submission
    service       TEXT NOT NULL,
    parameter     TEXT NOT NULL,
    region        TEXT NOT NULL,
    from_day      TEXT NOT NULL,
    until_day     TEXT NOT NULL,        -- '' is open
    value         TEXT NOT NULL,        -- as rules.yaml writes it
    source        TEXT NOT NULL,
    why           TEXT NOT NULL,
    corrects      BIGINT NOT NULL,
    retro         BIGINT NOT NULL,
    state         TEXT NOT NULL,        -- proposed, activated, refused, withdrawn
    proposer      TEXT NOT NULL,
    proposer_name TEXT NOT NULL,
    proposed_at   BIGINT NOT NULL,
    decider       TEXT NOT NULL DEFAULT '',
    decider_name  TEXT NOT NULL DEFAULT '',
    decided_at    BIGINT NOT NULL DEFAULT 0,
    reason        TEXT NOT NULL DEFAULT '', -- of a refusal
    seq           BIGINT NOT NULL DEFAULT 0, -- the order of activation; 0 until then
    version       TEXT NOT NULL DEFAULT '', -- of the service with the change laid in
    impact        TEXT NOT NULL DEFAULT ''  -- as it was shown when the change was activated
);
CREATE UNIQUE INDEX catalog_change_seq ON catalog_change (seq) WHERE seq > 0;
CREATE INDEX catalog_change_state ON catalog_change (state, proposed_at);

-- What a proposed change means, while it is worked out and after.
CREATE TABLE catalog_impact (
    change_id TEXT PRIMARY KEY,
    run       TEXT NOT NULL DEFAULT '', -- who works it out; '' nobody yet
    beat_at   BIGINT NOT NULL DEFAULT 0, -- when that one was last heard of
    done      BIGINT NOT NULL DEFAULT 0,
    total     BIGINT NOT NULL DEFAULT 0,
    failure   TEXT NOT NULL DEFAULT '', -- a sentence for the reader
    version   TEXT NOT NULL DEFAULT '', -- of the service that was weighed
    impact    TEXT NOT NULL DEFAULT '', -- '' until it is worked out
    at        BIGINT NOT NULL DEFAULT 0
);
