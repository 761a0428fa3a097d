package idempotency_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/idempotency"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func open(t *testing.T) db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func claim(t *testing.T, d db.DB, r idempotency.Request, at time.Time) (a *idempotency.Answer, err error) {
	t.Helper()
	err = d.InTx(t.Context(), func(tx db.Tx) error {
		a, err = idempotency.Claim(t.Context(), tx, r, at)
		return err
	})
	return a, err
}

func do(t *testing.T, d db.DB, f func(context.Context, db.Tx) error) {
	t.Helper()
	if err := d.InTx(t.Context(), func(tx db.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// Proves PLT-5.
func TestRepeatGetsTheFirstAnswer_PLT5(t *testing.T) {
	t.Parallel()
	d := open(t)
	r := idempotency.Request{Scope: "a", Key: "key-00001", Digest: "x"}
	if a, err := claim(t, d, r, noon); a != nil || err != nil {
		t.Fatal(a, err)
	}
	if _, err := claim(t, d, r, noon.Add(time.Minute)); errs.As(err).Code != "under-way" {
		t.Fatalf("a repeat went ahead beside the first: %v", err)
	}
	do(t, d, func(ctx context.Context, tx db.Tx) error {
		return idempotency.Keep(ctx, tx, r, idempotency.Answer{Status: 201, Body: []byte("made")})
	})
	a, err := claim(t, d, r, noon.Add(time.Hour))
	if err != nil || a == nil || a.Status != 201 || string(a.Body) != "made" {
		t.Fatal(a, err)
	}
	other := r
	other.Digest = "y"
	if _, err := claim(t, d, other, noon); errs.As(err).Code != "idempotency-key-reused" {
		t.Fatalf("one key for two requests: %v", err)
	}
	other.Scope = "b"
	if a, err := claim(t, d, other, noon); a != nil || err != nil {
		t.Fatalf("another caller's key is in the way: %v %v", a, err)
	}
}

// Proves PLT-5.
func TestKeyIsFreeAgain_PLT5(t *testing.T) {
	t.Parallel()
	for name, free := range map[string]func(context.Context, db.Tx, idempotency.Request) error{
		"refused": idempotency.Free,
		"old": func(ctx context.Context, tx db.Tx, _ idempotency.Request) error {
			return idempotency.DropOld(ctx, tx, noon.Add(31*24*time.Hour))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			r := idempotency.Request{Scope: "a", Key: "key-00001", Digest: "x"}
			if _, err := claim(t, d, r, noon); err != nil {
				t.Fatal(err)
			}
			do(t, d, func(ctx context.Context, tx db.Tx) error { return free(ctx, tx, r) })
			r.Digest = "y"
			if a, err := claim(t, d, r, noon); a != nil || err != nil {
				t.Fatal(a, err)
			}
		})
	}
}

// Proves PLT-5.
func TestDeadRequestDoesNotBlockItsRepeat_PLT5(t *testing.T) {
	t.Parallel()
	d := open(t)
	r := idempotency.Request{Scope: "a", Key: "key-00001", Digest: "x"}
	if _, err := claim(t, d, r, noon); err != nil {
		t.Fatal(err)
	}
	if a, err := claim(t, d, r, noon.Add(2*time.Minute)); a != nil || err != nil {
		t.Fatal(a, err)
	}
	if _, err := claim(t, d, r, noon.Add(3*time.Minute)); errs.As(err).Code != "under-way" {
		t.Fatalf("two repeats go ahead: %v", err)
	}
}

func TestKeysHaveALength(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, key := range []string{"", "short", string(make([]byte, 256))} {
		if _, err := claim(t, d, idempotency.Request{Scope: "a", Key: key}, noon); errs.As(err).Code != "idempotency-key-missing" {
			t.Errorf("%d characters: %v", len(key), err)
		}
	}
}

func TestScopesDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, a := range []cinnabar.Actor{
		{Kind: cinnabar.Member, Person: "p"},
		{Kind: cinnabar.Member, Person: "q"},
		{Kind: cinnabar.APIKey, Key: "p"},
		{Kind: cinnabar.Link, Key: "l", Case: "c"},
		{Kind: cinnabar.Link, Person: "p", Key: "l", Case: "c"},
	} {
		if seen[idempotency.Scope(a)] {
			t.Errorf("%+v shares its keys with another", a)
		}
		seen[idempotency.Scope(a)] = true
	}
}
