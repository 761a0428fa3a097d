-- +goose Up
-- Seals (package seal): life, keys, holders, tries, grants, approvals, log.
CREATE TABLE seal (
  id             TEXT PRIMARY KEY,
  org            TEXT   NOT NULL,
  owner          TEXT   NOT NULL,             -- whose name a legal representative's or name seal bears, else ''
  holder         TEXT   NOT NULL,             -- who sets the first password
  kind           TEXT   NOT NULL CHECK (kind IN ('contract', 'official', 'legal-rep', 'name')),
  text           TEXT   NOT NULL,
  number         TEXT   NOT NULL,
  picture        TEXT   NOT NULL,             -- file with an uploaded picture, '' when drawn
  svg            TEXT   NOT NULL,
  state          TEXT   NOT NULL CHECK (state IN ('applied', 'refused', 'approved', 'in-use', 'suspended', 'revoked', 'replaced')),
  key_version    BIGINT NOT NULL CHECK (key_version >= 0),
  needs_approval BIGINT NOT NULL CHECK (needs_approval IN (0, 1)),
  applicant      TEXT   NOT NULL,
  replaces       TEXT   REFERENCES seal (id),
  created_at     BIGINT NOT NULL,
  CHECK (state NOT IN ('in-use', 'suspended') OR key_version > 0)
);
CREATE UNIQUE INDEX seal_one_in_use ON seal (org, owner, kind, number) WHERE state IN ('in-use', 'suspended');
CREATE INDEX seal_org ON seal (org);

-- Nothing is ever deleted from the log.
CREATE TABLE seal_event (
  seal_id TEXT   NOT NULL REFERENCES seal (id),
  seq     BIGINT NOT NULL CHECK (seq > 0),
  at      BIGINT NOT NULL,
  kind    TEXT   NOT NULL,
  person  TEXT   NOT NULL,
  reason  TEXT   NOT NULL,
  case_id TEXT   NOT NULL,
  doc_id  TEXT   NOT NULL,
  digest  TEXT   NOT NULL,
  detail  TEXT   NOT NULL,
  PRIMARY KEY (seal_id, seq)
);

CREATE TABLE seal_key (
  seal_id     TEXT   NOT NULL REFERENCES seal (id),
  version     BIGINT NOT NULL CHECK (version > 0),
  alg         TEXT   NOT NULL,
  chain       BLOB   NOT NULL,                -- certificates in DER, the seal's own first
  sealed      BLOB   NOT NULL,                -- PKCS#8 under the data key
  mac         BLOB   NOT NULL,
  created_at  BIGINT NOT NULL,
  revoked_at  BIGINT NOT NULL,
  PRIMARY KEY (seal_id, version)
);

CREATE TABLE seal_grant (
  id         TEXT PRIMARY KEY,
  seal_id    TEXT   NOT NULL REFERENCES seal (id),
  person     TEXT   NOT NULL,
  template   TEXT   NOT NULL,                 -- '' for any
  uses_left  BIGINT NOT NULL CHECK (uses_left >= 0),
  until      BIGINT NOT NULL,
  granted_by TEXT   NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE seal_holder (
  seal_id    TEXT   NOT NULL,
  version    BIGINT NOT NULL,
  person     TEXT   NOT NULL,
  salt       BLOB   NOT NULL,
  cost       TEXT   NOT NULL,                 -- Argon2id parameters of this record
  wrapped    BLOB   NOT NULL,                 -- data key under the holder's password and the pepper
  mac        BLOB   NOT NULL,
  grant_id   TEXT   REFERENCES seal_grant (id), -- limited to what was granted; NULL for a full holder
  created_at BIGINT NOT NULL,
  PRIMARY KEY (seal_id, version, person),
  FOREIGN KEY (seal_id, version) REFERENCES seal_key (seal_id, version)
);
CREATE INDEX seal_holder_person ON seal_holder (person);

CREATE TABLE seal_try (
  seal_id      TEXT PRIMARY KEY REFERENCES seal (id),
  tries        BIGINT NOT NULL CHECK (tries BETWEEN 0 AND 5),
  locks        BIGINT NOT NULL CHECK (locks >= 0),
  locked_until BIGINT NOT NULL
);

CREATE TABLE seal_approval (
  id         TEXT PRIMARY KEY,
  seal_id    TEXT   NOT NULL REFERENCES seal (id),
  purpose    TEXT   NOT NULL,                 -- digest of the purpose: case or batch, template, documents
  person     TEXT   NOT NULL,
  uses_left  BIGINT NOT NULL CHECK (uses_left >= 0),
  state      TEXT   NOT NULL CHECK (state IN ('asked', 'approved', 'refused')),
  decided_by TEXT   NOT NULL CHECK (decided_by <> person OR state = 'asked'),
  reason     TEXT   NOT NULL,
  asked_at   BIGINT NOT NULL,
  decided_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX seal_approval_one ON seal_approval (seal_id, purpose, person) WHERE state <> 'refused' AND uses_left > 0;
