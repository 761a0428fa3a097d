-- +goose Up
-- Rows of index databases are known by number and organisation: two organisations may give the same numbers. Only the
-- newest version of each waits.
CREATE TABLE mirror_waiting (
  target    TEXT NOT NULL REFERENCES mirror_database (name),
  number    TEXT NOT NULL,
  org       TEXT NOT NULL CHECK (org <> ''),
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
  next_at   BIGINT NOT NULL DEFAULT 0,
  error     TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (target, number, org)
);
-- What waits gets its organisation from the document that it tells of; what tells of none is found by the check.
INSERT INTO mirror_waiting (target, number, org, client, path, digest, size, type, state, version, updated, queued_at, failures, next_at, error)
  SELECT o.target, o.number, MIN(e.org), o.client, o.path, o.digest, o.size, o.type, o.state, o.version, o.updated, o.queued_at, o.failures, o.next_at, o.error
  FROM mirror_outbox o JOIN edoc e ON e.number = o.number AND e.path = o.path AND e.type = o.type
  GROUP BY o.target, o.number, o.client, o.path, o.digest, o.size, o.type, o.state, o.version, o.updated, o.queued_at, o.failures, o.next_at, o.error;
DROP INDEX mirror_outbox_order;
DROP TABLE mirror_outbox;
ALTER TABLE mirror_waiting RENAME TO mirror_outbox;
CREATE INDEX mirror_outbox_order ON mirror_outbox (target, queued_at, number, org);
