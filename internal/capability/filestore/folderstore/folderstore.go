// Package folderstore keeps named documents in a folder on local disk: that of the built-in FTP server, or
// one that is mounted. It promises what package ftpstore does, and takes its words from there. More than over
// FTP: Put returns only after file and folder are on the disk (fsync; writers of the same folder share one),
// and a name that is taken is never overwritten, not even by two that put it at once (link(2)).
package folderstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"syscall"

	"cinnabar/internal/capability/filestore/foldersync"
	"cinnabar/internal/capability/filestore/ftpstore"
)

// serverParts is where the FTP server keeps its own unfinished uploads (package ftpserve).
const serverParts = ".part"

// Replies of FTP for what a disk refuses (RFC 959 4.2.1), so that callers need one table only.
const (
	replyFull      = 452
	replyForbidden = 550
)

// Store is a folder of documents. It is safe for use by many goroutines and processes.
type Store struct {
	root    *os.Root
	folders *foldersync.Syncer
	made    sync.Map // folders whose names are safe on the disk
}

// New opens the store in dir, which is made when it is not there.
func New(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("folder of documents: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("folder of documents: %w", err)
	}
	s := &Store{root: root, folders: foldersync.New(root)}
	if err := errors.Join(s.folders.Sync("."), foldersync.Outside(filepath.Dir(dir))); err != nil {
		return nil, errors.Join(fmt.Errorf("folder of documents: %w", err), root.Close())
	}
	return s, nil
}

// Close lets go of the folder.
func (s *Store) Close() error { return s.root.Close() }

// Put stores a document whose bytes body gives; see ftpstore.Store.Put.
func (s *Store) Put(ctx context.Context, doc ftpstore.Document, body io.Reader) error {
	if err := checked(ctx, ftpstore.CheckPath(doc.Path)); err != nil {
		return named(err, "put", doc.Path)
	}
	return named(s.put(doc, body), "put", doc.Path)
}

// Get writes a document to w and compares it with its digest. After an error what w got is worth nothing.
func (s *Store) Get(ctx context.Context, doc ftpstore.Document, w io.Writer) error {
	if err := checked(ctx, ftpstore.CheckPath(doc.Path)); err != nil {
		return named(err, "get", doc.Path)
	}
	return named(s.fetch(doc.Path, doc, w), "get", doc.Path)
}

// Verify reads a document back and compares it with its digest.
func (s *Store) Verify(ctx context.Context, doc ftpstore.Document) error {
	return s.Get(ctx, doc, io.Discard)
}

// Stat describes a document; ftpstore.Absent when it is not there.
func (s *Store) Stat(ctx context.Context, p string) (ftpstore.Entry, error) {
	e := ftpstore.Entry{Path: p}
	err := checked(ctx, ftpstore.CheckStored(p))
	if err == nil {
		e.Size, err = s.size(p)
	}
	return e, named(err, "stat", p)
}

// Delete removes a document or a part; it returns once that is safe on the disk. One that is not there is no
// error.
func (s *Store) Delete(ctx context.Context, p string) error {
	err := checked(ctx, ftpstore.CheckStored(p))
	if err == nil {
		err = s.remove(p)
	}
	return named(err, "delete", p)
}

// Move gives a file another path; see ftpstore.Store.Move.
func (s *Store) Move(ctx context.Context, from, to string) error {
	err := checked(ctx, errors.Join(ftpstore.CheckPath(from), ftpstore.CheckPath(to)))
	if err == nil {
		err = s.move(from, to)
	}
	return named(err, "move", from)
}

// List gives each file below a folder ("" for all) to yield, unfinished parts among them.
func (s *Store) List(ctx context.Context, folder string, yield func(ftpstore.Entry) error) error {
	if err := checked(ctx, ftpstore.CheckStored(folder)); err != nil {
		return named(err, "list", folder)
	}
	return named(s.walk(ctx, path.Clean(folder), yield), "list", folder)
}

// checked is the error of a call that does not even begin.
func checked(ctx context.Context, path error) error {
	if path != nil {
		return &ftpstore.Error{Kind: ftpstore.Permanent, Err: path}
	}
	if err := ctx.Err(); err != nil {
		return &ftpstore.Error{Kind: ftpstore.Temporary, Err: err}
	}
	return nil
}

// named puts op and path into an error.
func named(err error, op, p string) error {
	var e *ftpstore.Error
	if errors.As(err, &e) {
		e.Op, e.Path = op, p
	}
	return err
}

// failed classifies an error of the disk.
func failed(err error) *ftpstore.Error {
	var known *ftpstore.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return &ftpstore.Error{Kind: ftpstore.Absent, Err: err}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &ftpstore.Error{Kind: ftpstore.Temporary, Code: replyFull, Err: err}
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return &ftpstore.Error{Kind: ftpstore.Permanent, Code: replyForbidden, Err: err}
	}
	return &ftpstore.Error{Kind: ftpstore.Temporary, Err: err}
}

// failedHere is failed for a call that makes its own folders: nothing that it misses is a document.
func failedHere(err error) error {
	e := failed(err)
	if e.Kind == ftpstore.Absent {
		return &ftpstore.Error{Kind: ftpstore.Temporary, Err: err}
	}
	return e
}
