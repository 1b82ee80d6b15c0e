-- +goose Up
CREATE TABLE evidence_entry (
    seq   BIGINT PRIMARY KEY,          -- 0, 1, 2 …: its place in the tree
    id    TEXT   NOT NULL UNIQUE,
    body  TEXT   NOT NULL              -- canonical JSON
);
CREATE TABLE evidence_tile (
    level  BIGINT NOT NULL,
    n      BIGINT NOT NULL,
    hashes TEXT   NOT NULL,            -- base64, at most 256 hashes of 32 bytes
    PRIMARY KEY (level, n)
);
CREATE TABLE evidence_checkpoint (
    size  BIGINT PRIMARY KEY,
    at    BIGINT NOT NULL,
    note  TEXT   NOT NULL              -- signed
);
