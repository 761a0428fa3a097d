-- +goose Up
-- Signing ceremonies (package signing): one row for each signer of a document, in order.
CREATE TABLE ceremony (
  id          TEXT PRIMARY KEY,
  plan        TEXT   NOT NULL,                -- the ceremonies of one document
  ord         BIGINT NOT NULL CHECK (ord > 0),
  case_id     TEXT   NOT NULL,
  doc_id      TEXT   NOT NULL,
  sender      TEXT   NOT NULL,
  signer      TEXT   NOT NULL,
  field       TEXT   NOT NULL,
  digest      TEXT   NOT NULL,                -- of what is to be signed; '' before this signer's turn
  pages       BIGINT NOT NULL CHECK (pages > 0),
  state       TEXT   NOT NULL CHECK (state IN ('waiting', 'shown', 'confirmed', 'signed', 'declined', 'expired')),
  shown_at    BIGINT NOT NULL,                -- when the last page was opened
  method      TEXT   NOT NULL CHECK (method IN ('', 'sms', 'totp')),
  confirmed_at BIGINT NOT NULL,
  evidence    TEXT   NOT NULL,                -- digest of the evidence of the confirmation
  drawing     TEXT   NOT NULL,                -- digest of the drawn signature
  certificate TEXT   NOT NULL,                -- digest of the one-ceremony certificate
  result      TEXT   NOT NULL,                -- digest of the signed file
  signed_at   BIGINT NOT NULL,
  reason      TEXT   NOT NULL,
  expires_at  BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  UNIQUE (plan, ord),
  UNIQUE (plan, field),
  CHECK (state NOT IN ('shown', 'confirmed', 'signed') OR (digest <> '' AND shown_at > 0)),
  CHECK (state NOT IN ('confirmed', 'signed') OR (confirmed_at > 0 AND method <> '' AND evidence <> '')),
  CHECK (state <> 'signed' OR (signed_at > 0 AND result <> '' AND drawing <> '' AND certificate <> '')),
  CHECK (state <> 'declined' OR reason <> '')
);
CREATE INDEX ceremony_doc ON ceremony (doc_id);
CREATE INDEX ceremony_expiry ON ceremony (expires_at) WHERE state IN ('waiting', 'shown', 'confirmed');
