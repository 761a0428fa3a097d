package depot_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
)

// What is put but not published goes away again; who comes late is told, and can put it anew.
// Proves DOC-5.
func TestWhatIsNeverSettledIsGivenUp_DOC5(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d)
		doc, body := ftpstoretest.NewDocument(100)
		it, err := w.Put(t.Context(), depot.BuiltIn, doc.Path, body, doc.Digest)
		if err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(time.Minute)
		w.recover()
		if s := w.state(it.ID); s != depot.Staging {
			t.Fatalf("given up too early: %s", s)
		}
		w.clock.Advance(10 * time.Minute)
		w.recover()
		if s := w.state(it.ID); s != depot.Deleted || len(ftpstoretest.Paths(t, w.folder, "")) != 0 {
			t.Fatalf("%s, left: %q", s, ftpstoretest.Paths(t, w.folder, ""))
		}
		if err := w.settle(it.ID); code(err) != "given-up" {
			t.Fatalf("settle: %v", err)
		}
		again, err := w.Put(t.Context(), depot.BuiltIn, doc.Path, body, doc.Digest)
		if err != nil || again.ID == it.ID {
			t.Fatalf("put anew: %v", err)
		}
		if err := w.settle(again.ID); err != nil {
			t.Fatal(err)
		}
		if got := w.check(false); got != "" {
			t.Fatal(got)
		}
	})
}

// A transaction that fails publishes nothing, and withdraws nothing.
// Proves DOC-5.
func TestFileFollowsTheTransaction_DOC5(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d)
		doc, body := ftpstoretest.NewDocument(100)
		it, err := w.Put(t.Context(), depot.BuiltIn, doc.Path, body, doc.Digest)
		if err != nil {
			t.Fatal(err)
		}
		no := errors.New("no")
		fail := func(f func(ctx context.Context, tx db.Tx, id string) error) {
			t.Helper()
			if err := w.tx(func(tx db.Tx) error { return errors.Join(f(t.Context(), tx, it.ID), no) }); !errors.Is(err, no) {
				t.Fatal(err)
			}
		}
		fail(w.Settle)
		if s := w.state(it.ID); s != depot.Staging {
			t.Fatalf("after a settling that failed: %s", s)
		}
		again, err := w.Put(t.Context(), depot.BuiltIn, doc.Path, body, doc.Digest)
		if err != nil || again.ID != it.ID {
			t.Fatalf("put again: %+v, %v", again, err)
		}
		if err := w.settle(it.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.settle(it.ID); code(err) != "given-up" {
			t.Fatalf("settle twice: %v", err)
		}
		fail(w.Withdraw)
		w.recover()
		if _, err := w.Read(t.Context(), it.ID); err != nil {
			t.Fatal(err)
		}
		stored, err := w.Put(t.Context(), depot.BuiltIn, doc.Path, body, doc.Digest)
		if err != nil || stored.ID != it.ID || stored.State != depot.Stored {
			t.Fatalf("put what is stored: %+v, %v", stored, err)
		}
		if err := w.tx(func(tx db.Tx) error { return w.Withdraw(t.Context(), tx, "item_none") }); code(err) != "no-such-item" {
			t.Fatalf("withdraw nothing: %v", err)
		}
	})
}

// Two replicas: the second takes over when the first has died; only one settles.
// Proves DOC-5.
func TestLeaseKeepsReplicasApart_DOC5(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d)
		other := w.replica()
		doc, body := ftpstoretest.NewDocument(100)
		mine, err := w.Put(t.Context(), depot.BuiltIn, doc.Path, body, doc.Digest)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.Put(t.Context(), depot.BuiltIn, doc.Path, body, doc.Digest); code(err) != "path-busy" {
			t.Fatalf("while the first has the lease: %v", err)
		}
		w.clock.Advance(time.Minute)
		theirs, err := other.Put(t.Context(), depot.BuiltIn, doc.Path, body, doc.Digest)
		if err != nil || theirs.ID != mine.ID {
			t.Fatalf("after the lease ended: %+v, %v", theirs, err)
		}
		if err := w.settle(theirs.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.settle(mine.ID); code(err) != "given-up" {
			t.Fatalf("settled twice: %v", err)
		}
	})
}

// Many goroutines of two replicas put the same few paths; each path ends with one item, stored once.
// Proves DOC-5.
func TestManyPutTheSamePaths_DOC5(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d)
		replicas := []*depot.Service{w.Service, w.replica()}
		var settled [4]atomic.Int32
		var all sync.WaitGroup
		for i := range settled {
			doc, body := ftpstoretest.NewDocument(2000)
			for n := range 6 {
				all.Go(func() {
					it, err := replicas[n%2].Put(t.Context(), depot.BuiltIn, doc.Path, body, doc.Digest)
					if err != nil {
						if code(err) != "path-busy" {
							t.Error(err)
						}
						return
					}
					if it.State == depot.Stored {
						return
					}
					if err := w.settle(it.ID); err == nil {
						settled[i].Add(1)
					} else if code(err) != "given-up" {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		for i := range settled {
			if n := settled[i].Load(); n != 1 {
				t.Errorf("path %d was settled %d times", i, n)
			}
		}
		if got := w.check(false); got != "" {
			t.Error(got)
		}
	})
}

func TestPutRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	doc, body := ftpstoretest.NewDocument(100)
	if _, err := w.Put(t.Context(), depot.BuiltIn, doc.Path, body, doc.Digest); err != nil {
		t.Fatal(err)
	}
	other, otherBody := ftpstoretest.NewDocument(100)
	for want, put := range map[string]struct {
		store, path string
		digest      cinnabar.Digest
	}{
		"path-taken":    {depot.BuiltIn, doc.Path, other.Digest},
		"bad-path":      {depot.BuiltIn, "../x.pdf", other.Digest},
		"wrong-digest":  {depot.BuiltIn, other.Path, doc.Digest},
		"no-such-store": {"nowhere", other.Path, other.Digest},
	} {
		if _, err := w.Put(t.Context(), put.store, put.path, otherBody, put.digest); code(err) != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := w.Put(t.Context(), depot.BuiltIn, "quarantine/x.pdf", otherBody, other.Digest); code(err) != "bad-path" {
		t.Error(err)
	}
}

// The local copy stays until the outside file was read back a day later; what the server lost by then is put
// back from it.
// Proves DOC-5.
func TestLocalCopyStaysUntilTheAudit_DOC5(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d)
		it, _ := w.stored(depot.BuiltIn)
		lost, _ := w.stored(depot.BuiltIn)
		needs := func() bool {
			t.Helper()
			yes, err := w.Needs(t.Context(), it.Digest)
			if err != nil {
				t.Fatal(err)
			}
			return yes
		}
		if err := errors.Join(w.Audit(t.Context()), os.Remove(filepath.Join(w.dir, "documents", lost.Path))); err != nil || !needs() {
			t.Fatalf("%v, needed: %v", err, needs())
		}
		w.clock.Advance(25 * time.Hour)
		if err := w.Audit(t.Context()); code(err) != "missing" {
			t.Fatal(err)
		}
		if needs() {
			t.Error("the copy is needed after the audit")
		}
		if yes, err := w.Needs(t.Context(), lost.Digest); err != nil || !yes {
			t.Errorf("the copy of a lost file is not needed: %v", err)
		}
		for _, id := range []string{it.ID, lost.ID} {
			if _, err := w.Read(t.Context(), id); err != nil {
				t.Error(err)
			}
		}
		w.clock.Advance(2 * time.Hour)
		if err := w.Audit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if yes, err := w.Needs(t.Context(), lost.Digest); err != nil || yes {
			t.Errorf("the copy of the mended file is needed after its audit: %v", err)
		}
	})
}

// Run removes what is withdrawn without being asked.
// Proves DOC-5.
func TestRunRemovesWhatIsWithdrawn_DOC5(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	it, _ := w.stored(depot.BuiltIn)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	if err := w.withdraw(it.ID); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 2000 {
		if w.state(it.ID) == depot.Deleted {
			break
		}
		<-tick.C
	}
	stop()
	if err := <-ended; err != nil || w.state(it.ID) != depot.Deleted {
		t.Fatalf("%v, %s", err, w.state(it.ID))
	}
}
