package mirror

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/audit"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/outside"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// Target says which table of which database.
type Target struct {
	Kind  Kind
	DSN   secret.Secret // as package outside describes it; holds a password
	Table string        // "" is outside.DefaultTable
}

// Database is an index database and how it stands.
type Database struct {
	Name         string
	Kind         Kind
	Experimental bool // the engine was not proven on a live server
	Table        string
	ChangedAt    time.Time

	Waiting     int       // rows that have yet to be written
	Oldest      time.Time // since when the oldest of them waits; zero when none does
	Refused     int       // those of them that the database refuses; the rest goes on without them
	RefusedWhy  string    // of one of these
	Failures    int       // of the whole database in a row
	NextAt      time.Time // of the next try after a failure
	LastError   string    // the server's words, for operators; empty when all is well
	LastErrorAt time.Time
	LastOKAt    time.Time // of the last delivery
}

// stored is a row of mirror_database with what opens it.
type stored struct {
	Database
	sealed   []byte
	revision int64
}

// openIndex opens a target, which is a plain file name in the folder for SQLite.
func (s *Service) openIndex(t Target) (*outside.Index, error) {
	if t.Table == "" {
		t.Table = outside.DefaultTable
	}
	dsn := t.DSN.Reveal()
	if t.Kind == outside.SQLite && s.Folder != "" && dsn != "" {
		if !fileName.MatchString(dsn) {
			return nil, errs.Wrong(errs.Field{Pointer: "/dsn", Code: "malformed"})
		}
		if err := os.MkdirAll(s.Folder, 0o750); err != nil {
			return nil, fmt.Errorf("folder of index databases: %w", err)
		}
		dsn = filepath.Join(s.Folder, dsn)
	}
	return outside.Open(t.Kind, dsn, t.Table)
}

var fileName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$`)

// Configure adds an index database, or changes one. An empty DSN leaves that of an existing one as it is.
// Nothing is asked of the database itself: Test does that. A database that points elsewhere than before is
// filled by Check. Errors are errs.Invalid with fields.
func (s *Service) Configure(ctx context.Context, by cinnabar.Actor, name string, t Target) error {
	if !databaseName.MatchString(name) || none(name) {
		return errs.Wrong(errs.Field{Pointer: "/name", Code: "malformed"})
	}
	if t.Table == "" {
		t.Table = outside.DefaultTable
	}
	old, err := s.stored(ctx, s.DB, name)
	if err == nil && t.DSN == "" {
		t.DSN, err = s.reveal(ctx, old)
	}
	if err != nil && !errors.Is(err, errs.NotFound) {
		return err
	}
	x, err := s.openIndex(t)
	if err != nil {
		return err
	}
	if err := x.Close(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		sealed, err := s.Vault.Seal(ctx, tx, subject(name), place(name), []byte(t.DSN.Reveal()))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO mirror_database (name, kind, dsn, index_table, revision, changed_at) VALUES ($1, $2, $3, $4, 1, $5)
			ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, dsn = excluded.dsn, index_table = excluded.index_table,
				revision = mirror_database.revision + 1, changed_at = excluded.changed_at, failures = 0, next_at = 0`,
			name, string(t.Kind), sealed, t.Table, db.Millis(s.Clock.Now()))
		if err != nil {
			return err
		}
		tx.AfterCommit(s.signal)
		return s.record(ctx, tx, by, "index-database.configure", name, map[string]any{"kind": t.Kind, "table": t.Table})
	})
}

// Remove forgets an index database; its table stays as it is. It fails with errs.Conflict: code
// "index-database-in-use", params.types, while something names it (Deps.Named), "index-database-busy" while rows wait.
func (s *Service) Remove(ctx context.Context, by cinnabar.Actor, name string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := s.free(ctx, tx, name); err != nil {
			return err
		}
		if busy, err := db.Exists(ctx, tx, `SELECT 1 FROM mirror_outbox WHERE target = $1`, name); err != nil {
			return err
		} else if busy {
			return errs.New(errs.Conflict, "index-database-busy", "rows are waiting for this database; deliver them first")
		}
		n, err := tx.Exec(ctx, `DELETE FROM mirror_database WHERE name = $1`, name)
		if err == nil && n == 0 {
			err = errUnknown
		}
		if err != nil {
			return err
		}
		return s.record(ctx, tx, by, "index-database.remove", name, nil)
	})
}

// free refuses a database that is still named: what goes there could not go on.
func (s *Service) free(ctx context.Context, tx db.Tx, name string) error {
	if s.Named == nil {
		return nil
	}
	by, err := s.Named(ctx, tx, name)
	if err != nil || len(by) == 0 {
		return err
	}
	types := strings.Join(by, ", ")
	return errs.New(errs.Conflict, "index-database-in-use", "types of documents go to this database: %s; choose another for them first", types).With("types", types)
}

func (s *Service) record(ctx context.Context, tx db.Tx, by cinnabar.Actor, action, name string, detail map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{At: s.Clock.Now(), Actor: by, Action: action, Object: name, Detail: detail})
}

func subject(name string) secret.Subject { return secret.Subject("database/" + name) }
func place(name string) string           { return "mirror_database.dsn/" + name }

func (s *Service) reveal(ctx context.Context, d stored) (secret.Secret, error) {
	plain, err := s.Vault.Open(ctx, s.DB, subject(d.Name), place(d.Name), d.sealed)
	if err != nil {
		return "", fmt.Errorf("address of index database %s: %w", d.Name, err)
	}
	return secret.Secret(plain), nil
}

const selectDatabase = `SELECT name, kind, index_table, changed_at, failures, next_at, last_error, last_error_at, last_ok_at, dsn, revision,
	(SELECT count(*) FROM mirror_outbox o WHERE o.target = d.name),
	(SELECT coalesce(min(queued_at), 0) FROM mirror_outbox o WHERE o.target = d.name),
	(SELECT count(*) FROM mirror_outbox o WHERE o.target = d.name AND o.failures > 0),
	(SELECT coalesce(max(error), '') FROM mirror_outbox o WHERE o.target = d.name AND o.failures > 0)
	FROM mirror_database d`

func scanDatabase(row db.Row) (d stored, err error) {
	var changed, next, failedAt, okAt, oldest int64
	err = row.Scan(&d.Name, (*string)(&d.Kind), &d.Table, &changed, &d.Failures, &next, &d.LastError, &failedAt, &okAt, &d.sealed, &d.revision,
		&d.Waiting, &oldest, &d.Refused, &d.RefusedWhy)
	d.ChangedAt, d.NextAt, d.LastErrorAt, d.LastOKAt, d.Oldest = db.Time(changed), db.Time(next), db.Time(failedAt), db.Time(okAt), db.Time(oldest)
	d.Experimental = d.Kind.Experimental()
	return d, err
}

func (s *Service) stored(ctx context.Context, r db.Reader, name string) (stored, error) {
	d, err := scanDatabase(r.QueryRow(ctx, selectDatabase+` WHERE name = $1`, name))
	if errors.Is(err, db.ErrNoRows) {
		return d, errUnknown
	}
	return d, err
}

// Database returns one; errs.NotFound, code "index-database-unknown".
func (s *Service) Database(ctx context.Context, name string) (Database, error) {
	d, err := s.stored(ctx, s.DB, name)
	return d.Database, err
}

// Databases lists all by name.
func (s *Service) Databases(ctx context.Context) ([]Database, error) {
	rows, err := s.DB.Query(ctx, selectDatabase+` ORDER BY name`)
	return db.Collect(rows, err, func(rows db.Rows) (Database, error) {
		d, err := scanDatabase(rows)
		return d.Database, err
	})
}
