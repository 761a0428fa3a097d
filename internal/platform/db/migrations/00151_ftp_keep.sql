-- +goose Up
-- How long what was put into the outbox of an FTP account lies there.
ALTER TABLE ftp_account ADD COLUMN keep_days BIGINT NOT NULL DEFAULT 30 CHECK (keep_days > 0);
