// Package dbtest runs a test on every database engine: on an SQLite file of its own, and on a real
// PostgreSQL that the test process starts from the system's packages, with a database of its own.
package dbtest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"cinnabar/internal/platform/db"
)

// Each runs f once per engine, as parallel subtests "sqlite" and "postgres". Without PostgreSQL on the
// machine that subtest is skipped, unless CINNABAR_REQUIRE_POSTGRES is set.
func Each(t *testing.T, f func(t *testing.T, d db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, Postgres(t))
	})
}

// SQLite opens a migrated database in a throw-away file.
func SQLite(t testing.TB) db.DB {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "test.db"))
}

// Postgres opens a migrated database of its own in the process's cluster.
func Postgres(t testing.TB) db.DB {
	t.Helper()
	return open(t, PostgresURL(t))
}

func open(t testing.TB, dsn string) db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return d
}

// Main runs the tests and then stops the cluster, if one was started, and whatever else is to be stopped. A
// package whose tests use PostgreSQL calls it from TestMain.
func Main(m *testing.M, stop ...func()) {
	code := m.Run()
	stopCluster()
	for _, f := range stop {
		f()
	}
	os.Exit(code)
}
