-- +goose Up
-- Procedures and their cases (package procedure).

-- Every definition under which a case ever began, in its canonical form.
CREATE TABLE definition (
  digest    TEXT PRIMARY KEY,
  procedure TEXT NOT NULL,
  version   BIGINT NOT NULL,
  body      TEXT NOT NULL
);

-- The last running number of a procedure's cases on a day.
CREATE TABLE case_number (
  procedure TEXT NOT NULL,
  day       TEXT NOT NULL,
  last      BIGINT NOT NULL,
  PRIMARY KEY (procedure, day)
);

CREATE TABLE bcase (
  id         TEXT PRIMARY KEY,
  number     TEXT NOT NULL UNIQUE,
  procedure  TEXT NOT NULL,
  definition TEXT NOT NULL REFERENCES definition (digest),
  operator   TEXT NOT NULL,                 -- the organisation that runs the business
  state      TEXT NOT NULL,
  version    BIGINT NOT NULL CHECK (version >= 1),
  final      BIGINT NOT NULL DEFAULT 0 CHECK (final IN (0, 1)),
  title      TEXT NOT NULL DEFAULT '',      -- names of the parties, masked
  facts      TEXT NOT NULL DEFAULT '{}',    -- what steps remember about the case, without personal data
  assignee   TEXT NOT NULL DEFAULT '',      -- the officer who has claimed the case
  origin     TEXT NOT NULL DEFAULT '',      -- the case whose data this one started from
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  due_at     BIGINT NOT NULL DEFAULT 0      -- the state's deadline, 0 for none
);
CREATE INDEX bcase_updated ON bcase (updated_at);
CREATE INDEX bcase_state ON bcase (state, updated_at);

-- Who may see and do what: a role held by a person ("person:…") or an organisation ("org:…").
CREATE TABLE case_grant (
  case_id TEXT NOT NULL REFERENCES bcase (id),
  role    TEXT NOT NULL,
  holder  TEXT NOT NULL,
  until   BIGINT NOT NULL DEFAULT 0,        -- 0: without end
  PRIMARY KEY (case_id, role, holder)
);
CREATE INDEX case_grant_holder ON case_grant (holder, role, case_id);

-- Who is a party, for the four-eyes rule: a person, an organisation, or the keyed digest of an
-- identity number or mobile number.
CREATE TABLE case_party (
  case_id TEXT NOT NULL REFERENCES bcase (id),
  role    TEXT NOT NULL,
  mark    TEXT NOT NULL,
  PRIMARY KEY (case_id, role, mark)
);
CREATE INDEX case_party_mark ON case_party (mark, case_id);

CREATE TABLE case_section (
  case_id   TEXT NOT NULL REFERENCES bcase (id),
  section   TEXT NOT NULL,
  revision  BIGINT NOT NULL,
  draft     BLOB,                           -- sealed; NULL when nothing differs from what was handed in
  submitted BLOB,                           -- sealed; what was last handed in
  former    BLOB,                           -- sealed; what was handed in before that
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (case_id, section)
);

-- What a reviewer judges one by one: uploaded files or a form section.
CREATE TABLE case_material (
  case_id  TEXT NOT NULL REFERENCES bcase (id),
  name     TEXT NOT NULL,
  position BIGINT NOT NULL,
  spec     TEXT NOT NULL,                   -- title, help, accepted types, as asked when the case began
  section  TEXT NOT NULL DEFAULT '',        -- set when the material is a form section
  required BIGINT NOT NULL CHECK (required IN (0, 1)),
  revision BIGINT NOT NULL DEFAULT 0,
  files    TEXT NOT NULL DEFAULT '[]',
  former   TEXT NOT NULL DEFAULT '[]',      -- the files that were judged last
  verdict  TEXT NOT NULL DEFAULT '' CHECK (verdict IN ('', 'qualified', 'unqualified')),
  reason   TEXT NOT NULL DEFAULT '' CHECK (verdict <> 'unqualified' OR reason <> ''),
  changed  BIGINT NOT NULL DEFAULT 0 CHECK (changed IN (0, 1)), -- since it was judged last
  PRIMARY KEY (case_id, name)
);

-- The timeline: one hash chain per case. personal is sealed; the chain holds a salted commitment to it.
CREATE TABLE case_event (
  case_id    TEXT NOT NULL REFERENCES bcase (id),
  seq        BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  kind       TEXT NOT NULL,
  outcome    TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  role       TEXT NOT NULL,
  actor_org  TEXT NOT NULL,
  detail     TEXT NOT NULL,
  personal   BLOB NOT NULL,
  commitment BLOB NOT NULL,
  hash       BLOB NOT NULL,
  PRIMARY KEY (case_id, seq)
);

-- Exact-match search by keyed digests of identity numbers, credit codes, phones.
CREATE TABLE case_index (
  case_id TEXT NOT NULL REFERENCES bcase (id),
  value   TEXT NOT NULL,
  PRIMARY KEY (value, case_id)
);

-- A request with an idempotency key and its first answer.
CREATE TABLE idempotency (
  scope      TEXT NOT NULL,
  key        TEXT NOT NULL,
  request    TEXT NOT NULL,                 -- keyed digest of what was asked
  status     BIGINT NOT NULL DEFAULT 0,     -- 0: under way
  answer     BLOB,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);
