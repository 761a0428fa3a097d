-- +goose Up
-- Names, addresses and document texts in bigrams (db.Bigrams), never identity numbers or phones.
CREATE TABLE case_search (
  case_id TEXT NOT NULL PRIMARY KEY REFERENCES bcase (id),
  body    TEXT NOT NULL
);
CREATE INDEX case_search_body ON case_search USING gin (to_tsvector('simple', body));
