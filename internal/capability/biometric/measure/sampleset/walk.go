package sampleset

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

const (
	maxDepth = 12       // folders deep; also ends loops of linked folders
	maxFile  = 64 << 20 // bytes that are read of one file
)

// walk collects the files under dir. Linked files and folders are followed; hidden ones are not looked at.
func (s *Set) walk(dir string, depth int) {
	entries, err := fs.ReadDir(s.root, dir)
	if err != nil {
		s.skip(dir, err.Error())
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if strings.HasPrefix(e.Name(), ".") || e.Name() == "__MACOSX" {
			continue
		}
		info, err := fs.Stat(s.root, name)
		switch {
		case err != nil:
			s.skip(name, err.Error())
		case info.IsDir() && depth >= maxDepth:
			s.skip(name, "too many folders deep")
		case info.IsDir():
			s.walk(name, depth+1)
		case !info.Mode().IsRegular():
			s.skip(name, "not a file")
		case s.isPicture(name):
			s.Pictures = append(s.Pictures, Picture{Path: name})
		default:
			s.skip(name, "not a picture by its name or its first bytes")
		}
	}
}

func (s *Set) skip(name, why string) { s.Skipped = append(s.Skipped, Skipped{name, why}) }

// known are the names of picture formats, also of those that no engine here reads: such a file is a picture
// that failed, not one that was never there.
var known = []string{
	".pgm", ".ppm", ".pnm", ".jpg", ".jpeg", ".jfif", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".wsq", ".jp2", ".jpx", ".heic", ".avif", ".raw",
}

// extension is the end of the name that says a format; an unknown one belongs to the name ("subject01.happy").
func extension(p string) string {
	if e := path.Ext(p); slices.Contains(known, strings.ToLower(e)) {
		return e
	}
	return ""
}

// isPicture goes by the name, else by the first bytes.
func (s *Set) isPicture(name string) bool {
	if extension(name) != "" {
		return true
	}
	f, err := s.root.Open(name)
	if err != nil {
		return false
	}
	first := make([]byte, 12)
	n, _ := io.ReadFull(f, first)
	if f.Close() != nil {
		return false
	}
	first = first[:n]
	return slices.ContainsFunc([]string{"\xff\xd8\xff", "\x89PNG\r\n", "GIF8", "II*\x00", "MM\x00*", "P5\n", "P5 ", "P6\n", "\xff\xa0\xff"}, func(magic string) bool {
		return bytes.HasPrefix(first, []byte(magic))
	})
}

var errHuge = fmt.Errorf("the file has more than %d MB", maxFile>>20)

// Bytes reads a picture's file, at most 64 MB of it.
func (s Set) Bytes(p Picture) (_ []byte, err error) {
	f, err := s.root.Open(p.Path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = errHuge
	}
	return b, err
}

// natural orders names as people do: numbers by their value.
func natural(a, b string) int {
	for a != "" && b != "" {
		na, nb := digits(a), digits(b)
		if na > 0 && nb > 0 {
			x, y := strings.TrimLeft(a[:na], "0"), strings.TrimLeft(b[:nb], "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
				return c
			}
			a, b = a[na:], b[nb:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }
