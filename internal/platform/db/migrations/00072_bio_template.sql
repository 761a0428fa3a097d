-- +goose Up
-- Fingerprint templates, sealed. A print can be redrawn from one, so they are guarded like prints.
CREATE TABLE bio_template (
  id          TEXT PRIMARY KEY,
  subject     TEXT NOT NULL,                -- whose: "person/…"
  purpose     TEXT NOT NULL,                -- the procedure that allows keeping it
  position    BIGINT NOT NULL CHECK (position BETWEEN 0 AND 10), -- ISO/IEC 19794-2: 1 right thumb … 10 left little finger, 0 unknown
  model       TEXT NOT NULL,
  sealed      BLOB NOT NULL,
  quality     BIGINT NOT NULL,
  enrolled_at BIGINT NOT NULL,
  enrolled_by TEXT NOT NULL
);
CREATE UNIQUE INDEX bio_template_one ON bio_template (subject, purpose, position, model);
