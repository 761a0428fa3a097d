-- +goose Up
-- What came by the FTP inboxes of departments (package edocument/inbox). A row begins before anything is
-- made of a manifest; its answer is written once. Rows of what was refused go with the manifest.
CREATE TABLE edoc_inbox (
  account  TEXT NOT NULL,
  id       TEXT NOT NULL,                -- of the manifest
  digest   TEXT NOT NULL,                -- of what it says
  upload   TEXT NOT NULL DEFAULT '',     -- the file that its PDF became
  made     INTEGER NOT NULL DEFAULT 0,   -- a document came of it
  answer   TEXT NOT NULL DEFAULT '',     -- JSON
  at       BIGINT NOT NULL,
  PRIMARY KEY (account, id)
);
