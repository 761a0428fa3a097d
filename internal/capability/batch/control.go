package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Pause has no more rows begun; those in work get their outcome. errs.Conflict, code "batch-over", when the
// batch has ended.
func (s *Service) Pause(ctx context.Context, id ID) (Batch, error) {
	return s.change(ctx, id, func(tx db.Tx, _ stored) error {
		_, err := tx.Exec(ctx, `UPDATE batch SET state = 'paused', reason = '', reason_zh = '', reason_en = '', again_at = 0 WHERE id = $1`, string(id))
		return err
	})
}

// Resume has a paused or waiting batch go on. What needs something that this process does not have says so at once, and
// goes on where another has it. errs.Conflict, code "batch-over", when it has ended.
func (s *Service) Resume(ctx context.Context, id ID) (Batch, error) {
	return s.change(ctx, id, func(tx db.Tx, b stored) error {
		if b.State == Running {
			return nil
		}
		needs, err := s.needs(ctx, tx, b)
		if err != nil {
			return err
		}
		state, now, again := Running, s.Clock.Now(), time.Time{}
		if needs == nil {
			needs = &Wait{}
		} else {
			state, again = Waiting, now // another process may have it
		}
		_, err = tx.Exec(ctx, `UPDATE batch SET state = $2, again_at = $3, since = $4, claimed_at = $4, reason = $5, reason_zh = $6, reason_en = $7 WHERE id = $1`,
			string(id), string(state), db.Millis(again), db.Millis(now), needs.Code, needs.Text.Zh, needs.Text.En)
		return err
	})
}

// needs is what this process lacks to work on a batch (Placed); nil for nothing.
func (s *Service) needs(ctx context.Context, tx db.Tx, b stored) (*Wait, error) {
	p, ok := s.kinds[b.Kind].(Placed)
	if !ok {
		return nil, nil
	}
	if err := s.openHead(ctx, tx, &b); err != nil {
		return nil, err
	}
	return p.Here(ctx, b.Batch), nil
}

// Cancel ends a batch: what is done stays done, the rest will never be. errs.Conflict, code "batch-over",
// when it has ended.
func (s *Service) Cancel(ctx context.Context, id ID) (Batch, error) {
	return s.change(ctx, id, func(tx db.Tx, _ stored) error { return s.finish(ctx, tx, id, Cancelled) })
}

// Retry has the failed rows of a batch done again, even after its end. It returns how many there are. What its kind
// held in memory was let go of with the end: then the batch waits for that at once. errs.Conflict, code "batch-over", when it was cancelled or erased.
func (s *Service) Retry(ctx context.Context, id ID) (b Batch, rows int, err error) {
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		was, err := s.locked(ctx, tx, id)
		if err != nil {
			return err
		}
		if was.State == Cancelled || was.head == nil {
			return over(was)
		}
		rows, err = s.reopen(ctx, tx, was)
		tx.AfterCommit(s.signal)
		return err
	})
	if err != nil {
		return b, 0, err
	}
	s.tell(id)
	b, err = s.Get(ctx, id)
	return b, rows, err
}

// reopen drops the failed outcomes and opens their chunks.
func (s *Service) reopen(ctx context.Context, tx db.Tx, b stored) (int, error) {
	_, err := tx.Exec(ctx, `UPDATE batch_chunk SET open = 1 WHERE batch = $1 AND open = 0 AND EXISTS (
		SELECT 1 FROM batch_row r WHERE r.batch = $1 AND r.state = 'failed' AND r.n >= batch_chunk.first AND r.n < batch_chunk.first + batch_chunk.size)`, string(b.ID))
	if err != nil {
		return 0, err
	}
	n, err := tx.Exec(ctx, `DELETE FROM batch_row WHERE batch = $1 AND state = 'failed'`, string(b.ID))
	if err != nil || n == 0 || b.State != Done {
		return int(n), err
	}
	return int(n), s.begun(ctx, tx, b)
}

// begun has an ended batch run, or wait for what this process needs for it (Placed).
func (s *Service) begun(ctx context.Context, tx db.Tx, b stored) error {
	w, err := s.needs(ctx, tx, b)
	if err != nil {
		return err
	}
	state := Waiting
	if w == nil {
		state, w = Running, &Wait{}
	}
	now := s.Clock.Now()
	_, err = tx.Exec(ctx, `UPDATE batch SET state = $2, finished_at = 0, done = 0, failed = 0, since = $3, reason = $4, reason_zh = $5, reason_en = $6, again_at = $7 WHERE id = $1`,
		string(b.ID), string(state), db.Millis(now), w.Code, w.Text.Zh, w.Text.En, db.Millis(w.againAt(now)))
	return err
}

// change changes a batch that has not ended.
func (s *Service) change(ctx context.Context, id ID, f func(tx db.Tx, b stored) error) (Batch, error) {
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		b, err := s.locked(ctx, tx, id)
		if err != nil {
			return err
		}
		if b.State == Done || b.State == Cancelled {
			return over(b)
		}
		tx.AfterCommit(s.signal)
		return f(tx, b)
	})
	if err != nil {
		return Batch{}, err
	}
	b, err := s.Get(ctx, id)
	if err == nil && b.State != Running {
		s.stop(id)
	}
	s.tell(id)
	return b, err
}

func over(b stored) error {
	return errs.New(errs.Conflict, "batch-over", "the batch has ended").With("state", b.State)
}

// locked reads a batch that was started and locks it.
func (s *Service) locked(ctx context.Context, tx db.Tx, id ID) (stored, error) {
	b, err := scanBatch(tx.QueryRow(ctx, `SELECT `+columns+` FROM batch WHERE id = $1 AND `+stateStarted+tx.Dialect().ForUpdate(), string(id)))
	if errors.Is(err, db.ErrNoRows) {
		return b, errNotFound()
	}
	return b, err
}

// await has a batch that runs wait. With a time it does so only when nobody has claimed rows of it since,
// nor works on any.
func (s *Service) await(ctx context.Context, id ID, w *Wait, idleSince time.Time) error {
	now := s.Clock.Now()
	query := `UPDATE batch SET state = 'waiting', reason = $2, reason_zh = $3, reason_en = $4, again_at = $5 WHERE id = $1`
	args := []any{string(id), w.Code, w.Text.Zh, w.Text.En, db.Millis(w.againAt(now))}
	if idleSince.IsZero() {
		query += ` AND state = 'running'`
	} else { // one that was resumed where it cannot be worked on waits already, until others had their time
		query += ` AND (state = 'running' OR (state = 'waiting' AND again_at > 0)) AND claimed_at <= $6 AND since <= $6 AND NOT EXISTS (SELECT 1 FROM batch_chunk c WHERE c.batch = $1 AND c.open = 1 AND c.owner <> '' AND c.claim_at > $7)`
		args = append(args, db.Millis(idleSince), db.Millis(now))
	}
	var n int64
	err := s.DB.InTx(ctx, func(tx db.Tx) (err error) {
		n, err = tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("have the batch wait: %w", err)
	}
	if n == 1 {
		s.Log.WarnContext(ctx, "a batch waits", "batch", id, "reason", w.Code)
		s.stop(id)
		s.tell(id)
	}
	return nil
}

// end ends a batch when all of its rows have outcomes. The batch must be locked.
func (s *Service) end(ctx context.Context, tx db.Tx, id ID) error {
	open, err := db.Exists(ctx, tx, `SELECT 1 FROM batch_chunk WHERE batch = $1 AND open = 1`, string(id))
	if err != nil || open {
		return err
	}
	b, err := s.locked(ctx, tx, id)
	if err != nil || b.State == Cancelled || b.State == Done {
		return err
	}
	return s.finish(ctx, tx, id, Done)
}

// finish writes the end of a batch and tells its kind.
func (s *Service) finish(ctx context.Context, tx db.Tx, id ID, state State) error {
	done, failed, err := counts(ctx, tx, id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE batch SET state = $2, done = $3, failed = $4, finished_at = $5, again_at = 0, reason = '', reason_zh = '', reason_en = '' WHERE id = $1`,
		string(id), string(state), done, failed, db.Millis(s.Clock.Now()))
	if err != nil {
		return err
	}
	tx.AfterCommit(func() { s.tell(id) })
	b, err := s.locked(ctx, tx, id)
	if err != nil {
		return err
	}
	ender, ok := s.kinds[b.Kind].(Ender)
	if !ok {
		return nil
	}
	if err := s.openHead(ctx, tx, &b); err != nil {
		return err
	}
	return ender.Ended(ctx, tx, b.Batch)
}

func counts(ctx context.Context, r db.Reader, id ID) (done, failed int, err error) {
	err = r.QueryRow(ctx, `SELECT coalesce(sum(CASE WHEN state = 'done' THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), 0)
		FROM batch_row WHERE batch = $1`, string(id)).Scan(&done, &failed)
	return done, failed, err
}
