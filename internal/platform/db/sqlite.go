package db

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"runtime"

	sqlite "modernc.org/sqlite"
)

// Result codes of SQLite (https://sqlite.org/rescode.html): the extended ones for a broken uniqueness, and the
// one for a disk without room.
const (
	sqliteFull       = 13
	sqliteUnique     = 2067
	sqlitePrimaryKey = 1555
)

// sqliteDB has one connection that writes, owned by the committer, and several that read.
type sqliteDB struct {
	write *sql.DB
	main  *writer // its one connection
	read  *sql.DB
	queue chan *pending
	stop  chan struct{} // closed by Close
	done  chan struct{} // closed when the committer has ended
}

func openSQLite(ctx context.Context, path string) (*sqliteDB, error) {
	// SQLite would make the file as readable as the folder lets it, and gives its log the file's rights.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	write, err := sql.Open("sqlite", sqliteDSN(path, "_txlock=immediate"))
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	write.SetConnMaxIdleTime(0)
	if err := migrate(ctx, SQLite, write); err != nil {
		_ = write.Close()
		return nil, err
	}
	read, err := sql.Open("sqlite", sqliteDSN(path, "_pragma=query_only(1)"))
	if err != nil {
		_ = write.Close()
		return nil, err
	}
	main, err := newWriter(ctx, write)
	if err != nil {
		return nil, errors.Join(err, read.Close(), write.Close())
	}
	readers := max(4, runtime.NumCPU())
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	d := &sqliteDB{write: write, main: main, read: read, queue: make(chan *pending), stop: make(chan struct{}), done: make(chan struct{})}
	go d.commitLoop()
	return d, nil
}

// sqliteDSN sets the pragmas in the DSN, so that every connection of the pool has them.
// synchronous=FULL: with NORMAL the last commits may be lost at a power cut. wal_autocheckpoint: a page that many
// transactions change is brought from the log into the file once in 16 MB, not once in 4.
func sqliteDSN(path, extra string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	u.RawQuery = "_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)" +
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-16000)&_pragma=wal_autocheckpoint(4000)&" + extra
	return u.String()
}

func (d *sqliteDB) Dialect() Dialect { return SQLite }

func (d *sqliteDB) QueryRow(ctx context.Context, query string, args ...any) Row {
	return d.read.QueryRowContext(ctx, query, args...)
}

func (d *sqliteDB) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	rows, err := d.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return sqlRows{rows}, nil
}

func (d *sqliteDB) Ping(ctx context.Context) error { return d.read.PingContext(ctx) }

func (d *sqliteDB) Close() error {
	close(d.stop)
	<-d.done
	return errors.Join(d.read.Close(), d.main.close(), d.write.Close())
}

// sqlRows hides the error of Close, which Err has told already.
type sqlRows struct{ *sql.Rows }

func (r sqlRows) Close() { _ = r.Rows.Close() }

// sqliteTx runs statements apart from the caller's cancellation: an interrupted statement would make
// SQLite roll back the whole transaction, and with it those of others who are committed together.
type sqliteTx struct {
	w     *writer
	after []func()
}

func (t *sqliteTx) Dialect() Dialect { return SQLite }

func (t *sqliteTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	res, err := t.w.exec(context.WithoutCancel(ctx), query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t *sqliteTx) QueryRow(ctx context.Context, query string, args ...any) Row {
	rows, err := t.Query(ctx, query, args...)
	return one{rows, err}
}

func (t *sqliteTx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	return t.w.query(context.WithoutCancel(ctx), query, args...)
}

func (t *sqliteTx) AfterCommit(f func()) { t.after = append(t.after, f) }

// IsUnique tells whether err is a broken uniqueness (a primary key or unique index).
func IsUnique(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqliteUnique || lite.Code() == sqlitePrimaryKey
	}
	return isPostgresUnique(err)
}

// IsFull tells whether err says that the database has no room left on its disk.
func IsFull(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqliteFull
	}
	return isPostgresFull(err)
}

var errClosed = errors.New("the database is closed")
