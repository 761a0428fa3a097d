package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

type spec struct {
	key string
	at  time.Time
}

// Option says more about a job to Enqueue.
type Option func(*spec)

// Key names the job: while one of that name waits or runs, enqueuing it again does nothing; a dead
// one is replaced. Move, Hasten and Cancel find it by its key.
func Key(key string) Option { return func(s *spec) { s.key = key } }

// At has the job run at a time rather than at once.
func At(t time.Time) Option { return func(s *spec) { s.at = t } }

// Enqueue writes a job into tx; it can run as soon as tx is committed. args is stored as JSON: no
// personal data, only identifiers.
func (q *Queue) Enqueue(ctx context.Context, tx db.Tx, kind string, args any, opts ...Option) error {
	if kind == "" {
		return fmt.Errorf("jobs: a job needs a kind")
	}
	var s spec
	for _, o := range opts {
		o(&s)
	}
	body, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("arguments of job %s: %w", kind, err)
	}
	now := q.Clock.Now()
	if s.key == "" {
		s.key = cinnabar.NewID[string]("job")
	}
	if s.at.IsZero() {
		s.at = now
	}
	if _, err := tx.Exec(ctx, insertJob, s.key, kind, string(body), db.Millis(now), db.Millis(s.at)); err != nil {
		return fmt.Errorf("enqueue %s: %w", kind, err)
	}
	tx.AfterCommit(q.signal)
	return nil
}

// insertJob keeps attempt when it replaces a dead job, so that no old run can take itself for the new.
const insertJob = `INSERT INTO job (id, kind, args, created_at, due_at, claim_at)
	VALUES ($1, $2, $3, $4, $5, $5)
	ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, args = excluded.args,
		state = 'waiting', created_at = excluded.created_at, due_at = excluded.due_at, claim_at = excluded.claim_at,
		failures = 0, error = ''
	WHERE job.state = 'dead'`

// Move has the job of a key run at another time, with a clean slate of failures. A run of it that has
// not completed yet no longer counts. It tells whether there was such a job, dead ones included.
func (q *Queue) Move(ctx context.Context, tx db.Tx, key string, at time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE job SET due_at = $2, claim_at = $2, owner = '', state = 'waiting', failures = 0, error = ''
		WHERE id = $1`, key, db.Millis(at))
	if err != nil {
		return false, fmt.Errorf("move job: %w", err)
	}
	tx.AfterCommit(q.signal)
	return n == 1, nil
}

// Hasten has the job of a key run at once, with a clean slate of failures, unless a run of it is under way,
// which is left to its end. It tells whether there was such a job that only waited, dead ones included.
func (q *Queue) Hasten(ctx context.Context, tx db.Tx, key string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE job SET due_at = $2, claim_at = $2, state = 'waiting', failures = 0, error = ''
		WHERE id = $1 AND owner = ''`, key, db.Millis(q.Clock.Now()))
	if err != nil {
		return false, fmt.Errorf("hasten job: %w", err)
	}
	tx.AfterCommit(q.signal)
	return n == 1, nil
}

// Cancel removes the job of a key, a dead one too. A run of it that has not completed yet no longer
// counts. It tells whether there was such a job.
func (q *Queue) Cancel(ctx context.Context, tx db.Tx, key string) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM job WHERE id = $1`, key)
	if err != nil {
		return false, fmt.Errorf("cancel job: %w", err)
	}
	return n == 1, nil
}

// signal wakes Run.
func (q *Queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}
