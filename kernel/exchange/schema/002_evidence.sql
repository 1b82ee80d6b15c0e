-- +goose Up
ALTER TABLE exchange_receipt ADD COLUMN question TEXT   NOT NULL DEFAULT '';  -- SM3 of the question as it was signed
ALTER TABLE exchange_receipt ADD COLUMN sign     TEXT   NOT NULL DEFAULT '';  -- the department's signature of its answer, base64
ALTER TABLE exchange_receipt ADD COLUMN guard    TEXT   NOT NULL DEFAULT '';  -- how strongly the answer was protected
ALTER TABLE exchange_receipt ADD COLUMN logged   BIGINT NOT NULL DEFAULT 0;   -- 1: in the evidence log
CREATE INDEX exchange_receipt_unlogged ON exchange_receipt (at, id) WHERE logged = 0;
CREATE TABLE exchange_sealed (
    id       TEXT   PRIMARY KEY,   -- hash of case, source, person and fields
    subject  TEXT   NOT NULL,
    answer   TEXT   NOT NULL,      -- sealed for this case
    ends     BIGINT NOT NULL
);
CREATE INDEX exchange_sealed_ends ON exchange_sealed (ends);
CREATE INDEX exchange_sealed_subject ON exchange_sealed (subject);
CREATE TABLE exchange_deferred (
    id       TEXT   PRIMARY KEY,   -- also the id of the question and of its receipt
    source   TEXT   NOT NULL,
    subject  TEXT   NOT NULL,
    hook     TEXT   NOT NULL,      -- who waits for the answer
    question TEXT   NOT NULL,      -- sealed
    tries    BIGINT NOT NULL DEFAULT 0,
    at       BIGINT NOT NULL,      -- since when it waits
    ends     BIGINT NOT NULL
);
CREATE INDEX exchange_deferred_source ON exchange_deferred (source, id);
