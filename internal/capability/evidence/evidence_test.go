package evidence_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/capability/evidence"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// bench is a log with its journal, the journal standing for the engine's timeline.
type bench struct {
	*evidence.Log
	t       *testing.T
	db      db.DB
	file    string
	journal map[string]evidence.Leaf
}

func (b *bench) Each(_ context.Context, f func(evidence.Leaf) error) error {
	for _, l := range b.journal {
		if err := f(l); err != nil {
			return err
		}
	}
	return nil
}

func newBench(t *testing.T, d db.DB) *bench {
	t.Helper()
	dir := t.TempDir()
	return openBench(t, d, dir, filepath.Join(dir, "checkpoints"))
}

func openBench(t *testing.T, d db.DB, dir, checkpoints string) *bench {
	t.Helper()
	key, err := evidence.OpenKey(filepath.Join(dir, "log.key"), "cinnabar.test/log")
	if err != nil {
		t.Fatal(err)
	}
	keeper, err := evidence.OpenFileKeeper(checkpoints)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = keeper.Close() })
	l, err := evidence.New(evidence.Deps{DB: d, Clock: clock.Fixed(time.Unix(1_800_000_000, 0)), Key: key, Keeper: keeper, Batch: 4})
	if err != nil {
		t.Fatal(err)
	}
	return &bench{Log: l, t: t, db: d, file: checkpoints, journal: map[string]evidence.Leaf{}}
}

func leaf(c string, seq int64) evidence.Leaf {
	return evidence.Leaf{Case: cinnabar.CaseID(c), Seq: seq, Hash: cinnabar.DigestOf([]byte(fmt.Sprint(c, seq)))}
}

func (b *bench) append(leaves ...evidence.Leaf) {
	b.t.Helper()
	for _, l := range leaves {
		err := b.db.InTx(b.t.Context(), func(tx db.Tx) error { return b.Append(b.t.Context(), tx, l) })
		if err != nil {
			b.t.Fatal(err)
		}
		b.journal[fmt.Sprint(l.Case, l.Seq)] = l
	}
}

// fill logs n entries of a case, with checkpoints in between.
func (b *bench) fill(c string, n int) {
	b.t.Helper()
	for seq := range n {
		b.append(leaf(c, int64(seq)))
		if seq%3 == 2 {
			b.flush()
		}
	}
	b.flush()
}

func (b *bench) flush() {
	b.t.Helper()
	if err := b.Flush(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) exec(query string, args ...any) {
	b.t.Helper()
	err := b.db.InTx(b.t.Context(), func(tx db.Tx) error {
		n, err := tx.Exec(b.t.Context(), query, args...)
		if err == nil && n == 0 {
			return errors.New("touched nothing")
		}
		return err
	})
	if err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
}

func (b *bench) check() *evidence.Report {
	b.t.Helper()
	r, err := b.Check(b.t.Context(), b)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *bench) bundle(c string, seq int64, since string) []byte {
	b.t.Helper()
	p, err := b.Prove(b.t.Context(), cinnabar.CaseID(c), seq, since)
	if err != nil {
		b.t.Fatal(err)
	}
	raw, err := json.Marshal(p)
	if err != nil {
		b.t.Fatal(err)
	}
	return raw
}

func (b *bench) checkpoint() string {
	b.t.Helper()
	s, err := b.Checkpoint(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// Every entry is provable offline with the public key alone, also against an older checkpoint.
// Proves PLT-13.
func TestProofsVerifyOffline_PLT13(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		b.fill("case_a", 5)
		old := b.checkpoint()
		b.fill("case_b", 14)
		if seq, err := b.Newest(t.Context(), "case_b"); err != nil || seq != 13 {
			t.Errorf("newest entry %d, %v", seq, err)
		}
		if _, err := b.Newest(t.Context(), "case_x"); !errors.Is(err, errs.NotFound) {
			t.Errorf("foreign case: %v", err)
		}
		for seq := range int64(14) {
			p, err := evidence.VerifyProof(b.bundle("case_b", seq, old), b.PublicKey())
			if err != nil || p.Size != 19 || p.Since != 5 || p.Leaf != leaf("case_b", seq) {
				t.Fatalf("entry %d: %+v, %v", seq, p, err)
			}
		}
	})
}

// Whatever one changes in a bundle, it proves nothing any more.
// Proves PLT-13.
func TestForgedProofIsRefused_PLT13(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	b.fill("case_a", 3)
	old := b.checkpoint()
	b.fill("case_b", 4)
	good := b.bundle("case_b", 2, old)
	other, err := evidence.OpenKey(filepath.Join(t.TempDir(), "k"), "cinnabar.test/log")
	if err != nil {
		t.Fatal(err)
	}
	forge := map[string]func(*evidence.Bundle){
		"other hash":        func(p *evidence.Bundle) { p.Hash[0] ^= 1 },
		"other case":        func(p *evidence.Bundle) { p.Case = "case_x" },
		"other entry":       func(p *evidence.Bundle) { p.Seq++ },
		"other place":       func(p *evidence.Bundle) { p.Index-- },
		"outside":           func(p *evidence.Bundle) { p.Index = 99 },
		"inclusion":         func(p *evidence.Bundle) { p.Inclusion[0][5] ^= 1 },
		"consistency":       func(p *evidence.Bundle) { p.Consistency[0][5] ^= 1 },
		"older, other size": func(p *evidence.Bundle) { p.Since = strings.Replace(p.Since, "\n3\n", "\n2\n", 1) },
		"checkpoint":        func(p *evidence.Bundle) { p.Checkpoint = strings.Replace(p.Checkpoint, "\n7\n", "\n8\n", 1) },
		"format":            func(p *evidence.Bundle) { p.Format = "other" },
	}
	for name, f := range forge {
		var p evidence.Bundle
		if err := json.Unmarshal(good, &p); err != nil {
			t.Fatal(err)
		}
		f(&p)
		raw, _ := json.Marshal(p)
		if _, err := evidence.VerifyProof(raw, b.PublicKey()); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := evidence.VerifyProof(good, other.Public()); err == nil {
		t.Error("another log's key: accepted")
	}
	if _, err := evidence.VerifyProof(good, b.PublicKey()); err != nil {
		t.Errorf("control: %v", err)
	}
}

// Two replicas sequence at the same time while cases write: every entry is logged once.
// Proves PLT-13.
func TestTwoSequencersLogEachEntryOnce_PLT13(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		dir := t.TempDir()
		one := openBench(t, d, dir, filepath.Join(dir, "one"))
		two := openBench(t, d, dir, filepath.Join(dir, "two"))
		var wg sync.WaitGroup
		for c := range 4 {
			wg.Go(func() {
				for seq := range 15 {
					l := leaf(fmt.Sprint("case_", c), int64(seq))
					if err := d.InTx(t.Context(), func(tx db.Tx) error { return one.Append(t.Context(), tx, l) }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for _, b := range []*bench{one, two} {
			wg.Go(func() {
				for range 10 {
					if err := b.Flush(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		one.flush()
		two.flush()
		for c := range 4 {
			for seq := range 15 {
				l := leaf(fmt.Sprint("case_", c), int64(seq))
				one.journal[fmt.Sprint(c, seq)], two.journal[fmt.Sprint(c, seq)] = l, l
			}
		}
		for _, b := range []*bench{one, two} {
			if r := b.check(); !r.OK() || r.Size != 60 {
				t.Errorf("%+v", r)
			}
		}
	})
}

// An entry whose case transaction fails is not logged; the same entry cannot be logged twice.
// Proves PLT-6.
func TestAppendFollowsItsTransaction_PLT6(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		stop := errors.New("stop")
		err := d.InTx(t.Context(), func(tx db.Tx) error {
			if err := b.Append(t.Context(), tx, leaf("case_a", 0)); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		b.flush()
		if _, err := b.Prove(t.Context(), "case_a", 0, ""); !errors.Is(err, errs.NotFound) {
			t.Fatalf("got %v", err)
		}
		b.append(leaf("case_a", 0))
		if _, err := b.Prove(t.Context(), "case_a", 0, ""); !errors.Is(err, errs.Unavailable) {
			t.Fatalf("waiting entry: %v", err)
		}
		b.flush()
		b.bundle("case_a", 0, "")
	})
}

func TestRunStopsWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	b.append(leaf("case_a", 0))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- b.Run(ctx) }()
	for b.checkpoint() == "" {
		if ctx.Err() != nil {
			t.Fatal("never logged")
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
