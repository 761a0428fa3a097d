package depot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/filestore/diskstore"
	"cinnabar/internal/capability/filestore/folderstore"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// world is an installation: a database, local copies, and the built-in store.
type world struct {
	t      testing.TB
	db     db.DB
	clock  *clocktest.Ahead
	dir    string
	disk   *diskstore.Store
	folder *folderstore.Store
	vault  *secret.Vault
	*depot.Service
}

func newWorld(t testing.TB, d db.DB) *world {
	t.Helper()
	w := &world{t: t, db: d, clock: &clocktest.Ahead{}, dir: t.TempDir()}
	var err error
	if w.vault, err = secret.Open(t.Context(), d, filepath.Join(w.dir, "vault.key")); err != nil {
		t.Fatal(err)
	}
	if w.disk, err = diskstore.New(filepath.Join(w.dir, "files"), w.vault.Key("files"), w.clock); err != nil {
		t.Fatal(err)
	}
	if w.folder, err = folderstore.New(filepath.Join(w.dir, "documents")); err != nil {
		t.Fatal(err)
	}
	w.Service = w.replica()
	t.Cleanup(func() {
		if err := errors.Join(w.disk.Close(), w.folder.Close()); err != nil {
			t.Error(err)
		}
	})
	return w
}

// replica is another process of the same installation.
func (w *world) replica() *depot.Service {
	w.t.Helper()
	s, err := depot.New(depot.Deps{
		DB: w.db, Clock: w.clock, Log: slog.New(slog.DiscardHandler), Copies: w.disk, Vault: w.vault, BuiltIn: w.folder,
		Wait: 10 * time.Second,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = s.Close() })
	return s
}

func (w *world) tx(f func(db.Tx) error) error { return w.db.InTx(context.Background(), f) }

func (w *world) settle(id string) error {
	return w.tx(func(tx db.Tx) error { return w.Settle(context.Background(), tx, id) })
}

func (w *world) withdraw(id string) error {
	return w.tx(func(tx db.Tx) error { return w.Withdraw(context.Background(), tx, id) })
}

// stored puts and settles a new document.
func (w *world) stored(store string) (depot.Item, []byte) {
	w.t.Helper()
	doc, body := ftpstoretest.NewDocument(5000)
	it, err := w.Put(w.t.Context(), store, doc.Path, body, doc.Digest)
	if err == nil {
		err = w.settle(it.ID)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return it, body
}

func (w *world) state(id string) depot.State {
	w.t.Helper()
	it, err := w.Get(w.t.Context(), w.db, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return it.State
}

// check returns what Check finds, one line each, without paths.
func (w *world) check(repair bool) string {
	w.t.Helper()
	found, err := w.Check(w.t.Context(), repair)
	if err != nil {
		w.t.Fatal(err)
	}
	var lines []string
	for _, f := range found {
		lines = append(lines, fmt.Sprintf("%s %s %v", f.Store, f.Problem, f.Repaired))
	}
	return strings.Join(lines, "\n")
}

func (w *world) recover() {
	w.t.Helper()
	if err := w.Recover(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func code(err error) string {
	if err == nil {
		return ""
	}
	return errs.As(err).Code
}

// Proves DOC-5.
func TestFileIsVisibleOnceItIsSettled_DOC5(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d)
		doc, body := ftpstoretest.NewDocument(30_000)
		it, err := w.Put(t.Context(), depot.BuiltIn, doc.Path, body, doc.Digest)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Read(t.Context(), it.ID); code(err) != "no-such-item" {
			t.Fatalf("read before it was settled: %v", err)
		}
		if err := w.settle(it.ID); err != nil {
			t.Fatal(err)
		}
		if got, err := w.Read(t.Context(), it.ID); err != nil || cinnabar.DigestOf(got) != doc.Digest {
			t.Fatalf("read: %d bytes, %v", len(got), err)
		}
		if err := w.withdraw(it.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Read(t.Context(), it.ID); code(err) != "no-such-item" {
			t.Fatalf("read after it was withdrawn: %v", err)
		}
		w.recover()
		if s := w.state(it.ID); s != depot.Deleted || len(ftpstoretest.Paths(t, w.folder, "")) != 0 {
			t.Fatalf("%s, left: %q", s, ftpstoretest.Paths(t, w.folder, ""))
		}
	})
}
