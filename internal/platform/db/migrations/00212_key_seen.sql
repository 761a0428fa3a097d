-- +goose Up
-- When a key was used last, to the hour; 0: never.
ALTER TABLE api_key ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
