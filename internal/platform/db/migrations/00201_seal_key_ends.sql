-- +goose Up
-- When the certificate of a seal's key ends, and how often its holders were reminded of that.
ALTER TABLE seal_key ADD COLUMN ends_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE seal_key ADD COLUMN reminded BIGINT NOT NULL DEFAULT 0 CHECK (reminded BETWEEN 0 AND 2);
-- Until now every certificate was valid for three years.
UPDATE seal_key SET ends_at = created_at + 94608000000;
