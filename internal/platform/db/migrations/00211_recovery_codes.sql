-- +goose Up
-- Codes that each replace the authenticator once; of a used one nothing is left.
CREATE TABLE recovery_code (
  person TEXT NOT NULL REFERENCES person (id),
  hash   TEXT NOT NULL, -- keyed
  PRIMARY KEY (person, hash)
);
