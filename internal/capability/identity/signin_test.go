package identity_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/platform/audit"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Proves PLT-1.
func TestSignInByPassword_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		for _, login := range []string{"wang", "WANG ", mobile} {
			if a := w.actor(w.signIn(login)); a.Person != p.ID || a.Name != "王小明" || a.Session == "" {
				w.Errorf("%s: %+v", login, a)
			}
		}
		_, err := w.SignInPassword(w.Context(), "wang", "wrong password", laptop)
		w.wants("wrong password", err, "wrong-credentials")
		_, unknown := w.SignInPassword(w.Context(), "nobody", password, laptop)
		if unknown == nil || unknown.Error() != err.Error() {
			w.Errorf("an unknown account answers differently: %v", unknown)
		}
		_, err = w.SignInPassword(w.Context(), "", "", laptop)
		w.wants("nothing", err, "wrong-credentials")
		w.wants("no token", w.stands(""), "signed-out")
	})
}

// Five wrong passwords lock, also under parallel tries, for known and unknown accounts alike; the lock ends
// and grows; the holder is told.
// Proves PLT-1.
func TestWrongPasswordsLock_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		for _, login := range []string{"wang", "nobody"} {
			var wg sync.WaitGroup
			var mu sync.Mutex
			judged := 0
			for range 12 {
				wg.Go(func() {
					_, err := w.SignInPassword(w.Context(), login, "wrong password", laptop)
					mu.Lock()
					defer mu.Unlock()
					if errors.Is(err, errs.Unauthorized) {
						judged++
					} else if !errors.Is(err, errs.Locked) {
						w.Error(err)
					}
				})
			}
			wg.Wait()
			if judged != 5 {
				w.Errorf("%s: %d tries were judged", login, judged)
			}
		}
		if !w.out.told(p.ID, "sign-in-locked") {
			w.Error("the holder was not told")
		}
		_, err := w.SignInPassword(w.Context(), "wang", password, laptop)
		w.wants("right password, locked", err, "locked")
		w.clock.Advance(31 * time.Minute)
		for range 5 {
			_, err = w.SignInPassword(w.Context(), "wang", "wrong password", laptop)
			w.wants("after the lock", err, "wrong-credentials")
		}
		w.clock.Advance(31 * time.Minute)
		_, err = w.SignInPassword(w.Context(), "wang", password, laptop)
		w.wants("the second lock lasts longer", err, "locked")
		w.clock.Advance(30 * time.Minute)
		w.signIn("wang")
	})
}

func TestFourWrongThenRight(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		w.person("wang", mobile)
		for range 3 {
			for range 4 {
				_, err := w.SignInPassword(w.Context(), "wang", "wrong password", laptop)
				w.wants("wrong", err, "wrong-credentials")
			}
			w.signIn("wang")
		}
	})
}

func TestSignInByCodeOnce_A20(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		code := w.code(mobile, "sign-in")
		w.wants("other purpose", w.UseCode(w.Context(), mobile, "confirm:case_1", code), "wrong-code")
		w.wants("other number", w.UseCode(w.Context(), "13900139000", "sign-in", code), "wrong-code")
		in, err := w.SignInCode(w.Context(), mobile, code, laptop)
		w.must(err)
		if a := w.actor(in); a.Person != p.ID || in.Session.Level != identity.SMS {
			w.Errorf("%+v", in)
		}
		_, err = w.SignInCode(w.Context(), mobile, code, laptop)
		w.wants("used", err, "wrong-code")

		w.wants("asked at once again", w.SendCode(w.Context(), mobile, "sign-in", "zh", laptop), "too-many-codes")
		w.clock.Advance(time.Minute + time.Second)
		code = w.code(mobile, "sign-in")
		w.clock.Advance(5 * time.Minute)
		w.wants("expired", w.UseCode(w.Context(), mobile, "sign-in", code), "wrong-code")

		code = w.code("13900139000", "sign-in")
		_, err = w.SignInCode(w.Context(), "13900139000", code, laptop)
		w.wants("no account", err, "not-registered")
	})
}

func TestFiveGuessesAtACode_A20(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		code := w.code(mobile, "x")
		wrong := "000000"
		if code == wrong {
			wrong = "000001"
		}
		for range 5 {
			w.wants("guess", w.UseCode(w.Context(), mobile, "x", wrong), "wrong-code")
		}
		w.wants("right, but the sixth", w.UseCode(w.Context(), mobile, "x", code), "wrong-code")
	})
}

func TestCodeIsUsedOnceInParallel_A20(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		code := w.code(mobile, "x")
		var wg sync.WaitGroup
		var mu sync.Mutex
		used := 0
		for range 5 {
			wg.Go(func() {
				if w.UseCode(w.Context(), mobile, "x", code) == nil {
					mu.Lock()
					defer mu.Unlock()
					used++
				}
			})
		}
		wg.Wait()
		if used != 1 {
			w.Errorf("used %d times", used)
		}
	})
}

// A checked code is used up only with what it was for: one that failed leaves it good, a second use is refused, and
// every check counts as a guess.
func TestCheckedCodeIsSpentInTheTransactionOfItsUse_A20(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("signer", mobile)
		code := w.code(mobile, "x")
		check := func() (string, error) { return w.CheckCodeOf(w.Context(), p.ID, "x", code) }
		spend := func(id string, then error) error {
			return w.db.InTx(w.Context(), func(tx db.Tx) error { return errors.Join(w.SpendCode(w.Context(), tx, id), then) })
		}
		failed := errors.New("what it was for failed")
		for range 2 {
			id, err := check()
			if err != nil {
				w.Fatal(err)
			}
			if err := spend(id, failed); !errors.Is(err, failed) {
				w.Fatal(err)
			}
		}
		first, err := check()
		second, again := check()
		if err = errors.Join(err, again, spend(first, nil)); err != nil {
			w.Fatal(err)
		}
		if err := spend(second, nil); !errors.Is(err, errs.Stale) {
			w.Errorf("a code was used twice: %v", err)
		}
		_, err = check()
		w.wants("after its use", err, "wrong-code")

		w.clock.Advance(2 * time.Minute)
		code = w.code(mobile, "x")
		for range 5 {
			if _, err := check(); err != nil {
				w.Fatal(err)
			}
		}
		_, err = check()
		w.wants("the sixth check", err, "wrong-code")
	})
}

func TestCodesPerNumberAreLimited(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		for range 20 {
			w.code(mobile, "x")
			w.clock.Advance(61 * time.Second)
		}
		w.wants("21st in a day", w.SendCode(w.Context(), mobile, "x", "zh", laptop), "too-many-codes")
		w.clock.Advance(24 * time.Hour)
		w.code(mobile, "x")
	})
}

func TestCodesPerAddressAreLimited(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		for i := range 60 {
			w.must(w.SendCode(w.Context(), fmt.Sprintf("138%08d", i), "x", "zh", laptop))
		}
		w.wants("61st in an hour", w.SendCode(w.Context(), mobile, "x", "zh", laptop), "too-many-codes")
		w.must(w.SendCode(w.Context(), mobile, "x", "zh", identity.Client{Address: "192.0.2.2"}))
		from := func(address string) error {
			w.clock.Advance(2 * time.Minute)
			return w.SendCode(w.Context(), mobile, "z", "zh", identity.Client{Address: address})
		}
		for i := range 10 { // one subscriber has all addresses of a network
			w.must(from(fmt.Sprintf("2001:db8:1:2:%x::1", i)))
		}
		var asked int
		w.must(w.db.QueryRow(w.Context(), `SELECT COUNT(*) FROM sms_code WHERE asker = '2001:db8:1:2::/64'`).Scan(&asked))
		if asked != 10 {
			w.Errorf("%d of 10 codes are counted for the network", asked)
		}
		p, err := w.CreatePerson(w.Context(), root, identity.NewPerson{Name: "林经办", Mobile: mobile})
		w.must(err)
		w.must(w.SendCodeTo(w.Context(), p.ID, "y")) // whoever is signed in is counted alone
	})
}

// Proves PLT-1.
func TestRegister_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		n := identity.NewPerson{Name: "李四", Mobile: mobile, Password: password, Email: "Li@Example.com"}
		_, err := w.Register(w.Context(), n, "000000", laptop)
		w.wants("no code", err, "wrong-code")
		weak := n
		weak.Password = "1234567890"
		_, err = w.Register(w.Context(), weak, w.code(mobile, "sign-in"), laptop)
		w.wants("weak password", err, "invalid-input")
		in, err := w.Register(w.Context(), n, w.out.lastCode(), laptop)
		w.must(err)
		p, err := w.Person(w.Context(), w.db, w.actor(in).Person)
		w.must(err)
		if p.Mobile.Reveal() != mobile || p.Email.Reveal() != "li@example.com" || !p.HasPassword || p.Language != "zh" {
			w.Errorf("%+v", p)
		}
		_, err = w.CreatePerson(w.Context(), root, n)
		w.wants("again", err, "taken")
		w.signIn("li@example.com")
	})
}

// Nothing personal or secret stands readable in the database file.
// Proves PLT-3.
func TestNothingReadableAtRest_PLT3(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, err := db.Open(t.Context(), filepath.Join(dir, "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, d)
	_, err = w.CreatePerson(w.Context(), root, identity.NewPerson{
		Name: "王小明", Login: "visible-login", Mobile: mobile, Email: "canary@example.com", Password: password,
	})
	w.must(err)
	in := w.signIn("visible-login")
	code := w.code(mobile, "sign-in")
	w.must(d.Close())
	var all []byte
	for _, f := range []string{"test.db", "test.db-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, f))
		if err == nil {
			all = append(all, b...)
		}
	}
	if !bytes.Contains(all, []byte("visible-login")) {
		t.Fatal("control: the login was not found")
	}
	for name, s := range map[string]string{"mobile": mobile, "mail": "canary@example.com", "password": password, "token": in.Token, "code": `"` + code + `"`} {
		if bytes.Contains(all, []byte(s)) {
			t.Errorf("%s stands in clear", name)
		}
	}
}

// An administrator's reset gives no way in: no password opens the account until its holder sets one.
func TestResetGivesNoAccess_A14(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		in := w.signIn("wang")
		w.must(w.ResetPassword(w.Context(), root, p.ID))
		w.wants("old session", w.stands(in.Token), "signed-out")
		for _, try := range []string{password, ""} {
			_, err := w.SignInPassword(w.Context(), "wang", try, laptop)
			w.wants("by password", err, "wrong-credentials")
		}
		if !w.out.told(p.ID, "password-reset") {
			w.Error("the holder was not told")
		}
		in, err := w.SignInCode(w.Context(), mobile, w.code(mobile, "sign-in"), laptop)
		w.must(err)
		w.must(w.ChangePassword(w.Context(), w.actor(in), "", "another-8-Ginkgo"))
		_, err = w.SignInPassword(w.Context(), "wang", "another-8-Ginkgo", laptop)
		w.must(err)
	})
}

func TestChangePasswordEndsOtherSessions(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		here, there := w.signIn("wang"), w.signIn("wang")
		w.wants("wrong current", w.ChangePassword(w.Context(), w.actor(here), "wrong password", "another-8-Ginkgo"), "wrong-password")
		w.wants("weak", w.ChangePassword(w.Context(), w.actor(here), password, "password123"), "invalid-input")
		w.must(w.ChangePassword(w.Context(), w.actor(here), password, "another-8-Ginkgo"))
		w.wants("here", w.stands(here.Token), "")
		w.wants("there", w.stands(there.Token), "signed-out")
		if !w.out.told(p.ID, "password-changed") {
			w.Error("the holder was not told")
		}
		w.must(w.SetPassword(w.Context(), root, p.ID, password))
		w.wants("here, after a reset", w.stands(here.Token), "signed-out")
		w.signIn("wang")
	})
}

func TestDisabledAccountIsShut(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		in := w.signIn("wang")
		w.must(w.Disable(w.Context(), root, p.ID))
		w.wants("session", w.stands(in.Token), "signed-out")
		_, err := w.SignInPassword(w.Context(), "wang", password, laptop)
		w.wants("password", err, "wrong-credentials")
		_, err = w.SignInCode(w.Context(), mobile, w.code(mobile, "sign-in"), laptop)
		w.wants("code", err, "not-registered")
		w.must(w.Enable(w.Context(), root, p.ID))
		w.signIn("wang")
		entries, err := audit.Of(w.Context(), w.db, string(p.ID), 10)
		w.must(err)
		var seen []string
		for _, e := range entries {
			seen = append(seen, e.Action)
		}
		slices.Sort(seen) // all at the same time
		want := []string{"account-disabled", "account-enabled", "person.create", "session.begin", "session.begin", "sign-in.refused"}
		if !slices.Equal(seen, want) {
			w.Errorf("audit: %v", seen)
		}
	})
}
