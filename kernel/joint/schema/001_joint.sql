-- +goose Up
CREATE TABLE joint_request (                  -- 协查, 会签
    id          TEXT   PRIMARY KEY,
    kind        TEXT   NOT NULL,              -- assist, countersign, task
    case_id     TEXT   NOT NULL,              -- empty for a task of a joint matter
    part        TEXT   NOT NULL,              -- the part of a joint matter that a task is
    step        TEXT   NOT NULL,              -- where the case was
    office      TEXT   NOT NULL,              -- who is asked: the office of a place,
    role        TEXT   NOT NULL,              -- in a role,
    assignee    TEXT   NOT NULL,              -- and there whoever has it
    named       BIGINT NOT NULL,              -- it was asked of them and nobody else
    by_account  TEXT   NOT NULL,              -- who asks
    by_name     TEXT   NOT NULL,
    by_role     TEXT   NOT NULL,
    asks        TEXT   NOT NULL,              -- sealed
    law         TEXT   NOT NULL,
    lets_see    TEXT   NOT NULL,              -- sealed JSON: what the asked may see
    made        BIGINT NOT NULL,
    due         TEXT   NOT NULL,
    provisional BIGINT NOT NULL,
    state       TEXT   NOT NULL,              -- open, answered, declined, withdrawn
    answer      TEXT   NOT NULL,              -- sealed: the answer, or why not
    agrees      TEXT   NOT NULL,              -- of a countersignature: yes, no
    closed      BIGINT NOT NULL,
    closed_by   TEXT   NOT NULL,
    closed_name TEXT   NOT NULL,
    reminded    BIGINT NOT NULL,
    escalated   BIGINT NOT NULL
);
CREATE INDEX joint_request_case ON joint_request (case_id, made, id);
CREATE INDEX joint_request_mine ON joint_request (assignee, state, due, id);
CREATE INDEX joint_request_office ON joint_request (office, role, state, due, id);
CREATE INDEX joint_request_by ON joint_request (by_account, made, id);

CREATE TABLE joint_comment (
    id       TEXT   PRIMARY KEY,
    case_id  TEXT   NOT NULL,
    account  TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    role     TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    words    TEXT   NOT NULL,                 -- sealed; kept when it is taken back
    back     BIGINT NOT NULL                  -- when it was taken back
);
CREATE INDEX joint_comment_case ON joint_comment (case_id, at, id);

CREATE TABLE joint_mention (
    comment TEXT   NOT NULL,
    account TEXT   NOT NULL,
    name    TEXT   NOT NULL,
    case_id TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    seen    BIGINT NOT NULL,
    PRIMARY KEY (comment, account)
);
CREATE INDEX joint_mention_account ON joint_mention (account, seen, at, comment);
CREATE INDEX joint_mention_case ON joint_mention (case_id, account);
