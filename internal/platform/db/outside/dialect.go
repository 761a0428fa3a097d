package outside

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// dialect is how an engine is spoken to. Each engine has a file of its own.
type dialect interface {
	// open reads the DSN; it returns the password in it as well, which must not stand in errors.
	open(dsn string) (std *sql.DB, password string, err error)
	version() string
	create(table string) string
	// addOrg turns a table as it was before rows had an organisation into one of today; what is in it gets org.
	addOrg(ctx context.Context, tx *sql.Tx, table, org string) error
	// upsert writes n rows of all columns, an existing one only when its version is not newer.
	upsert(table string, n int) string
	// atOnce is the largest n for upsert.
	atOnce() int
	param(i int) string // of the i-th parameter, from 1
	limit(n int) string
}

func dialectOf(k Kind) dialect {
	switch k {
	case SQLite:
		return sqliteDialect{}
	case Postgres:
		return postgresDialect{}
	case MySQL:
		return mysqlDialect{}
	case Oracle:
		return oracleDialect{}
	}
	return nil
}

func keyColumns() string { return strings.Join(columns()[:keys], ", ") }

// each runs statements one after the other.
func each(ctx context.Context, tx *sql.Tx, statements ...string) error {
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// createTable writes the table's definition: text is a column type for at most n characters, key is what
// follows the types of the key to make it sort by bytes.
func createTable(table string, text func(n int) string, integer, key, null string) string {
	types := []string{
		text(maxNumber) + key, text(maxOrg) + key, text(maxClient), text(maxPath), text(maxDigest), integer, text(maxType), text(maxState), integer, text(len(timeFormat)),
	}
	var b strings.Builder
	b.WriteString(table + " (\n")
	for i, name := range columns() {
		nullable := null
		if i < keys || types[i] == integer {
			nullable = " NOT NULL"
		}
		b.WriteString("  " + name + " " + types[i] + nullable + ",\n")
	}
	b.WriteString("  PRIMARY KEY (" + keyColumns() + ")\n)")
	return b.String()
}

func varchar(n int) string { return fmt.Sprintf("VARCHAR(%d)", n) }

// insertRows is INSERT INTO … VALUES with n groups of parameters.
func insertRows(d dialect, table string, n int) string {
	width := len(columns())
	groups := make([]string, n)
	for i := range groups {
		params := make([]string, width)
		for j := range params {
			params[j] = d.param(i*width + j + 1)
		}
		groups[i] = "(" + strings.Join(params, ", ") + ")"
	}
	return "INSERT INTO " + table + " (" + strings.Join(columns(), ", ") + ") VALUES " + strings.Join(groups, ", ")
}

// onConflict is how SQLite and PostgreSQL let the newer version win.
func onConflict(table string) string {
	set := make([]string, 0, len(columns()))
	for _, c := range columns()[keys:] {
		set = append(set, c+" = excluded."+c)
	}
	return " ON CONFLICT (" + keyColumns() + ") DO UPDATE SET " + strings.Join(set, ", ") + " WHERE " + table + ".doc_version <= excluded.doc_version"
}
