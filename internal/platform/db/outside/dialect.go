package outside

import (
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

// createTable writes the table's definition: text is a column type for at most n characters, key is what
// follows the type of the number to make it sort by bytes.
func createTable(table string, text func(n int) string, integer, key, null string) string {
	types := []string{
		text(maxNumber) + key, text(maxClient), text(maxPath), text(maxDigest), integer, text(maxType), text(maxState), integer, text(len(timeFormat)),
	}
	var b strings.Builder
	b.WriteString(table + " (\n")
	for i, name := range columns() {
		nullable := null
		if i == 0 || types[i] == integer {
			nullable = " NOT NULL"
		}
		b.WriteString("  " + name + " " + types[i] + nullable + ",\n")
	}
	b.WriteString("  PRIMARY KEY (" + columns()[0] + ")\n)")
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
	for _, c := range columns()[1:] {
		set = append(set, c+" = excluded."+c)
	}
	return " ON CONFLICT (doc_number) DO UPDATE SET " + strings.Join(set, ", ") + " WHERE " + table + ".doc_version <= excluded.doc_version"
}
