-- +goose Up
-- The built-in certificate and time-stamp authorities (package app): keys, revocations, list numbers.
CREATE TABLE authority_key (
  role        TEXT   PRIMARY KEY CHECK (role IN ('root', 'issuing', 'time-stamp')),
  certificate BLOB   NOT NULL,              -- DER
  sealed      BLOB   NOT NULL,              -- PKCS #8, sealed for the subject "system"
  created_at  BIGINT NOT NULL
);

-- Nothing is ever taken off the lists.
CREATE TABLE authority_revocation (
  serial     TEXT   PRIMARY KEY,            -- decimal
  reason     TEXT   NOT NULL,
  revoked_at BIGINT NOT NULL
);

-- The number of the newest revocation lists; it grows from list to list (RFC 5280 5.2.3).
CREATE TABLE authority_list (
  id     BIGINT PRIMARY KEY CHECK (id = 1),
  number BIGINT NOT NULL CHECK (number >= 0)
);
INSERT INTO authority_list (id, number) VALUES (1, 0);
