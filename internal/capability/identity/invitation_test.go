package identity_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// Nobody is made a member without saying yes: it would keep a reviewer out of the organisation's cases.
// Proves PLT-1.
func TestNobodyIsAMemberBeforeAccepting_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		boss, other := w.person("boss", ""), w.person("other", "")
		o := w.org("示例", uscc, identity.Customer, boss.ID)
		by := cinnabar.Actor{Kind: cinnabar.Member, Person: boss.ID, Org: o.ID}
		asked := cinnabar.Actor{Kind: cinnabar.Member, Person: other.ID}
		invite := func(roles ...string) error {
			_, err := w.Invite(w.Context(), by, o.ID, identity.Invitee{Name: other.Name, Login: "other"}, roles)
			return err
		}

		unlike := func(name, login string) string { // of login and name nobody learns which one is wrong
			_, err := w.Invite(w.Context(), by, o.ID, identity.Invitee{Name: name, Login: login}, []string{"agent"})
			return fmt.Sprint(errs.As(err).Fields)
		}
		if known, unknown := unlike("别人", "other"), unlike("别人", "nobody"); known != unknown || !strings.Contains(known, "no-such-account") {
			w.Errorf("a login that exists is told: %s, %s", known, unknown)
		}
		w.wants("a role that customers do not give", invite("reviewer"), "invalid-input")
		w.must(invite("agent"))
		if !w.out.told(other.ID, "invited by 示例") {
			w.Error("nobody told the person")
		}
		if _, err := w.RolesIn(w.Context(), w.db, o.ID, other.ID); err == nil {
			w.Error("a member before saying yes")
		}
		w.wants("somebody else's invitation", w.Accept(w.Context(), cinnabar.Actor{Kind: cinnabar.Member, Person: boss.ID}, o.ID), "not-found")
		w.must(w.DropInvitation(w.Context(), asked, o.ID, other.ID))
		w.wants("declined", w.Accept(w.Context(), asked, o.ID), "not-found")

		w.must(invite("agent", "legal-rep"))
		list, err := w.InvitationsFor(w.Context(), other.ID)
		w.must(err)
		if len(list) != 1 || list[0].Org.ID != o.ID {
			w.Errorf("invitations: %+v", list)
		}
		w.must(w.Accept(w.Context(), asked, o.ID))
		roles, err := w.RolesIn(w.Context(), w.db, o.ID, other.ID)
		w.must(err)
		if !slices.Equal(roles, []string{"agent", "legal-rep"}) {
			w.Errorf("roles %v", roles)
		}
		w.wants("a member", invite("agent"), "member-already")
		if left, err := w.Invited(w.Context(), o.ID); err != nil || len(left) != 0 {
			w.Errorf("left: %v %v", left, err)
		}
	})
}

// Nobody's telephone is flooded by invitations, nobody learns by them whether a number has an account, and the account
// that one made goes to whoever holds the number.
// Proves PLT-1.
func TestInvitationsDisturbNobody_PLT1(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		boss, known := w.person("boss", ""), w.person("known", "13900139000")
		o := w.org("示例", uscc, identity.Customer, boss.ID)
		by := cinnabar.Actor{Kind: cinnabar.Member, Person: boss.ID, Org: o.ID}
		invite := func(name, mobile string) (identity.Invitation, error) {
			return w.Invite(w.Context(), by, o.ID, identity.Invitee{Name: name, Mobile: mobile}, []string{"agent"})
		}
		i, err := invite("错名", "13900139000")
		w.must(err)
		if i.Name != "错名" || i.Person != known.ID {
			w.Errorf("a number with an account answers otherwise: %+v", i)
		}
		w.wants("under another name", w.Accept(w.Context(), cinnabar.Actor{Kind: cinnabar.Member, Person: known.ID}, o.ID), "invited-by-another-name")

		waiting, err := invite("老板取的名", mobile)
		w.must(err)
		for range 3 {
			_, err = invite("老板取的名", mobile)
			w.must(err)
			w.must(w.DropInvitation(w.Context(), by, o.ID, waiting.Person))
		}
		if n := w.out.count(string(waiting.Person) + " invited by 示例"); n != 1 {
			w.Errorf("%d notices in a day", n)
		}
		w.clock.Advance(25 * time.Hour)
		_, err = invite("老板取的名", mobile)
		w.must(err)
		if n := w.out.count(string(waiting.Person) + " invited by 示例"); n != 2 {
			w.Errorf("%d notices in two days", n)
		}

		code := w.code(mobile, "sign-in")
		own, err := w.Register(w.Context(), identity.NewPerson{Name: "本人", Mobile: mobile, Password: password}, code, laptop)
		w.must(err)
		p, err := w.Person(w.Context(), w.db, own.Session.Person)
		w.must(err)
		if p.ID != waiting.Person || p.Name != "本人" || !p.HasPassword {
			w.Errorf("the invited account: %+v", p)
		}
		w.clock.Advance(2 * time.Minute)
		code = w.code(mobile, "sign-in")
		_, err = w.Register(w.Context(), identity.NewPerson{Name: "别人", Mobile: mobile, Password: password}, code, laptop)
		w.wants("a second time", err, "taken")
		_, err = w.SignInCode(w.Context(), mobile, code, laptop)
		w.must(err)

		waiting, err = invite("另一位", "13900139007")
		w.must(err)
		w.must(w.SendMobileCode(w.Context(), cinnabar.Actor{Kind: cinnabar.Member, Person: known.ID}, "13900139007"))
		w.must(w.ChangeMobile(w.Context(), cinnabar.Actor{Kind: cinnabar.Member, Person: known.ID}, identity.NewMobile{Mobile: "13900139007", Code: w.out.lastCode(), Current: password}))
		if gone, err := w.Person(w.Context(), w.db, waiting.Person); err != nil || !gone.Disabled {
			w.Errorf("the account nobody claimed: %+v %v", gone, err)
		}
		for n := range 60 {
			if _, err = invite("很多人", fmt.Sprintf("137%08d", n)); err != nil {
				break
			}
		}
		w.wants("many in a day", err, "too-many-invitations")
	})
}
