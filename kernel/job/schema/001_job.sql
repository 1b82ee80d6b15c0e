-- +goose Up
CREATE TABLE job_job (
    id            TEXT   PRIMARY KEY,
    kind          TEXT   NOT NULL,
    job_key       TEXT   NOT NULL,
    payload       TEXT   NOT NULL,
    run_at        BIGINT NOT NULL,
    claimed_until BIGINT NOT NULL DEFAULT 0,
    attempt       BIGINT NOT NULL DEFAULT 0,
    failure       TEXT   NOT NULL DEFAULT '',
    dead          BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX job_job_key ON job_job (kind, job_key);
CREATE INDEX job_job_due ON job_job (dead, run_at, id);
