-- +goose Up
-- Persons, organisations and how they prove who they are (package identity). Mobile numbers, mail addresses
-- and TOTP secrets are sealed; *_index are keyed digests for equality. Of tokens and codes only digests stand here.
CREATE TABLE person (
  id            TEXT PRIMARY KEY,
  name          TEXT NOT NULL CHECK (name <> ''),
  login         TEXT UNIQUE,
  mobile        BLOB,
  mobile_index  TEXT UNIQUE,
  email         BLOB,
  email_index   TEXT UNIQUE,
  language      TEXT NOT NULL DEFAULT 'zh',
  password_hash TEXT NOT NULL DEFAULT '',
  totp          BLOB,                                                   -- sealed secret
  totp_on       BIGINT NOT NULL DEFAULT 0 CHECK (totp_on IN (0, 1)),
  totp_step     BIGINT NOT NULL DEFAULT 0,                              -- the last time step used
  disabled_at   BIGINT NOT NULL DEFAULT 0,
  created_at    BIGINT NOT NULL,
  CHECK (login IS NOT NULL OR mobile_index IS NOT NULL OR email_index IS NOT NULL),
  CHECK (totp_on = 0 OR totp IS NOT NULL)
);

CREATE TABLE organisation (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL CHECK (name <> ''),
  uscc       TEXT NOT NULL UNIQUE CHECK (length(uscc) = 18),
  kind       TEXT NOT NULL CHECK (kind IN ('customer', 'operator')),
  phone      TEXT NOT NULL DEFAULT '',
  totp_roles TEXT NOT NULL DEFAULT '[]',                                -- roles that need a second factor
  created_at BIGINT NOT NULL
);

CREATE TABLE member (
  org    TEXT NOT NULL REFERENCES organisation (id),
  person TEXT NOT NULL REFERENCES person (id),
  roles  TEXT NOT NULL,
  since  BIGINT NOT NULL,
  PRIMARY KEY (org, person)
);
CREATE INDEX member_person ON member (person);

CREATE TABLE access_link (
  id         TEXT PRIMARY KEY,
  hash       TEXT NOT NULL UNIQUE,
  case_id    TEXT NOT NULL CHECK (case_id <> ''),
  role       TEXT NOT NULL CHECK (role <> ''),
  purpose    TEXT NOT NULL,
  person     TEXT REFERENCES person (id),
  made_by    TEXT NOT NULL,                                             -- who had it sent,
  made_for   TEXT NOT NULL,                                             -- and for which organisation
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX access_link_case ON access_link (case_id);

-- A session belongs to a person, or to a link whose holder need not have an account.
CREATE TABLE session (
  id         TEXT PRIMARY KEY,
  hash       TEXT NOT NULL UNIQUE,
  person     TEXT REFERENCES person (id),
  org        TEXT NOT NULL DEFAULT '',
  link       TEXT REFERENCES access_link (id),
  level      TEXT NOT NULL CHECK (level IN ('pending', 'password', 'sms', 'totp', 'link')),
  address    TEXT NOT NULL,
  agent      TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  CHECK (person IS NOT NULL OR link IS NOT NULL),
  CHECK ((level = 'link') = (link IS NOT NULL))
);
CREATE INDEX session_person ON session (person);
CREATE INDEX session_expiry ON session (expires_at);

-- Codes sent by SMS.
CREATE TABLE sms_code (
  id           TEXT PRIMARY KEY,
  mobile_index TEXT NOT NULL,
  purpose      TEXT NOT NULL,
  hash         TEXT NOT NULL,
  address      TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL,
  tries        BIGINT NOT NULL DEFAULT 0 CHECK (tries <= 5),
  used_at      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX sms_code_mobile ON sms_code (mobile_index, created_at);
CREATE INDEX sms_code_address ON sms_code (address, created_at);

-- Tries to prove an identity, counted before they are made, whether the account exists or not.
CREATE TABLE sign_in_attempt (
  key          TEXT PRIMARY KEY,
  failures     BIGINT NOT NULL DEFAULT 0,
  rounds       BIGINT NOT NULL DEFAULT 0,
  locked_until BIGINT NOT NULL DEFAULT 0,
  at           BIGINT NOT NULL
);

CREATE TABLE api_key (
  id         TEXT PRIMARY KEY,
  org        TEXT NOT NULL REFERENCES organisation (id),
  name       TEXT NOT NULL,
  hash       TEXT NOT NULL UNIQUE,
  roles      TEXT NOT NULL,
  made_by    TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX api_key_org ON api_key (org);

CREATE TABLE consent (
  id           TEXT PRIMARY KEY,
  person       TEXT NOT NULL REFERENCES person (id),
  kind         TEXT NOT NULL,
  text_digest  TEXT NOT NULL,
  given_at     BIGINT NOT NULL,
  withdrawn_at BIGINT NOT NULL DEFAULT 0,
  address      TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX consent_standing ON consent (person, kind) WHERE withdrawn_at = 0;
