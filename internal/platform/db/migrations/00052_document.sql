-- +goose Up
-- Documents and their numbers (package document).
CREATE TABLE number_rule (
  org    TEXT   NOT NULL,
  kind   TEXT   NOT NULL,
  prefix TEXT   NOT NULL,
  date   TEXT   NOT NULL,                     -- '', 'year', 'month' or 'day'
  digits BIGINT NOT NULL CHECK (digits BETWEEN 1 AND 12),
  PRIMARY KEY (org, kind)
);

CREATE TABLE number_sequence (
  org    TEXT   NOT NULL,
  period TEXT   NOT NULL,                     -- prefix and date: what stands before the running number
  last   BIGINT NOT NULL CHECK (last > 0),
  PRIMARY KEY (org, period)
);

-- Every number that was ever given out, and what became of it.
CREATE TABLE document_number (
  org     TEXT   NOT NULL,
  number  TEXT   NOT NULL,
  period  TEXT   NOT NULL,
  serial  BIGINT NOT NULL CHECK (serial > 0),
  kind    TEXT   NOT NULL,
  case_id TEXT   NOT NULL,
  token   TEXT   NOT NULL UNIQUE,
  state   TEXT   NOT NULL CHECK (state IN ('reserved', 'used', 'voided')),
  reason  TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (org, number),
  UNIQUE (org, period, serial),
  CHECK (state <> 'voided' OR reason <> '')
);

CREATE TABLE document (
  id           TEXT PRIMARY KEY,
  org          TEXT   NOT NULL,
  kind         TEXT   NOT NULL,
  number       TEXT   NOT NULL,
  case_id      TEXT   NOT NULL,
  title        TEXT   NOT NULL,
  state        TEXT   NOT NULL CHECK (state IN ('draft', 'signed', 'sealed', 'effective', 'superseded', 'voided', 'expired')),
  version      BIGINT NOT NULL CHECK (version > 0),
  generation   BIGINT NOT NULL CHECK (generation > 0), -- grows when the document is made anew
  digest       TEXT   NOT NULL,
  verify_token TEXT   NOT NULL UNIQUE,
  reason       TEXT   NOT NULL,
  successor    TEXT   NOT NULL,
  effective_at BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  UNIQUE (org, number),
  FOREIGN KEY (org, number) REFERENCES document_number (org, number),
  CHECK (state <> 'effective' OR effective_at > 0)
);
CREATE INDEX document_case ON document (case_id);
CREATE INDEX document_org ON document (org, created_at, id);
CREATE INDEX document_expiry ON document (expires_at) WHERE state = 'effective' AND expires_at > 0;

CREATE TABLE document_version (
  doc_id     TEXT   NOT NULL REFERENCES document (id),
  version    BIGINT NOT NULL CHECK (version > 0),
  generation BIGINT NOT NULL,
  file_id    TEXT   NOT NULL,
  digest     TEXT   NOT NULL UNIQUE,
  size       BIGINT NOT NULL CHECK (size > 0),
  pages      BIGINT NOT NULL CHECK (pages > 0),
  state      TEXT   NOT NULL,
  reason     TEXT   NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (doc_id, version)
);
