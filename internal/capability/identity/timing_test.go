package identity_test

import (
	"runtime"
	"testing"

	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// Whether an account exists shows neither in the words nor in the work of a refused sign-in: each takes the password
// through the same derivation, which is nearly all of the time and the memory of it. It runs alone, since it measures
// memory; times differ by what else the machine does.
// Proves PLT-1.
func TestUnknownAccountsCostTheSame_A5_PLT1(t *testing.T) {
	w := worldAt(t, dbtest.SQLite(t), secret.SignInCost())
	w.person("wang", mobile)
	closed := w.person("gone", "13800000077")
	w.must(w.Disable(w.Context(), root, closed.ID))
	cost := func(login string) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := w.SignInPassword(w.Context(), login, "a wrong password 9", laptop)
		runtime.ReadMemStats(&after)
		if e := errs.As(err); e.Code != "wrong-credentials" || e.Detail != "the account or the password is wrong" || len(e.Params) > 0 {
			w.Errorf("%s: %v", login, err)
		}
		return (after.TotalAlloc - before.TotalAlloc) >> 20
	}
	known := cost("wang")
	if known < 19 {
		w.Fatalf("a wrong password takes %d MiB: nothing was derived", known) // control
	}
	for what, login := range map[string]string{"unknown": "nobody", "closed": "gone", "unknown number": "13800000078", "unknown address": "nobody@example.org"} {
		if got := cost(login); got < known-2 || got > known+2 {
			w.Errorf("an account that is %s takes %d MiB, a known one %d", what, got, known)
		}
	}
}
