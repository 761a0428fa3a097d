// Package ftpstore keeps named documents on an outside server over FTP or explicit FTPS. It is one half of
// "file and database never disagree" (DOC-5): each call can be repeated after any failure.
//
// Guaranteed: Put returns without error only after all bytes were read back from the server and had the
// right digest, and the document stands under its name with the right size; an answer of the server alone
// is never believed. Delete returns without error only after the document was looked for and not found.
// Every wait has an end. A document never replaces another with different bytes.
//
// Not guaranteed: that the bytes are on the server's disk (vsftpd and proftpd do not fsync): keep the
// source until a later Verify has succeeded. Two that put the same path at once are kept apart by a lease
// of the caller; servers rename over what is there.
package ftpstore

import (
	"context"
	"errors"
	"fmt"
	"io"

	"cinnabar/internal/cinnabar"
)

// Document names what is stored where. Path is as CheckPath wants it, and belongs to one content for ever:
// a digest's beginning is part of it (TYPE/yyyy/mm/NO-sha16.pdf).
type Document struct {
	Path   string
	Digest cinnabar.Digest
	Size   int64 // in bytes
}

// Entry is a file on the server.
type Entry struct {
	Path string
	Size int64
	Part bool // left behind by a Put that did not come to its end
}

// Put stores a document whose bytes body gives. One that is there already with the right bytes is left
// alone. Errors: Source when body is not what doc says; Altered when other bytes are there under the path;
// the kinds of the connection and the server else.
func (s *Store) Put(ctx context.Context, doc Document, body io.Reader) error {
	return s.with(ctx, "put", doc.Path, func(c *conn) error { return c.put(doc, body) })
}

// Get writes a document to w and compares it with its digest. After an error what w got is worth nothing.
func (s *Store) Get(ctx context.Context, doc Document, w io.Writer) error {
	return s.with(ctx, "get", doc.Path, func(c *conn) error { return c.fetch(doc.Path, doc, w) })
}

// Verify reads a document back and compares it with its digest.
func (s *Store) Verify(ctx context.Context, doc Document) error { return s.Get(ctx, doc, io.Discard) }

// Stat describes a document; Absent when it is proven not to be there.
func (s *Store) Stat(ctx context.Context, path string) (Entry, error) {
	e := Entry{Path: path}
	err := s.with(ctx, "stat", path, func(c *conn) (err error) {
		e.Size, err = c.size(path)
		return err
	})
	return e, err
}

// Delete removes a document, or a part that List told of, and proves that it is gone. One that is not there
// is no error.
func (s *Store) Delete(ctx context.Context, path string) error {
	return s.with(ctx, "delete", path, func(c *conn) error { return c.remove(path) })
}

// List gives each file below a folder ("" for all) to yield, unfinished parts among them.
func (s *Store) List(ctx context.Context, folder string, yield func(Entry) error) error {
	return s.with(ctx, "list", folder, func(c *conn) error { return c.walk(folder, yield) })
}

func (c *conn) put(doc Document, body io.Reader) error {
	// A refusal of SIZE is no proof that nothing is there, but what is renamed here has the same bytes.
	if _, err := c.ftp.FileSize(c.at(doc.Path)); err == nil {
		if err := c.fetch(doc.Path, doc, io.Discard); !errors.Is(err, Absent) {
			return err
		}
	} else if reply(err) != 550 {
		return c.failed(Temporary, err)
	}
	if err := c.makeFolder(doc.Path); err != nil {
		return err
	}
	part := PartOf(doc.Path)
	if err := c.send(part, doc, body); err != nil {
		c.discard(part)
		return err
	}
	if err := c.ftp.Rename(c.at(part), c.at(doc.Path)); err != nil {
		// It may have happened all the same; the next Put will see. A server that still waits for the
		// second half of a renaming is not to be used for anything else.
		c.broken = true
		return c.failed(Unknown, err)
	}
	switch size, err := c.size(doc.Path); {
	case errors.Is(err, Absent):
		return &Error{Kind: Unknown, Err: errors.New("the server said that it renamed the document, but it is not there")}
	case err != nil:
		return err
	case size != doc.Size:
		return &Error{Kind: Altered, Err: fmt.Errorf("%d bytes are there instead of %d", size, doc.Size)}
	}
	return nil
}

// send uploads to a path of its own and reads it back.
func (c *conn) send(part string, doc Document, body io.Reader) error {
	source := NewMeter(body, doc.Size)
	stored := c.ftp.Stor(c.at(part), source)
	if err := source.Check(doc); err != nil && (stored == nil || source.Err() != nil || source.N() > doc.Size) {
		return &Error{Kind: Source, Err: err}
	}
	if stored != nil {
		clear(c.known) // a folder may have been taken away
		return c.failed(Temporary, stored)
	}
	if err := c.fetch(part, doc, io.Discard); err != nil {
		if errors.Is(err, Altered) || errors.Is(err, Absent) {
			return &Error{Kind: Temporary, Err: fmt.Errorf("the server says that it stored the document, but: %w", err)}
		}
		return err
	}
	return nil
}

// fetch reads a file and compares it with what it should be.
func (c *conn) fetch(path string, doc Document, w io.Writer) error {
	r, err := c.ftp.Retr(c.at(path))
	if err != nil {
		return c.absent(path, err)
	}
	got := NewMeter(r, doc.Size)
	_, read := io.Copy(w, got)
	c.broken = c.broken || read != nil || got.Err() != nil
	if err := r.Close(); err != nil && got.N() <= doc.Size {
		return c.failed(Temporary, errors.Join(read, err))
	}
	if got.Err() != nil {
		return c.failed(Temporary, got.Err())
	}
	if read != nil && got.N() <= doc.Size {
		return read // the writer failed
	}
	if err := got.Check(doc); err != nil {
		return &Error{Kind: Altered, Err: err}
	}
	return nil
}
