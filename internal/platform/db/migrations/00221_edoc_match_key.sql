-- +goose Up
-- The business key as keys are compared: however wide, large or spaced its letters are (package edocument). business_key
-- stays as it was entered. Of documents from before whose keys differ in nothing else, the first has it.
ALTER TABLE edoc ADD COLUMN match_key TEXT NOT NULL DEFAULT '';
UPDATE edoc SET match_key = lower(replace(business_key, ' ', ''));
UPDATE edoc SET match_key = match_key || '#' || case_id WHERE match_key <> '' AND state <> 'voided' AND EXISTS (SELECT 1 FROM edoc o
  WHERE o.org = edoc.org AND o.type = edoc.type AND o.match_key = edoc.match_key AND o.case_id < edoc.case_id AND o.state <> 'voided');
DROP INDEX edoc_key;
CREATE UNIQUE INDEX edoc_key ON edoc (org, type, match_key) WHERE match_key <> '' AND state <> 'voided';
