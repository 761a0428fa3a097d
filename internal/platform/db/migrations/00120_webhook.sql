-- +goose Up
-- Webhooks (package webhook): where organisations want to be told of events, and what was told.
CREATE TABLE webhook_endpoint (
  id            TEXT PRIMARY KEY,
  org           TEXT NOT NULL CHECK (org <> ''),
  url           TEXT NOT NULL,
  description   TEXT NOT NULL DEFAULT '',
  types         TEXT NOT NULL,               -- JSON list of event types; empty: all
  secret        BLOB NOT NULL,               -- sealed
  old_secret    BLOB,                        -- sealed; signs as well until old_until
  old_until     BIGINT NOT NULL DEFAULT 0,
  disabled      TEXT NOT NULL DEFAULT '' CHECK (disabled IN ('', 'by-admin', 'gone', 'failing')), -- why
  failures      BIGINT NOT NULL DEFAULT 0,   -- in a row, over all deliveries
  failing_since BIGINT NOT NULL DEFAULT 0,
  quiet_until   BIGINT NOT NULL DEFAULT 0,   -- left alone until then
  created_at    BIGINT NOT NULL,
  UNIQUE (org, url),
  CHECK ((failures = 0) = (failing_since = 0))
);
CREATE TABLE webhook_message (
  id         TEXT PRIMARY KEY,               -- webhook-id, the same for all tries
  org        TEXT NOT NULL,
  type       TEXT NOT NULL,
  dedup      TEXT NOT NULL UNIQUE,           -- organisation and event
  body       BLOB NOT NULL,                  -- sealed
  created_at BIGINT NOT NULL
);
CREATE INDEX webhook_message_age ON webhook_message (created_at);
CREATE TABLE webhook_delivery (
  id         TEXT PRIMARY KEY,
  message    TEXT NOT NULL REFERENCES webhook_message (id),
  endpoint   TEXT NOT NULL REFERENCES webhook_endpoint (id),
  seq        BIGINT NOT NULL,                -- order in lists
  state      TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
  problem    TEXT NOT NULL DEFAULT '',       -- of the latest try
  attempts   BIGINT NOT NULL DEFAULT 0,
  tries      BIGINT NOT NULL DEFAULT 0,      -- since it was sent or sent again
  next_at    BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  done_at    BIGINT NOT NULL DEFAULT 0,
  UNIQUE (message, endpoint),
  CHECK ((state = 'waiting') = (done_at = 0)),
  CHECK (state <> 'failed' OR problem <> '')
);
CREATE INDEX webhook_delivery_log ON webhook_delivery (endpoint, seq);
CREATE TABLE webhook_attempt (
  delivery TEXT NOT NULL REFERENCES webhook_delivery (id),
  n        BIGINT NOT NULL CHECK (n >= 1),
  at       BIGINT NOT NULL,
  status   BIGINT NOT NULL,                  -- of HTTP; 0: there was no answer
  problem  TEXT NOT NULL,                    -- empty: delivered
  took_ms  BIGINT NOT NULL,
  PRIMARY KEY (delivery, n)
);
