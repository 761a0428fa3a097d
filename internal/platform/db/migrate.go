package db

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// The schema is one sequence of files for both engines. A file NNNNN_name.sql serves both; where the
// engines differ there are NNNNN_name.sqlite.sql and NNNNN_name.postgres.sql.
//
//go:embed migrations/*.sql
var migrations embed.FS

func migrate(ctx context.Context, d Dialect, std *sql.DB) error {
	files, err := migrationsFor(d)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if d == Postgres {
		dialect = goose.DialectPostgres
		// Replicas start together; one migrates and the others wait.
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return fmt.Errorf("migration lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, std, files, options...)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// migrationsFor selects an engine's files and speaks its dialect.
func migrationsFor(d Dialect) (fs.FS, error) {
	all, err := fs.ReadDir(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	out := fstest.MapFS{}
	for _, e := range all {
		name, only := engineOf(e.Name())
		if only != "" && only != d {
			continue
		}
		text, err := migrations.ReadFile(path.Join("migrations", e.Name()))
		if err != nil {
			return nil, err
		}
		out[name] = &fstest.MapFile{Data: []byte(d.statement(string(text))), Mode: 0o444}
	}
	return out, nil
}

// engineOf splits 00005_search.sqlite.sql into 00005_search.sql and the engine it is for.
func engineOf(file string) (name string, only Dialect) {
	base := strings.TrimSuffix(file, ".sql")
	for _, d := range []Dialect{SQLite, Postgres} {
		if s, ok := strings.CutSuffix(base, "."+string(d)); ok {
			return s + ".sql", d
		}
	}
	return file, ""
}
