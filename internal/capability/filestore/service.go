package filestore

import (
	"context"
	"errors"
	"fmt"
	"io"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// fallbackName stands for a name that is empty or was erased.
const fallbackName = "file"

// New file of the program's own making, e.g. a signed contract. Put its content first, outside any
// transaction.
type NewFile struct {
	Blob Blob
	Name string
	MIME string
	Case cinnabar.CaseID // may be empty when By is a person
	By   cinnabar.Actor
}

// Put stores a content. Until a file names it, it is kept for a day.
func (s *Service) Put(ctx context.Context, r io.Reader) (Blob, error) { return s.Store.Put(ctx, r) }

// Add makes a file of a content that was put.
func (s *Service) Add(ctx context.Context, tx db.Tx, n NewFile) (*File, error) {
	if n.Blob.Digest.IsZero() || n.MIME == "" {
		return nil, errors.New("filestore: a file needs a content and a type")
	}
	f := &File{
		ID: cinnabar.NewID[cinnabar.FileID]("file"), Case: n.Case, Uploader: Uploader(n.By), State: Ready,
		Size: n.Blob.Size, Received: n.Blob.Size, Digest: n.Blob.Digest, MIME: n.MIME, CreatedAt: s.Clock.Now(),
	}
	return f, s.insert(ctx, tx, f, n.Name)
}

// insert seals the name and writes the row.
func (s *Service) insert(ctx context.Context, tx db.Tx, f *File, name string) (err error) {
	f.Name, f.subject = secret.PII(CleanName(name)), subjectOf(f)
	if f.sealed, err = s.Vault.Seal(ctx, tx, f.subject, namePlace(f.ID), []byte(f.Name.Reveal())); err != nil {
		return fmt.Errorf("seal the name of a file: %w", err)
	}
	return insertFile(ctx, tx, f)
}

func namePlace(id cinnabar.FileID) string { return "file.name/" + string(id) }

// subjectOf is whose data a file is: the case's, else its uploader's.
func subjectOf(f *File) secret.Subject {
	if f.Case != "" {
		return secret.Subject("case/" + f.Case)
	}
	return secret.Subject("person/" + f.Uploader)
}

// Uploader is the name under which an actor's uploads stand: the person, or else the link, key or device.
// It is empty for nobody.
func Uploader(a cinnabar.Actor) string {
	switch {
	case a.Person != "":
		return string(a.Person)
	case a.Kind == cinnabar.Nobody:
		return ""
	}
	return string(a.Kind) + ":" + a.Key
}

// Get returns a file; errs.NotFound when there is none. Whether its reader may see it is the caller's
// question.
func (s *Service) Get(ctx context.Context, id cinnabar.FileID) (*File, error) {
	return s.get(ctx, s.DB, id)
}

// GetIn is Get in a transaction.
func (s *Service) GetIn(ctx context.Context, tx db.Tx, id cinnabar.FileID) (*File, error) {
	return s.get(ctx, tx, id)
}

func (s *Service) get(ctx context.Context, r db.Reader, id cinnabar.FileID) (*File, error) {
	f, err := readFile(ctx, r, id)
	if err != nil {
		return nil, err
	}
	name, err := s.Vault.Open(ctx, r, f.subject, namePlace(id), f.sealed)
	if errors.Is(err, errs.NotFound) {
		name, err = []byte(fallbackName), nil
	}
	if err != nil {
		return nil, fmt.Errorf("name of file %s: %w", id, err)
	}
	f.Name = secret.PII(name)
	return f, nil
}

// Open reads the content of a file that is Ready; errs.Conflict, code "not-ready", for others.
func (s *Service) Open(ctx context.Context, id cinnabar.FileID) (*File, io.ReadSeekCloser, error) {
	f, err := s.Get(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if f.State != Ready {
		return nil, nil, errs.New(errs.Conflict, "not-ready", "the file is not complete, or was refused").With("state", f.State)
	}
	r, err := s.Store.Open(ctx, f.Digest)
	if err != nil {
		return nil, nil, fmt.Errorf("content of file %s: %w", id, err)
	}
	return f, r, nil
}

// Delete forgets a file. Its content goes a day later, unless another file has the same.
func (s *Service) Delete(ctx context.Context, tx db.Tx, id cinnabar.FileID) error {
	tx.AfterCommit(func() { s.dropPart(context.WithoutCancel(ctx), id) })
	return deleteFile(ctx, tx, id)
}

// dropPart removes what an upload has left; what it cannot remove, Collect will.
func (s *Service) dropPart(ctx context.Context, id cinnabar.FileID) {
	if err := s.Parts.RemovePart(ctx, id); err != nil {
		s.Log.Warn("the part of an upload could not be removed", "file", id, "error", err)
	}
}
