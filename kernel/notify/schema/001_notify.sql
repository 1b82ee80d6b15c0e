-- +goose Up
CREATE TABLE notify_message (
    id          TEXT   PRIMARY KEY,
    message_key TEXT   NOT NULL UNIQUE,
    person      TEXT   NOT NULL,
    app         BIGINT NOT NULL,
    title       TEXT   NOT NULL,
    text        TEXT   NOT NULL,
    short       TEXT   NOT NULL,
    link        TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    made_at     BIGINT NOT NULL,
    read_at     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX notify_message_inbox ON notify_message (person, app, made_at, id);
CREATE INDEX notify_message_unread ON notify_message (person, app, read_at);
CREATE TABLE notify_delivery (
    id      TEXT   PRIMARY KEY,
    message TEXT   NOT NULL REFERENCES notify_message (id),
    subject TEXT   NOT NULL,
    channel TEXT   NOT NULL,
    phone   TEXT   NOT NULL,
    state   TEXT   NOT NULL,
    tries   BIGINT NOT NULL DEFAULT 0,
    receipt TEXT   NOT NULL DEFAULT '',
    failure TEXT   NOT NULL DEFAULT '',
    made_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX notify_delivery_subject ON notify_delivery (subject, made_at, id);
CREATE INDEX notify_delivery_message ON notify_delivery (message);
