-- +goose Up
CREATE TABLE casework_definition (
    version TEXT   PRIMARY KEY,
    service TEXT   NOT NULL,
    area    TEXT   NOT NULL,
    files   TEXT   NOT NULL,
    since   BIGINT NOT NULL
);

CREATE TABLE casework_counter (
    name TEXT   PRIMARY KEY,
    n    BIGINT NOT NULL
);

CREATE TABLE casework_draft (
    id      TEXT   PRIMARY KEY,
    person  TEXT   NOT NULL,
    service TEXT   NOT NULL,
    body    TEXT   NOT NULL,              -- sealed
    updated BIGINT NOT NULL,
    case_id TEXT   NOT NULL DEFAULT ''    -- once it is submitted
);
CREATE INDEX casework_draft_person ON casework_draft (person, case_id, updated);

CREATE TABLE casework_case (
    id          TEXT   PRIMARY KEY,
    number      TEXT   NOT NULL UNIQUE,   -- 受理号
    open_key    TEXT   NOT NULL UNIQUE,   -- the same submission sent twice has one key
    service     TEXT   NOT NULL,
    version     TEXT   NOT NULL,
    applicant   TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    region      TEXT   NOT NULL,          -- where it is applied for
    county      TEXT   NOT NULL,
    office      TEXT   NOT NULL,          -- the place whose office has it now
    role        TEXT   NOT NULL,
    assignee    TEXT   NOT NULL,
    step        TEXT   NOT NULL,
    came_from   TEXT   NOT NULL,
    step_since  BIGINT NOT NULL,
    opened      BIGINT NOT NULL,
    accepted    TEXT   NOT NULL,          -- day of 受理
    due         TEXT   NOT NULL,          -- last day of the statutory period
    provisional BIGINT NOT NULL,          -- a year's holidays are not announced yet
    step_due    TEXT   NOT NULL,
    nearest     TEXT   NOT NULL,          -- the nearer of both, for sorting
    state       TEXT   NOT NULL,          -- open, approved, refused, withdrawn, ended
    closed      BIGINT NOT NULL,
    members     BIGINT NOT NULL,
    conflicts   BIGINT NOT NULL,
    silent      BIGINT NOT NULL,          -- questions without an answer
    verdict     TEXT   NOT NULL,          -- yes, no, unknown: what the rules say so far
    amount      BIGINT NOT NULL,
    revision    BIGINT NOT NULL
);
CREATE INDEX casework_case_applicant ON casework_case (applicant, opened);
CREATE INDEX casework_case_mine ON casework_case (assignee, state, nearest, id);
CREATE INDEX casework_case_office ON casework_case (office, role, state, nearest, id);
CREATE INDEX casework_case_county ON casework_case (county, state, nearest, id);
CREATE INDEX casework_case_region ON casework_case (region, id);
CREATE INDEX casework_case_name ON casework_case (county, name, id);

CREATE TABLE casework_load (
    account TEXT   PRIMARY KEY,
    open    BIGINT NOT NULL
);

CREATE TABLE casework_member (
    case_id      TEXT   NOT NULL,
    member       TEXT   NOT NULL,         -- m1, m2 …; m1 is the applicant
    name         TEXT   NOT NULL,
    number       TEXT   NOT NULL,         -- sealed
    number_ix    TEXT   NOT NULL,
    relation     TEXT   NOT NULL,
    birth        TEXT   NOT NULL,
    consented    BIGINT NOT NULL,
    consent_by   TEXT   NOT NULL,         -- own, guardian, paper
    PRIMARY KEY (case_id, member)
);
CREATE INDEX casework_member_number ON casework_member (number_ix, consented);

CREATE TABLE casework_told (
    case_id TEXT   NOT NULL,
    seq     BIGINT NOT NULL,
    source  TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    facts   TEXT   NOT NULL,              -- sealed JSON
    PRIMARY KEY (case_id, seq)
);

CREATE TABLE casework_act (
    case_id    TEXT   NOT NULL,
    seq        BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    actor      TEXT   NOT NULL,
    actor_name TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    code       TEXT   NOT NULL,
    title      TEXT   NOT NULL,
    from_step  TEXT   NOT NULL,
    to_step    TEXT   NOT NULL,
    reason     TEXT   NOT NULL,           -- sealed
    detail     TEXT   NOT NULL,           -- sealed JSON
    shown      BIGINT NOT NULL,           -- to the resident
    PRIMARY KEY (case_id, seq)
);

CREATE TABLE casework_lookup (
    case_id TEXT   NOT NULL,
    source  TEXT   NOT NULL,
    member  TEXT   NOT NULL,
    outcome TEXT   NOT NULL,
    tries   BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (case_id, source, member)
);

CREATE TABLE casework_paper (
    case_id  TEXT   NOT NULL,
    file     TEXT   NOT NULL,
    material TEXT   NOT NULL,
    by_name  TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (case_id, file)
);

CREATE TABLE casework_wanted (                -- 一次性告知: what lacks
    case_id TEXT   NOT NULL,
    seq     BIGINT NOT NULL,
    what    TEXT   NOT NULL,
    done    BIGINT NOT NULL,
    PRIMARY KEY (case_id, seq)
);

CREATE TABLE casework_notice (                -- 公示
    id       TEXT   PRIMARY KEY,
    case_id  TEXT   NOT NULL,
    title    TEXT   NOT NULL,
    service  TEXT   NOT NULL,
    region   TEXT   NOT NULL,
    county   TEXT   NOT NULL,
    name     TEXT   NOT NULL,             -- masked
    members  BIGINT NOT NULL,
    law      TEXT   NOT NULL,
    since    TEXT   NOT NULL,
    until    TEXT   NOT NULL
);
CREATE INDEX casework_notice_until ON casework_notice (county, until, id);
CREATE INDEX casework_notice_case ON casework_notice (case_id);

CREATE TABLE casework_objection (
    id       TEXT   PRIMARY KEY,
    notice   TEXT   NOT NULL,
    case_id  TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    text     TEXT   NOT NULL,             -- sealed
    contact  TEXT   NOT NULL,             -- sealed
    code     TEXT   NOT NULL UNIQUE,      -- with which the objector reads the answer
    answer   TEXT   NOT NULL,             -- sealed
    answered BIGINT NOT NULL
);
CREATE INDEX casework_objection_case ON casework_objection (case_id, at);

CREATE TABLE casework_decision (
    case_id  TEXT   PRIMARY KEY,
    number   TEXT   NOT NULL UNIQUE,
    outcome  TEXT   NOT NULL,
    day      TEXT   NOT NULL,
    amount   BIGINT NOT NULL,
    version  TEXT   NOT NULL,
    record   TEXT   NOT NULL              -- sealed JSON: inputs, results, reason
);

CREATE TABLE casework_letter (
    id      TEXT   PRIMARY KEY,
    case_id TEXT   NOT NULL,
    kind    TEXT   NOT NULL,
    title   TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    body    TEXT   NOT NULL,              -- sealed JSON
    code    TEXT   NOT NULL UNIQUE        -- with which anybody checks that it is real
);
CREATE INDEX casework_letter_case ON casework_letter (case_id, at);
