-- +goose Up
CREATE TABLE file_file (
    id      TEXT   PRIMARY KEY,
    owner   TEXT   NOT NULL,
    name    TEXT   NOT NULL,
    type    TEXT   NOT NULL,
    size    BIGINT NOT NULL,
    content TEXT   NOT NULL,
    thumb   TEXT   NOT NULL,
    by_whom TEXT   NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX file_file_owner ON file_file (owner, made_at, id);
CREATE INDEX file_file_content ON file_file (content);
CREATE INDEX file_file_thumb ON file_file (thumb);
