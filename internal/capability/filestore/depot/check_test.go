package depot_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
)

// at is where a document of the built-in store is on the disk.
func (w *world) at(path string) string { return filepath.Join(w.dir, "documents", path) }

func (w *world) write(path, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(w.at(path)), 0o750); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(w.at(path), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// Both sides are compared; a dry run changes nothing; a repair brings back what was missing or altered, and
// moves aside what is not known, byte for byte.
// Proves DOC-5.
func TestCheckRepairsBothSides_DOC5(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d)
		good, _ := w.stored(depot.BuiltIn)
		missing, _ := w.stored(depot.BuiltIn)
		altered, _ := w.stored(depot.BuiltIn)
		if got := w.check(false); got != "" {
			t.Fatalf("all is well, but: %s", got)
		}
		if err := os.Remove(w.at(missing.Path)); err != nil {
			t.Fatal(err)
		}
		w.write(altered.Path, "other bytes")
		w.write("PO/2026/11/unknown.pdf", "somebody else's")
		w.write("订单.pdf", "cannot be moved safely")
		w.write(ftpstore.PartOf("PO/2026/11/cut.pdf"), "half")

		before := strings.Join(ftpstoretest.Paths(t, w.folder, ""), "\n")
		want := []string{"extra false", "extra false", "part false", "missing false", "altered false"}
		if got := w.check(false); !sameLines(got, want) {
			t.Fatalf("dry run:\n%s", got)
		}
		if after := strings.Join(ftpstoretest.Paths(t, w.folder, ""), "\n"); after != before {
			t.Fatalf("a dry run changed\n%s\nto\n%s", before, after)
		}
		want = []string{"extra true", "extra false", "part true", "missing true", "altered true"}
		if got := w.check(true); !sameLines(got, want) {
			t.Fatalf("repair:\n%s", got)
		}
		if err := os.Remove(w.at("订单.pdf")); err != nil {
			t.Fatal(err)
		}
		if got := w.check(false); got != "" {
			t.Fatalf("after the repair: %s", got)
		}
		for _, it := range []depot.Item{good, missing, altered} {
			if _, err := w.Read(t.Context(), it.ID); err != nil {
				t.Error(err)
			}
		}
		texts := map[string]bool{}
		for _, p := range ftpstoretest.Paths(t, w.folder, "quarantine") {
			b, err := os.ReadFile(w.at(p))
			if err != nil {
				t.Fatal(err)
			}
			texts[string(b)] = true
		}
		if len(texts) != 2 || !texts["other bytes"] || !texts["somebody else's"] {
			t.Errorf("in quarantine: %v", texts)
		}
	})
}

func sameLines(got string, want []string) bool {
	left := map[string]int{}
	for _, l := range want {
		left[depot.BuiltIn+" "+l]++
	}
	for l := range strings.Lines(got) {
		left[strings.TrimSpace(l)]--
	}
	for _, n := range left {
		if n != 0 {
			return false
		}
	}
	return true
}

// Without the local copy a missing file is reported, and stays missing.
// Proves DOC-5.
func TestMissingWithoutACopyIsReported_DOC5(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	it, _ := w.stored(depot.BuiltIn)
	if ok, err := w.disk.Delete(t.Context(), it.Digest, w.clock.Now().Add(time.Hour)); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := os.Remove(w.at(it.Path)); err != nil {
		t.Fatal(err)
	}
	if got := w.check(true); got != "built-in missing false" {
		t.Fatal(got)
	}
	if _, err := w.Read(t.Context(), it.ID); code(err) != "missing" {
		t.Fatal(err)
	}
}

// What is on its way is no finding, and is not touched by a repair.
// Proves DOC-5.
func TestCheckLeavesAloneWhatIsOnItsWay_DOC5(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d)
		doc, body := ftpstoretest.NewDocument(100)
		it, err := w.Put(t.Context(), depot.BuiltIn, doc.Path, body, doc.Digest)
		if err != nil {
			t.Fatal(err)
		}
		w.write(ftpstore.PartOf(doc.Path), "another replica's upload")
		if got := w.check(true); got != "" {
			t.Fatal(got)
		}
		if err := w.settle(it.ID); err != nil {
			t.Fatal(err)
		}
		if got := w.check(true); got != "built-in part true" {
			t.Fatal(got)
		}
	})
}

// A withdrawn file whose bytes are not those that were put is moved aside, not removed.
// Proves DOC-5.
func TestAlteredFileIsNotRemoved_DOC5(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	it, _ := w.stored(depot.BuiltIn)
	w.write(it.Path, "altered")
	if _, err := w.Read(t.Context(), it.ID); code(err) != "altered" {
		t.Fatal(err)
	}
	if err := w.withdraw(it.ID); err != nil {
		t.Fatal(err)
	}
	w.recover()
	if s, kept := w.state(it.ID), ftpstoretest.Paths(t, w.folder, "quarantine"); s != depot.Deleted || len(kept) != 1 {
		t.Fatalf("%s, kept: %q", s, kept)
	}
}

// What nobody went on with for an hour is reported, and goes on with a repair.
// Proves DOC-5.
func TestStuckFilesAreReported_DOC5(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d)
		doc, body := ftpstoretest.NewDocument(100)
		it, err := w.Put(t.Context(), depot.BuiltIn, doc.Path, body, doc.Digest)
		if err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(2 * time.Hour)
		if got := w.check(false); got != "built-in stuck false" {
			t.Fatal(got)
		}
		if got := w.check(true); got != "built-in stuck true" || w.state(it.ID) != depot.Deleted {
			t.Fatal(got, w.state(it.ID))
		}
	})
}
