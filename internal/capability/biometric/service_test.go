package biometric_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/biometric/face/challenge"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// remote is a provider whose answers the test sets, with its own page unless it takes films.
type remote struct {
	verdict *biometric.Verdict // nil: there is none yet
	films   bool
	n       int
}

func (r *remote) Info() biometric.Info {
	return biometric.Info{Name: "remote", Model: "m1", Remote: true}
}

func (r *remote) Inspect(context.Context, []byte) (string, error) { return "", nil }

func (r *remote) Begin(context.Context, biometric.Subject, string) (*biometric.Begun, error) {
	r.n++
	if r.films {
		return &biometric.Begun{Expires: start.Add(time.Hour)}, nil
	}
	return &biometric.Begun{Redirect: "https://provider.example/", Reference: fmt.Sprint("ref", r.n), Expires: start.Add(time.Hour)}, nil
}

func (r *remote) Submit(context.Context, biometric.Subject, challenge.Challenge, biometric.Capture) (*biometric.Verdict, error) {
	if r.films {
		return r.verdict, nil
	}
	return nil, errs.New(errs.Unsupported, "no-capture", "this provider has its own page")
}

func (r *remote) Poll(context.Context, string) (*biometric.Verdict, error) { return r.verdict, nil }

var start = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

type bench struct {
	*biometric.Service
	db       db.DB
	provider *remote
}

func newBench(t *testing.T, d db.DB, at time.Time) *bench {
	t.Helper()
	p := &remote{}
	s, err := biometric.New(biometric.Deps{DB: d, Clock: clock.Fixed(at), Provider: p, Index: func(s string) string { return "idx" + s }})
	if err != nil {
		t.Fatal(err)
	}
	return &bench{s, d, p}
}

var subject = biometric.Subject{Name: "示例", IDNumber: "11010519491231002X"}

// try runs one check to its end.
func (b *bench) try(t *testing.T, state biometric.State) (left int, err error) {
	t.Helper()
	ctx := t.Context()
	c, err := b.Begin(ctx, "case_1", subject, "https://cinnabar.example/cases/case_1")
	if err != nil {
		return 0, err
	}
	b.provider.verdict = &biometric.Verdict{State: state, Reason: "not_same", Model: "m1"}
	if err = b.claim(t, c); err != nil {
		return 0, err
	}
	v, err := b.Judge(ctx, c, subject, biometric.Capture{})
	if err != nil {
		return 0, err
	}
	err = b.db.InTx(ctx, func(tx db.Tx) error {
		left, err = b.Record(ctx, tx, c, v)
		return err
	})
	return left, err
}

func (b *bench) begin(t *testing.T, of cinnabar.CaseID) *biometric.Check {
	t.Helper()
	c, err := b.Begin(t.Context(), of, subject, "https://cinnabar.example/cases/case_1")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (b *bench) claim(t *testing.T, c *biometric.Check) error {
	t.Helper()
	return b.db.InTx(t.Context(), func(tx db.Tx) error {
		_, err := b.Claim(t.Context(), tx, c.ID, c.Case, subject.IDNumber)
		return err
	})
}

// decide judges a claimed check and records what comes out; nil is no verdict yet.
func (b *bench) decide(t *testing.T, c *biometric.Check, v *biometric.Verdict) error {
	t.Helper()
	b.provider.verdict = v
	got, err := b.Judge(t.Context(), c, subject, biometric.Capture{})
	if err != nil || got == nil {
		return err
	}
	return b.db.InTx(t.Context(), func(tx db.Tx) error {
		_, err := b.Record(t.Context(), tx, c, got)
		return err
	})
}

// Films that are answered at once, in several cases of one ID number, are tries from when they are taken in: no more
// than five are judged. One of a case is judged after the other, and the machine's fault is no try.
// Proves GAS-3.
func TestTriesAtOnceCount_GAS3(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d, start)
		b.provider.films = true
		var begun []*biometric.Check
		for i := range 2 * (biometric.MaxFailures + 1) {
			begun = append(begun, b.begin(t, cinnabar.CaseID(fmt.Sprint("case_", i/2))))
		}
		for i, c := range begun {
			err := b.claim(t, c)
			switch taken := i/2 < biometric.MaxFailures; {
			case taken && i%2 == 0 && err != nil:
				t.Errorf("the first film of case %d: %v", i/2, err)
			case taken && i%2 == 1 && !errors.Is(err, errs.Conflict) && !errors.Is(err, errs.Locked):
				t.Errorf("the second one, while the first is judged: %v", err)
			case !taken && !errors.Is(err, errs.Locked):
				t.Errorf("a film after five: %v", err)
			}
		}
		if err := b.GiveBack(t.Context(), begun[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := b.claim(t, begun[1]); err != nil {
			t.Errorf("after a machine's fault: %v", err)
		}
		if err := b.decide(t, begun[1], &biometric.Verdict{State: biometric.Failed, Reason: "document_no_face"}); err != nil {
			t.Fatal(err)
		}
		if err := b.claim(t, begun[11]); err != nil {
			t.Errorf("after a document without a face: %v", err)
		}
	})
}

// At a provider's own page the result comes when it comes: it is asked for until it is there, and is told once. A check
// is the case's and the ID number's for which it began.
// Proves GAS-3.
func TestResultOfAProvidersPageIsAskedFor_GAS3(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d, start)
		c := b.begin(t, "case_1")
		if c.Begun.Redirect == "" {
			t.Fatal("no page to go to")
		}
		for range 3 {
			if err := errors.Join(b.claim(t, c), b.decide(t, c, nil)); err != nil {
				t.Fatalf("while there is no result: %v", err)
			}
		}
		if err := errors.Join(b.claim(t, c), b.decide(t, c, &biometric.Verdict{State: biometric.Match})); err != nil {
			t.Fatalf("with a result: %v", err)
		}
		if err := b.claim(t, c); !errors.Is(err, errs.Conflict) {
			t.Errorf("once more: %v", err)
		}
		dropped := b.begin(t, "case_1")
		if err := d.InTx(t.Context(), func(tx db.Tx) error { return b.Drop(t.Context(), tx, "case_1", subject.IDNumber) }); err != nil {
			t.Fatal(err)
		}
		if err := b.claim(t, dropped); !errors.Is(err, errs.Conflict) {
			t.Errorf("after it was dropped: %v", err)
		}
		another := b.begin(t, "case_1")
		err := d.InTx(t.Context(), func(tx db.Tx) error {
			_, err := b.Claim(t.Context(), tx, another.ID, another.Case, "another number")
			return err
		})
		if !errors.Is(err, errs.NotFound) {
			t.Errorf("for somebody else: %v", err)
		}
	})
}

// After five failures checks rest, until the window has passed or an officer unlocks.
// Proves GAS-3.
func TestChecksRestAfterFiveFailures_GAS3(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d, start)
		for i := range biometric.MaxFailures {
			if left, err := b.try(t, biometric.NoMatch); err != nil || left != biometric.MaxFailures-1-i {
				t.Fatalf("failure %d: %d left, %v", i+1, left, err)
			}
		}
		if _, err := b.try(t, biometric.Match); !errors.Is(err, errs.Locked) {
			t.Fatalf("a sixth try: %v", err)
		}
		if _, err := newBench(t, d, start.Add(biometric.Window+time.Second)).try(t, biometric.Match); err != nil {
			t.Fatalf("after the rest: %v", err)
		}
		later := newBench(t, d, start.Add(time.Minute))
		if err := d.InTx(t.Context(), func(tx db.Tx) error { return later.Unlock(t.Context(), tx, subject.IDNumber, "p_officer") }); err != nil {
			t.Fatal(err)
		}
		if _, err := later.try(t, biometric.Match); err != nil {
			t.Fatalf("after unlocking: %v", err)
		}
	})
}

// A check is answered once, and only in its own case.
// Proves GAS-3.
func TestCheckIsAnsweredOnce_GAS3(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d, start)
		b.provider.films = true
		c := b.begin(t, "case_1")
		for i, want := range []struct {
			of   string
			kind errs.Kind
		}{{"case_2", errs.NotFound}, {"case_1", ""}, {"case_1", errs.Conflict}} {
			err := d.InTx(t.Context(), func(tx db.Tx) error {
				_, err := b.Claim(t.Context(), tx, c.ID, cinnabar.CaseID(want.of), subject.IDNumber)
				return err
			})
			if (want.kind == "" && err != nil) || (want.kind != "" && !errors.Is(err, want.kind)) {
				t.Errorf("claim %d: %v", i, err)
			}
		}
	})
}

// Without an engine nothing passes, and it says so.
// Proves GAS-3.
func TestNotCheckedIsNotPassed_GAS3(t *testing.T) {
	t.Parallel()
	s, err := biometric.New(biometric.Deps{DB: dbtest.SQLite(t), Clock: clock.Fixed(start), Index: func(s string) string { return s }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Begin(t.Context(), "case_1", subject, "https://cinnabar.example/cases/case_1"); !errors.Is(err, errs.Unavailable) {
		t.Fatalf("got %v", err)
	}
}
