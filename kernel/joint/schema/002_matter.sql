-- +goose Up
CREATE TABLE joint_matter (                   -- 一件事
    id      TEXT   PRIMARY KEY,
    once    TEXT   NOT NULL UNIQUE,           -- the same for the same sending
    code    TEXT   NOT NULL,
    person  TEXT   NOT NULL,                  -- who has started it
    region  TEXT   NOT NULL,
    said    TEXT   NOT NULL,                  -- sealed JSON: what was said once
    started BIGINT NOT NULL
);
CREATE INDEX joint_matter_person ON joint_matter (person, started, id);

CREATE TABLE joint_part (
    matter  TEXT   NOT NULL,
    part    TEXT   NOT NULL,
    agreed  BIGINT NOT NULL,                  -- they want it; 0 is not
    ref     TEXT   NOT NULL,                  -- the draft, or the request to an office
    done    BIGINT NOT NULL,                  -- of what is done by being told
    PRIMARY KEY (matter, part)
);
CREATE INDEX joint_part_ref ON joint_part (ref);

CREATE TABLE joint_part_case (                -- cases that a part has opened
    case_id TEXT   NOT NULL,
    matter  TEXT   NOT NULL,
    part    TEXT   NOT NULL,
    PRIMARY KEY (case_id, matter, part)
);
CREATE INDEX joint_part_case_matter ON joint_part_case (matter, part);
