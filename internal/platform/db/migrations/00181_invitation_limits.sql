-- An invitation keeps the name by which the organisation knows the person: it learns the account's own name by the yes.
-- Who was told of one is counted, so that nobody floods a number. An account that an invitation made waits for whoever
-- holds the number.
-- +goose Up
ALTER TABLE invitation ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN unclaimed INTEGER NOT NULL DEFAULT 0 CHECK (unclaimed IN (0, 1));
CREATE TABLE invitation_notice (
  org     TEXT NOT NULL REFERENCES organisation (id),
  person  TEXT NOT NULL REFERENCES person (id),
  made_by TEXT NOT NULL,
  told_at BIGINT NOT NULL
);
CREATE INDEX invitation_notice_org ON invitation_notice (org, told_at);
CREATE INDEX invitation_notice_maker ON invitation_notice (made_by, told_at);
CREATE INDEX invitation_notice_person ON invitation_notice (person, told_at);
