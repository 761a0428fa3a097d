-- +goose Up
-- Index databases of departments (package mirror), and what has yet to be written into them.
CREATE TABLE mirror_database (
  name          TEXT PRIMARY KEY CHECK (name <> '' AND name <> 'main'),
  kind          TEXT NOT NULL,
  dsn           BLOB NOT NULL,              -- sealed
  index_table   TEXT NOT NULL,
  revision      BIGINT NOT NULL CHECK (revision >= 1), -- grows with every change of the three above
  changed_at    BIGINT NOT NULL,
  lease_owner   TEXT NOT NULL DEFAULT '',   -- who delivers to it
  lease_until   BIGINT NOT NULL DEFAULT 0,
  failures      BIGINT NOT NULL DEFAULT 0 CHECK (failures >= 0), -- in a row
  next_at       BIGINT NOT NULL DEFAULT 0,  -- not tried before
  last_error    TEXT NOT NULL DEFAULT '',
  last_error_at BIGINT NOT NULL DEFAULT 0,
  last_ok_at    BIGINT NOT NULL DEFAULT 0   -- of the last delivery
);
CREATE TABLE mirror_outbox (
  target    TEXT NOT NULL REFERENCES mirror_database (name),
  number    TEXT NOT NULL,
  client    TEXT NOT NULL,
  path      TEXT NOT NULL,
  digest    TEXT NOT NULL,
  size      BIGINT NOT NULL CHECK (size >= 0),
  type      TEXT NOT NULL,
  state     TEXT NOT NULL,
  version   BIGINT NOT NULL CHECK (version >= 1),
  updated   BIGINT NOT NULL,
  queued_at BIGINT NOT NULL,
  failures  BIGINT NOT NULL DEFAULT 0 CHECK (failures >= 0),
  next_at   BIGINT NOT NULL DEFAULT 0,      -- a row that the database refuses stands aside until then
  error     TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (target, number)              -- only the newest version waits
);
CREATE INDEX mirror_outbox_order ON mirror_outbox (target, queued_at, number);
