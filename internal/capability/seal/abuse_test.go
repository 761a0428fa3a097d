package seal_test

import (
	"sync"
	"testing"
	"time"

	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
)

// A1: the first password unlocks the one, the second the other; one password in both fields opens one at
// most, and nothing can be taken before both are open.
// Proves GAS-8.
func TestBothPasswordsOrNoSeal_A1_GAS8(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		company, rep := b.company(), b.legalRep()
		b.must(b.unlock(company, agent.Person, agentPassword, "contract"))
		b.wants(b.unlock(rep, boss.Person, agentPassword, "contract"), errs.Unauthorized, "wrong-password")
		b.wants(b.unlock(rep, agent.Person, agentPassword, "contract"), errs.NotFound, "not-holder")
		_, err := b.Take(purpose("contract"), company, rep)
		b.wants(err, errs.Conflict, "seals-not-open")
		b.wants(b.unlock(company, agent.Person, bossPassword, "contract"), errs.Unauthorized, "wrong-password")
		_, err = b.Take(purpose("contract"), company, company)
		b.wants(err, errs.Conflict, "seals-not-open")

		// Control: both, from two sessions, in either order.
		b.must(b.unlock(rep, boss.Person, bossPassword, "contract"))
		if got := b.Opened(purpose("contract"), company, rep); len(got) != 2 {
			t.Fatalf("open: %+v", got)
		}
		u, err := b.Take(purpose("contract"), company, rep)
		b.must(err)
		for _, one := range u {
			b.must(b.use(one, purpose("contract").Digests[0]))
		}
		if b.events(company, seal.EventUsed) != 1 || b.events(rep, seal.EventUsed) != 1 {
			t.Error("a use is missing on a seal's log")
		}
		_, err = b.Take(purpose("contract"), company, rep)
		b.wants(err, errs.Conflict, "seals-not-open")
	})
}

// A person who holds two seals cannot give them one password.
// Proves GAS-8.
func TestOnePasswordNeverOpensTwoSeals_A1_GAS8(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		company := b.company()
		second := b.apply(seal.Application{Org: "org_a", Kind: seal.Name, Text: "样例人", Owner: agent.Person})
		b.must(b.Approve(t.Context(), admin, second, ""))
		err := b.Activate(t.Context(), second, agent.Person, agentPassword)
		if e := errs.As(err); len(e.Fields) != 1 || e.Fields[0].Code != "duplicate" {
			t.Fatalf("got %v", err)
		}
		// The comparison counts as a try, so that it is no way to guess.
		if v, _ := b.Get(t.Context(), b.db, company); v.Tries != 1 {
			t.Errorf("%d tries", v.Tries)
		}
		b.must(b.Activate(t.Context(), second, agent.Person, "another password"))
		if v, _ := b.Get(t.Context(), b.db, company); v.Tries != 1 {
			t.Errorf("%d tries after a password that was accepted", v.Tries)
		}
		// Changing a password can be repeated at will: there each comparison counts, up to the lock.
		for i, next := range []string{"yet another one", "and another one", "one more of them", "the last of these", "beyond the limit"} {
			now := []string{"another password", "yet another one", "and another one", "one more of them", "the last of these"}[i]
			err = b.ChangePassword(t.Context(), second, agent.Person, now, next)
		}
		b.wants(err, errs.Locked, "seal-locked")
	})
}

// A4: fifty wrong passwords at once: five are evaluated, then the seal is locked, also for the right one
// and for another process; the lock ends by the rule and grows.
// Proves GAS-8.
func TestFiveWrongPasswordsLock_A4_GAS8(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		id := b.company()
		for range 4 {
			b.wants(b.unlock(id, agent.Person, "no", "contract"), errs.Unauthorized, "wrong-password")
		}
		b.must(b.unlock(id, agent.Person, agentPassword, "contract")) // control: four, then the right one

		before := b.events(id, seal.EventWrong)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if err := b.unlock(id, agent.Person, "no", "contract"); err == nil {
					t.Error("opened")
				}
			})
		}
		wg.Wait()
		if n := b.events(id, seal.EventWrong) - before; n < 1 || n > 5 {
			t.Errorf("%d wrong passwords were evaluated", n)
		}
		b.wants(b.unlock(id, agent.Person, agentPassword, "contract"), errs.Locked, "seal-locked")
		_, err := b.process(pepper(1)).Unlock(t.Context(), id, agent.Person, agentPassword, purpose("contract"))
		b.wants(err, errs.Locked, "seal-locked")
		if len(b.told.locked) != 1 || b.told.locked[0] != agent.Person {
			t.Errorf("told: %v", b.told.locked)
		}

		b.clock.Advance(30 * time.Minute)
		for range 5 {
			_ = b.unlock(id, agent.Person, "no", "contract")
		}
		b.clock.Advance(59 * time.Minute)
		b.wants(b.unlock(id, agent.Person, agentPassword, "contract"), errs.Locked, "")
		b.clock.Advance(time.Minute)
		b.must(b.unlock(id, agent.Person, agentPassword, "contract"))
		if v, _ := b.Get(t.Context(), b.db, id); v.Tries != 0 || !v.Usable(b.clock.Now()) {
			t.Errorf("after the right password: %+v", v)
		}
	})
}

// An attacker with the database, the disk and an administrator's account, but not the pepper or the
// memory of the process, does not open a seal even with the right password.
// Proves PLT-11.
func TestDatabaseAloneOpensNothing_PLT11(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		id := b.company()
		thief := b.process(pepper(2))
		_, err := thief.Unlock(t.Context(), id, agent.Person, agentPassword, purpose("contract"))
		if err == nil {
			t.Fatal("opened without the pepper")
		}
		// Neither does an administrator get in as one who holds nothing, nor take what another process opened.
		_, err = b.Unlock(t.Context(), id, admin.Person, agentPassword, purpose("contract"))
		b.wants(err, errs.NotFound, "not-holder")
		b.must(b.unlock(id, agent.Person, agentPassword, "contract"))
		_, err = b.process(pepper(1)).Take(purpose("contract"), id)
		b.wants(err, errs.Conflict, "seals-not-open")
	})
}

// A14: what an administrator can reset is not the seal: the old key ends, its certificate is revoked, the
// holder is told and makes a new one. The holder's own change keeps the key.
// Proves PLT-11.
func TestResetDoesNotOpenTheSeal_A14_PLT11(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		id := b.company()
		was, err := b.Certificate(t.Context(), id)
		b.must(err)
		b.must(b.ChangePassword(t.Context(), id, agent.Person, agentPassword, "a fresh password"))
		b.wants(b.unlock(id, agent.Person, agentPassword, "contract"), errs.Unauthorized, "")
		b.must(b.unlock(id, agent.Person, "a fresh password", "contract"))
		if now, _ := b.Certificate(t.Context(), id); !now[0].Equal(was[0]) {
			t.Error("a change of password changed the key")
		}

		b.must(b.Reissue(t.Context(), admin, id, "", "password forgotten"))
		if len(b.told.reissued) != 1 || len(b.ca.revoked) != 1 || b.ca.revoked[0].Cmp(was[0].SerialNumber) != 0 {
			t.Errorf("told %v, revoked %v", b.told.reissued, b.ca.revoked)
		}
		_, err = b.Take(purpose("contract"), id)
		b.wants(err, errs.Conflict, "seals-not-open") // what was open is closed
		b.wants(b.Activate(t.Context(), id, admin.Person, "administrator"), errs.NotFound, "not-holder")
		if err := b.unlock(id, agent.Person, "a fresh password", "contract"); err == nil {
			t.Fatal("the old password still opens")
		}
		b.must(b.Activate(t.Context(), id, agent.Person, "third password"))
		if now, _ := b.Certificate(t.Context(), id); now[0].Equal(was[0]) {
			t.Error("the key is the old one")
		}
		b.must(b.unlock(id, agent.Person, "third password", "contract"))
	})
}

// A15: rows copied between seals do not open; the error names the row and no try is counted.
// Proves PLT-11.
func TestCopiedRowsDoNotOpen_A15_PLT11(t *testing.T) {
	t.Parallel()
	swaps := map[string]string{
		"wrapped key":       `UPDATE seal_holder SET wrapped = (SELECT wrapped FROM seal_holder WHERE seal_id = $1) WHERE seal_id = $2`,
		"whole wrap":        `UPDATE seal_holder SET (salt, cost, wrapped, mac) = (SELECT salt, cost, wrapped, mac FROM seal_holder WHERE seal_id = $1) WHERE seal_id = $2`,
		"ciphertext":        `UPDATE seal_key SET sealed = (SELECT sealed FROM seal_key WHERE seal_id = $1) WHERE seal_id = $2`,
		"whole key":         `UPDATE seal_key SET (sealed, chain, mac) = (SELECT sealed, chain, mac FROM seal_key WHERE seal_id = $1) WHERE seal_id = $2`,
		"other certificate": `UPDATE seal_key SET chain = (SELECT chain FROM seal_key WHERE seal_id = $1) WHERE seal_id = $2`,
	}
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		mine, theirs := b.company(), b.legalRep()
		b.exec(swaps["ciphertext"], string(theirs), string(theirs)) // control: its own value
		b.must(b.unlock(theirs, boss.Person, bossPassword, "contract"))
		for name, swap := range swaps {
			putBack := b.save(theirs)
			b.exec(swap, string(mine), string(theirs))
			_, err := b.Unlock(t.Context(), theirs, boss.Person, bossPassword, purpose("contract"))
			e := errs.As(err)
			row, _ := e.Params["row"].(string)
			if e.Code != "seal-row-altered" || len(row) < len(theirs) || row[:len(theirs)] != string(theirs) {
				t.Errorf("%s: got %v (%v)", name, err, e.Params)
			}
			putBack()
		}
		if v, _ := b.Get(t.Context(), b.db, theirs); v.Tries != 0 {
			t.Errorf("%d tries counted", v.Tries)
		}
		b.must(b.unlock(theirs, boss.Person, bossPassword, "contract"))
	})
}

// save keeps a seal's secret rows and returns what puts them back.
func (b *bench) save(id cinnabar.SealID) func() {
	b.t.Helper()
	var chain, sealed, keyMAC, salt, wrapped, mac []byte
	var cost string
	b.must(b.db.QueryRow(b.t.Context(), `SELECT k.chain, k.sealed, k.mac, h.salt, h.cost, h.wrapped, h.mac
		FROM seal_key k JOIN seal_holder h ON h.seal_id = k.seal_id WHERE k.seal_id = $1`, string(id)).
		Scan(&chain, &sealed, &keyMAC, &salt, &cost, &wrapped, &mac))
	return func() {
		b.t.Helper()
		b.exec(`UPDATE seal_key SET chain = $2, sealed = $3, mac = $4 WHERE seal_id = $1`, string(id), chain, sealed, keyMAC)
		b.exec(`UPDATE seal_holder SET salt = $2, cost = $3, wrapped = $4, mac = $5 WHERE seal_id = $1`, string(id), salt, cost, wrapped, mac)
	}
}
