-- +goose Up
-- Jobs are claimed as they fall due; queues with an order of their own are gone.
DROP INDEX job_queue;
DROP INDEX job_queue_running;
ALTER TABLE job DROP COLUMN queue;
ALTER TABLE job DROP COLUMN seq;
