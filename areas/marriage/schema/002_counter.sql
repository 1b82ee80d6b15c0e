-- +goose Up
-- Two people at the counter, with what departments said about them.
CREATE TABLE marriage_visit (
	id         TEXT   PRIMARY KEY,
	office     TEXT   NOT NULL,
	day        TEXT   NOT NULL,
	state      TEXT   NOT NULL, -- open, done, left
	couple     TEXT   NOT NULL, -- sealed
	answers    TEXT   NOT NULL, -- sealed; '' until departments have answered
	record_id  TEXT   NOT NULL,
	booking    TEXT   NOT NULL,
	clerk      TEXT   NOT NULL,
	clerk_name TEXT   NOT NULL,
	opened     BIGINT NOT NULL,
	closed     BIGINT NOT NULL
);
CREATE INDEX marriage_visit_office ON marriage_visit (office, day, opened);

-- An original that was seen where a department is silent or says otherwise.
-- It counts once a second clerk has seen it too.
CREATE TABLE marriage_evidence (
	id          TEXT   PRIMARY KEY,
	visit       TEXT   NOT NULL,
	side        BIGINT NOT NULL,
	about       TEXT   NOT NULL, -- identity, marital, book
	doc         TEXT   NOT NULL, -- sealed: kind, number, what it says
	by_id       TEXT   NOT NULL,
	by_name     TEXT   NOT NULL,
	at          BIGINT NOT NULL,
	second_id   TEXT   NOT NULL,
	second_name TEXT   NOT NULL,
	second_at   BIGINT NOT NULL
);
CREATE INDEX marriage_evidence_visit ON marriage_evidence (visit, at);

-- A question to a department whether its data are right (校核), with its term.
CREATE TABLE marriage_ticket (
	id         TEXT   PRIMARY KEY,
	office     TEXT   NOT NULL,
	visit      TEXT   NOT NULL,
	side       BIGINT NOT NULL,
	about      TEXT   NOT NULL,
	department TEXT   NOT NULL,
	doc        TEXT   NOT NULL, -- sealed: who, what differs, the answer
	state      TEXT   NOT NULL, -- open, corrected, kept
	opened     BIGINT NOT NULL,
	due        TEXT   NOT NULL,
	by_name    TEXT   NOT NULL,
	closed     BIGINT NOT NULL,
	closed_by  TEXT   NOT NULL
);
CREATE INDEX marriage_ticket_office ON marriage_ticket (office, state, due);
CREATE UNIQUE INDEX marriage_ticket_once ON marriage_ticket (visit, side, about);
