-- +goose Up
CREATE TABLE auth_account (
    id        TEXT   PRIMARY KEY,
    login     TEXT   NOT NULL UNIQUE,
    name      TEXT   NOT NULL,
    password  TEXT   NOT NULL,
    totp      TEXT   NOT NULL DEFAULT '',
    totp_step BIGINT NOT NULL DEFAULT 0,
    disabled  BIGINT NOT NULL DEFAULT 0,
    epoch     BIGINT NOT NULL DEFAULT 1
);
CREATE TABLE auth_grant (
    account TEXT NOT NULL REFERENCES auth_account (id),
    role    TEXT NOT NULL,
    region  TEXT NOT NULL,
    PRIMARY KEY (account, role, region)
);
CREATE INDEX auth_grant_role ON auth_grant (role, region, account);
CREATE TABLE auth_attempt (
    login        TEXT   PRIMARY KEY,
    failed       BIGINT NOT NULL,
    locked_until BIGINT NOT NULL,
    at           BIGINT NOT NULL
);
CREATE INDEX auth_attempt_at ON auth_attempt (at);
CREATE TABLE auth_challenge (
    id           TEXT   PRIMARY KEY,
    number_index TEXT   NOT NULL,
    number       TEXT   NOT NULL,
    code         TEXT   NOT NULL,
    wrong        BIGINT NOT NULL DEFAULT 0,
    used         BIGINT NOT NULL DEFAULT 0,
    at           BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX auth_challenge_number ON auth_challenge (number_index, at);
CREATE INDEX auth_challenge_at ON auth_challenge (at);
CREATE TABLE auth_binding (
    subject TEXT   PRIMARY KEY,
    number  TEXT   NOT NULL,
    at      BIGINT NOT NULL
);
CREATE TABLE auth_session (
    token      TEXT   PRIMARY KEY,
    data       TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL
);
CREATE INDEX auth_session_expires ON auth_session (expires_at);
CREATE INDEX auth_session_seen ON auth_session (seen_at);
CREATE TABLE auth_token (
    token      TEXT   PRIMARY KEY,
    who        TEXT   NOT NULL,
    account    TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX auth_token_expires ON auth_token (expires_at);
