-- +goose Up
-- The version of the wording that was agreed to. Earlier wordings stood in the screens: 0, and the consent is asked anew.
ALTER TABLE consent ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
