-- +goose Up
-- Messages (package message): what people read in-site, and what goes out by e-mail and SMS.
CREATE TABLE inbox_head (
  person TEXT PRIMARY KEY,
  seq    BIGINT NOT NULL           -- of the person's newest message
);
CREATE TABLE inbox (
  id         TEXT PRIMARY KEY,
  dedup      TEXT NOT NULL UNIQUE, -- event and recipient
  person     TEXT NOT NULL,
  org        TEXT NOT NULL DEFAULT '',
  seq        BIGINT NOT NULL,
  template   TEXT NOT NULL,
  subject    TEXT NOT NULL,        -- under whose key params are sealed
  params     BLOB NOT NULL,
  case_id    TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  read_at    BIGINT NOT NULL DEFAULT 0,
  UNIQUE (person, seq)
);
CREATE INDEX inbox_unread ON inbox (person) WHERE read_at = 0;
CREATE TABLE outbox (
  id         TEXT PRIMARY KEY,     -- the key that the receiving side knows the message by
  dedup      TEXT NOT NULL UNIQUE, -- event, recipient and channel
  channel    TEXT NOT NULL CHECK (channel IN ('email', 'sms')),
  person     TEXT NOT NULL DEFAULT '',
  template   TEXT NOT NULL,
  lang       TEXT NOT NULL DEFAULT '',
  subject    TEXT NOT NULL,
  address    BLOB,                 -- sealed; when the recipient is no known person
  params     BLOB,                 -- sealed; wiped once sent
  case_id    TEXT NOT NULL DEFAULT '',
  state      TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
  problem    TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,      -- not sent after this
  done_at    BIGINT NOT NULL DEFAULT 0,
  CHECK (state <> 'sent' OR (params IS NULL AND address IS NULL)),
  CHECK ((state = 'failed') = (problem <> ''))
);
CREATE INDEX outbox_failed ON outbox (created_at) WHERE state = 'failed';
CREATE INDEX outbox_case ON outbox (case_id) WHERE case_id <> '';
