// Package diskstore keeps contents and parts of uploads in a folder on local disk.
//
// Guaranteed: a content appears under its digest whole or not at all, and Put returns only after the file
// and the folder that names it are on the disk (fsync); contents are never overwritten; no path leads out
// of the folder (os.Root). A failed fsync fails the Put, and its temporary file is thrown away: what a
// disk says after that cannot be trusted.
//
// All of it is sealed under a key from outside (PLT-3: pictures of IDs are personal data): whoever gets the
// disk without the key reads nothing, and altered bytes are not handed out.
//
// Layout: blob/ab/abcd… by digest, part/<upload>.<offset> per piece, temp/<random>. One level of 256 folders, made
// once, holds millions of files well, and spares each new content the fsyncs of folders of its own.
package diskstore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"time"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/filestore/foldersync"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
)

// Store is a folder of contents and parts. It is safe for use by many goroutines.
type Store struct {
	disk  disk
	clock clock.Clock
	key   []byte
	// lock keeps Delete from removing a content that Put has just found to be there already.
	lock sync.Mutex
}

var (
	_ filestore.Store = (*Store)(nil)
	_ filestore.Parts = (*Store)(nil)
)

// New opens the store in dir, which is made when it is not there, readable by its owner only. key has 32
// bytes and must be the same each time (secret.Vault.Key("files")).
func New(dir string, key []byte, c clock.Clock) (*Store, error) {
	if len(key) != 32 || c == nil {
		return nil, errors.New("file store: a key of 32 bytes and a clock are needed")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("file store: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("file store: %w", err)
	}
	s := &Store{disk: rootDisk{root, foldersync.New(root)}, clock: c, key: key}
	if err := s.makeFolders(); err != nil {
		return nil, fmt.Errorf("file store: %w", err)
	}
	// What was made must outlive a power cut before any content in it is promised to.
	if err := errors.Join(s.disk.SyncFolder("blob"), s.disk.SyncFolder("."), foldersync.Outside(filepath.Dir(dir))); err != nil {
		return nil, fmt.Errorf("file store: %w", err)
	}
	return s, nil
}

func (s *Store) makeFolders() error {
	folders := []string{"part", "temp"}
	for i := range 256 {
		folders = append(folders, fmt.Sprintf("blob/%02x", i))
	}
	for _, d := range folders {
		if err := s.disk.MkdirAll(d); err != nil {
			return err
		}
	}
	return nil
}

// Close lets go of the folder.
func (s *Store) Close() error { return s.disk.Close() }

func blobPath(d cinnabar.Digest) string {
	h := d.String()
	return path.Join("blob", h[:2], h)
}

// Put stores what r gives.
func (s *Store) Put(ctx context.Context, r io.Reader) (filestore.Blob, error) {
	temp := path.Join("temp", cinnabar.NewID[string]("t"))
	b, err := s.write(ctx, temp, r)
	if err == nil {
		err = s.publish(temp, b)
	}
	if rm := s.disk.Remove(temp); rm != nil && !errors.Is(rm, fs.ErrNotExist) {
		err = errors.Join(err, rm)
	}
	if err != nil {
		return filestore.Blob{}, fmt.Errorf("store a content: %w", err)
	}
	return b, nil
}

// write makes the temporary file and has it safe on the disk.
func (s *Store) write(ctx context.Context, temp string, r io.Reader) (b filestore.Blob, err error) {
	f, err := s.disk.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY)
	if err != nil {
		return b, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	if b.Size, err = s.seal(f, io.TeeReader(untilDone{ctx, r}, h)); err != nil {
		return b, err
	}
	h.Sum(b.Digest[:0])
	b.PutAt = s.clock.Now()
	return b, f.Sync()
}

// publish gives the file its final name. A content that is there already becomes young again.
func (s *Store) publish(temp string, b filestore.Blob) error {
	final := blobPath(b.Digest)
	if err := s.link(temp, final, b); err != nil {
		return err
	}
	// Not under the lock: a young content is not deleted, and others need not wait for this fsync.
	return s.disk.SyncFolder(path.Dir(final))
}

func (s *Store) link(temp, final string, b filestore.Blob) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	err := s.disk.Link(temp, final) // unlike a rename it never replaces
	if errors.Is(err, fs.ErrExist) {
		err = s.sameSize(final, b.Size)
	}
	if err != nil {
		return err
	}
	return s.disk.Touch(final, b.PutAt)
}

// sameSize refuses to take a damaged file for the content.
func (s *Store) sameSize(name string, size int64) error {
	info, err := s.disk.Stat(name)
	if err != nil {
		return err
	}
	if there, err := plainSize(info.Size()); err != nil || there != size {
		return fmt.Errorf("the stored content %s is damaged: %d bytes instead of %d", path.Base(name), there, size)
	}
	return nil
}

// Open reads a content; errs.NotFound when it is not there.
func (s *Store) Open(_ context.Context, d cinnabar.Digest) (io.ReadSeekCloser, error) {
	r, err := s.open(blobPath(d))
	if err != nil {
		return nil, notFound(d, err)
	}
	return r, nil
}

func (s *Store) open(name string) (*unsealed, error) {
	f, err := s.disk.OpenFile(name, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	u, err := s.unseal(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), f.Close())
	}
	return u, nil
}

// Stat describes a content; errs.NotFound when it is not there.
func (s *Store) Stat(_ context.Context, d cinnabar.Digest) (filestore.Blob, error) {
	info, err := s.disk.Stat(blobPath(d))
	if err != nil {
		return filestore.Blob{}, notFound(d, err)
	}
	return describe(d, info), nil
}

// describe gives a damaged file the size -1.
func describe(d cinnabar.Digest, info fs.FileInfo) filestore.Blob {
	size, err := plainSize(info.Size())
	if err != nil {
		size = -1
	}
	return filestore.Blob{Digest: d, Size: size, PutAt: info.ModTime().UTC()}
}

func notFound(d cinnabar.Digest, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errs.New(errs.NotFound, "no-such-content", "the content %s is not in the store", d)
	}
	return err
}

// Delete removes a content unless it was put since; it tells whether it did.
func (s *Store) Delete(ctx context.Context, d cinnabar.Digest, since time.Time) (bool, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	b, err := s.Stat(ctx, d)
	if errors.Is(err, errs.NotFound) || err == nil && !b.PutAt.Before(since) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := s.disk.Remove(blobPath(d)); err != nil {
		return false, err
	}
	return true, s.disk.SyncFolder(path.Dir(blobPath(d)))
}

// List names all contents. A file that does not belong there is an error that names it.
func (s *Store) List(ctx context.Context, yield func(filestore.Blob) error) error {
	return s.disk.Walk("blob", func(name string, info fs.FileInfo) error {
		d, err := cinnabar.ParseDigest(path.Base(name))
		if err != nil || blobPath(d) != name {
			return fmt.Errorf("file store: %s does not belong there", name)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return yield(describe(d, info))
	})
}

// Sweep removes parts and temporary files not written to since, but those that keep names.
func (s *Store) Sweep(ctx context.Context, since time.Time, keep func(cinnabar.FileID) bool) error {
	for _, dir := range []string{"part", "temp"} {
		err := s.disk.Walk(dir, func(name string, info fs.FileInfo) error {
			if !info.ModTime().Before(since) || dir == "part" && keep(uploadOf(name)) {
				return ctx.Err()
			}
			return s.disk.Remove(name)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// untilDone reads until its context ends.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}
