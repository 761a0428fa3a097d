// Package sftpstore keeps named documents on an outside server over SFTP (SSH file transfer, version 3, as
// OpenSSH speaks it). It promises what package ftpstore does, and takes its words from there. More than over
// FTP: where the server offers fsync@openssh.com, Put returns only after file and folder were fsynced; and
// OpenSSH's rename refuses to replace what is there.
package sftpstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"github.com/pkg/sftp"

	"cinnabar/internal/capability/filestore/ftpstore"
)

const fsyncExtension = "fsync@openssh.com"

// Put stores a document whose bytes body gives; see ftpstore.Store.Put.
func (s *Store) Put(ctx context.Context, doc ftpstore.Document, body io.Reader) error {
	return s.with(ctx, "put", doc.Path, func(c *sftp.Client) error { return s.put(c, doc, body) })
}

// Get writes a document to w and compares it with its digest. After an error what w got is worth nothing.
func (s *Store) Get(ctx context.Context, doc ftpstore.Document, w io.Writer) error {
	return s.with(ctx, "get", doc.Path, func(c *sftp.Client) error { return s.fetch(c, doc.Path, doc, w) })
}

// Verify reads a document back and compares it with its digest.
func (s *Store) Verify(ctx context.Context, doc ftpstore.Document) error {
	return s.Get(ctx, doc, io.Discard)
}

// Stat describes a document; ftpstore.Absent when it is not there.
func (s *Store) Stat(ctx context.Context, p string) (ftpstore.Entry, error) {
	e := ftpstore.Entry{Path: p}
	err := s.with(ctx, "stat", p, func(c *sftp.Client) (err error) {
		e.Size, err = s.size(c, p)
		return err
	})
	return e, err
}

// Delete removes a document or a part, and looks that it is gone. One that is not there is no error.
func (s *Store) Delete(ctx context.Context, p string) error {
	return s.with(ctx, "delete", p, func(c *sftp.Client) error {
		removed := c.Remove(s.at(p))
		if errors.Is(removed, os.ErrNotExist) {
			return nil
		}
		_, err := c.Lstat(s.at(p))
		switch {
		case errors.Is(err, os.ErrNotExist):
			return s.syncFolder(c, path.Dir(p))
		case err != nil:
			return failed(ftpstore.Unknown, err)
		case removed != nil:
			return failed(ftpstore.Unknown, removed)
		}
		return &ftpstore.Error{Kind: ftpstore.Temporary, Err: errors.New("the server says that it removed the document, but it is there")}
	})
}

// List gives each file below a folder ("" for all) to yield, unfinished parts among them.
func (s *Store) List(ctx context.Context, folder string, yield func(ftpstore.Entry) error) error {
	return s.with(ctx, "list", folder, func(c *sftp.Client) error {
		err := s.walk(c, folder, yield)
		if errors.Is(err, ftpstore.Absent) {
			return nil
		}
		return err
	})
}

func (s *Store) put(c *sftp.Client, doc ftpstore.Document, body io.Reader) error {
	if err := s.fetch(c, doc.Path, doc, io.Discard); !errors.Is(err, ftpstore.Absent) {
		return err
	}
	if err := c.MkdirAll(s.at(path.Dir(doc.Path))); err != nil {
		return failed(ftpstore.Temporary, err)
	}
	part := ftpstore.PartOf(doc.Path)
	if err := s.send(c, part, doc, body); err != nil {
		_ = c.Remove(s.at(part)) // List finds what stays
		return err
	}
	if err := c.Rename(s.at(part), s.at(doc.Path)); err != nil {
		return failed(ftpstore.Unknown, err)
	}
	switch size, err := s.size(c, doc.Path); {
	case errors.Is(err, ftpstore.Absent):
		return &ftpstore.Error{Kind: ftpstore.Unknown, Err: errors.New("the server says that it renamed the document, but it is not there")}
	case err != nil:
		return err
	case size != doc.Size:
		return &ftpstore.Error{Kind: ftpstore.Altered, Err: fmt.Errorf("%d bytes are there instead of %d", size, doc.Size)}
	}
	return s.syncFolder(c, path.Dir(doc.Path))
}

// send uploads to a path of its own and reads it back.
func (s *Store) send(c *sftp.Client, part string, doc ftpstore.Document, body io.Reader) error {
	f, err := c.OpenFile(s.at(part), os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return failed(ftpstore.Temporary, err)
	}
	source := ftpstore.NewMeter(body, doc.Size)
	_, err = io.CopyBuffer(struct{ io.Writer }{f}, source, make([]byte, 1<<20))
	if wrong := source.Check(doc); wrong != nil && (err == nil || source.Err() != nil || source.N() > doc.Size) {
		return errors.Join(&ftpstore.Error{Kind: ftpstore.Source, Err: wrong}, f.Close())
	}
	if _, can := c.HasExtension(fsyncExtension); can && err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return failed(ftpstore.Temporary, err)
	}
	if err := s.fetch(c, part, doc, io.Discard); err != nil {
		if errors.Is(err, ftpstore.Altered) || errors.Is(err, ftpstore.Absent) {
			return &ftpstore.Error{Kind: ftpstore.Temporary, Err: fmt.Errorf("the server says that it stored the document, but: %w", err)}
		}
		return err
	}
	return nil
}

// fetch reads a file and compares it with what it should be.
func (s *Store) fetch(c *sftp.Client, p string, doc ftpstore.Document, w io.Writer) error {
	f, err := c.Open(s.at(p))
	if err != nil {
		return failed(ftpstore.Temporary, err)
	}
	got := ftpstore.NewMeter(struct{ io.Reader }{f}, doc.Size)
	_, read := io.CopyBuffer(struct{ io.Writer }{w}, got, make([]byte, 1<<20))
	_ = f.Close()
	switch {
	case got.Err() != nil:
		return failed(ftpstore.Temporary, got.Err())
	case read != nil && got.N() <= doc.Size:
		return read // the writer failed
	}
	if err := got.Check(doc); err != nil {
		return &ftpstore.Error{Kind: ftpstore.Altered, Err: err}
	}
	return nil
}

func (s *Store) size(c *sftp.Client, p string) (int64, error) {
	info, err := c.Lstat(s.at(p))
	if err != nil {
		return 0, failed(ftpstore.Temporary, err)
	}
	if !info.Mode().IsRegular() {
		return 0, &ftpstore.Error{Kind: ftpstore.Permanent, Err: errors.New("it is not a file")}
	}
	return info.Size(), nil
}

// syncFolder has the names in a folder safe on the disk, where the server can: OpenSSH opens folders too.
func (s *Store) syncFolder(c *sftp.Client, folder string) error {
	if _, can := c.HasExtension(fsyncExtension); !can {
		return nil
	}
	f, err := c.Open(s.at(folder))
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	if err != nil {
		return failed(ftpstore.Unknown, err)
	}
	return nil
}

func (s *Store) walk(c *sftp.Client, folder string, yield func(ftpstore.Entry) error) error {
	entries, err := c.ReadDir(s.at(folder))
	if err != nil {
		return failed(ftpstore.Temporary, err)
	}
	for _, e := range entries {
		p := path.Join(folder, e.Name())
		if e.IsDir() {
			err = s.walk(c, p, yield)
		} else {
			err = yield(ftpstore.Entry{Path: p, Size: e.Size(), Part: ftpstore.IsPart(e.Name())})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
