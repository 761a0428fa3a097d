-- +goose Up
-- What whoever decided on a use of a seal said of it; reason is why it was asked for.
ALTER TABLE seal_approval ADD COLUMN answer TEXT NOT NULL DEFAULT '';
