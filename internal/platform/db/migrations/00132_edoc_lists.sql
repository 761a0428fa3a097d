-- +goose Up
-- Lists of documents in the order in which they are shown, whichever organisation they are of: who sees what
-- the grants say.
DROP INDEX edoc_newest;
DROP INDEX edoc_state;
DROP INDEX edoc_day;
DROP INDEX edoc_party;
CREATE INDEX edoc_newest ON edoc (created_at, case_id);
CREATE INDEX edoc_state ON edoc (state, created_at, case_id);
CREATE INDEX edoc_party ON edoc (party, created_at, case_id);
CREATE INDEX edoc_day ON edoc (day, created_at, case_id);
CREATE INDEX edoc_numbers ON edoc (number);
-- Which document a stored file belongs to; for audits.
CREATE INDEX edoc_item ON edoc (item) WHERE item <> '';
