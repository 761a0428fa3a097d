package outsidetest

import (
	"os"
	"path/filepath"
	"testing"

	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/db/outside"
)

// Each runs f with a fresh database of every engine, as parallel subtests named like the engines.
func Each(t *testing.T, f func(t *testing.T, kind outside.Kind, dsn string)) {
	t.Helper()
	for _, kind := range outside.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			f(t, kind, Fresh(t, kind))
		})
	}
}

// Fresh makes a database of an engine, or skips the test where the engine is not there.
func Fresh(t testing.TB, kind outside.Kind) string {
	t.Helper()
	switch kind {
	case outside.SQLite:
		return filepath.Join(t.TempDir(), "department.db")
	case outside.Postgres:
		return dbtest.PostgresURL(t)
	case outside.MySQL:
		return MariaDB(t)
	}
	dsn := os.Getenv("CINNABAR_ORACLE_DSN")
	if dsn == "" {
		t.Skip("CINNABAR_ORACLE_DSN names no Oracle server")
	}
	return dsn
}
