package evidence_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"cinnabar/internal/capability/evidence"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
)

// A8: whoever holds the database may change what they like; Check names it.
// Proves PLT-6.
func TestTamperingIsNamed_A8_PLT6(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		tamper func(b *bench)
		what   string
		seq    int64 // -1: no single row
	}{
		"edit a row": {func(b *bench) {
			l := leaf("case_a", 3)
			l.Hash[0] ^= 1
			b.journal["case_a3"] = l
		}, evidence.Edited, 3},
		"reorder rows": {func(b *bench) {
			x, y := leaf("case_a", 3), leaf("case_a", 4)
			x.Hash, y.Hash = y.Hash, x.Hash
			b.journal["case_a3"], b.journal["case_a4"] = x, y
		}, evidence.Edited, 3},
		"delete a row":  {func(b *bench) { delete(b.journal, "case_a5") }, evidence.Missing, 5},
		"insert a row":  {func(b *bench) { b.journal["x"] = leaf("case_a", 77) }, evidence.Unlogged, 77},
		"double a row":  {func(b *bench) { b.journal["x"] = leaf("case_a", 2) }, evidence.Unlogged, 2},
		"cut the tail":  {func(b *bench) { delete(b.journal, "case_a9") }, evidence.Missing, 9},
		"edit the leaf": {func(b *bench) { b.exec(`UPDATE log_leaf SET seq = 88 WHERE seq = 6`) }, evidence.TreeChanged, 88},
		"edit the tree": {func(b *bench) { b.exec(`UPDATE merkle SET h = (SELECT h FROM merkle WHERE i = 0) WHERE i = 7`) }, evidence.TreeChanged, 4},
		"cut log and journal": {func(b *bench) {
			delete(b.journal, "case_a9")
			b.exec(`DELETE FROM log_leaf WHERE idx = 9`)
			b.exec(`DELETE FROM merkle WHERE i >= 17`)
			b.exec(`UPDATE log_state SET size = 9`)
		}, evidence.CutTail, -1},
		"rewrite everything": {rewrite, evidence.Rewritten, -1},
	}
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				b := newBench(t, dbOf(t, d))
				b.fill("case_a", 10)
				if r := b.check(); !r.OK() || r.Entries != 10 || r.Checkpoints < 4 {
					t.Fatalf("control: %+v", r)
				}
				c.tamper(b)
				r := b.check()
				found := slices.ContainsFunc(r.Findings, func(f evidence.Finding) bool {
					return f.What == c.what && (c.seq < 0 || f.Seq == c.seq)
				})
				if r.OK() || !found {
					t.Errorf("not found: %+v", r)
				}
			})
		}
	})
}

// Check does not cry wolf while cases write and the sequencer works; entries that still wait are compared.
// Proves PLT-6.
func TestCheckWhileTheLogGrows_PLT6(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		b.fill("case_a", 5)
		journal := journalFunc(func(f func(evidence.Leaf) error) error {
			// Between the reading of the log and the end of the journal an entry comes and is logged.
			b.append(leaf("case_b", 0))
			b.flush()
			b.append(leaf("case_b", 1))
			return b.Each(t.Context(), f)
		})
		r, err := b.Check(t.Context(), journal)
		if err != nil || !r.OK() || r.Size != 5 || r.Entries != 7 {
			t.Fatalf("%+v, %v", r, err)
		}
		edited := leaf("case_b", 1)
		edited.Hash[0] ^= 1
		b.journal["case_b1"] = edited
		if r := b.check(); r.OK() || r.Findings[0].What != evidence.Edited || r.Findings[0].Seq != 1 {
			t.Errorf("an edited entry that waits: %+v", r)
		}
	})
}

type journalFunc func(func(evidence.Leaf) error) error

func (j journalFunc) Each(_ context.Context, f func(evidence.Leaf) error) error { return j(f) }

// dbOf opens a fresh database of the same engine.
func dbOf(t *testing.T, like db.DB) db.DB {
	if like.Dialect() == db.Postgres {
		return dbtest.Postgres(t)
	}
	return dbtest.SQLite(t)
}

// rewrite makes a log anew that is consistent in itself, with the log's own key.
func rewrite(b *bench) {
	b.t.Helper()
	for _, table := range []string{"log_leaf", "merkle", "log_checkpoint"} {
		b.exec(`DELETE FROM ` + table)
	}
	b.exec(`UPDATE log_state SET size = 0`)
	dir := filepath.Dir(b.file)
	forged := openBench(b.t, b.db, dir, filepath.Join(b.t.TempDir(), "other"))
	for seq := range int64(10) {
		l := leaf("case_a", seq)
		if seq == 4 {
			l.Hash = cinnabar.DigestOf([]byte("another story"))
		}
		forged.append(l)
	}
	forged.flush()
	b.journal = forged.journal
}

// A9: last week's database with today's checkpoints does not start; an officer may accept it, and that
// stands in the kept checkpoints for ever.
// Proves PLT-6.
func TestOlderDatabaseIsRefused_A9_PLT6(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		today := newBench(t, d)
		today.fill("case_a", 10)
		dir := filepath.Dir(today.file)
		if err := today.Resume(t.Context()); err != nil {
			t.Fatalf("control: %v", err)
		}

		old := openBench(t, dbOf(t, d), dir, filepath.Join(dir, "then"))
		old.fill("case_a", 6)
		lastWeek := openBench(t, old.db, dir, today.file)
		lastWeek.journal = old.journal
		err := lastWeek.Resume(t.Context())
		if !errors.Is(err, errs.Conflict) || errs.As(err).Code != evidence.CodeNewer {
			t.Fatalf("got %v", err)
		}
		lastWeek.append(leaf("case_b", 0))
		if err := lastWeek.Flush(t.Context()); errs.As(err).Code != evidence.CodeNewer {
			t.Fatalf("a cut log was certified: %v", err)
		}
		if err := lastWeek.AcceptRollback(t.Context(), "supervisor", "disk lost, backup of Monday"); err != nil {
			t.Fatal(err)
		}
		if err := lastWeek.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		lastWeek.fill("case_c", 5)
		r := lastWeek.check()
		if !r.OK() || len(r.Findings) != 1 || r.Findings[0].What != evidence.RolledBack {
			t.Fatalf("%+v", r)
		}
	})
}

// A log rewritten at the same length does not start either.
// Proves PLT-6.
func TestRewrittenLogIsRefused_A8_PLT6(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	b.fill("case_a", 10)
	rewrite(b)
	if err := b.Resume(t.Context()); errs.As(err).Code != evidence.CodeRewritten {
		t.Fatalf("got %v", err)
	}
}

// A crash between the commit and the keeper is made good at the next start; a torn line is dropped.
// Proves PLT-13.
func TestCheckpointSurvivesCrash_PLT13(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	b := newBench(t, d)
	b.fill("case_a", 4)
	all, err := os.ReadFile(b.file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(b.file, all[:len(all)-7], 0o600); err != nil {
		t.Fatal(err)
	}
	again := openBench(t, d, filepath.Dir(b.file), b.file)
	if err := again.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(b.file)
	if err != nil || string(after) != string(all) {
		t.Fatalf("%v\n%s\nwant\n%s", err, after, all)
	}
}

func TestLogKeyFileIsPrivate(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "k")
	k, err := evidence.OpenKey(file, "cinnabar.test/log")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := evidence.OpenKey(file, "cinnabar.test/log"); err != nil || again.Public() != k.Public() {
		t.Fatalf("reopened: %v", err)
	}
	if _, err := evidence.OpenKey(file, "other.test/log"); err == nil {
		t.Error("another log's key was taken")
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := evidence.OpenKey(file, "cinnabar.test/log"); err == nil {
		t.Error("a key that others may read was taken")
	}
}

func FuzzVerifyProof(f *testing.F) {
	key, err := evidence.OpenKey(filepath.Join(f.TempDir(), "k"), "cinnabar.test/log")
	if err != nil {
		f.Fatal(err)
	}
	empty, _ := json.Marshal(evidence.Bundle{Format: "cinnabar-proof/1"})
	f.Add(empty)
	f.Add([]byte(`{"format":"cinnabar-proof/1","index":-1,"inclusion":["AA=="]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if p, err := evidence.VerifyProof(raw, key.Public()); err == nil {
			t.Fatalf("proved %+v without a signature", p)
		}
	})
}
