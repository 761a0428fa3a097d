package identity_test

import (
	"slices"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/audit"
	"cinnabar/internal/platform/db"
)

const newMobile = "13900139000"

// arrives has a code sent to the number to be.
func (w world) arrives(a cinnabar.Actor, mobile string) string {
	w.Helper()
	w.must(w.SendMobileCode(w.Context(), a, mobile))
	return w.out.lastCode()
}

func (w world) moves(a cinnabar.Actor, code, current string) error {
	return w.ChangeMobile(w.Context(), a, identity.NewMobile{Mobile: newMobile, Code: code, Current: current})
}

// Proves PLT-1, PLT-3.
func TestMobileNumberIsChanged_PLT1_PLT3(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		here, there := w.signIn("wang"), w.signIn("wang")
		a := w.actor(here)
		w.wantsAt("malformed", w.SendMobileCode(w.Context(), a, "12345"), "invalid-input", "/mobile")
		w.wantsAt("the same", w.SendMobileCode(w.Context(), a, mobile), "invalid-input", "/mobile")
		code := w.arrives(a, newMobile)
		w.wantsAt("wrong code", w.moves(a, "12345x", password), "wrong-code", "/code")
		w.wantsAt("wrong password", w.moves(a, code, "wrong password"), "wrong-password", "/current")
		w.wantsAt("another number", w.ChangeMobile(w.Context(), a, identity.NewMobile{Mobile: "13900139001", Code: code, Current: password}), "wrong-code", "/code")
		w.must(w.moves(a, code, password))
		w.wantsAt("again", w.moves(a, code, password), "invalid-input", "/mobile")

		after, err := w.Person(w.Context(), w.db, p.ID)
		w.must(err)
		if after.Mobile.Reveal() != newMobile {
			w.Errorf("%+v", after)
		}
		w.wants("here", w.stands(here.Token), "")
		w.wants("there", w.stands(there.Token), "signed-out")
		w.signIn(newMobile)
		_, err = w.SignInCode(w.Context(), mobile, w.code(mobile, "sign-in"), laptop)
		w.wants("by the old number", err, "not-registered")
		if !w.out.told(p.ID, "mobile-changed") || !w.out.told(cinnabar.PersonID(mobile), "mobile-left") {
			w.Errorf("told: %v", w.out.notices)
		}
		if len(w.cases.moves) != 1 || w.cases.moves[0][0] == w.cases.moves[0][1] {
			w.Errorf("cases: %v", w.cases.moves)
		}
		entries, err := audit.Of(w.Context(), w.db, string(p.ID), 50)
		w.must(err)
		if !slices.ContainsFunc(entries, func(e audit.Entry) bool { return e.Action == "mobile-changed" && e.Detail["cases"] == 2.0 }) {
			w.Errorf("audit: %v", entries)
		}
		w.person("li", mobile) // the number is free
	})
}

// A number that somebody else has is refused only to who holds it, and says nothing about whose it is.
// Proves PLT-3.
func TestTakenMobileNumber_PLT3(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		w.person("wang", mobile)
		w.person("li", newMobile)
		a := w.actor(w.signIn("wang"))
		code := w.arrives(a, newMobile)
		w.wantsAt("without the code", w.moves(a, "12345x", password), "wrong-code", "/code")
		w.wants("with it", w.moves(a, code, password), "mobile-taken")
		w.signIn(mobile)
		w.signIn(newMobile)
		if len(w.cases.moves) > 0 || w.out.told(a.Person, "mobile-changed") {
			w.Error("something happened")
		}
	})
}

// A code for one person's change serves nobody else's.
// Proves PLT-1.
func TestChangeOfMobileIsGuarded_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		w.person("wang", mobile)
		w.person("li", "13700137000")
		a, b := w.actor(w.signIn("wang")), w.actor(w.signIn("li"))
		code := w.arrives(a, newMobile)
		w.wantsAt("another's code", w.moves(b, code, password), "wrong-code", "/code")
		w.must(w.moves(a, code, password)) // control
	})
}

// Without a password the second factor counts, and without either the code that comes to the present number.
// Proves PLT-1.
func TestChangeOfMobileWithoutPassword_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		w.must(w.ResetPassword(w.Context(), root, p.ID))
		in, err := w.SignInCode(w.Context(), mobile, w.code(mobile, "sign-in"), laptop)
		w.must(err)
		a := w.actor(in)
		code := w.arrives(a, newMobile)
		w.wantsAt("nothing", w.moves(a, code, ""), "wrong-code", "/current")
		w.must(w.SendMobileCode(w.Context(), a, ""))
		old := w.out.lastCode()
		w.must(w.moves(a, code, old))

		e, err := w.EnrolTOTP(w.Context(), a)
		w.must(err)
		now := func() string {
			w.clock.Advance(61 * time.Second)
			c, err := totp.GenerateCode(e.Secret, w.clock.Now())
			w.must(err)
			return c
		}
		_, err = w.ConfirmTOTP(w.Context(), a, now())
		w.must(err)
		code = w.arrives(a, mobile)
		back := identity.NewMobile{Mobile: mobile, Code: code, Current: old}
		w.wantsAt("a code instead", w.ChangeMobile(w.Context(), a, back), "wrong-code", "/current")
		back.Current = now()
		w.must(w.ChangeMobile(w.Context(), a, back))
	})
}

// Whoever signed in by face alone sets no first password.
// Proves PLT-1.
func TestFaceSetsNoFirstPassword_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		w.must(w.ResetPassword(w.Context(), root, p.ID))
		in, err := w.SignInCode(w.Context(), mobile, w.code(mobile, "sign-in"), laptop)
		w.must(err)
		a := w.actor(in)
		level := func(level identity.Level) {
			w.must(w.db.InTx(w.Context(), func(tx db.Tx) error {
				_, err := tx.Exec(w.Context(), `UPDATE session SET level = $2 WHERE id = $1`, a.Session, string(level))
				return err
			}))
		}
		level(identity.Face)
		w.wants("by face", w.ChangePassword(w.Context(), a, "", nextPassword), "sign-in-again")
		level(identity.SMS)
		w.must(w.ChangePassword(w.Context(), a, "", nextPassword)) // control
	})
}
