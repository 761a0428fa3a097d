package mirror

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/platform/db"
)

// enqueue keeps the place in the queue of a row that waits already.
func enqueue(ctx context.Context, tx db.Tx, target string, r Row, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO mirror_outbox (target, number, org, client, path, digest, size, type, state, version, updated, queued_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (target, number, org) DO UPDATE SET client = excluded.client, path = excluded.path, digest = excluded.digest,
			size = excluded.size, type = excluded.type, state = excluded.state, version = excluded.version, updated = excluded.updated,
			failures = 0, next_at = 0, error = ''
		WHERE mirror_outbox.version < excluded.version`,
		target, r.Number, r.Org, r.Client, r.Path, r.Digest, r.Size, r.Type, r.State, r.Version, db.Millis(r.Updated), db.Millis(now))
	if err != nil {
		return fmt.Errorf("queue a row for index database %s: %w", target, err)
	}
	return nil
}

// waiting reads the oldest rows that may go out now.
func waiting(ctx context.Context, r db.Reader, target string, now time.Time, limit int) ([]Row, error) {
	rows, err := r.Query(ctx, fmt.Sprintf(`SELECT number, org, client, path, digest, size, type, state, version, updated FROM mirror_outbox
		WHERE target = $1 AND next_at <= $2 ORDER BY queued_at, number, org LIMIT %d`, limit), target, db.Millis(now))
	return db.Collect(rows, err, func(rows db.Rows) (r Row, err error) {
		var at int64
		err = rows.Scan(&r.Number, &r.Org, &r.Client, &r.Path, &r.Digest, &r.Size, &r.Type, &r.State, &r.Version, &at)
		r.Updated = db.Time(at)
		return r, err
	})
}

// strikeAtOnce is how many rows one statement strikes off: SQLite looks each parameter up among all.
const strikeAtOnce = 50

// delivered strikes off what has gone out, but no newer version that came meanwhile.
func delivered(ctx context.Context, tx db.Tx, target string, rows []Row) error {
	for part := range slices.Chunk(rows, strikeAtOnce) {
		triples, args := make([]string, 0, len(part)), []any{target}
		for _, r := range part {
			triples = append(triples, fmt.Sprintf("($%d, $%d, CAST($%d AS BIGINT))", len(args)+1, len(args)+2, len(args)+3))
			args = append(args, r.Number, r.Org, r.Version)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM mirror_outbox WHERE target = $1 AND (number, org, version) IN (VALUES `+strings.Join(triples, ", ")+`)`, args...); err != nil {
			return err
		}
	}
	return nil
}

// setAside has one row wait that the database refuses.
func setAside(ctx context.Context, tx db.Tx, target string, r Row, why string, until func(failures int) time.Time) error {
	var failures int
	err := tx.QueryRow(ctx, `UPDATE mirror_outbox SET failures = failures + 1, error = $5 WHERE target = $1 AND number = $2 AND org = $3 AND version = $4 RETURNING failures`,
		target, r.Number, r.Org, r.Version, why).Scan(&failures)
	if errors.Is(err, db.ErrNoRows) { // a newer version came
		return nil
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE mirror_outbox SET next_at = $5 WHERE target = $1 AND number = $2 AND org = $3 AND version = $4`,
		target, r.Number, r.Org, r.Version, db.Millis(until(failures)))
	return err
}

// waitingAmong are those of the keys for which a row waits.
func waitingAmong(ctx context.Context, r db.Reader, target string, keys []Key) (map[Key]bool, error) {
	places, args := make([]string, len(keys)), []any{target}
	for i, k := range keys {
		places[i] = fmt.Sprintf("($%d, $%d)", 2*i+2, 2*i+3)
		args = append(args, k.Number, k.Org)
	}
	rows, err := r.Query(ctx, `SELECT number, org FROM mirror_outbox WHERE target = $1 AND (number, org) IN (VALUES `+strings.Join(places, ", ")+`)`, args...)
	found, err := db.Collect(rows, err, func(rows db.Rows) (k Key, err error) { return k, rows.Scan(&k.Number, &k.Org) })
	out := map[Key]bool{}
	for _, k := range found {
		out[k] = true
	}
	return out, err
}

// due are the databases for which rows wait that may go out now, and to which nobody delivers.
func (s *Service) due(ctx context.Context) ([]string, error) {
	rows, err := s.DB.Query(ctx, `SELECT name FROM mirror_database d WHERE next_at <= $1 AND (lease_until <= $1 OR lease_owner = $2)
		AND EXISTS (SELECT 1 FROM mirror_outbox o WHERE o.target = d.name AND o.next_at <= $1) ORDER BY name`, db.Millis(s.Clock.Now()), s.owner)
	return db.Collect(rows, err, func(rows db.Rows) (n string, err error) { return n, rows.Scan(&n) })
}

// claim takes or renews the lease of a database; false when another has it.
func (s *Service) claim(ctx context.Context, tx db.Tx, name string) (bool, error) {
	now := s.Clock.Now()
	n, err := tx.Exec(ctx, `UPDATE mirror_database SET lease_owner = $2, lease_until = $3 WHERE name = $1 AND (lease_until <= $4 OR lease_owner = $2)`,
		name, s.owner, db.Millis(now.Add(s.Lease)), db.Millis(now))
	return n == 1, err
}

func (s *Service) release(ctx context.Context, tx db.Tx, name string) error {
	_, err := tx.Exec(ctx, `UPDATE mirror_database SET lease_owner = '', lease_until = 0 WHERE name = $1 AND lease_owner = $2`, name, s.owner)
	return err
}

func (s *Service) succeeded(ctx context.Context, tx db.Tx, name string) error {
	_, err := tx.Exec(ctx, `UPDATE mirror_database SET failures = 0, next_at = 0, last_error = '', last_error_at = 0, last_ok_at = $2 WHERE name = $1`,
		name, db.Millis(s.Clock.Now()))
	return err
}

func (s *Service) failed(ctx context.Context, tx db.Tx, name, why string) error {
	var failures int
	now := s.Clock.Now()
	err := tx.QueryRow(ctx, `UPDATE mirror_database SET failures = failures + 1, last_error = $2, last_error_at = $3 WHERE name = $1 RETURNING failures`,
		name, why, db.Millis(now)).Scan(&failures)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE mirror_database SET next_at = $2 WHERE name = $1`, name, db.Millis(now.Add(backoff(failures))))
	return err
}
