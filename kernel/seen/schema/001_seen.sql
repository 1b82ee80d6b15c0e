-- +goose Up
CREATE TABLE seen_question (
    id        TEXT   PRIMARY KEY,
    person    TEXT   NOT NULL,
    entry_key TEXT   NOT NULL,   -- the entry that is questioned
    county    TEXT   NOT NULL,
    kind      TEXT   NOT NULL,   -- not-me, unclear
    sealed    TEXT   NOT NULL,   -- the entry as it was shown, and what the person says
    made_at   BIGINT NOT NULL,
    due       TEXT   NOT NULL,
    state     TEXT   NOT NULL,   -- open, answered
    outcome   TEXT   NOT NULL DEFAULT '',
    answer    TEXT   NOT NULL DEFAULT '',
    by_id     TEXT   NOT NULL DEFAULT '',
    done_at   BIGINT NOT NULL DEFAULT 0,
    UNIQUE (person, entry_key)
);
CREATE INDEX seen_question_county ON seen_question (county, state, due, id);

CREATE TABLE seen_choice (
    person    TEXT   PRIMARY KEY,
    number_ix TEXT   NOT NULL,
    locked    BIGINT NOT NULL,   -- since when; 0 is not
    lifted    BIGINT NOT NULL,   -- until when the lock is lifted at the counter
    quiet     BIGINT NOT NULL    -- 1: not told when something begins
);
CREATE INDEX seen_choice_number ON seen_choice (number_ix);
