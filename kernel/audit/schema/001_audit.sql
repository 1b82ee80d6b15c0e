-- +goose Up
CREATE TABLE audit_entry (
    chain      BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    actor      TEXT   NOT NULL,
    actor_name TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    verb       TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    person     TEXT   NOT NULL,
    purpose    TEXT   NOT NULL,
    detail     TEXT   NOT NULL,
    hash       TEXT   NOT NULL,
    PRIMARY KEY (chain, seq)
);
CREATE INDEX audit_entry_person ON audit_entry (person, at, chain, seq) WHERE person <> '';
CREATE INDEX audit_entry_subject ON audit_entry (subject, at, chain, seq);
CREATE TABLE audit_head (
    chain   BIGINT PRIMARY KEY,
    entries BIGINT NOT NULL,
    hash    TEXT   NOT NULL,
    mac     TEXT   NOT NULL
);
