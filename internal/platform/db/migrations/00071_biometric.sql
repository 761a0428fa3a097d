-- +goose Up
-- Biometric checks (package biometric): no picture, no template of a face is kept here.
CREATE TABLE bio_check (
  id         TEXT PRIMARY KEY,
  case_id    TEXT NOT NULL,
  subject    TEXT NOT NULL,                 -- keyed digest of whose identity is checked
  provider   TEXT NOT NULL,
  model      TEXT NOT NULL,
  reference  TEXT NOT NULL DEFAULT '',      -- the provider's own reference
  nonce      TEXT NOT NULL UNIQUE,
  challenge  TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('issued', 'submitted', 'match', 'review', 'no_match', 'error')),
  reason     TEXT NOT NULL DEFAULT '',
  score      DOUBLE PRECISION,              -- NULL: faces were not compared
  threshold  DOUBLE PRECISION,
  live       TEXT NOT NULL DEFAULT '',      -- '': liveness was not checked
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  decided_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX bio_check_subject ON bio_check (subject, created_at);

-- When an officer let a subject try again before the rest was over.
CREATE TABLE bio_unlock (
  subject TEXT NOT NULL,
  at      BIGINT NOT NULL,
  by_person TEXT NOT NULL,
  PRIMARY KEY (subject, at)
);
