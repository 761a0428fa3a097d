package procedure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// underWayFor is how long a claimed key blocks a repeat whose first request has not answered. After
// that the first one is taken for dead, which its own precondition check makes safe.
const underWayFor = 2 * time.Minute

// keepAnswers is how long a repeat gets the first answer.
const keepAnswers = 30 * 24 * time.Hour

type claim struct{ answer []byte }

// claim takes an idempotency key for a request, or returns the answer that its first use got.
func (e *Engine) claim(ctx context.Context, tx db.Tx, a cinnabar.Actor, key string, request any) (claim, error) {
	if a.Kind == cinnabar.System {
		return claim{}, nil
	}
	if len(key) < 8 || len(key) > 255 {
		return claim{}, errs.New(errs.Invalid, "idempotency-key-missing", "send an Idempotency-Key of 8 to 255 characters")
	}
	body, err := json.Marshal(request)
	if err != nil {
		return claim{}, err
	}
	// Keyed: a request may hold a password, and a plain digest of it could be guessed offline.
	digest := e.vault.Index("idempotency", string(body))
	now := e.clock.Now()
	n, err := tx.Exec(ctx, `INSERT INTO idempotency (scope, key, request, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		scope(a), key, digest, db.Millis(now))
	if err != nil || n == 1 {
		return claim{}, err
	}
	var first string
	var status, created int64
	var answer []byte
	if err := tx.QueryRow(ctx, `SELECT request, status, answer, created_at FROM idempotency WHERE scope = $1 AND key = $2`, scope(a), key).
		Scan(&first, &status, &answer, &created); err != nil {
		return claim{}, fmt.Errorf("idempotency key: %w", err)
	}
	switch {
	case first != digest:
		return claim{}, errs.New(errs.Conflict, "idempotency-key-reused", "this Idempotency-Key was used for another request")
	case status != 0:
		return claim{answer: answer}, nil
	case now.Sub(db.Time(created)) < underWayFor:
		return claim{}, errs.New(errs.Conflict, "under-way", "the first request with this Idempotency-Key is still under way; ask again in a moment")
	}
	_, err = tx.Exec(ctx, `UPDATE idempotency SET created_at = $3 WHERE scope = $1 AND key = $2`, scope(a), key, db.Millis(now))
	return claim{}, err
}

// scope keeps the keys of different callers apart.
func scope(a cinnabar.Actor) string {
	return strings.Join([]string{string(a.Kind), string(a.Person), a.Key, string(a.Case)}, "|")
}

// answer keeps what a repeat will get.
func (e *Engine) answer(ctx context.Context, tx db.Tx, a cinnabar.Actor, key string, answer any) error {
	if a.Kind == cinnabar.System {
		return nil
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE idempotency SET status = 200, answer = $3 WHERE scope = $1 AND key = $2`, scope(a), key, body)
	return err
}

// forget frees a key whose request was refused before anything was written, so that it can be sent
// again with other contents.
func (e *Engine) forget(ctx context.Context, a cinnabar.Actor, key string) error {
	if a.Kind == cinnabar.System {
		return nil
	}
	return e.db.InTx(context.WithoutCancel(ctx), func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM idempotency WHERE scope = $1 AND key = $2 AND status = 0`, scope(a), key)
		return err
	})
}

// DropOldAnswers deletes the answers that nobody can ask for any more.
func (e *Engine) DropOldAnswers(ctx context.Context) error {
	return e.db.InTx(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM idempotency WHERE created_at < $1`, db.Millis(e.clock.Now().Add(-keepAnswers)))
		return err
	})
}

var errStale = errs.New(errs.Stale, "stale", "somebody changed this meanwhile; look at the newest version and try again")

func isStale(err error) bool { return errors.Is(err, errs.Stale) }
