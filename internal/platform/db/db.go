// Package db is the only place that knows a database driver. It gives the rest of the program one
// transaction interface over SQLite and PostgreSQL, with one SQL text for both: $1-style parameters,
// portable column types (TEXT, BIGINT, BLOB), times as Unix milliseconds (see Millis).
//
// Guaranteed: InTx returns nil only after the commit is durable (SQLite: WAL with synchronous=FULL;
// PostgreSQL: its own default). A function given to InTx may be run more than once (serialisation
// failures on PostgreSQL), so it must have no effect outside the transaction but through AfterCommit.
//
// Not guaranteed: an error from InTx after a lost connection does not tell whether the commit
// happened. Callers that must know read back what they wrote (an idempotency row).
package db

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// ErrNoRows is what Row.Scan returns when there is no row.
var ErrNoRows = sql.ErrNoRows

// Row is the result of a query for one row.
type Row interface{ Scan(dest ...any) error }

// Rows is the result of a query. It must be read to its end or closed before the next statement of
// the same transaction (PostgreSQL has one conversation per connection). Prefer Collect.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close()
}

// Reader reads.
type Reader interface {
	QueryRow(ctx context.Context, query string, args ...any) Row
	Query(ctx context.Context, query string, args ...any) (Rows, error)
	Dialect() Dialect
}

// Tx is a running transaction. It must not be kept or used by two goroutines.
type Tx interface {
	Reader
	// Exec runs a statement and returns the number of rows that it touched.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// AfterCommit has f called once the transaction is durable, never when it is rolled back.
	AfterCommit(f func())
}

// DB is a database. Its Reader methods see committed data only.
type DB interface {
	Reader
	// InTx runs f in a transaction, which is committed when f returns nil and rolled back otherwise.
	InTx(ctx context.Context, f func(Tx) error) error
	// Ping tells whether the database answers.
	Ping(ctx context.Context) error
	Close() error
}

// Collect reads all rows of a query by scan.
func Collect[T any](rows Rows, err error, scan func(Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// Exists tells whether the query returns a row.
func Exists(ctx context.Context, r Reader, query string, args ...any) (bool, error) {
	var one any
	err := r.QueryRow(ctx, query, args...).Scan(&one)
	if errors.Is(err, ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Millis is how times stand in the database: milliseconds since 1970 in UTC; 0 for the zero time.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Time reads what Millis wrote.
func Time(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
