-- +goose Up
CREATE TABLE assistance_benefit (
    id        TEXT   PRIMARY KEY,
    case_id   TEXT   NOT NULL UNIQUE,
    service   TEXT   NOT NULL,
    title     TEXT   NOT NULL,
    recipient TEXT   NOT NULL,            -- person
    region    TEXT   NOT NULL,
    members   BIGINT NOT NULL,
    amount    BIGINT NOT NULL,            -- 分 a month
    since     TEXT   NOT NULL,            -- first month, 2026-04
    until     TEXT   NOT NULL DEFAULT '', -- last month; empty while it runs
    version   TEXT   NOT NULL,            -- rules and parameters that gave the amount
    review    TEXT   NOT NULL             -- month of the next re-check
);
CREATE INDEX assistance_benefit_recipient ON assistance_benefit (recipient, since);
CREATE INDEX assistance_benefit_region ON assistance_benefit (region, service, since);
