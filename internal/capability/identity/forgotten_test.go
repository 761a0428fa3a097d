package identity_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/platform/audit"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

const nextPassword = "another-8-Ginkgo"

func (w world) forgotten(mobile, code, totp string) error {
	return w.ReplaceForgotten(w.Context(), identity.Forgotten{Mobile: mobile, Code: code, TOTP: totp, Password: nextPassword}, laptop)
}

// wantsAt checks an error's code and the entry that it names.
func (w world) wantsAt(what string, err error, code, pointer string) {
	w.Helper()
	w.wants(what, err, code)
	if err != nil && (len(errs.As(err).Fields) != 1 || errs.As(err).Fields[0].Pointer != pointer) {
		w.Errorf("%s: %v, want it at %s", what, err, pointer)
	}
}

// Whoever holds the account's number sets a new password; what stood before ends, and the holder is told.
// Proves PLT-1.
func TestForgottenPasswordIsReplaced_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		here := w.signIn("wang")
		w.wantsAt("a code for signing in", w.forgotten(mobile, w.code(mobile, "sign-in"), ""), "wrong-code", "/code")
		code := w.code(mobile, identity.PurposeForgotten)
		_, err := w.SignInCode(w.Context(), mobile, code, laptop)
		w.wants("it signs nobody in", err, "wrong-code")
		for _, weak := range []string{"short", "1234567890", mobile + "x", "wang-wang-wang"} {
			err := w.ReplaceForgotten(w.Context(), identity.Forgotten{Mobile: mobile, Code: code, Password: weak}, laptop)
			w.wantsAt(weak, err, "invalid-input", "/password")
		}
		w.must(w.forgotten(mobile, code, ""))
		w.wants("session", w.stands(here.Token), "signed-out")
		_, err = w.SignInPassword(w.Context(), "wang", password, laptop)
		w.wants("the former password", err, "wrong-credentials")
		_, err = w.SignInPassword(w.Context(), "wang", nextPassword, laptop)
		w.must(err)
		w.wantsAt("the code is used up", w.forgotten(mobile, code, ""), "wrong-code", "/code")
		if !w.out.told(p.ID, "password-forgotten") {
			w.Error("the holder was not told")
		}
		entries, err := audit.Of(w.Context(), w.db, string(p.ID), 50)
		w.must(err)
		for _, e := range entries {
			if e.Action == "password-forgotten" && e.Actor.Person == p.ID && e.Actor.Address == laptop.Address {
				return
			}
		}
		w.Error("the account's log does not tell")
	})
}

// A second factor is asked for, too, and a missing one leaves the code good.
// Proves PLT-1.
func TestForgottenPasswordWantsTheSecondFactor_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		w.person("wang", mobile)
		a := w.actor(w.signIn("wang"))
		e, err := w.EnrolTOTP(w.Context(), a)
		w.must(err)
		now := func() string {
			w.clock.Advance(30 * time.Second)
			c, err := totp.GenerateCode(e.Secret, w.clock.Now())
			w.must(err)
			return c
		}
		_, err = w.ConfirmTOTP(w.Context(), a, now())
		w.must(err)
		w.wantsAt("without either", w.forgotten(mobile, "000000", ""), "wrong-code", "/code")
		code := w.code(mobile, identity.PurposeForgotten)
		w.wants("without", w.forgotten(mobile, code, ""), "totp-required")
		w.wantsAt("wrong", w.forgotten(mobile, code, "12345x"), "wrong-code", "/totp")
		_, err = w.SignInPassword(w.Context(), "wang", nextPassword, laptop)
		w.wants("nothing was set", err, "wrong-credentials")
		w.must(w.forgotten(mobile, code, now()))
		in, err := w.SignInPassword(w.Context(), "wang", nextPassword, laptop)
		w.must(err)
		if !in.Pending {
			w.Error("the second factor is gone")
		}
	})
}

// Five wrong codes lock, whether there is an account or not, and new codes do not open the lock.
// Proves PLT-1.
func TestGuessingForgottenCodesLocks_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		closed := w.person("gone", "13800000077")
		w.must(w.Disable(w.Context(), root, closed.ID))
		for _, number := range []string{mobile, "13800000077"} {
			code := w.code(number, identity.PurposeForgotten)
			for range 5 {
				w.wantsAt("guess", w.forgotten(number, "12345x", ""), "wrong-code", "/code")
			}
			w.wants("right, locked", w.forgotten(number, code, ""), "locked")
		}
		if !w.out.told(p.ID, "password-forgotten-locked") || w.out.told(closed.ID, "password-forgotten-locked") {
			w.Errorf("told: %v", w.out.notices)
		}
		w.signIn("wang") // is another matter
		w.clock.Advance(31 * time.Minute)
		w.must(w.forgotten(mobile, w.code(mobile, identity.PurposeForgotten), ""))
		for _, number := range []string{"13800000077", "13900139000"} {
			w.wants("proven, and no account", w.forgotten(number, w.code(number, identity.PurposeForgotten), ""), "not-registered")
		}
	})
}

// Whether an account exists shows neither in the words nor in the work of a refused try, like at sign-in. It runs
// alone, since it measures memory.
// Proves PLT-1.
func TestForgottenOfUnknownAccountsCostsTheSame_A5_PLT1(t *testing.T) {
	w := worldAt(t, dbtest.SQLite(t), secret.SignInCost())
	w.person("wang", mobile)
	cost := func(number string) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := w.forgotten(number, "12345x", "")
		runtime.ReadMemStats(&after)
		w.wantsAt(number, err, "wrong-code", "/code")
		return (after.TotalAlloc - before.TotalAlloc) >> 20
	}
	known, unknown := cost(mobile), cost("13800000078")
	if known < 19 {
		w.Fatalf("a wrong code takes %d MiB: nothing was derived", known) // control
	}
	if unknown < known-2 || unknown > known+2 {
		w.Errorf("a number without an account takes %d MiB, one with %d", unknown, known)
	}
}
