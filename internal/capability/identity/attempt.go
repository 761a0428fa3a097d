package identity

import (
	"context"
	"errors"
	"time"

	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

const (
	maxFailures = 5
	firstLock   = 30 * time.Minute
	longestLock = 24 * time.Hour
	forgetAfter = 24 * time.Hour // tries this long ago no longer count
)

// attempt is what is known about tries under one key (an account, known or not, and a method).
type attempt struct {
	failures, rounds, lockedUntil, at int64
}

// count counts a try and commits it before it is made; the try that reaches the limit is still made, and
// the lock stands from then on. It reports whether this try closed the lock, and fails with errs.Locked
// while it is closed. success undoes the counting.
func (s *Service) count(ctx context.Context, key string) (closed bool, err error) {
	now := s.Clock.Now()
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		a, err := lockAttempt(ctx, tx, key, now)
		if err != nil {
			return err
		}
		if until := db.Time(a.lockedUntil); now.Before(until) {
			return locked(until)
		}
		if now.Sub(db.Time(max(a.at, a.lockedUntil))) > forgetAfter {
			a = attempt{}
		}
		a.failures++
		if closed = a.failures >= maxFailures; closed {
			a.lockedUntil = db.Millis(now.Add(lockFor(a.rounds)))
			a.failures, a.rounds = 0, a.rounds+1
		}
		a.at = db.Millis(now)
		return writeAttempt(ctx, tx, key, a)
	})
	return closed, err
}

// lockFor doubles with every round.
func lockFor(rounds int64) time.Duration {
	return min(longestLock, firstLock<<min(rounds, 10))
}

func locked(until time.Time) error {
	return errs.New(errs.Locked, "locked", "locked after too many wrong tries; try again later").With("until", until.Format(time.RFC3339))
}

// lockAttempt reads a key's row, made when missing, and holds it to the end of the transaction.
func lockAttempt(ctx context.Context, tx db.Tx, key string, now time.Time) (a attempt, err error) {
	_, err = tx.Exec(ctx, `INSERT INTO sign_in_attempt (key, at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`, key, db.Millis(now))
	if err != nil {
		return a, err
	}
	err = tx.QueryRow(ctx, `SELECT failures, rounds, locked_until, at FROM sign_in_attempt WHERE key = $1`+tx.Dialect().ForUpdate(), key).
		Scan(&a.failures, &a.rounds, &a.lockedUntil, &a.at)
	return a, err
}

func writeAttempt(ctx context.Context, tx db.Tx, key string, a attempt) error {
	_, err := tx.Exec(ctx, `UPDATE sign_in_attempt SET failures = $2, rounds = $3, locked_until = $4, at = $5 WHERE key = $1`,
		key, a.failures, a.rounds, a.lockedUntil, a.at)
	return err
}

// success forgets the tries under a key. The row stays: another try may be about to lock it.
func success(ctx context.Context, tx db.Tx, key string) error {
	return writeAttempt(ctx, tx, key, attempt{})
}

func sweep(ctx context.Context, tx db.Tx, now time.Time) error {
	day, month := db.Millis(now.Add(-24*time.Hour)), db.Millis(now.Add(-30*24*time.Hour))
	var all []error
	for _, e := range []struct {
		query  string
		before int64
	}{
		{`DELETE FROM session WHERE expires_at < $1`, day},
		{`DELETE FROM face_challenge WHERE expires_at < $1`, day},
		{`DELETE FROM sms_code WHERE expires_at < $1`, month}, // kept for the limits per day and as evidence of misuse
		{`DELETE FROM invitation_notice WHERE told_at < $1`, day},
		{`DELETE FROM sign_in_attempt WHERE at < $1 AND locked_until < $1`, month},
	} {
		_, err := tx.Exec(ctx, e.query, e.before)
		all = append(all, err)
	}
	return errors.Join(all...)
}
