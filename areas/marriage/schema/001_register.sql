-- +goose Up
-- One certificate, and what it is about. A marriage is about itself.
CREATE TABLE marriage_record (
	id         TEXT   PRIMARY KEY,
	kind       TEXT   NOT NULL, -- J, L, BJ, BL
	number     TEXT   NOT NULL,
	office     TEXT   NOT NULL, -- the county that registered it
	day        TEXT   NOT NULL,
	about      TEXT   NOT NULL, -- the marriage
	state      TEXT   NOT NULL, -- of a marriage: live, ended, void; of others: valid
	origin     TEXT   NOT NULL, -- here, archive
	code       TEXT   NOT NULL, -- stands on the certificate; says nothing
	doc        TEXT   NOT NULL, -- sealed: the two as they were on that day
	clerk      TEXT   NOT NULL,
	clerk_name TEXT   NOT NULL,
	at         BIGINT NOT NULL
);
CREATE UNIQUE INDEX marriage_record_number ON marriage_record (number, origin);
CREATE UNIQUE INDEX marriage_record_code ON marriage_record (code);
CREATE INDEX marriage_record_about ON marriage_record (about, at);
CREATE INDEX marriage_record_day ON marriage_record (office, day, id);

-- By whom a record is found: blind indexes of the number, and of name and birthday.
CREATE TABLE marriage_party (
	record_id TEXT   NOT NULL,
	side      BIGINT NOT NULL,
	person    TEXT   NOT NULL,
	named     TEXT   NOT NULL,
	PRIMARY KEY (record_id, side)
);
CREATE INDEX marriage_party_person ON marriage_party (person, record_id);
CREATE INDEX marriage_party_named ON marriage_party (named, record_id);

-- Who is married. One row for a person: nobody has two live marriages.
CREATE TABLE marriage_live (
	person    TEXT PRIMARY KEY,
	record_id TEXT NOT NULL
);
CREATE INDEX marriage_live_record ON marriage_live (record_id);

-- The last running number of a kind, an office and a year.
CREATE TABLE marriage_sequence (
	kind   TEXT   NOT NULL,
	office TEXT   NOT NULL,
	year   BIGINT NOT NULL,
	last   BIGINT NOT NULL,
	PRIMARY KEY (kind, office, year)
);

-- What was added to a record later: a judgment, a correction. Nothing is overwritten.
CREATE TABLE marriage_note (
	id        TEXT   PRIMARY KEY,
	record_id TEXT   NOT NULL,
	kind      TEXT   NOT NULL, -- void, corrected, ended
	doc       TEXT   NOT NULL, -- sealed
	by_id     TEXT   NOT NULL,
	by_name   TEXT   NOT NULL,
	at        BIGINT NOT NULL
);
CREATE INDEX marriage_note_record ON marriage_note (record_id, at);
