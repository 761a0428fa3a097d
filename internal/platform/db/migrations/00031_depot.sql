-- +goose Up
-- Outside places for documents (package filestore/depot). "built-in" is always there and has no row.
CREATE TABLE depot_store (
  name       TEXT PRIMARY KEY CHECK (name <> 'built-in'),
  kind       TEXT NOT NULL CHECK (kind IN ('folder', 'ftp', 'ftps', 'sftp')),
  address    TEXT NOT NULL,                 -- host:port; empty for a folder
  login      TEXT NOT NULL,
  password   BLOB NOT NULL,                 -- sealed: password, or private key (PEM)
  folder     TEXT NOT NULL,                 -- that all paths are below
  ca         TEXT NOT NULL DEFAULT '',      -- PEM; empty: whom the system trusts
  host_key   TEXT NOT NULL DEFAULT '',      -- of an SFTP server, as in authorized_keys
  tls13      BIGINT NOT NULL DEFAULT 0 CHECK (tls13 IN (0, 1)),
  version    BIGINT NOT NULL CHECK (version >= 1),
  changed_at BIGINT NOT NULL
);

-- Files that are, or were, kept under a path on a store.
CREATE TABLE depot_item (
  id          TEXT PRIMARY KEY,
  store       TEXT NOT NULL,
  path        TEXT NOT NULL,
  digest      TEXT NOT NULL,                -- empty for what is moved aside
  size        BIGINT NOT NULL CHECK (size >= 0),
  state       TEXT NOT NULL CHECK (state IN ('staging', 'stored', 'deleting', 'deleted', 'evicting')),
  owner       TEXT NOT NULL DEFAULT '',     -- process that works on the file
  lease_until BIGINT NOT NULL DEFAULT 0,    -- when another may take over
  put_at      BIGINT NOT NULL,              -- when it was last asked for
  settled_at  BIGINT NOT NULL DEFAULT 0,    -- when it became visible
  audit_due   BIGINT NOT NULL DEFAULT 0,    -- when the file is to be read back; until then the local copy stays
  audited_at  BIGINT NOT NULL DEFAULT 0,
  CHECK ((state = 'evicting') = (digest = ''))
);
-- A path belongs to one file at a time, also while that comes or goes.
CREATE UNIQUE INDEX depot_item_place ON depot_item (store, path) WHERE state <> 'deleted';
CREATE INDEX depot_item_open ON depot_item (state, lease_until) WHERE state IN ('staging', 'deleting', 'evicting');
CREATE INDEX depot_item_audit ON depot_item (audit_due) WHERE state = 'stored' AND audited_at = 0;
CREATE INDEX depot_item_digest ON depot_item (digest) WHERE state IN ('staging', 'stored', 'deleting');
CREATE INDEX depot_item_stored ON depot_item (store, id) WHERE state = 'stored';
