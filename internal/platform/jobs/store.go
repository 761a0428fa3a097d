package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/platform/db"
)

// dueJobs selects what may be claimed at $1: free jobs and abandoned ones. kinds are the parameters from $2 on.
func (q *Queue) dueJobs(limit int, lock string) string {
	kinds := make([]string, len(q.handlers))
	for i := range kinds {
		kinds[i] = fmt.Sprintf("$%d", i+2)
	}
	return `SELECT id FROM job WHERE state = 'waiting' AND claim_at <= $1 AND kind IN (` + strings.Join(kinds, ", ") + `)
		ORDER BY claim_at LIMIT ` + fmt.Sprint(limit) + lock
}

func (q *Queue) dueArgs() []any {
	args := []any{db.Millis(q.Clock.Now())}
	for kind := range q.handlers {
		args = append(args, kind)
	}
	return args
}

// claim takes up to n due jobs. It looks before it writes, so that an idle queue costs a read only.
func (q *Queue) claim(ctx context.Context, n int) ([]*run, error) {
	if n <= 0 {
		return nil, nil
	}
	if some, err := db.Exists(ctx, q.DB, q.dueJobs(1, ""), q.dueArgs()...); err != nil || !some {
		return nil, err
	}
	var found []*run
	err := q.DB.InTx(ctx, func(tx db.Tx) (err error) {
		found, err = q.claimIn(ctx, tx, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	q.lock.Lock()
	defer q.lock.Unlock()
	for _, r := range found {
		q.running[r.ID] = r
	}
	return found, nil
}

func (q *Queue) claimIn(ctx context.Context, tx db.Tx, n int) ([]*run, error) {
	args := q.dueArgs()
	p := len(args)
	// A row that still has an owner was abandoned in the middle of a run, which counts as a failure:
	// otherwise a job that kills its process would be tried for ever.
	query := fmt.Sprintf(`UPDATE job SET claim_at = $%d, owner = $%d, attempt = attempt + 1,
		failures = failures + CASE WHEN owner <> '' THEN 1 ELSE 0 END
		WHERE id IN (%s) RETURNING id, kind, args, due_at, attempt, failures`, p+1, p+2, q.dueJobs(n, tx.Dialect().SkipLocked()))
	rows, err := tx.Query(ctx, query, append(args, db.Millis(q.Clock.Now().Add(q.Lease)), q.owner)...)
	found, err := db.Collect(rows, err, q.scan)
	slices.SortStableFunc(found, func(a, b *run) int { return a.Due.Compare(b.Due) })
	return found, err
}

func (q *Queue) scan(rows db.Rows) (*run, error) {
	r := &run{owner: q.owner}
	var args string
	var due int64
	err := rows.Scan(&r.ID, &r.Kind, &args, &due, &r.Attempt, &r.failures)
	r.Args, r.Due, r.run = json.RawMessage(args), db.Time(due), r
	return r, err
}

// exec runs one statement on the row of a run; it tells whether the run still counted.
func (q *Queue) exec(ctx context.Context, r *run, statement string, args ...any) (counts bool, err error) {
	err = q.DB.InTx(ctx, func(tx db.Tx) error {
		n, err := tx.Exec(ctx, statement+` WHERE id = $1 AND owner = $2 AND attempt = $3`, append([]any{r.ID, q.owner, r.Attempt}, args...)...)
		counts = n == 1
		return err
	})
	return counts, err
}

func (q *Queue) remove(ctx context.Context, r *run) (bool, error) {
	return q.exec(ctx, r, `DELETE FROM job`)
}

func (q *Queue) release(ctx context.Context, r *run) (bool, error) {
	return q.exec(ctx, r, `UPDATE job SET owner = '', claim_at = $4`, db.Millis(q.Clock.Now()))
}

func (q *Queue) postpone(ctx context.Context, r *run, cause error, wait time.Duration) (bool, error) {
	return q.exec(ctx, r, `UPDATE job SET owner = '', failures = failures + 1, claim_at = $4, error = $5`,
		db.Millis(q.Clock.Now().Add(wait)), errorText(cause))
}

func (q *Queue) bury(ctx context.Context, r *run, cause error) (bool, error) {
	return q.exec(ctx, r, `UPDATE job SET owner = '', failures = failures + 1, state = 'dead', error = $4`, errorText(cause))
}

// renew prolongs the claims of all running jobs in one transaction.
func (q *Queue) renew(ctx context.Context) error {
	q.lock.Lock()
	all := make([]*run, 0, len(q.running))
	for _, r := range q.running {
		all = append(all, r)
	}
	q.lock.Unlock()
	if len(all) == 0 {
		return nil
	}
	slices.SortFunc(all, func(a, b *run) int { return strings.Compare(a.ID, b.ID) }) // no deadlocks between replicas
	var lost []*run
	err := q.DB.InTx(ctx, func(tx db.Tx) error {
		lost = nil
		for _, r := range all {
			n, err := tx.Exec(ctx, `UPDATE job SET claim_at = $4 WHERE id = $1 AND owner = $2 AND attempt = $3`,
				r.ID, q.owner, r.Attempt, db.Millis(q.Clock.Now().Add(q.Lease)))
			if err != nil {
				return err
			}
			if n == 0 {
				lost = append(lost, r)
			}
		}
		return nil
	})
	if err == nil {
		q.stop(lost)
	}
	return err
}

// stop cancels runs that no longer count. One that has just completed is past caring.
func (q *Queue) stop(lost []*run) {
	q.lock.Lock()
	defer q.lock.Unlock()
	for _, r := range lost {
		if r.cancel != nil {
			r.cancel(ErrLost)
		}
	}
}

const (
	firstBackoff = time.Second
	maxBackoff   = 6 * time.Hour
)

// backoff doubles from 1 s to 6 h, less up to a quarter at random so that what failed together does
// not come back together.
func backoff(failures int) time.Duration {
	d := maxBackoff
	if failures <= 15 {
		d = min(maxBackoff, firstBackoff<<(failures-1))
	}
	return d - rand.N(d/4)
}

// maxErrorText bounds what of an error is kept, in bytes.
const maxErrorText = 500

func errorText(err error) string {
	s := strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", ""), "?")
	if len(s) > maxErrorText {
		s = strings.ToValidUTF8(s[:maxErrorText], "")
	}
	return s
}
