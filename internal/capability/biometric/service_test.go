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

// remote is a provider with its own page, whose answers the test sets.
type remote struct {
	verdict *biometric.Verdict
	n       int
}

func (r *remote) Info() biometric.Info {
	return biometric.Info{Name: "remote", Model: "m1", Remote: true}
}

func (r *remote) Begin(context.Context, biometric.Subject) (*biometric.Begun, error) {
	r.n++
	return &biometric.Begun{Redirect: "https://provider.example/", Reference: fmt.Sprint("ref", r.n), Expires: start.Add(time.Hour)}, nil
}

func (r *remote) Submit(context.Context, biometric.Subject, challenge.Challenge, biometric.Capture) (*biometric.Verdict, error) {
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
	c, err := b.Begin(ctx, "case_1", subject)
	if err != nil {
		return 0, err
	}
	b.provider.verdict = &biometric.Verdict{State: state, Reason: "not_same", Model: "m1"}
	err = b.db.InTx(ctx, func(tx db.Tx) error {
		c, err = b.Claim(ctx, tx, c.ID, "case_1")
		return err
	})
	if err != nil {
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
		c, err := b.Begin(t.Context(), "case_1", subject)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []struct {
			of   string
			kind errs.Kind
		}{{"case_2", errs.NotFound}, {"case_1", ""}, {"case_1", errs.Conflict}} {
			err := d.InTx(t.Context(), func(tx db.Tx) error {
				_, err := b.Claim(t.Context(), tx, c.ID, cinnabar.CaseID(want.of))
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
	if _, err := s.Begin(t.Context(), "case_1", subject); !errors.Is(err, errs.Unavailable) {
		t.Fatalf("got %v", err)
	}
}
