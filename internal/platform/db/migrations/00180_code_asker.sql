-- Who is signed in is bounded in codes by the account, and not by an address shared with others.
-- +goose Up
ALTER TABLE sms_code RENAME COLUMN address TO asker;
