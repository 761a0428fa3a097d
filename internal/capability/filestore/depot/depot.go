// Package depot keeps files under a path on a named outside store so that store and database never disagree
// (DOC-5): staging → stored → deleting → deleted.
//
// Guaranteed: a file is Stored, and can be read, only after all its bytes were read back from the store with
// the right digest, and only together with the transaction that publishes it (Settle). Whatever dies when,
// Recover brings either both or neither: what was put but never settled is given up and removed; what was
// withdrawn is removed and looked for. Every step can be repeated, by any replica: a lease on the row keeps
// two from working on a file at once. A path has one file at a time. What stands on a store unknown to the
// database is never deleted but moved to quarantine/ there. The local copy of a file stays until an audit, a
// day later, has read the outside file back, since most servers do not fsync.
//
// Not guaranteed: a process that stood still for longer than its lease in the middle of a removal may remove
// a file that was put under the same path meanwhile; the audit and Check find that and put it back from the
// local copy. A store belongs to one installation: what others keep in its folder is taken for extra.
package depot

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/secret"
)

// BuiltIn is the name of the store that is always there.
const BuiltIn = "built-in"

// quarantine is the folder on a store for what does not belong there.
const quarantine = "quarantine"

// Store is a place for files: ftpstore, sftpstore, folderstore. All pass the suite of ftpstoretest.
type Store interface {
	// Put stores a document, and returns without error only after it was read back; it never replaces other
	// bytes. Putting the same again is no error.
	Put(ctx context.Context, doc ftpstore.Document, body io.Reader) error
	// Get writes a document to w and compares it with its digest.
	Get(ctx context.Context, doc ftpstore.Document, w io.Writer) error
	Verify(ctx context.Context, doc ftpstore.Document) error
	Stat(ctx context.Context, path string) (ftpstore.Entry, error)
	// Delete returns without error only after the file was looked for and not found.
	Delete(ctx context.Context, path string) error
	// Move gives a file a path that is free.
	Move(ctx context.Context, from, to string) error
	List(ctx context.Context, folder string, yield func(ftpstore.Entry) error) error
}

// Copies keeps the local copies (diskstore).
type Copies interface {
	Put(ctx context.Context, r io.Reader) (filestore.Blob, error)
	Open(ctx context.Context, d cinnabar.Digest) (io.ReadSeekCloser, error)
	Stat(ctx context.Context, d cinnabar.Digest) (filestore.Blob, error)
}

// Vault seals the passwords of stores (platform/secret).
type Vault interface {
	Seal(ctx context.Context, tx db.Tx, s secret.Subject, place string, plain []byte) ([]byte, error)
	Open(ctx context.Context, r db.Reader, s secret.Subject, place string, sealed []byte) ([]byte, error)
}

// State is how far a file has come.
type State string

const (
	Staging  State = "staging"  // on its way, or there but not visible yet
	Stored   State = "stored"   // whole on the store, and visible
	Deleting State = "deleting" // no longer visible; to be removed
	Deleted  State = "deleted"  // proven to be gone
	evicting State = "evicting" // what was not ours is being moved to quarantine
)

// Item is a file on a store.
type Item struct {
	ID        string
	Store     string
	Path      string // TYPE/yyyy/mm/NO-sha16.pdf; see ftpstore.CheckPath
	Digest    cinnabar.Digest
	Size      int64 // in bytes
	State     State
	PutAt     time.Time
	SettledAt time.Time // zero until Stored
	AuditedAt time.Time // zero until it was read back a day later
}

func (i Item) document() ftpstore.Document {
	return ftpstore.Document{Path: i.Path, Digest: i.Digest, Size: i.Size}
}

// Deps is what the service needs. Zero values of the durations mean the defaults named.
type Deps struct {
	DB      db.DB
	Clock   clock.Clock
	Log     *slog.Logger
	Copies  Copies
	Vault   Vault
	BuiltIn Store

	Lease      time.Duration // how long after a crash another takes over; default 15 s
	Patience   time.Duration // how long a file waits to be settled before it is given up; default 10 min
	Every      time.Duration // how often Run looks for what was left; default 30 s
	AuditAfter time.Duration // when a stored file is read back; default 24 h
	Wait       time.Duration // for any one answer of an outside store; default 30 s
}

// Service is the files on stores.
type Service struct {
	Deps
	owner string
	wake  chan struct{} // holds one token when something was withdrawn

	lock  sync.Mutex
	busy  map[place]bool    // that this process works on
	cache map[string]opened // outside stores by name
}

// place is a path on a store.
type place struct{ store, path string }

// New makes the service. Outside stores are connected to when they are first needed.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Clock == nil || d.Log == nil || d.Copies == nil || d.Vault == nil || d.BuiltIn == nil {
		return nil, errors.New("depot: all of DB, Clock, Log, Copies, Vault and BuiltIn are needed")
	}
	for v, def := range map[*time.Duration]time.Duration{
		&d.Lease: 15 * time.Second, &d.Patience: 10 * time.Minute, &d.Every: 30 * time.Second,
		&d.AuditAfter: 24 * time.Hour, &d.Wait: 30 * time.Second,
	} {
		if *v <= 0 {
			*v = def
		}
	}
	return &Service{
		Deps: d, owner: cinnabar.NewID[string]("depot"), wake: make(chan struct{}, 1),
		busy: map[place]bool{}, cache: map[string]opened{},
	}, nil
}

// Close ends the connections to outside stores.
func (s *Service) Close() error {
	s.lock.Lock()
	defer s.lock.Unlock()
	for name, o := range s.cache {
		o.close()
		delete(s.cache, name)
	}
	return nil
}
