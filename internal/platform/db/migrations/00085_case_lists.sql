-- +goose Up
-- Lists of cases in the order in which they are shown; running cases are few among those that ended.
DROP INDEX bcase_updated;
DROP INDEX bcase_state;
CREATE INDEX bcase_recent ON bcase (updated_at, id);
CREATE INDEX bcase_state ON bcase (state, updated_at, id);
CREATE INDEX bcase_open ON bcase (updated_at, id) WHERE final = 0;
