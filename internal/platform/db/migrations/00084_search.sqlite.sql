-- +goose Up
-- The text of a case is found by its words and looked up by its case; before, only the words had an index.
-- Words are what Bigrams made and spaces divide, so that characters younger than the engine are words, too.
ALTER TABLE case_search RENAME TO case_search_before;
CREATE TABLE case_search (
  id      INTEGER PRIMARY KEY,
  case_id TEXT NOT NULL UNIQUE REFERENCES bcase (id),
  body    TEXT NOT NULL
);
INSERT INTO case_search (case_id, body) SELECT case_id, body FROM case_search_before;
DROP TABLE case_search_before;

CREATE VIRTUAL TABLE case_words USING fts5(case_id UNINDEXED, body, content = 'case_search', content_rowid = 'id', tokenize = 'ascii', detail = none);
INSERT INTO case_words (case_words) VALUES ('rebuild');
-- +goose StatementBegin
CREATE TRIGGER case_search_put AFTER INSERT ON case_search BEGIN
  INSERT INTO case_words (rowid, case_id, body) VALUES (new.id, new.case_id, new.body);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_search_drop AFTER DELETE ON case_search BEGIN
  INSERT INTO case_words (case_words, rowid, case_id, body) VALUES ('delete', old.id, old.case_id, old.body);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER case_search_change AFTER UPDATE ON case_search BEGIN
  INSERT INTO case_words (case_words, rowid, case_id, body) VALUES ('delete', old.id, old.case_id, old.body);
  INSERT INTO case_words (rowid, case_id, body) VALUES (new.id, new.case_id, new.body);
END;
-- +goose StatementEnd
