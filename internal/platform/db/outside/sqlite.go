package outside

import (
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver
)

type sqliteDialect struct{}

// open takes an absolute path, since a relative one depends on where the program was started.
func (sqliteDialect) open(path string) (*sql.DB, string, error) {
	if !filepath.IsAbs(path) {
		return nil, "", fmt.Errorf("%s is not an absolute path", path)
	}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	u.RawQuery = "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"
	std, err := sql.Open("sqlite", u.String())
	return std, "", err
}

func (sqliteDialect) version() string { return "SELECT 'SQLite ' || sqlite_version()" }

func (sqliteDialect) create(table string) string {
	return "CREATE TABLE IF NOT EXISTS " + createTable(table, func(int) string { return "TEXT" }, "INTEGER", "", " NOT NULL")
}

func (d sqliteDialect) upsert(table string, n int) string {
	return insertRows(d, table, n) + onConflict(table)
}

// SQLite looks numbered parameters up one after the other, so these have no numbers and are few.
func (sqliteDialect) atOnce() int        { return 50 }
func (sqliteDialect) param(int) string   { return "?" }
func (sqliteDialect) limit(n int) string { return fmt.Sprintf(" LIMIT %d", n) }
