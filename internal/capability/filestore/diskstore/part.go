package diskstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"cinnabar/internal/cinnabar"
)

// An upload is kept as one sealed file per piece, named by the upload and the offset of the piece.

// piece is one of them.
type piece struct {
	name     string
	from, to int64
}

// checkUpload trusts ids only as far as their letters.
func checkUpload(id cinnabar.FileID) error {
	if id == "" || strings.Trim(string(id), "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return fmt.Errorf("file store: %q is no upload", string(id))
	}
	return nil
}

func uploadOf(name string) cinnabar.FileID {
	id, _, _ := strings.Cut(path.Base(name), ".")
	return cinnabar.FileID(id)
}

// pieces finds what there is of an upload, in order.
func (s *Store) pieces(id cinnabar.FileID) ([]piece, error) {
	if err := checkUpload(id); err != nil {
		return nil, err
	}
	names, err := s.disk.Names("part", string(id)+".")
	if err != nil {
		return nil, err
	}
	var out []piece
	for _, name := range names {
		p := piece{name: path.Join("part", name)}
		if p.from, err = strconv.ParseInt(name[len(id)+1:], 10, 64); err != nil {
			return nil, fmt.Errorf("file store: %s does not belong there", p.name)
		}
		info, err := s.disk.Stat(p.name)
		if err != nil {
			return nil, err
		}
		size, err := plainSize(info.Size())
		if err != nil {
			size = 0 // left by a crash
		}
		p.to = p.from + size
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b piece) int { return int(min(1, max(-1, a.from-b.from))) })
	return out, nil
}

// AppendPart makes the part end at offset at, adds what r gives, and has it safe on the disk. Bytes that
// came before r failed count too.
func (s *Store) AppendPart(ctx context.Context, id cinnabar.FileID, at int64, r io.Reader) (int64, error) {
	if err := s.cutOff(id, at); err != nil {
		return 0, err
	}
	name := path.Join("part", fmt.Sprintf("%s.%d", id, at))
	n, cut, err := s.writePiece(ctx, name, r)
	if err == nil {
		err = s.disk.SyncFolder("part")
	}
	if err != nil {
		return 0, errors.Join(cut, err)
	}
	return n, cut
}

// cutOff removes what lies behind an offset, and fails when something before it is missing.
func (s *Store) cutOff(id cinnabar.FileID, at int64) error {
	all, err := s.pieces(id)
	if err != nil {
		return err
	}
	end := int64(0)
	for _, p := range all {
		if p.from >= at {
			if err := s.disk.Remove(p.name); err != nil {
				return err
			}
			continue
		}
		if p.from == end {
			end = p.to
		}
	}
	if end != at {
		return fmt.Errorf("the part of upload %s has %d bytes instead of %d", id, end, at)
	}
	return nil
}

// writePiece tells apart that the sender was cut off, after which the piece is good, and that the disk
// failed, after which it is not.
func (s *Store) writePiece(ctx context.Context, name string, r io.Reader) (n int64, cut, err error) {
	f, err := s.disk.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY)
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	source := &remembering{r: untilDone{ctx, r}}
	if n, err = s.seal(f, source); err != nil && !errors.Is(err, source.err) {
		return 0, nil, err
	}
	return n, source.err, f.Sync()
}

// remembering keeps the error of its reader, but for the end.
type remembering struct {
	r   io.Reader
	err error
}

func (r *remembering) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// OpenPart reads a part from its beginning.
func (s *Store) OpenPart(_ context.Context, id cinnabar.FileID) (io.ReadSeekCloser, error) {
	all, err := s.pieces(id)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("part of upload %s: %w", id, fs.ErrNotExist)
	}
	size := int64(0)
	for _, p := range all {
		if p.from != size {
			return nil, fmt.Errorf("the part of upload %s has a gap at %d", id, size)
		}
		size = p.to
	}
	return &joined{store: s, pieces: all, size: size}, nil
}

// RemovePart forgets a part; one that is not there is no error.
func (s *Store) RemovePart(_ context.Context, id cinnabar.FileID) error {
	if err := checkUpload(id); err != nil {
		return err
	}
	names, err := s.disk.Names("part", string(id)+".")
	for _, name := range names {
		if rm := s.disk.Remove(path.Join("part", name)); rm != nil && !errors.Is(rm, fs.ErrNotExist) {
			err = errors.Join(err, rm)
		}
	}
	return err
}

// joined reads the pieces of an upload as one.
type joined struct {
	store  *Store
	pieces []piece
	size   int64
	at     int64
	open   *unsealed // the piece that holds at, if it is open
	from   int64     // where that piece begins
}

func (j *joined) Read(p []byte) (int, error) {
	if j.at >= j.size {
		return 0, io.EOF
	}
	if err := j.reach(); err != nil {
		return 0, err
	}
	n, err := j.open.Read(p)
	j.at += int64(n)
	return n, err
}

// reach opens the piece that holds the present place.
func (j *joined) reach() error {
	if j.open == nil || j.at < j.from || j.at >= j.from+j.open.size {
		i := slices.IndexFunc(j.pieces, func(p piece) bool { return j.at < p.to })
		u, err := j.store.open(j.pieces[i].name)
		if err != nil {
			return err
		}
		if err := j.Close(); err != nil {
			return errors.Join(err, u.Close())
		}
		j.open, j.from = u, j.pieces[i].from
	}
	_, err := j.open.Seek(j.at-j.from, io.SeekStart)
	return err
}

func (j *joined) Seek(offset int64, whence int) (int64, error) {
	return seek(&j.at, j.size, offset, whence)
}

func (j *joined) Close() error {
	if j.open == nil {
		return nil
	}
	err := j.open.Close()
	j.open = nil
	return err
}
