-- +goose Up
ALTER TABLE assistance_benefit ADD COLUMN kind TEXT NOT NULL DEFAULT 'monthly'; -- once, voucher, standing
