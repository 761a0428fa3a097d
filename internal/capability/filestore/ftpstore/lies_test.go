package ftpstore_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
)

// Whatever the server says: a document is stored only when its bytes were read back, no fault shows a wrong
// document under its name, and the same call succeeds once the server is well again.
// Proves DOC-5.
func TestLyingServerIsNotBelieved_DOC5(t *testing.T) {
	t.Parallel()
	faults := map[string]struct {
		fault ftpstoretest.Fault
		kinds []ftpstore.Kind
	}{
		"226 for a cut upload":     {ftpstoretest.Fault{CutUploads: 10_000}, []ftpstore.Kind{ftpstore.Temporary}},
		"dies in the middle":       {ftpstoretest.Fault{DieAfter: 10_000}, []ftpstore.Kind{ftpstore.Temporary}},
		"stalls":                   {ftpstoretest.Fault{StallAfter: 10_000}, []ftpstore.Kind{ftpstore.Temporary}},
		"alters a byte":            {ftpstoretest.Fault{Flip: true}, []ftpstore.Kind{ftpstore.Temporary}},
		"is full":                  {answer("STOR", "452 Insufficient storage space"), []ftpstore.Kind{ftpstore.Temporary}},
		"is over quota":            {answer("STOR", "552 Quota exceeded"), []ftpstore.Kind{ftpstore.Temporary}},
		"forbids":                  {answer("STOR", "553 Not allowed"), []ftpstore.Kind{ftpstore.Permanent}},
		"says bye":                 {answer("STOR", "421 Shutting down"), []ftpstore.Kind{ftpstore.Temporary}},
		"no way for data":          {answer("STOR", "425 Cannot open data connection"), []ftpstore.Kind{ftpstore.Temporary}},
		"forbids to rename":        {rename("550 Rename failed"), []ftpstore.Kind{ftpstore.Permanent}},
		"250 without renaming":     {rename("250 Rename successful"), []ftpstore.Kind{ftpstore.Unknown}},
		"line breaks when renamed": {ftpstoretest.Fault{LoseAnswer: "RNTO"}, []ftpstore.Kind{ftpstore.Unknown}},
		"line breaks when stored":  {ftpstoretest.Fault{LoseAnswer: "STOR"}, []ftpstore.Kind{ftpstore.Temporary}},
		"does not let read":        {answer("RETR", "550 Permission denied"), []ftpstore.Kind{ftpstore.Permanent}},
		"wrong size at the end":    {answer("SIZE", "213 7"), []ftpstore.Kind{ftpstore.Altered}},
	}
	for server, start := range ftpstoretest.Servers() {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			s := start(t, nil)
			for name, f := range faults {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					lie(t, s, f.fault, f.kinds)
				})
			}
		})
	}
}

func answer(command, with string) ftpstoretest.Fault {
	return ftpstoretest.Fault{Answer: map[string]string{command: with}}
}

func rename(with string) ftpstoretest.Fault {
	return ftpstoretest.Fault{Answer: map[string]string{"RNFR": "350 Ready", "RNTO": with}}
}

func lie(t *testing.T, s ftpstoretest.Server, f ftpstoretest.Fault, kinds []ftpstore.Kind) {
	t.Helper()
	liar := ftpstoretest.NewLiar(t, s)
	store := open(t, liar.Server, func(c *ftpstore.Config) {
		if f.StallAfter > 0 {
			c.Wait = 2 * time.Second
		}
	})
	honest := open(t, s, nil)
	doc, body := ftpstoretest.NewDocument(500_000)

	liar.Lie(f)
	err := store.Put(t.Context(), doc, bytes.NewReader(body))
	if !slices.Contains(kinds, ftpstore.KindOf(err)) {
		t.Fatalf("put: %v", err)
	}
	if err := honest.Verify(t.Context(), doc); err != nil && !errors.Is(err, ftpstore.Absent) {
		t.Fatalf("what stands under the name: %v", err)
	}
	liar.Lie(ftpstoretest.Fault{})
	if err := store.Put(t.Context(), doc, bytes.NewReader(body)); err != nil {
		t.Fatalf("put again: %v", err)
	}
	if err := honest.Verify(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
}

// Proves DOC-5.
func TestDeleteIsNotBelieved_DOC5(t *testing.T) {
	t.Parallel()
	s := ftpstoretest.BuiltIn(t, nil)
	liar := ftpstoretest.NewLiar(t, s)
	store := open(t, liar.Server, nil)
	doc, body := ftpstoretest.NewDocument(10)
	if err := store.Put(t.Context(), doc, bytes.NewReader(body)); err != nil {
		t.Fatal(err)
	}
	liar.Lie(answer("DELE", "250 Deleted"))
	if err := store.Delete(t.Context(), doc.Path); !errors.Is(err, ftpstore.Temporary) {
		t.Fatalf("a document that was not deleted: %v", err)
	}
	liar.Lie(answer("DELE", "550 No such file"))
	if err := store.Delete(t.Context(), doc.Path); !errors.Is(err, ftpstore.Permanent) {
		t.Fatalf("a document that must not be deleted: %v", err)
	}
	liar.Lie(answer("SIZE", "550 No such file"))
	if _, err := store.Stat(t.Context(), doc.Path); errors.Is(err, ftpstore.Absent) || err == nil {
		t.Fatalf("a document that cannot be seen: %v", err)
	}
}

func TestWaitEndsWithTheContext(t *testing.T) {
	t.Parallel()
	liar := ftpstoretest.NewLiar(t, ftpstoretest.BuiltIn(t, nil))
	liar.Lie(ftpstoretest.Fault{StallAfter: 1})
	store := open(t, liar.Server, func(c *ftpstore.Config) { c.Wait = time.Hour })
	doc, body := ftpstoretest.NewDocument(100)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err := store.Put(ctx, doc, bytes.NewReader(body))
	if !errors.Is(err, context.DeadlineExceeded) || ftpstore.KindOf(err) != ftpstore.Temporary {
		t.Fatal(err)
	}
}

// A part that a crash left behind is listed as one and can be removed.
// Proves DOC-5.
func TestLeftOverPartIsListed_DOC5(t *testing.T) {
	t.Parallel()
	for name, start := range ftpstoretest.Servers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, nil)
			liar := ftpstoretest.NewLiar(t, s)
			store := open(t, liar.Server, nil)
			doc, body := ftpstoretest.NewDocument(100)
			liar.Lie(ftpstoretest.Fault{LoseAnswer: "RNFR"})
			if err := store.Put(t.Context(), doc, bytes.NewReader(body)); !errors.Is(err, ftpstore.Unknown) {
				t.Fatal(err)
			}
			honest := open(t, s, nil)
			var left []ftpstore.Entry
			err := honest.List(t.Context(), "", func(e ftpstore.Entry) error {
				left = append(left, e)
				return nil
			})
			if err != nil || len(left) != 1 || !left[0].Part || left[0].Size != 100 {
				t.Fatalf("left behind: %+v, %v", left, err)
			}
			if err := honest.Delete(t.Context(), left[0].Path); err != nil {
				t.Fatal(err)
			}
			if got := ftpstoretest.Paths(t, honest, ""); len(got) != 0 {
				t.Fatalf("still there: %q", got)
			}
		})
	}
}

// A server that let its clients go in the meantime is connected to anew.
func TestRestingConnectionIsProvedBeforeUse(t *testing.T) {
	t.Parallel()
	liar := ftpstoretest.NewLiar(t, ftpstoretest.BuiltIn(t, nil))
	store := open(t, liar.Server, nil)
	doc, body := ftpstoretest.NewDocument(100)
	if err := store.Put(t.Context(), doc, bytes.NewReader(body)); err != nil {
		t.Fatal(err)
	}
	liar.Lie(ftpstoretest.Fault{LoseAnswer: "NOOP"})
	if err := store.Verify(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
}

func FuzzPaths(f *testing.F) {
	for _, s := range []string{"PO/2026/11/a.pdf", "../a", "a\r\nDELE b", ".part-x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if ftpstore.CheckPath(s) != nil {
			return
		}
		for _, r := range s {
			if r <= ' ' || r > '~' || r == '\\' || r == '*' {
				t.Fatalf("%q was accepted", s)
			}
		}
	})
}
