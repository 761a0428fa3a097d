package diskstore

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
)

// faulty lets the n-th call to the disk fail.
type faulty struct {
	disk
	left *int
}

type faultyFile struct {
	file
	left *int
}

func fault(left *int) error {
	*left--
	if *left == 0 {
		return syscall.ENOSPC
	}
	return nil
}

func (d faulty) OpenFile(name string, flag int) (file, error) {
	if err := fault(d.left); err != nil {
		return nil, err
	}
	f, err := d.disk.OpenFile(name, flag)
	return faultyFile{f, d.left}, err
}

func (d faulty) Link(from, to string) error {
	return errors.Join(fault(d.left), d.disk.Link(from, to)) // failed, and yet it happened
}

func (d faulty) MkdirAll(name string) error {
	if err := fault(d.left); err != nil {
		return err
	}
	return d.disk.MkdirAll(name)
}

func (d faulty) SyncFolder(name string) error {
	if err := fault(d.left); err != nil {
		return err
	}
	return d.disk.SyncFolder(name)
}

func (f faultyFile) Write(p []byte) (int, error) {
	if err := fault(f.left); err != nil {
		n, _ := f.file.Write(p[:len(p)/2])
		return n, err
	}
	return f.file.Write(p)
}

func (f faultyFile) Sync() error { return errors.Join(fault(f.left), f.file.Sync()) }

// onlyReader hides WriteTo, so that contents come in several writes.
type onlyReader struct{ io.Reader }

// Whichever call to the disk fails: nothing half is ever seen under a digest, nothing is left behind, and
// the next try succeeds.
func TestAnyFailingCallLeavesNothingHalf(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("0123456789", 10_000)
	digest := cinnabar.DigestOf([]byte(content))
	for n := 1; ; n++ {
		s := newStore(t)
		whole, left := s.disk, n
		s.disk = faulty{whole, &left}
		_, failed := s.Put(t.Context(), onlyReader{strings.NewReader(content)})
		s.disk = whole
		check(t, s, digest, content, fmt.Sprintf("after fault %d (%v)", n, failed))
		if b, err := s.Put(t.Context(), strings.NewReader(content)); err != nil || b.Digest != digest {
			t.Fatalf("second try after fault %d: %v", n, err)
		}
		if left > 0 {
			if failed != nil || n < 8 {
				t.Fatalf("untouched run %d: %v", n, failed)
			}
			return
		}
		if failed == nil {
			t.Fatalf("fault %d went unnoticed", n)
		}
	}
}

func newStore(t *testing.T) *Store {
	t.Helper()
	s, err := New(t.TempDir(), make([]byte, 32), clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func check(t *testing.T, s *Store, d cinnabar.Digest, content, when string) {
	t.Helper()
	r, err := s.Open(t.Context(), d)
	if err == nil {
		got, err := io.ReadAll(r)
		if err = errors.Join(err, r.Close()); err != nil || string(got) != content {
			t.Fatalf("%s: half a content, %v", when, err)
		}
	} else if !errors.Is(err, errs.NotFound) {
		t.Fatalf("%s: %v", when, err)
	}
	err = s.disk.Walk("temp", func(name string, _ os.FileInfo) error { return fmt.Errorf("%s is left over", name) })
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
}

func TestStrangeFileIsNamed(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := os.WriteFile(filepath.Join(s.disk.(rootDisk).root.Name(), "blob", "strange"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := s.List(t.Context(), func(filestore.Blob) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "blob/strange") {
		t.Fatal(err)
	}
}

func TestPartIdsAreNoPaths(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, id := range []cinnabar.FileID{"", "..", "../blob/x", "a/b", `a\b`, "a\x00"} {
		if _, err := s.AppendPart(t.Context(), id, 0, strings.NewReader("x")); err == nil {
			t.Errorf("part %q was written", string(id))
		}
	}
}

// What lies on the disk does not show the content (PLT-3); any altered, cut or exchanged byte is noticed.
func TestContentsAreSealed_PLT3(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	content := strings.Repeat("canary 110105194912310021 ", 10_000) // four segments
	b, err := s.Put(t.Context(), strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(s.disk.(rootDisk).root.Name(), blobPath(b.Digest))
	sealed, err := os.ReadFile(name)
	if err != nil || strings.Contains(string(sealed), "canary") {
		t.Fatalf("readable on the disk, or %v", err)
	}
	whole := segmentSize + tagSize
	for what, bad := range map[string][]byte{
		"cut between segments": sealed[:headSize+2*whole],
		"cut in a segment":     sealed[:headSize+100],
		"cut to nothing":       nil,
		"byte flipped":         append(append(append([]byte{}, sealed[:70_000]...), sealed[70_000]^1), sealed[70_001:]...),
		"segments exchanged":   append(append(append(append([]byte{}, sealed[:headSize]...), sealed[headSize+whole:headSize+2*whole]...), sealed[headSize:headSize+whole]...), sealed[headSize+2*whole:]...),
	} {
		if err := os.WriteFile(name, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(t.Context(), b.Digest)
		if err == nil {
			_, err = io.ReadAll(r)
			_ = r.Close()
		}
		if err == nil {
			t.Errorf("%s went unnoticed", what)
		}
	}
}

// Any reading at any place gives what was put, whatever the size.
func TestReadsAtAnyPlace(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, size := range []int{0, 1, segmentSize - 1, segmentSize, segmentSize + 1, 3*segmentSize + 5} {
		content := make([]byte, size)
		for i := range content {
			content[i] = byte(i * 7 >> 3)
		}
		half := int64(size / 2)
		n, err := s.AppendPart(t.Context(), "file_x", 0, bytes.NewReader(content[:half]))
		if err == nil && n == half {
			n, err = s.AppendPart(t.Context(), "file_x", half, bytes.NewReader(content[half:]))
		}
		if err != nil || n != int64(size)-half {
			t.Fatal(n, err)
		}
		r, err := s.OpenPart(t.Context(), "file_x")
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(r, content); err != nil {
			t.Errorf("part of %d bytes: %v", size, err)
		}
		b, err := s.Put(t.Context(), r)
		if err = errors.Join(err, r.Close()); err != nil || b.Size != 0 { // read to its end before
			t.Fatal(b, err)
		}
		if b, err = s.Put(t.Context(), bytes.NewReader(content)); err != nil || b.Size != int64(size) {
			t.Fatal(b, err)
		}
		blob, err := s.Open(t.Context(), b.Digest)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(iotest.TestReader(blob, content), blob.Close()); err != nil {
			t.Errorf("content of %d bytes: %v", size, err)
		}
	}
}
