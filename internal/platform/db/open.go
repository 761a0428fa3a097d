package db

import (
	"context"
	"fmt"
	"strings"
)

// Open opens the database that dsn names and brings its schema to the newest version: a PostgreSQL
// URL ("postgres://…"), or else the path of an SQLite file, made when it is not there.
func Open(ctx context.Context, dsn string) (DB, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		d, err := openPostgres(ctx, dsn)
		if err != nil {
			return nil, fmt.Errorf("open PostgreSQL: %w", err)
		}
		return d, nil
	}
	d, err := openSQLite(ctx, dsn)
	if err != nil {
		return nil, fmt.Errorf("open SQLite file %s: %w", dsn, err)
	}
	return d, nil
}
