-- +goose Up
ALTER TABLE assistance_offer ADD COLUMN told BIGINT NOT NULL DEFAULT 0; -- when whom it is made to was told of it
CREATE INDEX assistance_offer_untold ON assistance_offer (id) WHERE told = 0 AND worker = 0 AND state = 'made';
