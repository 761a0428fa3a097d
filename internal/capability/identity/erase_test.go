package identity_test

import (
	"context"
	"testing"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/platform/db/dbtest"
)

// Proves PLT-3.
func TestEraseLeavesNothingOfThePerson_PLT3(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		p, q := w.person("wang", mobile), w.person("li", "13900139000")
		in, other := w.signIn("wang"), w.signIn("li")
		o := w.org("示例", uscc, identity.Customer, p.ID)
		w.wants("the only administrator", w.Erase(w.Context(), root, p.ID), "last-admin")
		w.must(w.PutMember(w.Context(), root, o.ID, q.ID, []string{identity.Admin}))
		w.must(w.Erase(w.Context(), root, p.ID))
		if members, err := w.Members(w.Context(), w.db, o.ID); err != nil || len(members) != 1 {
			w.Errorf("members: %v %v", members, err)
		}
		w.wants("session", w.stands(in.Token), "signed-out")
		_, err := w.SignInPassword(w.Context(), "wang", password, laptop)
		w.wants("sign-in", err, "wrong-credentials")
		_, err = w.PersonBy(w.Context(), mobile)
		w.wants("by number", err, "not-found")
		gone, err := w.Person(w.Context(), w.db, p.ID)
		w.must(err)
		if gone.Name == p.Name || gone.Mobile != "" || gone.Email != "" || !gone.Disabled {
			w.Errorf("%+v", gone)
		}
		w.person("wang", mobile) // login and number are free again
		kept, err := w.Person(w.Context(), w.db, q.ID)
		w.must(err)
		if w.wants("somebody else", w.stands(other.Token), ""); kept.Mobile == "" {
			w.Error("somebody else's data are gone")
		}
	})
}

func BenchmarkAuthenticate(b *testing.B) {
	d := dbtest.SQLite(b)
	w := newWorld(b, d)
	ctx := context.Background()
	p, err := w.CreatePerson(ctx, root, identity.NewPerson{Name: "王小明", Login: "wang", Password: password})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := w.CreateOrg(ctx, root, identity.Org{Name: "甲公司", USCC: uscc, Kind: identity.Customer}, p.ID); err != nil {
		b.Fatal(err)
	}
	in, err := w.SignInPassword(ctx, "wang", password, laptop)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := w.Authenticate(ctx, in.Token, laptop); err != nil {
			b.Fatal(err)
		}
	}
}
