-- +goose Up
CREATE TABLE assistance_roll (
    id           TEXT   PRIMARY KEY,
    open_key     TEXT   NOT NULL UNIQUE,   -- service/county while it is made or waits; then its id
    service      TEXT   NOT NULL,
    title        TEXT   NOT NULL,
    month        TEXT   NOT NULL,          -- 2026-03
    earliest     TEXT   NOT NULL,          -- months before it are none of ours
    county       TEXT   NOT NULL,
    number       BIGINT NOT NULL,          -- 1, 2 … of this month
    state        TEXT   NOT NULL,          -- making, made, approved, returned, dropped
    version      TEXT   NOT NULL,          -- rules that the amounts were worked out with
    phase        BIGINT NOT NULL,          -- of the making
    at_region    TEXT   NOT NULL,          -- how far the making is
    at_id        TEXT   NOT NULL,
    expected     BIGINT NOT NULL,
    seen         BIGINT NOT NULL,
    lines        BIGINT NOT NULL,
    amount       BIGINT NOT NULL,          -- 分
    payable      BIGINT NOT NULL,          -- lines that go to the bank
    payable_sum  BIGINT NOT NULL,
    hash         TEXT   NOT NULL,          -- of the last line
    seal         TEXT   NOT NULL,          -- made at the approval
    maker        TEXT   NOT NULL,
    maker_name   TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    ready_at     BIGINT NOT NULL,
    checker      TEXT   NOT NULL,
    checker_name TEXT   NOT NULL,
    checked_at   BIGINT NOT NULL,
    reason       TEXT   NOT NULL           -- why it was returned
);
CREATE INDEX assistance_roll_month ON assistance_roll (county, month, service, number);

CREATE TABLE assistance_line (
    id       TEXT   PRIMARY KEY,           -- the bank's end-to-end id
    line_key TEXT   NOT NULL UNIQUE,       -- what is paid with it: nothing is paid twice
    roll     TEXT   NOT NULL,
    seq      BIGINT NOT NULL,
    kind     TEXT   NOT NULL,              -- month, late, held, due, again
    benefit  TEXT   NOT NULL,
    person   TEXT   NOT NULL,
    township TEXT   NOT NULL,
    month    TEXT   NOT NULL,
    base     BIGINT NOT NULL,
    arrears  BIGINT NOT NULL,
    taken    BIGINT NOT NULL,              -- 扣回
    amount   BIGINT NOT NULL,              -- base + arrears - taken
    name     TEXT   NOT NULL,              -- of the account's holder
    account  TEXT   NOT NULL,              -- sealed; empty when there is none
    tail     TEXT   NOT NULL,              -- its last four digits
    bank     TEXT   NOT NULL,
    found    TEXT   NOT NULL,              -- same, changed, unknown, none: what the rules gave
    note     TEXT   NOT NULL,
    hash     TEXT   NOT NULL
);
CREATE UNIQUE INDEX assistance_line_roll ON assistance_line (roll, seq);
CREATE INDEX assistance_line_benefit ON assistance_line (benefit, kind, month);

CREATE TABLE assistance_total (
    roll     TEXT   NOT NULL,
    township TEXT   NOT NULL,
    lines    BIGINT NOT NULL,
    amount   BIGINT NOT NULL,
    base     BIGINT NOT NULL,
    arrears  BIGINT NOT NULL,
    taken    BIGINT NOT NULL,
    held     BIGINT NOT NULL,              -- lines that are suspended
    missing  BIGINT NOT NULL,              -- lines without an account
    PRIMARY KEY (roll, township)
);

CREATE TABLE assistance_part (             -- how much of what is owed a line pays or takes
    line   TEXT   NOT NULL,
    due    TEXT   NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (due, line)
);
CREATE INDEX assistance_part_line ON assistance_part (line);

CREATE TABLE assistance_hold (             -- 暂停发放
    id         TEXT   PRIMARY KEY,
    benefit    TEXT   NOT NULL,
    since      TEXT   NOT NULL,            -- first month
    until      TEXT   NOT NULL,            -- last month; empty while it lasts
    reason     TEXT   NOT NULL,
    maker      TEXT   NOT NULL,
    maker_name TEXT   NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX assistance_hold_benefit ON assistance_hold (benefit, since);

CREATE TABLE assistance_account (          -- registered by a clerk; else what was said in the case
    benefit    TEXT   PRIMARY KEY,
    holder     TEXT   NOT NULL,
    number     TEXT   NOT NULL,            -- sealed
    tail       TEXT   NOT NULL,
    bank       TEXT   NOT NULL,
    maker      TEXT   NOT NULL,
    maker_name TEXT   NOT NULL,
    at         BIGINT NOT NULL
);

CREATE TABLE assistance_note (             -- what a township has against a roll
    id          TEXT   PRIMARY KEY,
    roll        TEXT   NOT NULL,
    township    TEXT   NOT NULL,
    text        TEXT   NOT NULL,
    maker       TEXT   NOT NULL,
    maker_name  TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    answer      TEXT   NOT NULL,
    answerer    TEXT   NOT NULL,
    answered_at BIGINT NOT NULL
);
CREATE INDEX assistance_note_roll ON assistance_note (roll, at);

CREATE TABLE assistance_export (
    id         TEXT   PRIMARY KEY,
    roll       TEXT   NOT NULL,
    township   TEXT   NOT NULL,            -- empty is all
    format     TEXT   NOT NULL,
    purpose    TEXT   NOT NULL,
    lines      BIGINT NOT NULL,
    amount     BIGINT NOT NULL,
    maker      TEXT   NOT NULL,
    maker_name TEXT   NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX assistance_export_roll ON assistance_export (roll, at);

CREATE TABLE assistance_import (           -- a file of bank results
    id         TEXT   PRIMARY KEY,
    once       TEXT   NOT NULL UNIQUE,     -- digest of the file once it is taken; before that its id
    digest     TEXT   NOT NULL,
    roll       TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    state      TEXT   NOT NULL,            -- seen, taken, dropped
    paid       BIGINT NOT NULL,
    paid_sum   BIGINT NOT NULL,
    failed     BIGINT NOT NULL,
    failed_sum BIGINT NOT NULL,
    open       BIGINT NOT NULL,            -- rows without a final result yet
    body       TEXT   NOT NULL,            -- sealed rows; empty once it is taken or dropped
    maker      TEXT   NOT NULL,
    maker_name TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    done_at    BIGINT NOT NULL,
    told       TEXT   NOT NULL             -- line up to which recipients were told of failures
);
CREATE INDEX assistance_import_roll ON assistance_import (roll, at);

CREATE TABLE assistance_result (           -- what became of a line; one for each, for ever
    line    TEXT   PRIMARY KEY,
    roll    TEXT   NOT NULL,
    outcome TEXT   NOT NULL,               -- paid, failed
    amount  BIGINT NOT NULL,
    day     TEXT   NOT NULL,
    reason  TEXT   NOT NULL,               -- in our words
    import  TEXT   NOT NULL,               -- empty: there was no account to pay to
    next    TEXT   NOT NULL,               -- of a failure: wait, mended, again; else empty
    at      BIGINT NOT NULL
);
CREATE INDEX assistance_result_roll ON assistance_result (roll, outcome, line);
CREATE INDEX assistance_result_next ON assistance_result (next, line);

CREATE TABLE assistance_task (             -- what somebody in a township is to look at
    id        TEXT   PRIMARY KEY,
    task_key  TEXT   NOT NULL UNIQUE,      -- kind/benefit while it is open; then its id
    kind      TEXT   NOT NULL,             -- account, failed, missing, recheck
    benefit   TEXT   NOT NULL,
    service   TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    township  TEXT   NOT NULL,
    roll      TEXT   NOT NULL,
    line      TEXT   NOT NULL,
    what      TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    done_at   BIGINT NOT NULL,
    done_by   TEXT   NOT NULL,
    done_name TEXT   NOT NULL,
    how       TEXT   NOT NULL
);
CREATE INDEX assistance_task_open ON assistance_task (done_at, township, kind, at, id);
CREATE INDEX assistance_task_benefit ON assistance_task (benefit, at);

CREATE TABLE assistance_known (            -- what counted of a decided case, packed for the monthly roll
    benefit TEXT PRIMARY KEY,
    mark    TEXT NOT NULL,                 -- of the facts that are kept, and who ranks first
    facts   TEXT NOT NULL                  -- sealed
);
