-- +goose Up
CREATE TABLE assistance_warning (             -- 动态监测：one family that somebody is to look in on
    id        TEXT   PRIMARY KEY,
    open_key  TEXT   NOT NULL UNIQUE,     -- family/kind while it is open; then its id
    family    TEXT   NOT NULL,
    kind      TEXT   NOT NULL,
    grade     BIGINT NOT NULL,            -- 1 黄, 2 橙, 3 红
    person    TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    region    TEXT   NOT NULL,
    township  TEXT   NOT NULL,
    case_id   TEXT   NOT NULL UNIQUE,
    origin    TEXT   NOT NULL,            -- feed, night
    basis     TEXT   NOT NULL,            -- blind index of what spoke for it
    raised    BIGINT NOT NULL,
    due       TEXT   NOT NULL,
    reached   BIGINT NOT NULL DEFAULT 0,
    closed    BIGINT NOT NULL DEFAULT 0,
    outcome   TEXT   NOT NULL DEFAULT '', -- the act that closed it
    help      TEXT   NOT NULL DEFAULT '', -- case that was granted afterwards
    help_name TEXT   NOT NULL DEFAULT '',
    help_by   BIGINT NOT NULL,            -- until then
    version   TEXT   NOT NULL,            -- of the rules
    why       TEXT   NOT NULL             -- sealed JSON
);
CREATE INDEX assistance_warning_open ON assistance_warning (closed, township, grade, id);
CREATE INDEX assistance_warning_raised ON assistance_warning (raised, id);
CREATE INDEX assistance_warning_family ON assistance_warning (family, kind, closed);

CREATE TABLE assistance_warned (              -- whom a warning is about
    warning TEXT NOT NULL REFERENCES assistance_warning (id),
    person  TEXT NOT NULL,                -- blind index
    PRIMARY KEY (warning, person)
);

CREATE TABLE assistance_watched (             -- what a night has found in a family, once each
    family TEXT   NOT NULL,
    kind   TEXT   NOT NULL,
    basis  TEXT   NOT NULL,               -- blind index
    at     BIGINT NOT NULL,
    PRIMARY KEY (family, kind, basis)
);
