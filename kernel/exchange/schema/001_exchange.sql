-- +goose Up
CREATE TABLE exchange_receipt (
    id       TEXT   PRIMARY KEY,
    source   TEXT   NOT NULL,
    subject  TEXT   NOT NULL,   -- case/…
    person   TEXT   NOT NULL,   -- blind index of the number asked about
    actor    TEXT   NOT NULL,
    purpose  TEXT   NOT NULL,
    law      TEXT   NOT NULL,
    fields   TEXT   NOT NULL,
    outcome  TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    took     BIGINT NOT NULL,   -- milliseconds
    digest   TEXT   NOT NULL    -- SM3 of the answer's body
);
CREATE INDEX exchange_receipt_subject ON exchange_receipt (subject, at, id);
CREATE INDEX exchange_receipt_person ON exchange_receipt (person, at, id);
