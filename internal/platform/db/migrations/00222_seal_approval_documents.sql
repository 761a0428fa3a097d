-- +goose Up
-- Digests of the documents for which approval is asked, in hexadecimal, separated by blanks; the purpose's digest holds
-- them too. Empty for what was asked before.
ALTER TABLE seal_approval ADD COLUMN documents TEXT NOT NULL DEFAULT '';
