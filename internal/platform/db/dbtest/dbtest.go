// Package dbtest runs a test on every database engine: on an SQLite file of its own, and on a real
// PostgreSQL that the test process starts from the system's packages, with a database of its own.
package dbtest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"cinnabar/internal/platform/db"
)

// Each runs f once per engine, as parallel subtests "sqlite" and "postgres". Without PostgreSQL on the
// machine that subtest is skipped (testtool).
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
	return open(t, filepath.Join(Folder(t), "cinnabar.db"))
}

// ready is a migrated SQLite file, made once in a process: the migrations take as long as a test, and ten times
// longer under the race detector.
var ready = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "cinnabar-sqlite-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "ready.db")
	d, err := db.Open(context.Background(), file)
	if err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// Folder makes a throw-away data folder with a migrated cinnabar.db in it.
func Folder(t testing.TB) string {
	t.Helper()
	content, err := ready()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "cinnabar.db"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
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
