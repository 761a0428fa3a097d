package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

func countEndpoints(ctx context.Context, r db.Reader, org cinnabar.OrgID) (n int, err error) {
	err = r.QueryRow(ctx, `SELECT count(*) FROM webhook_endpoint WHERE org = $1`, string(org)).Scan(&n)
	return n, err
}

func insertEndpoint(ctx context.Context, tx db.Tx, e Endpoint, sealed []byte) error {
	types, err := json.Marshal(append([]string{}, e.Types...))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO webhook_endpoint (id, org, url, description, types, secret, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		e.ID, string(e.Org), e.URL, e.Description, string(types), sealed, db.Millis(e.CreatedAt))
	return err
}

func updateEndpoint(ctx context.Context, tx db.Tx, e Endpoint) error {
	types, err := json.Marshal(append([]string{}, e.Types...))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE webhook_endpoint SET description = $2, types = $3 WHERE id = $1`, e.ID, e.Description, string(types))
	return err
}

func readEndpoints(ctx context.Context, r db.Reader, where string, args ...any) ([]Endpoint, error) {
	rows, err := r.Query(ctx, `SELECT id, org, url, description, types, disabled, failing_since, old_until, created_at FROM webhook_endpoint WHERE `+where, args...)
	return db.Collect(rows, err, func(rows db.Rows) (e Endpoint, err error) {
		var types string
		var failing, old, created int64
		if err := rows.Scan(&e.ID, (*string)(&e.Org), &e.URL, &e.Description, &types, &e.Disabled, &failing, &old, &created); err != nil {
			return e, err
		}
		e.FailingSince, e.OldUntil, e.CreatedAt = db.Time(failing), db.Time(old), db.Time(created)
		return e, json.Unmarshal([]byte(types), &e.Types)
	})
}

func endpointOf(ctx context.Context, r db.Reader, org cinnabar.OrgID, id string) (Endpoint, error) {
	list, err := readEndpoints(ctx, r, `id = $1 AND org = $2`, id, string(org))
	if err == nil && len(list) == 0 {
		err = errNoEndpoint
	}
	if err != nil {
		return Endpoint{}, err
	}
	return list[0], nil
}

// disable enables again when why is empty.
func disable(ctx context.Context, tx db.Tx, id, why string) error {
	_, err := tx.Exec(ctx, `UPDATE webhook_endpoint SET disabled = $2, failures = 0, failing_since = 0, quiet_until = 0 WHERE id = $1`, id, why)
	return err
}

func deleteEndpoint(ctx context.Context, tx db.Tx, id string) error {
	for _, statement := range []string{
		`DELETE FROM webhook_attempt WHERE delivery IN (SELECT id FROM webhook_delivery WHERE endpoint = $1)`,
		`DELETE FROM webhook_delivery WHERE endpoint = $1`,
		`DELETE FROM webhook_endpoint WHERE id = $1`,
	} {
		if _, err := tx.Exec(ctx, statement, id); err != nil {
			return err
		}
	}
	return nil
}

func replaceSecret(ctx context.Context, tx db.Tx, id string, sealed []byte, until time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE webhook_endpoint SET old_secret = secret, old_until = $3, secret = $2 WHERE id = $1`, id, sealed, db.Millis(until))
	return err
}

// readSecrets returns the sealed secrets that sign at a time, the newest first.
func readSecrets(ctx context.Context, r db.Reader, id string, now time.Time) ([][]byte, error) {
	var current, old []byte
	var until int64
	if err := r.QueryRow(ctx, `SELECT secret, old_secret, old_until FROM webhook_endpoint WHERE id = $1`, id).Scan(&current, &old, &until); err != nil {
		return nil, err
	}
	if old != nil && now.Before(db.Time(until)) {
		return [][]byte{current, old}, nil
	}
	return [][]byte{current}, nil
}

func insertMessage(ctx context.Context, tx db.Tx, id string, org cinnabar.OrgID, eventType, dedup string, sealed []byte, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO webhook_message (id, org, type, dedup, body, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, string(org), eventType, dedup, sealed, db.Millis(now))
	return err
}

func insertDelivery(ctx context.Context, tx db.Tx, id, message string, e Endpoint, seq int64, now time.Time) error {
	state, problem, done := Waiting, "", int64(0)
	if e.Disabled != "" {
		state, problem, done = Failed, endpointDisabled, db.Millis(now)
	}
	_, err := tx.Exec(ctx, `INSERT INTO webhook_delivery (id, message, endpoint, seq, state, problem, created_at, done_at, next_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7)`,
		id, message, e.ID, seq, state, problem, db.Millis(now), done)
	return err
}

// pending is a delivery with what it takes to make it.
type pending struct {
	Delivery
	tries    int
	org      cinnabar.OrgID
	url      string
	sealed   []byte
	disabled string
	failures int
	quiet    time.Time
	failing  time.Time
}

func readPending(ctx context.Context, r db.Reader, id string) (pending, error) {
	p := pending{}
	var quiet, failing int64
	err := r.QueryRow(ctx, `SELECT d.id, d.message, d.endpoint, d.state, d.attempts, d.tries, m.org, m.body, m.type, e.url, e.disabled, e.failures, e.quiet_until, e.failing_since
		FROM webhook_delivery d JOIN webhook_message m ON m.id = d.message JOIN webhook_endpoint e ON e.id = d.endpoint WHERE d.id = $1`, id).
		Scan(&p.ID, &p.Message, &p.Endpoint, &p.State, &p.Attempts, &p.tries, (*string)(&p.org), &p.sealed, &p.Type, &p.url, &p.disabled, &p.failures, &quiet, &failing)
	p.quiet, p.failing = db.Time(quiet), db.Time(failing)
	return p, err
}

func insertAttempt(ctx context.Context, tx db.Tx, delivery string, a Attempt) error {
	_, err := tx.Exec(ctx, `INSERT INTO webhook_attempt (delivery, n, at, status, problem, took_ms) VALUES ($1, $2, $3, $4, $5, $6)`,
		delivery, a.N, db.Millis(a.At), a.Status, a.Problem, a.Took.Milliseconds())
	return err
}

// settle writes how a delivery stands after a try.
func settle(ctx context.Context, tx db.Tx, p pending, state, problem string, now, next time.Time) error {
	done := db.Millis(now)
	if state == Waiting {
		done = 0
	}
	_, err := tx.Exec(ctx, `UPDATE webhook_delivery SET state = $2, problem = $3, attempts = $4, tries = $5, next_at = $6, done_at = $7 WHERE id = $1`,
		p.ID, state, problem, p.Attempts, p.tries, db.Millis(next), done)
	return err
}

func endpointWorks(ctx context.Context, tx db.Tx, id string) error {
	_, err := tx.Exec(ctx, `UPDATE webhook_endpoint SET failures = 0, failing_since = 0, quiet_until = 0 WHERE id = $1 AND failures > 0`, id)
	return err
}

// endQuiet has an endpoint spoken to again before the time for which it was to be left alone is over.
func endQuiet(ctx context.Context, tx db.Tx, id string) error {
	_, err := tx.Exec(ctx, `UPDATE webhook_endpoint SET quiet_until = 0 WHERE id = $1`, id)
	return err
}

func endpointFails(ctx context.Context, tx db.Tx, id string, now, quiet time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE webhook_endpoint SET failures = failures + 1, quiet_until = $3,
		failing_since = CASE WHEN failing_since = 0 THEN $2 ELSE failing_since END WHERE id = $1`, id, db.Millis(now), db.Millis(quiet))
	return err
}

const selectDelivery = `SELECT d.id, d.message, d.endpoint, m.type, d.seq, d.state, d.problem, d.attempts, d.next_at, d.created_at, d.done_at
	FROM webhook_delivery d JOIN webhook_message m ON m.id = d.message`

func scanDelivery(row db.Row) (d Delivery, err error) {
	var next, created, done int64
	err = row.Scan(&d.ID, &d.Message, &d.Endpoint, &d.Type, &d.Seq, &d.State, &d.Problem, &d.Attempts, &next, &created, &done)
	d.CreatedAt, d.DoneAt = db.Time(created), db.Time(done)
	if d.State == Waiting {
		d.NextAt = db.Time(next)
	}
	return d, err
}

func readDeliveries(ctx context.Context, r db.Reader, where string, limit int, args ...any) ([]Delivery, error) {
	rows, err := r.Query(ctx, fmt.Sprintf(`%s WHERE %s ORDER BY d.seq DESC LIMIT %d`, selectDelivery, where, limit), args...)
	return db.Collect(rows, err, func(rows db.Rows) (Delivery, error) { return scanDelivery(rows) })
}

func readAttempts(ctx context.Context, r db.Reader, delivery string) ([]Attempt, error) {
	rows, err := r.Query(ctx, `SELECT n, at, status, problem, took_ms FROM webhook_attempt WHERE delivery = $1 ORDER BY n`, delivery)
	return db.Collect(rows, err, func(rows db.Rows) (a Attempt, err error) {
		var at, took int64
		err = rows.Scan(&a.N, &at, &a.Status, &a.Problem, &took)
		a.At, a.Took = db.Time(at), time.Duration(took)*time.Millisecond
		return a, err
	})
}

// revive has a delivery wait for its first try of a new series.
func revive(ctx context.Context, tx db.Tx, id string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE webhook_delivery SET state = 'waiting', tries = 0, next_at = $2, done_at = 0 WHERE id = $1`, id, db.Millis(now))
	return err
}

// dropOld deletes messages from before a time for which nothing waits, with their deliveries.
func dropOld(ctx context.Context, tx db.Tx, before time.Time, limit int) (int64, error) {
	old := fmt.Sprintf(`(SELECT id FROM webhook_message m WHERE created_at < $1
		AND NOT EXISTS (SELECT 1 FROM webhook_delivery d WHERE d.message = m.id AND d.state = 'waiting') ORDER BY created_at, id LIMIT %d)`, limit)
	var n int64
	for _, statement := range []string{
		`DELETE FROM webhook_attempt WHERE delivery IN (SELECT id FROM webhook_delivery WHERE message IN ` + old + `)`,
		`DELETE FROM webhook_delivery WHERE message IN ` + old,
		`DELETE FROM webhook_message WHERE id IN ` + old,
	} {
		var err error
		if n, err = tx.Exec(ctx, statement, db.Millis(before)); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// orNone makes "no such row" of the database the error that callers know.
func orNone(err error, none error) error {
	if errors.Is(err, db.ErrNoRows) {
		return none
	}
	return err
}
