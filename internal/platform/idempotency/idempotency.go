// Package idempotency keeps the keys of requests and the first answer to each, so that a request that is
// repeated because its answer was lost gets that answer and nothing happens twice (PLT-5).
//
// Guaranteed: of two requests with one key and scope only one goes ahead at a time; a key that was used for
// another request is refused; an answer that was kept in the transaction of its request exists if and only
// if that was committed. Of requests only a digest is kept.
//
// Not guaranteed: "once", where the answer is kept in a later transaction than the work. If the program
// dies between the two, the key is free again after two minutes.
package idempotency

import (
	"context"
	"fmt"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

const (
	// underWayFor is how long a claimed key blocks a repeat whose first request has not answered. After
	// that the first one is taken for dead.
	underWayFor = 2 * time.Minute
	// keepAnswers is how long a repeat gets the first answer.
	keepAnswers = 30 * 24 * time.Hour

	// longestKept is MaxKey and room for the name of a part of the work that was asked for under one key.
	longestKept = 255
)

// MinKey and MaxKey bound the keys that callers send, in bytes.
const (
	MinKey = 8
	MaxKey = 200
)

// Check refuses keys that are out of bounds with errs.Invalid "idempotency-key-missing".
func Check(key string) error {
	if len(key) < MinKey || len(key) > MaxKey {
		return errs.New(errs.Invalid, "idempotency-key-missing", "send an Idempotency-Key of %d to %d characters", MinKey, MaxKey)
	}
	return nil
}

// Request is a request with its key.
type Request struct {
	Scope  string // whose keys these are, see Scope
	Key    string
	Digest string // of what is asked; keyed where it may hold a secret, for a plain digest could be guessed

	// Sole tells that nobody else can be at work under this key (the caller holds a lease): a request under
	// way is a dead one's, and its key is taken over at once.
	Sole bool
}

// Done is the status of an answer whose caller has no statuses of its own.
const Done = 200

// Answer is what the first request got. Status is never 0.
type Answer struct {
	Status int
	Body   []byte
}

// Scope keeps the keys of different callers apart.
func Scope(a cinnabar.Actor) string {
	return strings.Join([]string{string(a.Kind), string(a.Person), a.Key, string(a.Case)}, "|")
}

// Claim takes the key for a request (nil), or returns the answer that its first use got. Errors:
// errs.Invalid "idempotency-key-missing", errs.Conflict "idempotency-key-reused" and "under-way".
func Claim(ctx context.Context, tx db.Tx, r Request, now time.Time) (*Answer, error) {
	if len(r.Key) < MinKey || len(r.Key) > longestKept {
		return nil, Check("")
	}
	n, err := tx.Exec(ctx, `INSERT INTO idempotency (scope, key, request, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		r.Scope, r.Key, r.Digest, db.Millis(now))
	if err != nil || n == 1 {
		return nil, err
	}
	var digest string
	var created int64
	var first Answer
	if err := tx.QueryRow(ctx, `SELECT request, status, answer, created_at FROM idempotency WHERE scope = $1 AND key = $2`+tx.Dialect().ForUpdate(),
		r.Scope, r.Key).Scan(&digest, &first.Status, &first.Body, &created); err != nil {
		return nil, fmt.Errorf("idempotency key: %w", err)
	}
	switch {
	case digest != r.Digest:
		return nil, errs.New(errs.Conflict, "idempotency-key-reused", "this Idempotency-Key was used for another request")
	case first.Status != 0:
		return &first, nil
	case !r.Sole && now.Sub(db.Time(created)) < underWayFor:
		return nil, errs.New(errs.Conflict, "under-way", "the first request with this Idempotency-Key is still under way; ask again in a moment")
	}
	_, err = tx.Exec(ctx, `UPDATE idempotency SET created_at = $3 WHERE scope = $1 AND key = $2`, r.Scope, r.Key, db.Millis(now))
	return nil, err
}

// Keep keeps what a repeat will get.
func Keep(ctx context.Context, tx db.Tx, r Request, a Answer) error {
	_, err := tx.Exec(ctx, `UPDATE idempotency SET status = $3, answer = $4 WHERE scope = $1 AND key = $2`, r.Scope, r.Key, a.Status, a.Body)
	return err
}

// Free frees a key whose request was refused, so that it can be sent again with other contents. A key that
// has an answer stays.
func Free(ctx context.Context, tx db.Tx, r Request) error {
	_, err := tx.Exec(ctx, `DELETE FROM idempotency WHERE scope = $1 AND key = $2 AND status = 0`, r.Scope, r.Key)
	return err
}

// DropOld deletes the answers that nobody can ask for any more: those older than thirty days.
func DropOld(ctx context.Context, tx db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM idempotency WHERE created_at < $1`, db.Millis(now.Add(-keepAnswers)))
	return err
}
