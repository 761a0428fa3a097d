package depot_test

import (
	"slices"
	"testing"
	"time"

	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
	"cinnabar/internal/platform/db/dbtest"
)

func answer(command, with string) ftpstoretest.Fault {
	return ftpstoretest.Fault{Answer: map[string]string{command: with}}
}

// Whatever a server does wrong: the caller is told what it waits for, nothing is visible that is not whole,
// the same Put succeeds once the server is well, and both sides are equal afterwards.
// Proves DOC-5.
func TestLyingServersMakeNothingVisible_DOC5(t *testing.T) {
	t.Parallel()
	unsure := []string{"store-unreachable", "store-lies"}
	faults := map[string]struct {
		fault ftpstoretest.Fault
		codes []string
	}{
		"226 for a cut upload":     {ftpstoretest.Fault{CutUploads: 10_000}, []string{"store-lies"}},
		"alters a byte":            {ftpstoretest.Fault{Flip: true}, []string{"store-lies"}},
		"dies in the middle":       {ftpstoretest.Fault{DieAfter: 10_000}, unsure},
		"stalls":                   {ftpstoretest.Fault{StallAfter: 10_000}, unsure},
		"is full":                  {answer("STOR", "452 Insufficient storage space"), []string{"store-full"}},
		"is over quota":            {answer("STOR", "552 Quota exceeded"), []string{"store-full"}},
		"forbids":                  {answer("STOR", "553 Not allowed"), []string{"store-refuses"}},
		"says bye":                 {answer("STOR", "421 Shutting down"), unsure},
		"line breaks when renamed": {ftpstoretest.Fault{LoseAnswer: "RNTO"}, unsure},
	}
	for server, start := range ftpstoretest.Servers() {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			for name, f := range faults {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					lie(t, start(t, nil), f.fault, f.codes)
				})
			}
		})
	}
}

func lie(t *testing.T, s ftpstoretest.Server, f ftpstoretest.Fault, codes []string) {
	t.Helper()
	w := newWorld(t, dbtest.SQLite(t))
	w.Service.Deps.Wait = 2 * time.Second // before the first connection
	liar := ftpstoretest.NewLiar(t, s)
	if err := w.AddStore(t.Context(), ftpAt(t, liar.Server, nil)); err != nil {
		t.Fatal(err)
	}
	doc, body := ftpstoretest.NewDocument(100_000)
	liar.Lie(f)
	if _, err := w.Put(t.Context(), "outside", doc.Path, body, doc.Digest); !slices.Contains(codes, code(err)) {
		t.Fatalf("put: %v", err)
	}
	liar.Lie(ftpstoretest.Fault{})
	it, err := w.Put(t.Context(), "outside", doc.Path, body, doc.Digest)
	if err != nil {
		t.Fatalf("put again: %v", err)
	}
	if _, err := w.Read(t.Context(), it.ID); code(err) != "no-such-item" {
		t.Fatalf("read before it was settled: %v", err)
	}
	if err := w.settle(it.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Read(t.Context(), it.ID); err != nil {
		t.Fatal(err)
	}
	w.check(true) // a part may have been left behind
	if got := w.check(false); got != "" {
		t.Fatal(got)
	}
}

// A file that was put, but whose Put failed for good, leaves nothing behind.
// Proves DOC-5.
func TestFailedPutLeavesNothing_DOC5(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	liar := ftpstoretest.NewLiar(t, ftpstoretest.BuiltIn(t, nil))
	if err := w.AddStore(t.Context(), ftpAt(t, liar.Server, nil)); err != nil {
		t.Fatal(err)
	}
	doc, body := ftpstoretest.NewDocument(100)
	liar.Lie(ftpstoretest.Fault{LoseAnswer: "RNTO"}) // it was renamed, and nobody heard
	if _, err := w.Put(t.Context(), "outside", doc.Path, body, doc.Digest); err == nil {
		t.Fatal("put, although the answer was lost")
	}
	liar.Lie(ftpstoretest.Fault{})
	w.clock.Advance(time.Hour)
	w.recover()
	if got := w.check(false); got != "" {
		t.Fatal(got)
	}
	if again, err := w.Put(t.Context(), "outside", doc.Path, body, doc.Digest); err != nil || again.State != depot.Staging {
		t.Fatal(again, err)
	}
}
