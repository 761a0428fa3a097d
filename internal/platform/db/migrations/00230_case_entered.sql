-- +goose Up
-- Since when a case is in its state. Of cases from before this was kept their latest change is known.
ALTER TABLE bcase ADD COLUMN entered_at BIGINT NOT NULL DEFAULT 0;
UPDATE bcase SET entered_at = updated_at;
