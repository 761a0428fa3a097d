-- +goose Up
-- Until when the departments of a document's present stage are to have done their part; 0 while it waits for none.
-- What was set anew after that time was over stays overdue.
ALTER TABLE edoc ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0 CHECK (due_at = 0 OR state = 'routing');
UPDATE edoc SET due_at = (SELECT b.due_at FROM bcase b WHERE b.id = edoc.case_id) WHERE state = 'routing';
CREATE INDEX edoc_due ON edoc (due_at, case_id) WHERE due_at > 0;
