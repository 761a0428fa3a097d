-- +goose Up
-- Who was asked to be a member of an organisation (package identity). Nobody becomes one without saying yes:
-- membership keeps a person out of deciding on the organisation's cases.
CREATE TABLE invitation (
  org        TEXT NOT NULL REFERENCES organisation (id),
  person     TEXT NOT NULL REFERENCES person (id),
  roles      TEXT NOT NULL,
  made_by    TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (org, person)
);
CREATE INDEX invitation_person ON invitation (person);
