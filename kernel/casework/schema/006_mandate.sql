-- +goose Up
-- Who has let whom apply for them.
CREATE TABLE casework_mandate (
    id          TEXT   PRIMARY KEY,
    mandate_key TEXT   NOT NULL UNIQUE,      -- the same for the same sending
    account     TEXT   NOT NULL,             -- who applies
    by_name     TEXT   NOT NULL,
    by_role     TEXT   NOT NULL,
    person      TEXT   NOT NULL,             -- for whom
    name        TEXT   NOT NULL,
    service     TEXT   NOT NULL,
    version     TEXT   NOT NULL,
    relation    TEXT   NOT NULL,             -- of who applies to the person
    why         TEXT   NOT NULL,             -- sealed: why not they themselves
    way         TEXT   NOT NULL,             -- paper, sign, code
    proof       TEXT   NOT NULL DEFAULT '',  -- the paper or the signature, in kernel/file
    agreed      BIGINT NOT NULL,             -- they have also agreed to the check, and declared
    state       TEXT   NOT NULL,             -- waiting (for the code), given, revoked
    at          BIGINT NOT NULL,
    revoked     BIGINT NOT NULL DEFAULT 0,
    code        TEXT   NOT NULL DEFAULT '',  -- its MAC
    code_until  BIGINT NOT NULL DEFAULT 0,
    wrong       BIGINT NOT NULL DEFAULT 0,
    draft       TEXT   NOT NULL UNIQUE,
    case_id     TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX casework_mandate_account ON casework_mandate (account, at, id);
CREATE INDEX casework_mandate_person ON casework_mandate (person, at, id);
CREATE INDEX casework_mandate_case ON casework_mandate (case_id);
