-- +goose Up
CREATE TABLE assistance_kin (                 -- 近亲属备案: who is related to somebody who works here
    id         TEXT   PRIMARY KEY,
    account    TEXT   NOT NULL,           -- empty: of a village's committee, without an account
    declarer   TEXT   NOT NULL,           -- sealed name
    post       TEXT   NOT NULL,           -- staff, village
    region     TEXT   NOT NULL,           -- where they serve
    name       TEXT   NOT NULL,           -- sealed
    number_ix  TEXT   NOT NULL,           -- the number itself is not kept
    relation   TEXT   NOT NULL,           -- sealed
    by_account TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL            -- 0: it holds
);
CREATE INDEX assistance_kin_number ON assistance_kin (number_ix, ended_at);
CREATE INDEX assistance_kin_account ON assistance_kin (account, at);
CREATE INDEX assistance_kin_region ON assistance_kin (region, ended_at, at, id);

CREATE TABLE assistance_tip (                 -- 举报
    id          TEXT   PRIMARY KEY,
    code_ix     TEXT   NOT NULL UNIQUE,   -- keyed hash of the receipt code; the code is kept nowhere
    county      TEXT   NOT NULL,
    region      TEXT   NOT NULL,
    kind        TEXT   NOT NULL,          -- family, officer, other
    about       TEXT   NOT NULL,          -- sealed
    said        TEXT   NOT NULL,          -- sealed
    reporter    TEXT   NOT NULL,          -- sealed: name, contact
    named       BIGINT NOT NULL,          -- the reporter signed in and said who they are
    at          BIGINT NOT NULL,
    due         TEXT   NOT NULL,
    assignee    TEXT   NOT NULL,          -- empty: there is nobody whom it is not about
    state       TEXT   NOT NULL,          -- open, answered
    outcome     TEXT   NOT NULL,
    found       TEXT   NOT NULL,          -- sealed
    answer      TEXT   NOT NULL,          -- sealed
    case_id     TEXT   NOT NULL,          -- whose benefit it led to look at again
    answered_at BIGINT NOT NULL
);
CREATE INDEX assistance_tip_open ON assistance_tip (county, state, due, id);

CREATE TABLE assistance_tip_away (            -- whom a tip is about, or who is related: it never comes to them
    tip     TEXT NOT NULL REFERENCES assistance_tip (id),
    account TEXT NOT NULL,
    PRIMARY KEY (tip, account)
);

CREATE TABLE assistance_draw (                -- 抽查: one draw of a county's decisions of a month
    id           TEXT   PRIMARY KEY,
    county       TEXT   NOT NULL,
    month        TEXT   NOT NULL,
    commitment   TEXT   NOT NULL,         -- hash of the seed, published before the month is over
    seed         TEXT   NOT NULL,         -- sealed
    committed_at BIGINT NOT NULL,
    frame        TEXT   NOT NULL,         -- hash of the list that was drawn from; empty before
    drawn_at     BIGINT NOT NULL,
    UNIQUE (county, month)
);
CREATE INDEX assistance_draw_due ON assistance_draw (drawn_at, month, id);

CREATE TABLE assistance_check (               -- what a draw was made of; picked is what is checked
    id       TEXT   PRIMARY KEY,
    draw     TEXT   NOT NULL REFERENCES assistance_draw (id),
    token    TEXT   NOT NULL,             -- stands for the case in what is published
    case_id  TEXT   NOT NULL,
    service  TEXT   NOT NULL,
    kind     TEXT   NOT NULL,             -- new, again
    township TEXT   NOT NULL,
    share    BIGINT NOT NULL,             -- per cent that was asked for
    picked   BIGINT NOT NULL,
    due      TEXT   NOT NULL,
    outcome  TEXT   NOT NULL,             -- fine, papers, doubt; empty: not checked yet
    way      TEXT   NOT NULL,
    day      TEXT   NOT NULL,
    found    TEXT   NOT NULL,             -- sealed
    again    TEXT   NOT NULL,             -- case in which the benefit is looked at again
    by_account TEXT NOT NULL,
    by_name  TEXT   NOT NULL,
    done_at  BIGINT NOT NULL,
    UNIQUE (draw, token)
);
CREATE INDEX assistance_check_draw ON assistance_check (draw, township, service, kind, token);
CREATE INDEX assistance_check_open ON assistance_check (picked, done_at, township, due, id);
