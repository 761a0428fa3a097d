-- +goose Up
-- Whether a holder holds something in a case is one look also where the engine knows nothing yet about the
-- table: with the role before the case it read all that an operator holds.
DROP INDEX case_grant_holder;
CREATE INDEX case_grant_holder ON case_grant (holder, case_id, role);
