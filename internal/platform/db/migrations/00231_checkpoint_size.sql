-- +goose Up
CREATE INDEX log_checkpoint_size ON log_checkpoint (size, id);
