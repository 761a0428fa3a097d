package jobs

import (
	"context"
	"time"

	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Dead is a job that was given up.
type Dead struct {
	ID        string
	Kind      string
	CreatedAt time.Time
	Failures  int
	Error     string
}

// maxDead is how many dead jobs are listed.
const maxDead = 500

// Dead lists the jobs that were given up, newest first, at most 500.
func (q *Queue) Dead(ctx context.Context) ([]Dead, error) {
	rows, err := q.DB.Query(ctx, `SELECT id, kind, created_at, failures, error FROM job WHERE state = 'dead' ORDER BY created_at DESC LIMIT $1`, maxDead)
	return db.Collect(rows, err, func(rows db.Rows) (Dead, error) {
		var d Dead
		var at int64
		err := rows.Scan(&d.ID, &d.Kind, &at, &d.Failures, &d.Error)
		d.CreatedAt = db.Time(at)
		return d, err
	})
}

// Retry has a dead job run again at once, with a clean slate. It fails with errs.NotFound when no dead
// job has that id.
func (q *Queue) Retry(ctx context.Context, id string) error {
	return q.DB.InTx(ctx, func(tx db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE job SET state = 'waiting', failures = 0, error = '', claim_at = $2 WHERE id = $1 AND state = 'dead'`,
			id, db.Millis(q.Clock.Now()))
		if err == nil && n == 0 {
			return errs.New(errs.NotFound, "no-dead-job", "there is no dead job of that id")
		}
		tx.AfterCommit(q.signal)
		return err
	})
}

// Depth is how much work is left.
type Depth struct {
	Waiting   int       // jobs waiting or running, later ones included
	Dead      int       // jobs given up
	OldestDue time.Time // due time of the oldest job that should have run by now; zero when there is none
}

// Depth counts the jobs of all kinds.
func (q *Queue) Depth(ctx context.Context) (Depth, error) {
	var d Depth
	var oldest int64
	err := q.DB.QueryRow(ctx, `SELECT coalesce(sum(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), 0),
		coalesce(min(CASE WHEN state = 'waiting' AND due_at <= $1 THEN due_at END), 0) FROM job`,
		db.Millis(q.Clock.Now())).Scan(&d.Waiting, &d.Dead, &oldest)
	d.OldestDue = db.Time(oldest)
	return d, err
}
