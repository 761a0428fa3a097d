-- +goose Up
-- Verifications by fingerprint (package biometric), counted before they are judged: no picture, no template.
CREATE TABLE bio_finger_check (
  id         TEXT PRIMARY KEY,
  subject    TEXT NOT NULL,                 -- whose fingers: "person/…"
  purpose    TEXT NOT NULL,
  source     TEXT NOT NULL,                 -- "capture/…" or "scan"
  model      TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('submitted', 'match', 'no_match')),
  score      DOUBLE PRECISION,              -- NULL: not compared
  threshold  DOUBLE PRECISION,
  position   BIGINT NOT NULL DEFAULT 0,     -- of the enrolled finger that came closest
  created_at BIGINT NOT NULL
);
CREATE INDEX bio_finger_check_subject ON bio_finger_check (subject, purpose, created_at);
