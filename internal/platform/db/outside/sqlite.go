package outside

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

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

// addOrg makes the table anew, for SQLite cannot change a key. Columns, indexes and triggers that somebody added stay.
func (d sqliteDialect) addOrg(ctx context.Context, tx *sql.Tx, table, org string) error {
	more, err := texts(ctx, tx, `SELECT '"' || replace(name, '"', '""') || '" ' || type FROM pragma_table_info('`+table+`') WHERE name NOT IN ('`+strings.Join(columns(), "', '")+`')`)
	if err != nil {
		return err
	}
	around, err := texts(ctx, tx, `SELECT sql FROM sqlite_schema WHERE tbl_name = '`+table+`' AND type IN ('index', 'trigger') AND sql IS NOT NULL`)
	if err != nil {
		return err
	}
	next, copied := table+"_next", append([]string{}, columns()...)
	steps := []string{"CREATE TABLE " + createTable(next, func(int) string { return "TEXT" }, "INTEGER", "", " NOT NULL")}
	for _, c := range more {
		steps = append(steps, "ALTER TABLE "+next+" ADD COLUMN "+c)
		copied = append(copied, c[:strings.LastIndex(c, `"`)+1])
	}
	from := append([]string{}, copied...)
	from[slices.Index(from, "org_id")] = "'" + org + "'"
	steps = append(steps, "INSERT INTO "+next+" ("+strings.Join(copied, ", ")+") SELECT "+strings.Join(from, ", ")+" FROM "+table,
		"DROP TABLE "+table, "ALTER TABLE "+next+" RENAME TO "+table)
	return each(ctx, tx, append(steps, around...)...)
}

func texts(ctx context.Context, tx *sql.Tx, query string) (out []string, err error) {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, rows.Err()
}

func (d sqliteDialect) upsert(table string, n int) string {
	return insertRows(d, table, n) + onConflict(table)
}

// SQLite looks numbered parameters up one after the other, so these have no numbers and are few.
func (sqliteDialect) atOnce() int        { return 50 }
func (sqliteDialect) param(int) string   { return "?" }
func (sqliteDialect) limit(n int) string { return fmt.Sprintf(" LIMIT %d", n) }
