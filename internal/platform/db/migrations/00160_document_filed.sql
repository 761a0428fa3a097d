-- +goose Up
-- Documents that came in on paper: taken out of the archive again, and scans that were filed by mistake (package document).
ALTER TABLE document ADD COLUMN taken_out_at BIGINT NOT NULL DEFAULT 0; -- 0: it is in the archive

CREATE TABLE document_misfiled (
  file_id TEXT PRIMARY KEY,
  doc_id  TEXT   NOT NULL REFERENCES document (id),
  version BIGINT NOT NULL,
  digest  TEXT   NOT NULL,
  at      BIGINT NOT NULL
);
CREATE INDEX document_misfiled_doc ON document_misfiled (doc_id, version);
