-- +goose Up
-- Lists of the archive (package archive), newest first.
CREATE INDEX document_created ON document (created_at, id);
CREATE INDEX document_state ON document (state, created_at, id);
