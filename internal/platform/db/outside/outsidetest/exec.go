package outsidetest

import (
	"database/sql"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the drivers, by which tests meddle as a department's system would
	_ "github.com/sijms/go-ora/v2"
	_ "modernc.org/sqlite"

	"cinnabar/internal/platform/db/outside"
)

// Exec runs statements behind the program's back.
func Exec(t testing.TB, kind outside.Kind, dsn string, statements ...string) {
	t.Helper()
	driver := map[outside.Kind]string{outside.SQLite: "sqlite", outside.Postgres: "pgx", outside.MySQL: "mysql", outside.Oracle: "oracle"}[kind]
	d, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		if _, err := d.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}
