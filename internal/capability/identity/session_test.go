package identity_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/audit"
	"cinnabar/internal/platform/db"
)

// Proves PLT-1.
func TestSessionSlidesAndEnds_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		w.person("wang", mobile)
		idle, busy := w.signIn("wang"), w.signIn("wang")
		for range 35 {
			w.clock.Advance(19 * time.Minute)
			w.wants("in use", w.stands(busy.Token), "")
		}
		w.wants("idle", w.stands(idle.Token), "signed-out")
		list, err := w.Sessions(w.Context(), w.actor(busy).Person)
		w.must(err)
		if len(list) != 1 || list[0].ID != busy.Session.ID {
			w.Errorf("%+v", list)
		}
		for range 4 {
			w.clock.Advance(19 * time.Minute)
			_ = w.stands(busy.Token)
		}
		w.wants("after twelve hours", w.stands(busy.Token), "signed-out")
	})
}

func TestSweepDeletesWhatIsLongOver(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		w.person("wang", mobile)
		w.signIn("wang")
		w.code(mobile, "x")
		_, err := w.SignInPassword(w.Context(), "wang", "wrong password", laptop)
		w.wants("wrong", err, "wrong-credentials")
		rows := func() (n int64) {
			w.must(w.db.QueryRow(w.Context(), `SELECT (SELECT COUNT(*) FROM session) + (SELECT COUNT(*) FROM sms_code) +
				(SELECT COUNT(*) FROM sign_in_attempt)`).Scan(&n))
			return n
		}
		before := rows()
		w.must(w.Sweep(w.Context()))
		if rows() != before {
			w.Error("what still counts was deleted")
		}
		w.clock.Advance(32 * 24 * time.Hour)
		w.must(w.Sweep(w.Context()))
		if rows() != 0 {
			w.Errorf("%d of %d rows left", rows(), before)
		}
	})
}

// Proves PLT-1.
func TestEndSession_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		w.person("wang", mobile)
		w.person("li", "13900139000")
		a, b, other := w.signIn("wang"), w.signIn("wang"), w.signIn("li")
		w.wants("somebody else's", w.EndSession(w.Context(), w.actor(other), a.Session.ID), "not-found")
		w.must(w.EndSession(w.Context(), w.actor(a), b.Session.ID))
		w.wants("ended", w.stands(b.Token), "signed-out")
		w.must(w.EndSession(w.Context(), w.actor(a), a.Session.ID))
		w.wants("signed out", w.stands(a.Token), "signed-out")
		w.wants("other", w.stands(other.Token), "")
	})
}

// Proves PLT-1.
func TestActsForExactlyOneOrganisation_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p, q := w.person("wang", mobile), w.person("li", "13900139000")
		one := w.org("甲公司", uscc, identity.Customer, p.ID, "agent")
		in := w.signIn("wang")
		if a := w.actor(in); a.Org != one.ID || !slices.Equal(a.Roles, []string{"admin", "agent"}) {
			w.Errorf("of one organisation: %+v", a)
		}
		two := w.org("乙公司", "91350100M000100Y44", identity.Operator, q.ID)
		w.must(w.PutMember(w.Context(), root, two.ID, p.ID, []string{"reviewer"}))
		in = w.signIn("wang")
		if a := w.actor(in); a.Org != "" || a.Roles != nil {
			w.Errorf("of two: %+v", a)
		}
		w.must(w.ActFor(w.Context(), w.actor(in), two.ID))
		if a := w.actor(in); a.Org != two.ID || !a.HasRole("reviewer") || a.HasRole("agent") {
			w.Errorf("acting for the second: %+v", a)
		}
		w.wants("a stranger", w.ActFor(w.Context(), w.actor(w.signIn("li")), one.ID), "not-found")
		orgs, err := w.OrgsOf(w.Context(), w.db, p.ID)
		w.must(err)
		if len(orgs) != 2 {
			w.Errorf("%+v", orgs)
		}
	})
}

// Who is no longer a member can do nothing from the next request on, and their links are dead.
func TestRemovedMemberIsOut_A13(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p, q := w.person("wang", mobile), w.person("li", "13900139000")
		o := w.org("甲公司", uscc, identity.Customer, p.ID)
		w.must(w.PutMember(w.Context(), root, o.ID, q.ID, []string{"agent"}))
		in := w.signIn("li")
		li := w.actor(in)
		w.must(w.db.InTx(w.Context(), func(tx db.Tx) error {
			_, err := w.SendLink(w.Context(), tx, li, identity.LinkSpec{Case: "case_1", Role: "legal-rep", Mobile: mobile, Life: time.Hour})
			return err
		}))
		w.must(w.PutMember(w.Context(), root, o.ID, q.ID, []string{"legal-rep"}))
		if a := w.actor(in); a.HasRole("agent") || !a.HasRole("legal-rep") {
			w.Errorf("new roles do not count at once: %v", a.Roles)
		}
		w.must(w.RemoveMember(w.Context(), root, o.ID, q.ID))
		w.wants("session", w.stands(in.Token), "signed-out")
		_, err := w.UseLink(w.Context(), w.out.tokens[0], laptop)
		w.wants("link", err, "link-over")
		w.wants("last admin", w.RemoveMember(w.Context(), root, o.ID, p.ID), "last-admin")
		w.wants("last admin's role", w.PutMember(w.Context(), root, o.ID, p.ID, []string{"agent"}), "last-admin")
		w.wants("foreign role", w.PutMember(w.Context(), root, o.ID, p.ID, []string{"admin", "sealer"}), "invalid-input")
		_, err = w.CreateOrg(w.Context(), root, identity.Org{Name: "丙", USCC: uscc, Kind: identity.Customer}, "")
		w.wants("credit code twice", err, "uscc-taken")
	})
}

// Proves PLT-1.
func TestSecondFactor_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		o := w.org("燃气公司", uscc, identity.Operator, p.ID, "sealer")
		w.must(w.RequireSecondFactor(w.Context(), root, o.ID, []string{"sealer"}))
		in := w.signIn("wang")
		s, a, err := w.Authenticate(w.Context(), in.Token, laptop)
		w.must(err)
		if a.HasRole("sealer") || !a.HasRole("admin") || !s.NeedsSecondFactor || !in.Session.NeedsSecondFactor {
			w.Errorf("without a second factor: %v %+v", a.Roles, s)
		}
		e, err := w.EnrolTOTP(w.Context(), a)
		w.must(err)
		if !strings.HasPrefix(e.URI, "otpauth://totp/") {
			w.Error(e.URI)
		}
		code := func() string {
			c, err := totp.GenerateCode(e.Secret, w.clock.Now())
			w.must(err)
			return c
		}
		_, err = w.ConfirmTOTP(w.Context(), a, "abc")
		w.wants("wrong first code", err, "wrong-code")
		_, err = w.ConfirmTOTP(w.Context(), a, code())
		w.must(err)
		if a = w.actor(in); !a.HasRole("sealer") {
			w.Error("the confirming session does not count")
		}
		w.wants("replayed", w.UseTOTP(w.Context(), p.ID, code()), "wrong-code")
		w.clock.Advance(time.Minute)

		in = w.signIn("wang")
		if !in.Pending {
			w.Fatal("no second factor was asked for")
		}
		w.wants("pending", w.stands(in.Token), "signed-out")
		_, err = w.FinishTOTP(w.Context(), in.Token, "000", laptop)
		w.wants("wrong", err, "wrong-code")
		done, err := w.FinishTOTP(w.Context(), in.Token, code(), laptop)
		w.must(err)
		if a := w.actor(done); !a.HasRole("sealer") || done.Session.Level != identity.TOTP {
			w.Errorf("%+v", a)
		}
		w.clock.Advance(time.Minute)
		_, err = w.FinishTOTP(w.Context(), in.Token, code(), laptop)
		w.wants("pending used twice", err, "signed-out")
		_, err = w.EnrolTOTP(w.Context(), a)
		w.wants("enrol over it", err, "totp-on")
		w.must(w.StopTOTP(w.Context(), w.actor(done), code()))
		if w.signIn("wang").Pending {
			w.Error("still asked for")
		}
		w.wants("drop what is not there", w.DropTOTP(w.Context(), root, p.ID), "totp-off")
	})
}

// A recovery code replaces the authenticator once, and its owner is told; it signs nothing, guesses are counted, and
// renewed ones take the place of all before.
//
// Proves PLT-1.
func TestRecoveryCodes_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		in := w.signIn("wang")
		e, err := w.EnrolTOTP(w.Context(), w.actor(in))
		w.must(err)
		app := func() string {
			w.clock.Advance(time.Minute)
			c, err := totp.GenerateCode(e.Secret, w.clock.Now())
			w.must(err)
			return c
		}
		left := func(want int) {
			w.Helper()
			if n, err := w.RecoveryLeft(w.Context(), p.ID); err != nil || n != want {
				w.Errorf("%d codes left, want %d: %v", n, want, err)
			}
		}
		codes, err := w.ConfirmTOTP(w.Context(), w.actor(in), app())
		w.must(err)
		left(10)
		enter := func(code string) (identity.SignIn, error) {
			w.clock.Advance(time.Minute)
			return w.FinishTOTP(w.Context(), w.signIn("wang").Token, code, laptop)
		}
		w.wants("to sign", w.UseTOTP(w.Context(), p.ID, codes[0]), "wrong-code")
		left(10)
		in, err = enter(strings.ToLower(strings.ReplaceAll(codes[0], "-", " ")))
		w.must(err)
		if in.Session.Level != identity.TOTP || !w.out.told(p.ID, "recovery-used") {
			w.Errorf("in at %v, told %v", in.Session.Level, w.out.notices)
		}
		_, err = enter(codes[0])
		w.wants("used twice", err, "wrong-code")
		left(9)
		_, err = w.RenewRecovery(w.Context(), w.actor(in), codes[1])
		w.wants("renewed without the authenticator", err, "wrong-code")
		renewed, err := w.RenewRecovery(w.Context(), w.actor(in), app())
		w.must(err)
		_, err = enter(codes[1])
		w.wants("of before", err, "wrong-code")
		w.must(w.StopTOTP(w.Context(), w.actor(in), renewed[9]))
		left(0)
		entries, err := audit.Of(w.Context(), w.db, string(p.ID), 50)
		w.must(err)
		for _, want := range []string{"recovery-used", "recovery.renew"} {
			if !slices.ContainsFunc(entries, func(e audit.Entry) bool { return e.Action == want }) {
				w.Errorf("no audit entry %s", want)
			}
		}
	})
}

// Who has lost the authenticator gets in again by an administrator of the machine, and the old sessions end.
// Proves PLT-1.
func TestLostAuthenticator_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		in := w.signIn("wang")
		e, err := w.EnrolTOTP(w.Context(), w.actor(in))
		w.must(err)
		c, err := totp.GenerateCode(e.Secret, w.clock.Now())
		w.must(err)
		_, err = w.ConfirmTOTP(w.Context(), w.actor(in), c)
		w.must(err)
		w.must(w.DropTOTP(w.Context(), root, p.ID))
		w.wants("the old session", w.stands(in.Token), "signed-out")
		if w.signIn("wang").Pending {
			w.Error("still asked for")
		}
		if n := w.out.notices; len(n) == 0 || n[len(n)-1] != string(p.ID)+" totp-off" {
			w.Errorf("told: %v", n)
		}
	})
}

func TestGuessesAtTOTPLock(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		e, err := w.EnrolTOTP(w.Context(), w.actor(w.signIn("wang")))
		w.must(err)
		for range 5 {
			w.wants("guess", w.UseTOTP(w.Context(), p.ID, "x"), "wrong-code")
		}
		c, err := totp.GenerateCode(e.Secret, w.clock.Now())
		w.must(err)
		w.wants("right, locked", w.UseTOTP(w.Context(), p.ID, c), "locked")
	})
}

// Proves PLT-1.
func TestAPIKey_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		o := w.org("甲公司", uscc, identity.Customer, p.ID)
		by := w.actor(w.signIn("wang"))
		_, _, err := w.CreateKey(w.Context(), by, "ERP", []string{"admin"})
		w.wants("an administrating key", err, "invalid-input")
		k, token, err := w.CreateKey(w.Context(), by, "ERP", []string{"agent"})
		w.must(err)
		_, a, err := w.Authenticate(w.Context(), token, laptop)
		w.must(err)
		if a.Kind != cinnabar.APIKey || a.Org != o.ID || !a.HasRole("agent") || a.Key != k.ID || a.Person != "" {
			w.Errorf("%+v", a)
		}
		stranger := by
		stranger.Org = "org_other"
		w.wants("somebody else's", w.RevokeKey(w.Context(), stranger, k.ID), "not-found")
		first := w.clock.Now()
		seen := func(want time.Time) {
			w.Helper()
			list, err := w.Keys(w.Context(), o.ID)
			w.must(err)
			if len(list) != 1 || !list[0].SeenAt.Equal(want) {
				w.Errorf("%+v, used last %v", list, want)
			}
		}
		seen(first)
		for range 2 {
			w.clock.Advance(40 * time.Minute)
			w.wants("in use", w.stands(token), "")
		}
		seen(first.Add(80 * time.Minute)) // not of every use
		w.must(w.RevokeKey(w.Context(), by, k.ID))
		w.wants("revoked", w.stands(token), "signed-out")
	})
}

// The sender gets an id, the holder the token; it works once, for its case and role only.
// Proves PLT-21.
func TestOneTimeLink_PLT21_A20(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		rep := w.person("rep", mobile)
		w.person("agent", "13900139000")
		by := w.actor(w.signIn("agent"))
		send := func() (id string) {
			w.must(w.db.InTx(w.Context(), func(tx db.Tx) (err error) {
				id, err = w.SendLink(w.Context(), tx, by, identity.LinkSpec{
					Case: "case_1", Role: "legal-rep", Purpose: "unlock-legal-rep-seal", Person: rep.ID, Life: 24 * time.Hour,
				})
				return err
			}))
			return id
		}
		id := send()
		_, err := w.UseLink(w.Context(), id, laptop)
		w.wants("the sender's id", err, "link-over")
		in, err := w.UseLink(w.Context(), w.out.tokens[0], laptop)
		w.must(err)
		a := w.actor(in)
		if a.Kind != cinnabar.Link || a.Case != "case_1" || a.Role != "legal-rep" || a.Person != rep.ID || a.Org != "" || a.Key != id {
			w.Errorf("%+v", a)
		}
		_, err = w.UseLink(w.Context(), w.out.tokens[0], laptop)
		w.wants("used", err, "link-over")
		w.wants("act for an organisation", w.ActFor(w.Context(), a, ""), "not-found")

		send()
		w.clock.Advance(25 * time.Hour)
		_, err = w.UseLink(w.Context(), w.out.tokens[1], laptop)
		w.wants("expired", err, "link-over")

		send()
		in, err = w.UseLink(w.Context(), w.out.tokens[2], laptop)
		w.must(err)
		w.must(w.db.InTx(w.Context(), func(tx db.Tx) error { return w.EndLinks(w.Context(), tx, by, "case_1", "legal-rep") }))
		w.wants("withdrawn", w.stands(in.Token), "signed-out")
	})
}

// A consent is to a wording that the program keeps; a new version asks anew, and an old one is not taken any more.
//
// Proves PLT-3.
func TestConsentIsRecordedAndWithdrawn_PLT3(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p := w.person("wang", mobile)
		by := w.actor(w.signIn("wang"))
		has := func() bool {
			ok, err := w.HasConsent(w.Context(), w.db, p.ID, "face")
			w.must(err)
			return ok
		}
		give := func(text string) error {
			return w.GiveConsent(w.Context(), by, "face", cinnabar.DigestOf([]byte(text)))
		}
		w.reword("face.1.zh.txt", "一", "face.1.en.txt", "one")
		w.wants("none yet", w.WithdrawConsent(w.Context(), by, "face"), "not-found")
		w.wants("no wording", give("another"), "consent-changed")
		w.must(give("一"))
		w.must(give("一"))
		w.clock.Advance(time.Minute)
		w.must(give("one"))
		if !has() {
			w.Error("given, yet not standing")
		}
		w.reword("face.1.zh.txt", "一", "face.1.en.txt", "one", "face.2.zh.txt", "二", "face.2.en.txt", "two")
		w.wants("of before", give("one"), "consent-changed")
		if has() {
			w.Error("a consent to another version covers the new one")
		}
		w.clock.Advance(time.Minute)
		w.must(give("二"))
		if !has() {
			w.Error("given anew, yet not standing")
		}
		w.must(w.WithdrawConsent(w.Context(), by, "face"))
		if has() {
			w.Error("withdrawn, yet standing")
		}
		all, err := w.Consents(w.Context(), p.ID)
		w.must(err)
		if len(all) != 3 || all[0].Version != 2 || all[1].Version != 1 || all[2].Text != cinnabar.DigestOf([]byte("一")) || all[2].WithdrawnAt.IsZero() {
			w.Errorf("%+v", all)
		}
	})
}

func TestWordingsOfConsentsAreWhole_PLT3(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		for name, files := range map[string][]string{
			"one language": {"face.1.zh.txt", "一"}, "no text": {"face.1.zh.txt", " ", "face.1.en.txt", "one"},
			"no version": {"face.zh.txt", "一"}, "twice": {"face.1.zh.txt", "一", "face.1.en.txt", "one", "face.2.zh.txt", "一", "face.2.en.txt", "two"},
		} {
			if _, err := w.with(files...); err == nil {
				w.Errorf("%s: taken", name)
			}
		}
	})
}

func TestChangePerson(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		w.person("wang", mobile)
		by := w.actor(w.signIn("wang"))
		name, mail, bad := "王大明", "w@example.com", "nonsense"
		p, err := w.ChangePerson(w.Context(), by, identity.Change{Name: &name, Email: &mail})
		w.must(err)
		if p.Name != name || p.Email.Reveal() != mail || p.Mobile.Reveal() != mobile {
			w.Errorf("%+v", p)
		}
		_, err = w.ChangePerson(w.Context(), by, identity.Change{Email: &bad})
		w.wants("bad mail", err, "invalid-input")
		list, err := w.Persons(w.Context(), "", 10)
		w.must(err)
		if len(list) != 1 {
			w.Errorf("%+v", list)
		}
		found, err := w.PersonBy(w.Context(), "w@example.com")
		w.must(err)
		if found.ID != by.Person {
			w.Error(found.ID)
		}
	})
}
