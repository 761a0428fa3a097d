// Package outside speaks to index databases: databases of a department's systems, in which one table of
// Cinnabar is kept for them to read. SQLite files, PostgreSQL, MySQL or MariaDB, and Oracle.
//
// Guaranteed: a row is written by its number and organisation, and an older version never overwrites a newer one, in
// whatever order and how often the writes come; the rows of one call are written together or not at all,
// and when it returns nil the database has committed them. The table's order by number is that of bytes,
// and a table that orders differently is refused when it is read. Every call is bounded in time, and
// passwords never stand in an error.
//
// Not guaranteed: that what is committed survives the loss of the outside machine; that is its operator's
// setting. Oracle is experimental: no server was at hand to prove it on.
package outside

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/platform/errs"
)

// Kind is an engine.
type Kind string

const (
	SQLite   Kind = "sqlite"   // DSN: the path of a file
	Postgres Kind = "postgres" // DSN: postgres://user:password@host:port/database?sslmode=verify-full
	MySQL    Kind = "mysql"    // MariaDB too. DSN: user:password@tcp(host:port)/database?tls=true
	Oracle   Kind = "oracle"   // DSN: oracle://user:password@host:port/service?ssl=true
)

// Kinds lists all engines.
func Kinds() []Kind { return []Kind{SQLite, Postgres, MySQL, Oracle} }

// Experimental tells that an engine was not proven on a live server.
func (k Kind) Experimental() bool { return k == Oracle }

const (
	maxConns    = 2                // per database: one delivers, one checks
	idleTime    = time.Minute      // shorter than the firewalls' usual patience
	callTimeout = 30 * time.Second // for one call
	dialTimeout = 10 * time.Second
)

// DefaultTable is the table's name where none is set.
const DefaultTable = "cinnabar_document"

// tableName is what all engines take unquoted: at most 30 characters (Oracle before 12.2).
var tableName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,29}$`)

// Index is the table in one outside database. It is safe for use by many goroutines.
type Index struct {
	kind    Kind
	table   string
	dialect dialect
	db      *sql.DB
	hide    []string // what must not stand in errors
}

// Open prepares for speaking to a database; it connects at the first call. Errors are errs.Invalid with
// the fields /kind, /dsn or /table.
func Open(kind Kind, dsn, table string) (*Index, error) {
	d := dialectOf(kind)
	if d == nil {
		return nil, errs.Wrong(errs.Field{Pointer: "/kind", Code: "unknown"})
	}
	if !tableName.MatchString(table) {
		return nil, errs.Wrong(errs.Field{Pointer: "/table", Code: "malformed"})
	}
	if dsn == "" {
		return nil, errs.Wrong(errs.Field{Pointer: "/dsn", Code: "missing"})
	}
	std, password, err := d.open(dsn)
	if err != nil { // the cause may quote the DSN
		return nil, errs.Wrong(errs.Field{Pointer: "/dsn", Code: "malformed"})
	}
	std.SetMaxOpenConns(maxConns)
	std.SetMaxIdleConns(maxConns)
	std.SetConnMaxIdleTime(idleTime)
	return &Index{kind: kind, table: table, dialect: d, db: std, hide: []string{dsn, password}}, nil
}

// Close lets go of the connections.
func (x *Index) Close() error { return x.db.Close() }

// UnknownOrg stands in rows of which it is not known whose they are.
const UnknownOrg = "-"

var orgForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Prepare connects, and makes the table when it is missing. One from before rows had an organisation gets the column
// and the key; what is in it is then former's, "" for UnknownOrg. It fails with the codes
// "index-database-unreachable" (the database does not answer or refuses us) and "index-table" (the table
// cannot be made or changed, or has other columns).
func (x *Index) Prepare(ctx context.Context, former string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := x.Ping(ctx); err != nil {
		return err
	}
	if x.has(ctx, columns()) == nil {
		return nil
	}
	var made error
	if x.has(ctx, slices.DeleteFunc(columns(), func(c string) bool { return c == "org_id" })) == nil {
		made = x.addOrg(ctx, former)
	} else {
		_, made = x.db.ExecContext(ctx, x.dialect.create(x.table))
	}
	if err := x.has(ctx, columns()); err != nil { // another may have made it meanwhile
		return x.failed("index-table", errors.Join(made, err))
	}
	return nil
}

func (x *Index) addOrg(ctx context.Context, former string) error {
	if former == "" {
		former = UnknownOrg
	}
	if !orgForm.MatchString(former) {
		return fmt.Errorf("%q is no organisation", former)
	}
	return x.inTx(ctx, func(tx *sql.Tx) error { return x.dialect.addOrg(ctx, tx, x.table, former) })
}

// has tells whether the table has the columns.
func (x *Index) has(ctx context.Context, columns []string) error {
	rows, err := x.db.QueryContext(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+x.table+" WHERE 1 = 0")
	if err != nil {
		return err
	}
	return errors.Join(rows.Err(), rows.Close())
}

// Ping tells whether the database answers; code "index-database-unreachable".
func (x *Index) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := x.db.PingContext(ctx); err != nil {
		return x.failed("index-database-unreachable", err)
	}
	return nil
}

// Version is how the server names itself.
func (x *Index) Version(ctx context.Context) (v string, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := x.db.QueryRowContext(ctx, x.dialect.version()).Scan(&v); err != nil {
		return "", x.failed("index-database-unreachable", err)
	}
	return v, nil
}

// maxErrorText bounds what is kept of a server's words, in bytes.
const maxErrorText = 400

// failed makes an error whose detail an operator may see: the server's words without passwords.
func (x *Index) failed(code string, err error) error {
	text := err.Error()
	for _, secret := range x.hide {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
	if len(text) > maxErrorText {
		text = strings.ToValidUTF8(text[:maxErrorText], "")
	}
	return errs.New(errs.Unavailable, code, "%s: %s", x.kind, text).With("words", text)
}

// inTx runs f in one transaction of the outside database.
func (x *Index) inTx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := x.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback() // the first error tells
		return err
	}
	return tx.Commit()
}
