-- +goose Up
-- Long runs of many rows (package batch).
CREATE TABLE batch (
  id          TEXT PRIMARY KEY,
  kind        TEXT NOT NULL,
  org         TEXT NOT NULL DEFAULT '',
  person      TEXT NOT NULL DEFAULT '',      -- who made it
  role        TEXT NOT NULL DEFAULT '',      -- members of org in this role see it; '': all members
  dedup       TEXT NOT NULL DEFAULT '',      -- a second one of the same name in org is the first
  state       TEXT NOT NULL CHECK (state IN ('loading', 'running', 'waiting', 'paused', 'done', 'cancelled')),
  head        BLOB,                          -- title, parameters, maker, columns: sealed; NULL once erased
  total       BIGINT NOT NULL DEFAULT 0 CHECK (total >= 0),
  done        BIGINT NOT NULL DEFAULT 0 CHECK (done >= 0),   -- as of the end; before it the rows are counted
  failed      BIGINT NOT NULL DEFAULT 0 CHECK (failed >= 0),
  reason      TEXT NOT NULL DEFAULT '',      -- what it waits for: a code, and the words for it
  reason_zh   TEXT NOT NULL DEFAULT '',
  reason_en   TEXT NOT NULL DEFAULT '',
  again_at    BIGINT NOT NULL DEFAULT 0,     -- when a waiting one tries again by itself; 0: when told to
  created_at  BIGINT NOT NULL,
  since       BIGINT NOT NULL DEFAULT 0,     -- running since, for the rate
  claimed_at  BIGINT NOT NULL DEFAULT 0,     -- last claim of rows: who waited longest is next
  finished_at BIGINT NOT NULL DEFAULT 0,
  CHECK (state <> 'waiting' OR reason <> ''),
  CHECK ((state IN ('done', 'cancelled')) = (finished_at > 0)),
  CHECK (state <> 'done' OR done + failed = total)
);
CREATE UNIQUE INDEX batch_dedup ON batch (org, dedup) WHERE dedup <> '' AND state <> 'loading';
CREATE INDEX batch_org ON batch (org, created_at) WHERE org <> '';
CREATE INDEX batch_person ON batch (person, created_at) WHERE person <> '';
CREATE INDEX batch_open ON batch (claimed_at) WHERE state IN ('running', 'waiting');

-- What the rows hold, sealed some rows at a time, and who works on them.
CREATE TABLE batch_chunk (
  batch     TEXT NOT NULL REFERENCES batch (id),
  chunk     BIGINT NOT NULL CHECK (chunk >= 0),
  first     BIGINT NOT NULL CHECK (first > 0),  -- number of its first row
  size      BIGINT NOT NULL CHECK (size > 0),
  rows      BLOB,                               -- sealed; NULL once erased
  open      BIGINT NOT NULL DEFAULT 1 CHECK (open IN (0, 1)), -- some row has no outcome
  owner     TEXT NOT NULL DEFAULT '',
  claim_at  BIGINT NOT NULL DEFAULT 0,          -- when it may be claimed (again)
  attempt   BIGINT NOT NULL DEFAULT 0,          -- counts claims; a claim is known by owner and attempt
  abandoned BIGINT NOT NULL DEFAULT 0,          -- claims since the last outcome that ended with their process
  PRIMARY KEY (batch, chunk)
);
CREATE INDEX batch_chunk_open ON batch_chunk (batch, claim_at, chunk) WHERE open = 1;

-- Outcomes. A row without one is still to be done; the key is what makes an outcome happen once.
CREATE TABLE batch_row (
  batch   TEXT NOT NULL REFERENCES batch (id),
  n       BIGINT NOT NULL CHECK (n > 0),
  state   TEXT NOT NULL CHECK (state IN ('done', 'failed')),
  ref     TEXT NOT NULL DEFAULT '',   -- what was made: the id of a case
  number  TEXT NOT NULL DEFAULT '',
  code    TEXT NOT NULL DEFAULT '',   -- why it failed, and the words for it
  text_zh TEXT NOT NULL DEFAULT '',
  text_en TEXT NOT NULL DEFAULT '',
  fields  TEXT NOT NULL DEFAULT '',   -- the wrong entries as JSON
  at      BIGINT NOT NULL,
  PRIMARY KEY (batch, n),
  CHECK ((state = 'failed') = (code <> ''))
);
