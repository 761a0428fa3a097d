package identity_test

import (
	"slices"
	"testing"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
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

		w.wants("a role that customers do not give", w.Invite(w.Context(), by, o.ID, other.ID, []string{"reviewer"}), "invalid-input")
		w.must(w.Invite(w.Context(), by, o.ID, other.ID, []string{"agent"}))
		if !w.out.told(other.ID, "member-invited") {
			w.Error("nobody told the person")
		}
		if _, err := w.RolesIn(w.Context(), w.db, o.ID, other.ID); err == nil {
			w.Error("a member before saying yes")
		}
		w.wants("somebody else's invitation", w.Accept(w.Context(), cinnabar.Actor{Kind: cinnabar.Member, Person: boss.ID}, o.ID), "not-found")
		w.must(w.DropInvitation(w.Context(), asked, o.ID, other.ID))
		w.wants("declined", w.Accept(w.Context(), asked, o.ID), "not-found")

		w.must(w.Invite(w.Context(), by, o.ID, other.ID, []string{"agent", "legal-rep"}))
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
		w.wants("a member", w.Invite(w.Context(), by, o.ID, other.ID, []string{"agent"}), "member-already")
		if left, err := w.Invited(w.Context(), o.ID); err != nil || len(left) != 0 {
			w.Errorf("left: %v %v", left, err)
		}
	})
}
