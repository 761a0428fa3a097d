-- +goose Up
-- Work to do after a commit (package jobs). A row is claimed by moving claim_at into the future; a
-- claim that is not finished by then is taken over by whoever finds it.
CREATE TABLE job (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,
  queue      TEXT NOT NULL DEFAULT '',      -- jobs of one queue run one at a time, oldest first
  args       TEXT NOT NULL,
  state      TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'dead')),
  created_at BIGINT NOT NULL,
  claim_at   BIGINT NOT NULL,
  attempt    BIGINT NOT NULL DEFAULT 0,
  owner      TEXT NOT NULL DEFAULT '',
  error      TEXT NOT NULL DEFAULT ''
);
CREATE INDEX job_claim ON job (claim_at) WHERE state = 'waiting';
CREATE INDEX job_queue ON job (queue, created_at) WHERE queue <> '';
