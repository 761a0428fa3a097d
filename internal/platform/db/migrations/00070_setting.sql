-- +goose Up
-- What an organisation sets for itself: asked materials, catalogues, phrases, policy (package setting).
CREATE TABLE setting (
  org        TEXT NOT NULL,
  name       TEXT NOT NULL,
  version    BIGINT NOT NULL CHECK (version >= 1),
  body       TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (org, name, version)
);
