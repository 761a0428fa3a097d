-- +goose Up
-- Since when a document is in its state; 0: since before this was kept.
ALTER TABLE document ADD COLUMN state_at BIGINT NOT NULL DEFAULT 0;
