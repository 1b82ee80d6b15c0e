-- +goose Up
CREATE TABLE casework_avoid (                 -- 回避: who has to keep away from a case, filed with it
    case_id TEXT   NOT NULL,
    cause   TEXT   NOT NULL,              -- the declaration that says so
    account TEXT   NOT NULL,              -- empty: of somebody who does no cases
    name    TEXT   NOT NULL,              -- sealed
    why     TEXT   NOT NULL,              -- sealed
    at      BIGINT NOT NULL,
    PRIMARY KEY (case_id, cause)
);
CREATE INDEX casework_avoid_account ON casework_avoid (account, case_id);
CREATE INDEX casework_avoid_cause ON casework_avoid (cause);
