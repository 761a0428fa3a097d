package outside

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

type postgresDialect struct{}

// open keeps the driver's default for TLS (sslmode=prefer) where the DSN says nothing.
func (postgresDialect) open(dsn string) (*sql.DB, string, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, "", err
	}
	cfg.ConnectTimeout = dialTimeout
	cfg.RuntimeParams["statement_timeout"] = fmt.Sprint(callTimeout.Milliseconds())
	cfg.RuntimeParams["synchronous_commit"] = "on" // what is committed is struck off our list
	cfg.RuntimeParams["application_name"] = "cinnabar"
	return stdlib.OpenDB(*cfg), cfg.Password, nil
}

func (postgresDialect) version() string { return "SELECT version()" }

func (postgresDialect) create(table string) string {
	return "CREATE TABLE IF NOT EXISTS " + createTable(table, varchar, "BIGINT", ` COLLATE "C"`, " NOT NULL")
}

func (postgresDialect) addOrg(ctx context.Context, tx *sql.Tx, table, org string) error {
	var key string
	err := tx.QueryRowContext(ctx, `SELECT quote_ident(conname) FROM pg_constraint WHERE conrelid = '`+table+`'::regclass AND contype = 'p'`).Scan(&key)
	if err != nil {
		return err
	}
	return each(ctx, tx,
		"ALTER TABLE "+table+" ADD COLUMN org_id "+varchar(maxOrg)+` COLLATE "C" NOT NULL DEFAULT '`+org+"', DROP CONSTRAINT "+key+", ADD PRIMARY KEY ("+keyColumns()+")",
		"ALTER TABLE "+table+" ALTER COLUMN org_id DROP DEFAULT")
}

func (d postgresDialect) upsert(table string, n int) string {
	return insertRows(d, table, n) + onConflict(table)
}

func (postgresDialect) atOnce() int        { return 500 }
func (postgresDialect) param(i int) string { return fmt.Sprintf("$%d", i) }
func (postgresDialect) limit(n int) string { return fmt.Sprintf(" LIMIT %d", n) }
