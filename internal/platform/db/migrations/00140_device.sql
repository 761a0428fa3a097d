-- +goose Up
-- Agents on the machines beside readers (package device): of codes only digests stand here; what an agent's
-- local page is protected by, and pictures on their way, are sealed.
CREATE TABLE device_code (
  hash       TEXT PRIMARY KEY,
  org        TEXT NOT NULL REFERENCES organisation (id),
  made_by    TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE device (
  id          TEXT PRIMARY KEY,
  org         TEXT NOT NULL REFERENCES organisation (id),
  name        TEXT NOT NULL CHECK (name <> ''),
  public_key  TEXT NOT NULL UNIQUE,               -- Ed25519, base64url
  local_token BLOB NOT NULL,                      -- sealed: opens the agent's page to members of the organisation
  readers     TEXT NOT NULL DEFAULT '[]',         -- as the agent last said
  enrolled_at BIGINT NOT NULL,
  enrolled_by TEXT NOT NULL,                      -- who made the code
  seen_at     BIGINT NOT NULL DEFAULT 0,
  revoked_at  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX device_org ON device (org);

-- A picture asked of a device. It is handed in once and taken out once; what is left over is deleted.
CREATE TABLE device_capture (
  id         TEXT PRIMARY KEY,
  device     TEXT NOT NULL REFERENCES device (id),
  asked_by   TEXT NOT NULL,
  position   BIGINT NOT NULL CHECK (position BETWEEN 0 AND 10), -- ISO/IEC 19794-2, 0: any finger
  nonce      TEXT NOT NULL UNIQUE,
  state      TEXT NOT NULL CHECK (state IN ('asked', 'captured', 'failed', 'used')),
  reason     TEXT NOT NULL DEFAULT '',            -- why it failed
  reader     TEXT NOT NULL DEFAULT '',
  dpi        BIGINT NOT NULL DEFAULT 0,
  quality    BIGINT NOT NULL DEFAULT 0,           -- the agent's own measure
  digest     TEXT NOT NULL DEFAULT '',
  signature  TEXT NOT NULL DEFAULT '',
  picture    BLOB,                                -- sealed
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  taken_at   BIGINT NOT NULL DEFAULT 0,
  CHECK ((state = 'captured') = (picture IS NOT NULL))
);
CREATE INDEX device_capture_waiting ON device_capture (device, created_at) WHERE state = 'asked';
CREATE INDEX device_capture_expiry ON device_capture (expires_at);
