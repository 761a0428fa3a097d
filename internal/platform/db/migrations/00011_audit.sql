-- +goose Up
-- Changes of the security state, written in the transaction of their effect (package audit). Rows are only
-- ever added; detail holds no personal data.
CREATE TABLE audit (
  id         TEXT PRIMARY KEY,
  at         BIGINT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor      TEXT NOT NULL,             -- the actor as JSON (cinnabar.Actor) without the display name
  person     TEXT NOT NULL DEFAULT '',  -- of the actor, for search
  org        TEXT NOT NULL DEFAULT '',
  action     TEXT NOT NULL CHECK (action <> ''),
  object     TEXT NOT NULL,             -- id of what was changed
  detail     TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_object ON audit (object, at);
CREATE INDEX audit_person ON audit (person, at) WHERE person <> '';
