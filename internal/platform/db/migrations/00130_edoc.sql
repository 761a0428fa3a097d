-- +goose Up
-- Enterprise documents (package edocument): what queries and index databases need of each. The case holds
-- the rest.
CREATE TABLE edoc (
  case_id      TEXT PRIMARY KEY REFERENCES bcase (id),
  org          TEXT NOT NULL,
  type         TEXT NOT NULL,
  department   TEXT NOT NULL,
  client       TEXT NOT NULL,                     -- the creator's client number
  title        TEXT NOT NULL DEFAULT '',
  business_key TEXT NOT NULL DEFAULT '',
  party        TEXT NOT NULL DEFAULT '',
  amount       BIGINT NOT NULL DEFAULT 0,         -- fen
  day          TEXT NOT NULL DEFAULT '',          -- of the document, YYYY-MM-DD
  number       TEXT NOT NULL DEFAULT '',
  state        TEXT NOT NULL CHECK (state IN ('making', 'routing', 'returned', 'completed', 'voided')),
  doc_id       TEXT NOT NULL DEFAULT '',
  item         TEXT NOT NULL DEFAULT '',          -- of the depot: the file of the current version
  path         TEXT NOT NULL DEFAULT '',
  digest       TEXT NOT NULL DEFAULT '',
  size         BIGINT NOT NULL DEFAULT 0,
  version      BIGINT NOT NULL DEFAULT 0,
  reason       TEXT NOT NULL DEFAULT '',
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  -- What waits for departments or is complete stands on its file server.
  CHECK (state NOT IN ('routing', 'completed') OR (number <> '' AND item <> '' AND digest <> ''))
);
-- One matter has one document (DOC-3). A voided one gives its key back.
CREATE UNIQUE INDEX edoc_key ON edoc (org, type, business_key) WHERE business_key <> '' AND state <> 'voided';
CREATE UNIQUE INDEX edoc_number ON edoc (org, number) WHERE number <> '';
CREATE INDEX edoc_newest ON edoc (org, created_at, case_id);
CREATE INDEX edoc_state ON edoc (org, state, created_at);
CREATE INDEX edoc_type ON edoc (org, type, created_at);
CREATE INDEX edoc_day ON edoc (org, day);
CREATE INDEX edoc_party ON edoc (org, party, created_at);

-- FTP accounts that stand for departments.
CREATE TABLE edoc_account (
  account    TEXT PRIMARY KEY,
  org        TEXT NOT NULL REFERENCES organisation (id),
  department TEXT NOT NULL REFERENCES department (id)
);
CREATE INDEX edoc_account_department ON edoc_account (department);
