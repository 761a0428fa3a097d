-- +goose Up
-- What a holder has in one role, as in "whose turn it is", is read from the index alone, however much the
-- holder has in others. Whether somebody holds something in a case is looked up by the case.
DROP INDEX case_grant_holder;
CREATE INDEX case_grant_holder ON case_grant (holder, role, case_id, until);
