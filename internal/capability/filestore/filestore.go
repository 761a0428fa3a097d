// Package filestore keeps files: their contents under their SHA-256 digest in a Store, and a row per file
// that says what it is. Uploads come in pieces and go on after a cut or a crash.
//
// Guaranteed: contents are on the disk before a row names them, and never change; an upload goes on from
// the last byte that is known to be on the disk; the type of a file is what its content says, not what
// its sender says; what is not of an accepted type, or carries active content, is refused; names are
// sealed, for they hold names of people.
//
// Not guaranteed: pieces of unfinished uploads stand in the folder of the replica that took them, so
// several replicas need a shared folder or sessions that stay with one.
package filestore

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/secret"
)

// Blob is a content in the store.
type Blob struct {
	Digest cinnabar.Digest
	Size   int64
	PutAt  time.Time // when it was last put; set by Stat and List
}

// ErrAltered is what a Store answers when a content is not what was put.
var ErrAltered = errors.New("the content was altered")

// Store keeps contents under their digest. A content that was put is never altered.
type Store interface {
	// Put stores what r gives; it returns once that is safe on the disk.
	Put(ctx context.Context, r io.Reader) (Blob, error)
	// Open reads a content; errs.NotFound when it is not there. Open or a later Read fails with ErrAltered
	// when the store can tell.
	Open(ctx context.Context, d cinnabar.Digest) (io.ReadSeekCloser, error)
	// Stat describes a content; errs.NotFound when it is not there.
	Stat(ctx context.Context, d cinnabar.Digest) (Blob, error)
	// Delete removes a content unless it was put since; it tells whether it did.
	Delete(ctx context.Context, d cinnabar.Digest, since time.Time) (bool, error)
	// List names all contents.
	List(ctx context.Context, yield func(Blob) error) error
}

// Parts keeps the pieces of unfinished uploads.
type Parts interface {
	// AppendPart makes the part of an upload end at offset at, adds what r gives, and returns how many
	// bytes of it are safe on the disk, also when it fails in the middle.
	AppendPart(ctx context.Context, id cinnabar.FileID, at int64, r io.Reader) (int64, error)
	// OpenPart reads a part from its beginning.
	OpenPart(ctx context.Context, id cinnabar.FileID) (io.ReadSeekCloser, error)
	// RemovePart forgets a part; one that is not there is no error.
	RemovePart(ctx context.Context, id cinnabar.FileID) error
	// Sweep removes parts and temporary files not written to since, but those that keep names.
	Sweep(ctx context.Context, since time.Time, keep func(cinnabar.FileID) bool) error
}

// Vault seals file names (platform/secret).
type Vault interface {
	Seal(ctx context.Context, tx db.Tx, s secret.Subject, place string, plain []byte) ([]byte, error)
	Open(ctx context.Context, r db.Reader, s secret.Subject, place string, sealed []byte) ([]byte, error)
}

// PDFInspector looks into an uploaded PDF and refuses what must not come in (scripts, launch actions,
// bombs, encryption): the code of its *errs.Error becomes the problem of the file.
type PDFInspector interface {
	InspectPDF(ctx context.Context, data []byte) error
}

// Deps is what the service needs.
type Deps struct {
	DB    db.DB
	Clock clock.Clock
	Log   *slog.Logger
	Store Store
	Parts Parts
	Vault Vault
	Jobs  *jobs.Queue
	PDF   PDFInspector
	// Keep tells of contents that somebody else than a file needs (depot.Service.Needs); optional.
	Keep func(ctx context.Context, d cinnabar.Digest) (bool, error)

	Limits    Limits        // zero fields take their defaults
	UploadTTL time.Duration // how long an unfinished upload is kept; default 24 h
}

// Limits bound what one person may send. Sizes are in bytes.
type Limits struct {
	Picture int64 // default 20 MiB
	PDF     int64 // default 50 MiB
	Video   int64 // default 300 MiB
	Sheet   int64 // default 10 MiB
	Pixels  int64 // of a picture; default 64 million

	OpenUploads int   // unfinished ones of one person; default 20
	OpenBytes   int64 // of those; default 1 GiB
}

func (l *Limits) setDefaults() {
	for v, def := range map[*int64]int64{
		&l.Picture: 20 << 20, &l.PDF: 50 << 20, &l.Video: 300 << 20, &l.Sheet: 10 << 20,
		&l.Pixels: 64_000_000, &l.OpenBytes: 1 << 30,
	} {
		if *v <= 0 {
			*v = def
		}
	}
	if l.OpenUploads <= 0 {
		l.OpenUploads = 20
	}
}

// MaxUpload is the largest size that any type may have.
func (l Limits) MaxUpload() int64 { return max(l.Picture, l.PDF, l.Video, l.Sheet) }

// State is how far a file has come.
type State string

const (
	Partial  State = "partial"  // bytes are missing
	Checking State = "checking" // complete, not looked at yet
	Ready    State = "ready"    // accepted; can be used
	Refused  State = "refused"  // looked at and thrown away; Problem says why
)

// File is what is known of a file.
type File struct {
	ID        cinnabar.FileID
	Case      cinnabar.CaseID // empty: of no case
	Uploader  string
	State     State
	Name      secret.PII // cleaned; "file" after its subject was erased
	Size      int64
	Received  int64
	Digest    cinnabar.Digest // zero unless Ready
	MIME      string          // what the content says; empty unless Ready
	Problem   string          // code; empty unless Refused
	CreatedAt time.Time
	ExpiresAt time.Time // of an unfinished upload

	subject secret.Subject
	sealed  []byte
}

// Service is the files of the program.
type Service struct {
	Deps
	lock sync.Mutex
	busy map[cinnabar.FileID]bool // uploads that a request is writing to
}

// New makes the service and registers its jobs.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Clock == nil || d.Log == nil || d.Store == nil || d.Parts == nil || d.Vault == nil || d.Jobs == nil || d.PDF == nil {
		return nil, errors.New("filestore: all of DB, Clock, Log, Store, Parts, Vault, Jobs and PDF are needed")
	}
	d.Limits.setDefaults()
	if d.Keep == nil {
		d.Keep = func(context.Context, cinnabar.Digest) (bool, error) { return false, nil }
	}
	if d.UploadTTL <= 0 {
		d.UploadTTL = 24 * time.Hour
	}
	s := &Service{Deps: d, busy: map[cinnabar.FileID]bool{}}
	d.Jobs.Register(checkJob, s.checkUpload)
	d.Jobs.Register(collectJob, s.collectRegularly)
	return s, nil
}
