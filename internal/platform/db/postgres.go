package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// SQLSTATEs of PostgreSQL (https://www.postgresql.org/docs/15/errcodes-appendix.html).
const (
	pgUnique        = "23505"
	pgDiskFull      = "53100"
	pgSerialization = "40001"
	pgDeadlock      = "40P01"
)

// maxRetries is how often a transaction is run again after the server gave it up for another's sake.
const maxRetries = 5

type postgresDB struct{ pool *pgxpool.Pool }

func openPostgres(ctx context.Context, dsn string) (*postgresDB, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = max(cfg.MaxConns, 16)
	cfg.ConnConfig.ConnectTimeout = 10 * time.Second
	// No statement may wait for ever: a cut line otherwise hangs a request until TCP gives up.
	cfg.ConnConfig.RuntimeParams["statement_timeout"] = "30000"
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	// Sets of some ten thousand cases are compared with in memory, even where the server's own setting is small.
	cfg.ConnConfig.RuntimeParams["work_mem"] = "16MB"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	std := stdlib.OpenDBFromPool(pool)
	defer std.Close()
	if err := migrate(ctx, Postgres, std); err != nil {
		pool.Close()
		return nil, err
	}
	return &postgresDB{pool: pool}, nil
}

func (d *postgresDB) Dialect() Dialect { return Postgres }

func (d *postgresDB) QueryRow(ctx context.Context, query string, args ...any) Row {
	return pgRow{d.pool.QueryRow(ctx, query, args...)}
}

func (d *postgresDB) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	return d.pool.Query(ctx, query, args...)
}

func (d *postgresDB) Ping(ctx context.Context) error { return d.pool.Ping(ctx) }

func (d *postgresDB) Close() error {
	d.pool.Close()
	return nil
}

func (d *postgresDB) InTx(ctx context.Context, f func(Tx) error) error {
	for try := 0; ; try++ {
		err := d.once(ctx, f)
		if !isRetryable(err) || try == maxRetries {
			return err
		}
	}
}

func (d *postgresDB) once(ctx context.Context, f func(Tx) error) error {
	tx, err := d.pool.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	// After a commit this is a no-op; the context may be over, the rollback must still reach the server.
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	t := &postgresTx{tx: tx}
	if err := f(t); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for _, f := range t.after {
		f()
	}
	return nil
}

func isRetryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == pgSerialization || pg.Code == pgDeadlock)
}

func isPostgresUnique(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == pgUnique
}

func isPostgresFull(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == pgDiskFull
}

type postgresTx struct {
	tx    pgx.Tx
	after []func()
}

func (t *postgresTx) Dialect() Dialect { return Postgres }

func (t *postgresTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	tag, err := t.tx.Exec(ctx, query, args...)
	return tag.RowsAffected(), err
}

func (t *postgresTx) QueryRow(ctx context.Context, query string, args ...any) Row {
	return pgRow{t.tx.QueryRow(ctx, query, args...)}
}

func (t *postgresTx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	return t.tx.Query(ctx, query, args...)
}

func (t *postgresTx) AfterCommit(f func()) { t.after = append(t.after, f) }

// pgRow gives the one "no rows" error that callers know.
type pgRow struct{ row pgx.Row }

func (r pgRow) Scan(dest ...any) error {
	err := r.row.Scan(dest...)
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNoRows
	}
	return err
}
