-- +goose Up
-- Changes of one standard that stands in several services, proposed at once.
ALTER TABLE catalog_change ADD COLUMN together TEXT NOT NULL DEFAULT ''; -- id of the first of them; '' is alone
CREATE INDEX catalog_change_together ON catalog_change (together) WHERE together <> '';
