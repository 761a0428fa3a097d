-- +goose Up
-- Keys of data subjects (package secret). wrapped is NULL once the subject was forgotten: the row stays
-- as a tombstone, so that nothing is sealed for that subject again.
CREATE TABLE secret_key (
  subject TEXT PRIMARY KEY CHECK (subject <> ''),
  wrapped BLOB
);
-- Which key file this database belongs to: one row.
CREATE TABLE secret_vault (
  id          BIGINT PRIMARY KEY CHECK (id = 1),
  fingerprint TEXT NOT NULL
);
