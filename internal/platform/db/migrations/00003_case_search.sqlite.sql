-- +goose Up
-- Names, addresses and document texts in bigrams (db.Bigrams), never identity numbers or phones.
CREATE VIRTUAL TABLE case_search USING fts5(body, case_id UNINDEXED, tokenize = "unicode61 remove_diacritics 0");
