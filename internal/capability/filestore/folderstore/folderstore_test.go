package folderstore_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"cinnabar/internal/capability/filestore/folderstore"
	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
)

func open(t testing.TB) (*folderstore.Store, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := folderstore.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, dir
}

// Proves DOC-4.
func TestDocumentsInAFolder_DOC4(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	ftpstoretest.Run(t, s)
}

// Many put the same path at once with different bytes: one wins, its bytes stay, the others are told.
// Proves DOC-5.
func TestOnePathHasOneContent_DOC5(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	first, _ := ftpstoretest.NewDocument(1)
	var all sync.WaitGroup
	var won atomic.Pointer[ftpstore.Document]
	for range 8 {
		all.Go(func() {
			doc, body := ftpstoretest.NewDocument(40_000)
			doc.Path = first.Path
			switch err := s.Put(t.Context(), doc, bytes.NewReader(body)); {
			case err == nil && !won.CompareAndSwap(nil, &doc):
				t.Error("two contents under one path")
			case err != nil && !errors.Is(err, ftpstore.Altered):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() == nil {
		t.Fatal("nobody won")
	}
	if err := s.Verify(t.Context(), *won.Load()); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "PO/2026/11/.part-*")); len(left) != 0 {
		t.Fatalf("left behind: %q", left)
	}
}

// What is no file, and what the FTP server has not finished, is not a document.
func TestOnlyFilesAreDocuments(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	doc, _ := ftpstoretest.NewDocument(3)
	outside := filepath.Join(t.TempDir(), "x")
	for name, err := range map[string]error{
		"outside": os.WriteFile(outside, []byte("abc"), 0o600),
		"link":    os.Symlink(outside, filepath.Join(dir, "link")),
		"parts":   os.Mkdir(filepath.Join(dir, ".part"), 0o700),
		"part":    os.WriteFile(filepath.Join(dir, ".part", "y"), nil, 0o600),
	} {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	doc.Path = "link"
	if err := s.Verify(t.Context(), doc); !errors.Is(err, ftpstore.Permanent) {
		t.Errorf("a link: %v", err)
	}
	if got := ftpstoretest.Paths(t, s, ""); len(got) != 0 {
		t.Errorf("listed: %q", got)
	}
}

// BenchmarkPutAndVerify has 8 writers; run it with -benchtime=1000x for 1,000 files of 30 kB.
func BenchmarkPutAndVerify(b *testing.B) {
	s, _ := open(b)
	docs, bodies := make([]ftpstore.Document, b.N), make([][]byte, b.N)
	for i := range docs {
		docs[i], bodies[i] = ftpstoretest.NewDocument(30_000)
	}
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range 8 {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
				if err := errors.Join(s.Put(b.Context(), docs[i], bytes.NewReader(bodies[i])), s.Verify(b.Context(), docs[i])); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
}
