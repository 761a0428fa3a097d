// Package ftpstoretest holds what every server for documents must pass, the servers from Debian's packages
// to run it against, and a proxy that lies.
package ftpstoretest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/cinnabar"
)

// Store is what a store of documents can do.
type Store interface {
	Put(ctx context.Context, doc ftpstore.Document, body io.Reader) error
	Get(ctx context.Context, doc ftpstore.Document, w io.Writer) error
	Verify(ctx context.Context, doc ftpstore.Document) error
	Stat(ctx context.Context, path string) (ftpstore.Entry, error)
	Delete(ctx context.Context, path string) error
	Move(ctx context.Context, from, to string) error
	List(ctx context.Context, folder string, yield func(ftpstore.Entry) error) error
}

// NewDocument makes a document of random bytes under a path of its own.
func NewDocument(size int) (ftpstore.Document, []byte) {
	body := make([]byte, size)
	_, _ = rand.Read(body) // never fails
	d := cinnabar.DigestOf(body)
	path := fmt.Sprintf("PO/2026/11/PO-%s-%s.pdf", rand.Text(), d.String()[:16])
	return ftpstore.Document{Path: path, Digest: d, Size: int64(size)}, body
}

// Paths lists what a store holds below a folder, in order.
func Paths(t *testing.T, s Store, folder string) []string {
	t.Helper()
	var out []string
	err := s.List(t.Context(), folder, func(e ftpstore.Entry) error {
		out = append(out, e.Path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// Run lets a store on an empty server pass all checks.
func Run(t *testing.T, s Store) {
	t.Helper()
	for _, size := range []int{0, 1, 50_000, 5_000_000} {
		putAndGet(t, s, size)
	}
	sameAgain(t, s)
	wrongBody(t, s)
	wrongDigest(t, s)
	absence(t, s)
	badPaths(t, s)
	moving(t, s)
	listing(t, s)
	many(t, s)
}

func must(t *testing.T, s Store, size int) (ftpstore.Document, []byte) {
	t.Helper()
	doc, body := NewDocument(size)
	if err := s.Put(t.Context(), doc, bytes.NewReader(body)); err != nil {
		t.Fatalf("put %d bytes: %v", size, err)
	}
	return doc, body
}

func putAndGet(t *testing.T, s Store, size int) {
	t.Helper()
	doc, body := must(t, s, size)
	var got bytes.Buffer
	if err := s.Get(t.Context(), doc, &got); err != nil || !bytes.Equal(got.Bytes(), body) {
		t.Fatalf("get %d bytes: got %d, %v", size, got.Len(), err)
	}
	if e, err := s.Stat(t.Context(), doc.Path); err != nil || e.Size != int64(size) {
		t.Fatalf("stat: %+v, %v", e, err)
	}
}

// A Put can be repeated; it never puts other bytes in the place of a document.
func sameAgain(t *testing.T, s Store) {
	t.Helper()
	doc, body := must(t, s, 1000)
	if err := s.Put(t.Context(), doc, bytes.NewReader(body)); err != nil {
		t.Fatalf("put again: %v", err)
	}
	_, other := NewDocument(1000)
	wrong := doc
	wrong.Digest = cinnabar.DigestOf(other)
	if err := s.Put(t.Context(), wrong, bytes.NewReader(other)); !errors.Is(err, ftpstore.Altered) {
		t.Fatalf("put other bytes: %v", err)
	}
	if err := s.Verify(t.Context(), doc); err != nil {
		t.Fatalf("the first bytes are gone: %v", err)
	}
}

// A body that is not what it should be leaves nothing behind.
func wrongBody(t *testing.T, s Store) {
	t.Helper()
	doc, body := NewDocument(1000)
	for what, r := range map[string]io.Reader{
		"short":  bytes.NewReader(body[:999]),
		"long":   io.MultiReader(bytes.NewReader(body), strings.NewReader("x")),
		"other":  bytes.NewReader(bytes.Repeat([]byte("x"), 1000)),
		"broken": io.MultiReader(bytes.NewReader(body[:500]), broken{}),
	} {
		if err := s.Put(t.Context(), doc, r); !errors.Is(err, ftpstore.Source) {
			t.Fatalf("a %s body: %v", what, err)
		}
	}
	if _, err := s.Stat(t.Context(), doc.Path); !errors.Is(err, ftpstore.Absent) {
		t.Fatalf("it is there: %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the disk failed") }

func wrongDigest(t *testing.T, s Store) {
	t.Helper()
	doc, _ := must(t, s, 3000)
	for what, change := range map[string]func(*ftpstore.Document){
		"digest":  func(d *ftpstore.Document) { d.Digest[0] ^= 1 },
		"shorter": func(d *ftpstore.Document) { d.Size-- },
		"longer":  func(d *ftpstore.Document) { d.Size++ },
	} {
		wrong := doc
		change(&wrong)
		if err := s.Verify(t.Context(), wrong); !errors.Is(err, ftpstore.Altered) {
			t.Fatalf("another %s: %v", what, err)
		}
	}
	if err := s.Verify(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
}

func absence(t *testing.T, s Store) {
	t.Helper()
	doc, _ := must(t, s, 10)
	for range 2 {
		if err := s.Delete(t.Context(), doc.Path); err != nil {
			t.Fatalf("delete: %v", err)
		}
	}
	if _, err := s.Stat(t.Context(), doc.Path); !errors.Is(err, ftpstore.Absent) {
		t.Fatalf("stat after delete: %v", err)
	}
	if err := s.Verify(t.Context(), doc); !errors.Is(err, ftpstore.Absent) {
		t.Fatalf("get after delete: %v", err)
	}
	if _, err := s.Stat(t.Context(), "NO/such/folder/x.pdf"); !errors.Is(err, ftpstore.Absent) {
		t.Fatalf("stat in a folder that is not there: %v", err)
	}
	if got := Paths(t, s, "NO/such"); len(got) != 0 {
		t.Fatalf("a folder that is not there holds %q", got)
	}
}

func badPaths(t *testing.T, s Store) {
	t.Helper()
	doc, body := NewDocument(10)
	for _, p := range []string{"", "/a", "a/", "../a", "a/../b", "a//b", "a\r\nDELE b", "a b", "订单", ".a", "-a", "a\\b", "a*"} {
		doc.Path = p
		if err := s.Put(t.Context(), doc, bytes.NewReader(body)); !errors.Is(err, ftpstore.Permanent) {
			t.Fatalf("path %q: %v", p, err)
		}
	}
}

// A file that is moved keeps its bytes, and never takes the place of another.
func moving(t *testing.T, s Store) {
	t.Helper()
	doc, _ := must(t, s, 700)
	other, _ := must(t, s, 10)
	if err := s.Move(t.Context(), doc.Path, other.Path); !errors.Is(err, ftpstore.Altered) {
		t.Fatalf("move to where another is: %v", err)
	}
	if err := errors.Join(s.Verify(t.Context(), doc), s.Verify(t.Context(), other)); err != nil {
		t.Fatal(err)
	}
	moved := doc
	moved.Path = "aside/" + doc.Path
	if err := s.Move(t.Context(), doc.Path, moved.Path); err != nil {
		t.Fatalf("move: %v", err)
	}
	if err := s.Verify(t.Context(), moved); err != nil {
		t.Fatal(err)
	}
	if err := s.Move(t.Context(), doc.Path, "aside/again.pdf"); !errors.Is(err, ftpstore.Absent) {
		t.Fatalf("move what is gone: %v", err)
	}
	if err := s.Delete(t.Context(), moved.Path); err != nil {
		t.Fatal(err)
	}
}

func listing(t *testing.T, s Store) {
	t.Helper()
	a, _ := must(t, s, 10)
	if got := Paths(t, s, ""); !slices.Contains(got, a.Path) {
		t.Fatalf("the list lacks %s: %q", a.Path, got)
	}
	if !slices.Equal(Paths(t, s, ""), Paths(t, s, "PO/2026/11")) {
		t.Fatal("the list depends on where it begins")
	}
	for _, p := range Paths(t, s, "PO") {
		if strings.Contains(p, ".part-") {
			t.Fatalf("%s was left behind", p)
		}
	}
}

// Several use the store at once.
func many(t *testing.T, s Store) {
	t.Helper()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 5 {
				doc, body := NewDocument(20_000)
				if err := errors.Join(s.Put(t.Context(), doc, bytes.NewReader(body)), s.Verify(t.Context(), doc)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
