-- +goose Up
-- Files (package filestore). Contents stand in the content-addressed store under their digest.
CREATE TABLE file (
  id         TEXT PRIMARY KEY,
  case_id    TEXT NOT NULL DEFAULT '',
  uploader   TEXT NOT NULL,                 -- whoever may go on with the upload
  state      TEXT NOT NULL CHECK (state IN ('partial', 'checking', 'ready', 'refused')),
  subject    TEXT NOT NULL,                 -- under whose key the name is sealed
  name       BLOB NOT NULL,                 -- sealed: names of files hold names of people
  size       BIGINT NOT NULL CHECK (size >= 0),
  received   BIGINT NOT NULL CHECK (received >= 0 AND received <= size), -- bytes known to be on the disk
  digest     TEXT NOT NULL DEFAULT '',
  mime       TEXT NOT NULL DEFAULT '',
  problem    TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL DEFAULT 0,
  CHECK ((state = 'ready') = (digest <> '')),
  CHECK ((state = 'refused') = (problem <> '')),
  CHECK (state = 'partial' OR received = size)
);
CREATE INDEX file_digest ON file (digest) WHERE state = 'ready';
CREATE INDEX file_uploader ON file (uploader) WHERE state = 'partial';
CREATE INDEX file_expiry ON file (expires_at) WHERE state IN ('partial', 'refused');
CREATE INDEX file_case ON file (case_id) WHERE case_id <> '';
