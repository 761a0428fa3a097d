-- +goose Up
-- The evidence log (package evidence): an append-only Merkle tree over the heads of all timelines.

-- What a case transaction hands over; the sequencer moves it into log_leaf.
CREATE TABLE to_log (
  case_id TEXT   NOT NULL,
  seq     BIGINT NOT NULL CHECK (seq >= 0),
  hash    BLOB   NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (case_id, seq)
);
CREATE INDEX to_log_order ON to_log (at, case_id, seq);

CREATE TABLE log_leaf (
  idx     BIGINT PRIMARY KEY CHECK (idx >= 0),
  case_id TEXT   NOT NULL,
  seq     BIGINT NOT NULL,
  hash    BLOB   NOT NULL,
  UNIQUE (case_id, seq)
);

-- All complete subtrees, in the order of tlog.StoredHashIndex. The primary key stops a second sequencer.
CREATE TABLE merkle (
  i BIGINT PRIMARY KEY CHECK (i >= 0),
  h BLOB   NOT NULL
);

CREATE TABLE log_checkpoint (
  id   BIGINT PRIMARY KEY CHECK (id > 0),
  size BIGINT NOT NULL,
  note TEXT   NOT NULL,
  at   BIGINT NOT NULL
);

-- One row; whoever sequences locks it.
CREATE TABLE log_state (
  id   BIGINT PRIMARY KEY CHECK (id = 1),
  size BIGINT NOT NULL
);
INSERT INTO log_state (id, size) VALUES (1, 0);
