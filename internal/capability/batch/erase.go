package batch

import (
	"context"
	"time"

	"cinnabar/internal/platform/db"
)

// unstarted is how long a batch may take to be loaded.
const unstarted = 24 * time.Hour

// sweepAtOnce bounds what one Sweep does.
const sweepAtOnce = 100

// Sweep drops batches that were never started, and erases what rows held of those that ended more than Keep
// ago: outcomes stay. It is called now and then.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.Clock.Now()
	stale, err := s.ids(ctx, `state = 'loading' AND created_at < $1`, now.Add(-unstarted))
	if err != nil {
		return err
	}
	for _, id := range stale {
		if err := s.drop(ctx, id); err != nil {
			return err
		}
	}
	over, err := s.ids(ctx, `finished_at > 0 AND finished_at < $1 AND head IS NOT NULL`, now.Add(-s.Keep))
	if err != nil {
		return err
	}
	for _, id := range over {
		if err := s.DB.InTx(ctx, func(tx db.Tx) error { return s.Erase(ctx, tx, id) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) ids(ctx context.Context, where string, before time.Time) ([]ID, error) {
	rows, err := s.DB.Query(ctx, `SELECT id FROM batch WHERE `+where+` LIMIT $2`, db.Millis(before), sweepAtOnce)
	return db.Collect(rows, err, func(r db.Rows) (id ID, err error) { return id, r.Scan((*string)(&id)) })
}

// Erase destroys what a batch that has ended holds of people. Outcomes stay. errs.Conflict, code
// "batch-running", when it has not ended.
func (s *Service) Erase(ctx context.Context, tx db.Tx, id ID) error {
	b, err := s.locked(ctx, tx, id)
	if err != nil {
		return err
	}
	if b.State != Done && b.State != Cancelled {
		return errRunning()
	}
	if _, err := tx.Exec(ctx, `UPDATE batch_chunk SET rows = NULL WHERE batch = $1`, string(id)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE batch SET head = NULL WHERE id = $1`, string(id)); err != nil {
		return err
	}
	return s.Vault.Forget(ctx, tx, subject(id))
}
