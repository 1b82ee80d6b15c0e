-- +goose Up
-- A time at an office. No more are booked than its capacity.
CREATE TABLE marriage_slot (
	office   TEXT   NOT NULL,
	day      TEXT   NOT NULL,
	at       TEXT   NOT NULL, -- 09:00
	capacity BIGINT NOT NULL,
	taken    BIGINT NOT NULL,
	PRIMARY KEY (office, day, at),
	CHECK (taken >= 0 AND taken <= capacity)
);

-- Two who have booked a time, or wait for one.
CREATE TABLE marriage_booking (
	id     TEXT   PRIMARY KEY, -- later ones sort later: the queue
	office TEXT   NOT NULL,
	day    TEXT   NOT NULL,
	at     TEXT   NOT NULL,
	state  TEXT   NOT NULL, -- booked, waiting, cancelled, came
	doc    TEXT   NOT NULL, -- sealed: the two, who has confirmed, what to bring
	made   BIGINT NOT NULL,
	closed BIGINT NOT NULL
);
CREATE INDEX marriage_booking_slot ON marriage_booking (office, day, at, state, id);

-- Who has a booking that stands: one for a person.
CREATE TABLE marriage_booked (
	person  TEXT PRIMARY KEY,
	booking TEXT NOT NULL
);
CREATE INDEX marriage_booked_booking ON marriage_booked (booking);
