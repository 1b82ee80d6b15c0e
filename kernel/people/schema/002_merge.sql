-- +goose Up
ALTER TABLE people_person ADD COLUMN merged TEXT NOT NULL DEFAULT ''; -- the person whom they turned out to be; the row stays as the trail of their number

CREATE TABLE people_twin (                    -- two rows that may be one person
    id       TEXT   PRIMARY KEY,
    pair_key TEXT   NOT NULL UNIQUE,      -- both ids in order: a pair is raised once
    a        TEXT   NOT NULL,
    b        TEXT   NOT NULL,
    region_a TEXT   NOT NULL,
    region_b TEXT   NOT NULL,
    why      TEXT   NOT NULL,             -- codes of the reasons, with commas
    found    BIGINT NOT NULL,
    outcome  TEXT   NOT NULL,             -- empty: open; merged, different
    closed   BIGINT NOT NULL,
    by_id    TEXT   NOT NULL,
    by_name  TEXT   NOT NULL,
    note     TEXT   NOT NULL              -- sealed
);
CREATE INDEX people_twin_open ON people_twin (outcome, region_a, id);
CREATE INDEX people_twin_open_b ON people_twin (outcome, region_b, id);

CREATE TABLE people_merge (                   -- what was merged, by whom, and whether it stands
    id          TEXT   PRIMARY KEY,
    kept        TEXT   NOT NULL,
    gone        TEXT   NOT NULL,
    region      TEXT   NOT NULL,
    reason      TEXT   NOT NULL,          -- sealed
    moved       TEXT   NOT NULL,          -- JSON: what followed, by room
    at          BIGINT NOT NULL,
    by_id       TEXT   NOT NULL,
    by_name     TEXT   NOT NULL,
    undone      BIGINT NOT NULL,
    undone_by   TEXT   NOT NULL,
    undone_name TEXT   NOT NULL,
    undone_why  TEXT   NOT NULL           -- sealed
);
CREATE INDEX people_merge_at ON people_merge (region, at, id);
CREATE INDEX people_merge_gone ON people_merge (gone, undone);
