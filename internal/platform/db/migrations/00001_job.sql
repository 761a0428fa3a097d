-- +goose Up
-- Work to do after a commit (package jobs). A row is claimed by naming an owner and moving claim_at
-- into the future; a claim that is not finished by then is taken over by whoever finds it.
CREATE TABLE job (
  id         TEXT PRIMARY KEY,              -- the caller's key, or random
  kind       TEXT NOT NULL,
  queue      TEXT NOT NULL DEFAULT '',      -- jobs of one queue run one at a time, oldest first
  seq        BIGINT NOT NULL DEFAULT 0,     -- order within a queue
  args       TEXT NOT NULL,
  state      TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'dead')),
  created_at BIGINT NOT NULL,
  due_at     BIGINT NOT NULL DEFAULT 0,     -- when it was meant to run; moved only by its callers
  claim_at   BIGINT NOT NULL,               -- next moment at which it may be claimed
  attempt    BIGINT NOT NULL DEFAULT 0,     -- counts claims, never goes back: the fencing number
  failures   BIGINT NOT NULL DEFAULT 0 CHECK (failures >= 0),
  owner      TEXT NOT NULL DEFAULT '',      -- who runs it; empty when nobody does
  error      TEXT NOT NULL DEFAULT '',
  CHECK (state = 'waiting' OR owner = '')
);
CREATE INDEX job_claim ON job (claim_at) WHERE state = 'waiting';
CREATE INDEX job_queue ON job (queue, seq) WHERE queue <> '' AND state = 'waiting';
-- One job of a queue runs at a time, whatever the claimers believe.
CREATE UNIQUE INDEX job_queue_running ON job (queue) WHERE queue <> '' AND owner <> '';
CREATE INDEX job_dead ON job (created_at) WHERE state = 'dead';
