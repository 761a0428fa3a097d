-- +goose Up
-- Accounts of the built-in FTP server (package filestore/ftpaccount).
CREATE TABLE ftp_account (
  name        TEXT PRIMARY KEY,
  org         TEXT NOT NULL,
  folder      TEXT NOT NULL UNIQUE,         -- with inbox/ and outbox/ of the client
  password    TEXT NOT NULL,                -- keyed digest; passwords are random
  quota       BIGINT NOT NULL CHECK (quota >= 0), -- bytes in the inbox; 0: no limit
  disabled_at BIGINT NOT NULL DEFAULT 0,
  created_at  BIGINT NOT NULL,
  created_by  TEXT NOT NULL
);
CREATE INDEX ftp_account_org ON ftp_account (org, name);
