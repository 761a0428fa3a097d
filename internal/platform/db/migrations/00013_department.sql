-- +goose Up
-- Departments (package identity): who stands for which part of an organisation.
CREATE TABLE department (
  id         TEXT PRIMARY KEY,
  org        TEXT NOT NULL REFERENCES organisation (id),
  name       TEXT NOT NULL CHECK (name <> ''),
  client     TEXT NOT NULL,                 -- the client number under which its documents come back (客户端号)
  created_at BIGINT NOT NULL,
  closed_at  BIGINT NOT NULL DEFAULT 0,     -- takes part in nothing new; what it had stays
  UNIQUE (org, client)
);
CREATE UNIQUE INDEX department_name ON department (org, name) WHERE closed_at = 0;

-- The ids of the departments to which a member or a key belongs, as a JSON list.
ALTER TABLE member ADD COLUMN departments TEXT NOT NULL DEFAULT '[]';
ALTER TABLE api_key ADD COLUMN departments TEXT NOT NULL DEFAULT '[]';
