-- +goose Up
CREATE INDEX assistance_due_state ON assistance_due (state, made_at, id);

CREATE INDEX assistance_benefit_review ON assistance_benefit (until, review, id);

CREATE TABLE assistance_recheck (             -- 复核: one look at a running benefit
    id        TEXT   PRIMARY KEY,
    open_key  TEXT   NOT NULL UNIQUE,     -- the benefit while it is open; then its id
    benefit   TEXT   NOT NULL REFERENCES assistance_benefit (id),
    case_id   TEXT   NOT NULL UNIQUE,
    origin    TEXT   NOT NULL,            -- due, resident, feed, clerk: what opened it
    month     TEXT   NOT NULL,            -- in which it was opened
    found     TEXT   NOT NULL,            -- sealed JSON: what was found, empty before
    heard     TEXT   NOT NULL,            -- sealed JSON: what the recipient was told, empty before
    outcome   TEXT   NOT NULL,            -- same, more, less, stop, fade, dead; empty while it is open
    opened_at BIGINT NOT NULL,
    closed_at BIGINT NOT NULL
);
CREATE INDEX assistance_recheck_benefit ON assistance_recheck (benefit, opened_at);

CREATE TABLE assistance_covered (             -- who lives on a benefit
    benefit TEXT NOT NULL REFERENCES assistance_benefit (id),
    person  TEXT NOT NULL,                -- blind index of the citizen number
    PRIMARY KEY (benefit, person)
);
CREATE INDEX assistance_covered_person ON assistance_covered (person, benefit);

CREATE TABLE assistance_feed (                -- how far a department's feed was read
    source  TEXT   PRIMARY KEY,
    cursor  TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    failure TEXT   NOT NULL               -- a sentence; empty: it could be read
);

CREATE TABLE assistance_event (               -- what a feed has told, once each; of strangers only that it came
    source TEXT   NOT NULL,
    event  TEXT   NOT NULL,
    kind   TEXT   NOT NULL,
    person TEXT   NOT NULL,               -- blind index; empty: nobody who receives anything
    day    TEXT   NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (source, event)
);
CREATE INDEX assistance_event_person ON assistance_event (person, at);

CREATE TABLE assistance_overlap (             -- one person in two benefits that do not go together
    id         TEXT   PRIMARY KEY,
    pair_key   TEXT   NOT NULL UNIQUE,    -- rule, both benefits; it is never raised twice
    rule       TEXT   NOT NULL,
    first      TEXT   NOT NULL REFERENCES assistance_benefit (id),
    second     TEXT   NOT NULL REFERENCES assistance_benefit (id),
    person     TEXT   NOT NULL,           -- blind index
    township   TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    closed_at  BIGINT NOT NULL,
    closer     TEXT   NOT NULL,
    closer_name TEXT  NOT NULL,
    how        TEXT   NOT NULL
);
CREATE INDEX assistance_overlap_open ON assistance_overlap (closed_at, township, at, id);

CREATE TABLE assistance_basis (               -- from which month on a benefit stands on a later case than its first
    benefit TEXT NOT NULL REFERENCES assistance_benefit (id),
    since   TEXT NOT NULL,
    case_id TEXT NOT NULL,
    PRIMARY KEY (benefit, since)
);
