-- +goose Up
-- Devices from which a person signs in by face (package identity). The device holds the private key and does not
-- let it out; the template is sealed.
CREATE TABLE face_device (
  id         TEXT PRIMARY KEY,
  person     TEXT NOT NULL REFERENCES person (id),
  name       TEXT NOT NULL CHECK (name <> ''),
  public_key TEXT NOT NULL UNIQUE,                -- ECDSA P-256, SubjectPublicKeyInfo, base64url
  model      TEXT NOT NULL,                       -- of the template
  face       BLOB,                                -- sealed; NULL once ended
  agent      TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL DEFAULT 0,
  ended_at   BIGINT NOT NULL DEFAULT 0,
  CHECK ((ended_at = 0) = (face IS NOT NULL))
);
CREATE INDEX face_device_person ON face_device (person);

-- Challenges, each for one answer: to bind a device (person) or to sign in from one (device).
CREATE TABLE face_challenge (
  nonce      TEXT PRIMARY KEY,
  person     TEXT NOT NULL DEFAULT '',
  device     TEXT NOT NULL DEFAULT '',
  challenge  TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL DEFAULT 0,
  CHECK ((person = '') <> (device = ''))
);
CREATE INDEX face_challenge_expiry ON face_challenge (expires_at);

-- Sessions may now rest on a face. SQLite changes a CHECK only by making the table anew.
CREATE TABLE session_with_face (
  id         TEXT PRIMARY KEY,
  hash       TEXT NOT NULL UNIQUE,
  person     TEXT REFERENCES person (id),
  org        TEXT NOT NULL DEFAULT '',
  link       TEXT REFERENCES access_link (id),
  level      TEXT NOT NULL CHECK (level IN ('pending', 'password', 'sms', 'face', 'totp', 'link')),
  address    TEXT NOT NULL,
  agent      TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  CHECK (person IS NOT NULL OR link IS NOT NULL),
  CHECK ((level = 'link') = (link IS NOT NULL))
);
INSERT INTO session_with_face (id, hash, person, org, link, level, address, agent, created_at, seen_at, expires_at)
  SELECT id, hash, person, org, link, level, address, agent, created_at, seen_at, expires_at FROM session;
DROP TABLE session;
ALTER TABLE session_with_face RENAME TO session;
CREATE INDEX session_person ON session (person);
CREATE INDEX session_expiry ON session (expires_at);
