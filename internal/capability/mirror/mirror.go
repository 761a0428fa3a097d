// Package mirror keeps index databases of departments equal to the main database: a table with a row per
// document, which the department's own systems read.
//
// Guaranteed: what Write was given is delivered if and only if the caller's transaction was committed; a
// crash at any instant loses nothing, and an older version never overwrites a newer one. A database that
// is down delays and loses nothing, and does not hold up the others; what waits and why is shown. Check
// finds every row that is missing, extra or different, whatever goes on meanwhile, and repairs it.
//
// Not guaranteed: that the index database is up to date at every moment; it follows, usually within
// milliseconds. Intermediate versions may be skipped. Somebody else's changes of the table stay until Check.
package mirror

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/outside"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// Main is the name that means the main database itself: nothing to mirror. So does "".
const Main = "main"

// Row is a document in an index database. Its Version orders its states: each change of anything in the
// row has a greater one.
type Row = outside.Row

// Key is what a row is known by: its number and its organisation.
type Key = outside.Key

// Kind is the engine of an index database.
type Kind = outside.Kind

// Vault seals the addresses of databases, which hold passwords (platform/secret).
type Vault interface {
	Seal(ctx context.Context, tx db.Tx, s secret.Subject, place string, plain []byte) ([]byte, error)
	Open(ctx context.Context, r db.Reader, s secret.Subject, place string, sealed []byte) ([]byte, error)
}

// Deps is what the service needs. Zero values of the optional fields mean the defaults named.
type Deps struct {
	DB    db.DB
	Clock clock.Clock
	Log   *slog.Logger
	Vault Vault

	// Folder is where SQLite files lie; their DSN is then a plain file name. Empty: it is an absolute path.
	// Set it wherever DSNs do not come from whoever owns the machine.
	Folder string

	// Former says whose rows are in tables that were made before rows had an organisation; "" or nil: not known, so
	// that a Check with repair puts them right.
	Former func(ctx context.Context) (cinnabar.OrgID, error)

	// Named says what still names a database, which is not removed then; nil: nothing does.
	Named func(ctx context.Context, r db.Reader, database string) ([]string, error)

	Lease time.Duration // how long after a crash another replica takes over; default 10 s
	Poll  time.Duration // how often others' rows are looked for; default 1 s
	Chunk int           // rows in one transaction of an index database; default 500
}

// Service delivers rows and checks databases.
type Service struct {
	Deps
	owner string
	wake  chan struct{} // holds one token when there may be something to deliver

	lock    sync.Mutex
	handles map[string]*handle
	running map[string]bool
}

// New makes a service; rows are delivered by Run.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Clock == nil || d.Log == nil || d.Vault == nil {
		return nil, errors.New("mirror: DB, Clock, Log and Vault are needed")
	}
	if d.Lease <= 0 {
		d.Lease = 10 * time.Second
	}
	if d.Poll <= 0 {
		d.Poll = time.Second
	}
	if d.Chunk <= 0 {
		d.Chunk = 500
	}
	return &Service{
		Deps: d, owner: cinnabar.NewID[string]("run"), wake: make(chan struct{}, 1),
		handles: map[string]*handle{}, running: map[string]bool{},
	}, nil
}

// databaseName is what a database may be called.
var databaseName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// none tells whether a name means the main database.
func none(database string) bool { return database == "" || database == Main }

var errUnknown = errs.New(errs.NotFound, "index-database-unknown", "there is no index database of that name")

// Write has a row brought into an index database after tx is committed. Nothing is to do for the main
// database. Of several versions that wait, only the newest goes out. It fails with errs.Invalid when no
// database could hold the row, and with errs.NotFound, code "index-database-unknown".
func (s *Service) Write(ctx context.Context, tx db.Tx, database string, r Row) error {
	if none(database) {
		return nil
	}
	if err := r.Valid(); err != nil {
		return err
	}
	known, err := db.Exists(ctx, tx, `SELECT 1 FROM mirror_database WHERE name = $1`, database)
	if err != nil {
		return err
	}
	if !known {
		return errUnknown
	}
	if err := enqueue(ctx, tx, database, r, s.Clock.Now()); err != nil {
		return err
	}
	tx.AfterCommit(s.signal)
	return nil
}

// signal wakes Run.
func (s *Service) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
