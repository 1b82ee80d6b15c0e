-- +goose Up
-- An application for divorce by agreement (民法典 art. 1076–1078). Its days are
-- counted anew from the day of applying whenever they are needed.
CREATE TABLE marriage_divorce (
	id         TEXT   PRIMARY KEY,
	marriage   TEXT   NOT NULL,
	office     TEXT   NOT NULL, -- that took it: the only one that may finish it
	applied    TEXT   NOT NULL,
	state      TEXT   NOT NULL, -- open, withdrawn, expired, done
	doc        TEXT   NOT NULL, -- sealed: the agreement, who withdrew
	record_id  TEXT   NOT NULL,
	clerk      TEXT   NOT NULL,
	clerk_name TEXT   NOT NULL,
	at         BIGINT NOT NULL,
	closed     BIGINT NOT NULL
);
CREATE UNIQUE INDEX marriage_divorce_open ON marriage_divorce (marriage) WHERE state = 'open';
CREATE INDEX marriage_divorce_marriage ON marriage_divorce (marriage, at);
CREATE INDEX marriage_divorce_office ON marriage_divorce (office, state, applied);
