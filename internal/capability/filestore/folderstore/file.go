package folderstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"cinnabar/internal/capability/filestore/ftpstore"
)

func (s *Store) put(doc ftpstore.Document, body io.Reader) error {
	switch err := s.fetch(doc.Path, doc, io.Discard); {
	case err == nil:
		return s.settle(doc.Path)
	case !errors.Is(err, ftpstore.Absent):
		return err
	}
	if err := s.makeFolders(path.Dir(doc.Path)); err != nil {
		return failedHere(err)
	}
	part := ftpstore.PartOf(doc.Path)
	err := s.send(part, doc, body)
	if err == nil {
		err = s.appear(part, doc)
	}
	if rm := s.root.Remove(part); rm != nil && !errors.Is(rm, fs.ErrNotExist) && err == nil {
		err = failed(rm)
	}
	if err != nil {
		return err
	}
	return s.sync(path.Dir(doc.Path))
}

// settle makes sure of a document that was there already: whoever put it may have died before it was on the
// disk.
func (s *Store) settle(p string) error {
	f, err := s.root.Open(p)
	if err != nil {
		return failed(err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return failed(err)
	}
	if err := s.makeFolders(path.Dir(p)); err != nil {
		return failedHere(err)
	}
	return s.sync(path.Dir(p))
}

// send writes the part, has it on the disk, and reads it back.
func (s *Store) send(part string, doc ftpstore.Document, body io.Reader) error {
	f, err := s.root.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return failedHere(err)
	}
	source := ftpstore.NewMeter(body, doc.Size)
	_, err = io.Copy(struct{ io.Writer }{f}, source)
	if wrong := source.Check(doc); wrong != nil && (err == nil || source.Err() != nil || source.N() > doc.Size) {
		return errors.Join(&ftpstore.Error{Kind: ftpstore.Source, Err: wrong}, f.Close())
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return failedHere(err)
	}
	if err := s.fetch(part, doc, io.Discard); err != nil {
		return &ftpstore.Error{Kind: ftpstore.Temporary, Err: fmt.Errorf("the disk took the document, but: %w", err)}
	}
	return nil
}

// appear gives the part its name as well. link(2) fails when the name is taken, where rename(2) would
// overwrite; then the right bytes have been put by another meanwhile, or wrong ones stay as they are.
func (s *Store) appear(part string, doc ftpstore.Document) error {
	err := s.root.Link(part, doc.Path)
	if errors.Is(err, fs.ErrExist) {
		return s.fetch(doc.Path, doc, io.Discard)
	}
	if err != nil {
		return failedHere(err)
	}
	return nil
}

// fetch reads a file and compares it with what it should be.
func (s *Store) fetch(p string, doc ftpstore.Document, w io.Writer) error {
	if _, err := s.size(p); err != nil { // a pipe or device must not be opened
		return err
	}
	f, err := s.root.Open(p)
	if err != nil {
		return failed(err)
	}
	got := ftpstore.NewMeter(f, doc.Size)
	_, err = io.Copy(w, got)
	_ = f.Close()
	switch {
	case got.Err() != nil:
		return failed(got.Err())
	case err != nil && got.N() <= doc.Size:
		return err // the writer failed
	}
	if err := got.Check(doc); err != nil {
		return &ftpstore.Error{Kind: ftpstore.Altered, Err: err}
	}
	return nil
}

func (s *Store) size(p string) (int64, error) {
	info, err := s.root.Lstat(p)
	if err != nil {
		return 0, failed(err)
	}
	if !info.Mode().IsRegular() {
		return 0, &ftpstore.Error{Kind: ftpstore.Permanent, Err: errors.New("it is not a file")}
	}
	return info.Size(), nil
}

func (s *Store) remove(p string) error {
	err := s.root.Remove(p)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failed(err)
	}
	// Also for one that is not there: whoever removed it may have died before that was on the disk.
	if err := s.sync(path.Dir(p)); !errors.Is(err, ftpstore.Absent) {
		return err
	}
	return nil
}

func (s *Store) move(from, to string) error {
	if _, err := s.size(from); err != nil {
		return err
	}
	if err := s.makeFolders(path.Dir(to)); err != nil {
		return failedHere(err)
	}
	err := s.root.Link(from, to)
	if errors.Is(err, fs.ErrExist) {
		return &ftpstore.Error{Kind: ftpstore.Altered, Err: errors.New("there is a file of the new name already")}
	}
	if err != nil {
		return failed(err)
	}
	if err := s.sync(path.Dir(to)); err != nil {
		return err
	}
	return s.remove(from)
}

// makeFolders makes a folder and has its name safe on the disk. That it is there does not tell that its name
// is safe: whoever made it may not have come to that yet, or have died.
func (s *Store) makeFolders(dir string) error {
	if _, safe := s.made.Load(dir); safe || dir == "." {
		return nil
	}
	if err := s.root.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	for d := path.Dir(dir); ; d = path.Dir(d) {
		if err := s.folders.Sync(d); err != nil {
			return err
		}
		if d == "." {
			break
		}
	}
	s.made.Store(dir, true)
	return nil
}

func (s *Store) sync(dir string) error {
	if err := s.folders.Sync(dir); err != nil {
		return failed(err)
	}
	return nil
}

func (s *Store) walk(ctx context.Context, folder string, yield func(ftpstore.Entry) error) error {
	return fs.WalkDir(s.root.FS(), folder, func(p string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return failed(err)
		case ctx.Err() != nil:
			return &ftpstore.Error{Kind: ftpstore.Temporary, Err: ctx.Err()}
		case e.IsDir() && p == serverParts:
			return fs.SkipDir
		case !e.Type().IsRegular():
			return nil
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) { // removed meanwhile
			return nil
		}
		if err != nil {
			return failed(err)
		}
		return yield(ftpstore.Entry{Path: p, Size: info.Size(), Part: ftpstore.IsPart(e.Name())})
	})
}
