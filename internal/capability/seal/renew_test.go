package seal_test

import (
	"strings"
	"testing"
	"time"

	"cinnabar/internal/capability/seal"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
)

// A seal whose certificate has ended seals nothing. Its holders are told before, twice, and renew it by their password.
// Proves PLT-10, PLT-11.
func TestCertificateEndsAndIsRenewed_PLT10_PLT11(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		ctx := t.Context()
		day := 24 * time.Hour
		b.ca.ends = b.clock.Now().Add(61 * day).Truncate(time.Second)
		id := b.company()
		told := func(want int) {
			t.Helper()
			for range 2 { // once each time
				b.must(b.Remind(ctx))
			}
			if len(b.told.uses) != want || want > 0 && !strings.Contains(b.told.uses[want-1], string(agent.Person)) {
				t.Errorf("told %q, want %d", b.told.uses, want)
			}
		}
		told(0)
		b.clock.Advance(2 * day)
		told(1)
		b.clock.Advance(46 * day)
		told(2)
		b.must(b.unlock(id, agent.Person, agentPassword, "contract"))
		b.clock.Advance(14 * day)
		b.wants(b.unlock(id, agent.Person, agentPassword, "contract"), errs.Conflict, "seal-expired")
		b.wants(b.CheckPassword(ctx, id, agent.Person, agentPassword), errs.Conflict, "seal-expired")
		if v, _ := b.Get(ctx, b.db, id); v.Usable(b.clock.Now()) {
			t.Error("a seal with an ended certificate is shown as usable")
		}
		b.ca.ends = time.Time{}
		b.wants(b.Renew(ctx, id, boss.Person, agentPassword), errs.NotFound, "not-holder")
		b.wants(b.Renew(ctx, id, agent.Person, "wrong password"), errs.Unauthorized, "")
		b.must(b.Renew(ctx, id, agent.Person, agentPassword))
		b.must(b.unlock(id, agent.Person, agentPassword, "contract"))
		v, err := b.Get(ctx, b.db, id)
		b.must(err)
		if v.KeyVersion != 2 || !v.Usable(b.clock.Now()) || len(b.ca.revoked) != 1 || b.events(id, seal.EventRenewed) != 1 {
			t.Errorf("renewed: %+v, %d revoked", v, len(b.ca.revoked))
		}
		told(2)
	})
}

// Who left the organisation has no seal of it any more, whatever password they have; its key goes to somebody else only.
// Proves PLT-2, PLT-11.
func TestWhoLeftHoldsNoSeal_PLT2_PLT11(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	ctx := t.Context()
	id := b.company()
	b.must(b.unlock(id, agent.Person, agentPassword, "contract"))
	b.left[agent.Person] = true
	b.Left("org_a", agent.Person)
	_, err := b.Take(purpose("contract"), id)
	b.wants(err, errs.Conflict, "seals-not-open")
	b.wants(b.unlock(id, agent.Person, agentPassword, "contract"), errs.NotFound, "not-holder")
	b.wants(b.ChangePassword(ctx, id, agent.Person, agentPassword, "another password"), errs.NotFound, "not-holder")
	held, err := b.Held(ctx, b.DB, agent.Person)
	b.must(err)
	v, err := b.Get(ctx, b.db, id)
	b.must(err)
	if mine, err := b.Mine(ctx, v, agent.Person); err != nil || mine || len(held) > 0 {
		t.Errorf("still theirs: %v %v %v", mine, held, err)
	}
	at := func(err error) {
		t.Helper()
		if f := errs.As(err).Fields; len(f) != 1 || f[0].Pointer != "/holder" {
			t.Errorf("%v at %v", err, f)
		}
	}
	at(b.Reissue(ctx, admin, id, "", "left"))
	_, err = b.ApplyReplacement(ctx, admin, id, seal.Replacement{Reason: "left"})
	at(err)
	b.must(b.Reissue(ctx, admin, id, boss.Person, "left"))
	b.wants(b.Activate(ctx, id, agent.Person, agentPassword), errs.NotFound, "not-holder")
	b.must(b.Activate(ctx, id, boss.Person, bossPassword))
	b.must(b.unlock(id, boss.Person, bossPassword, "contract"))
}
