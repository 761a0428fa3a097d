package seal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
)

// A seal's life, each step with who and why; what the state does not allow is refused.
// Proves PLT-11.
func TestLifeOfASeal_PLT11(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		ctx := t.Context()
		id := b.apply(seal.Application{Org: "org_a", Kind: seal.Contract, Text: "示例餐饮有限公司", Holder: agent.Person, Reason: "new"})
		b.wants(b.Activate(ctx, id, agent.Person, agentPassword), errs.Conflict, "seal-state")
		b.wants(b.Approve(ctx, agent, id, "mine"), errs.Forbidden, "four-eyes")
		b.must(b.Approve(ctx, admin, id, "licence seen"))
		b.must(b.Activate(ctx, id, agent.Person, agentPassword))
		b.wants(b.Suspend(ctx, admin, id, " "), errs.Invalid, "")
		b.must(b.unlock(id, agent.Person, agentPassword, "contract"))
		b.must(b.Suspend(ctx, admin, id, "stock-taking"))
		_, err := b.Take(purpose("contract"), id)
		b.wants(err, errs.Conflict, "seals-not-open")
		b.wants(b.unlock(id, agent.Person, agentPassword, "contract"), errs.Conflict, "seal-state")
		b.must(b.Resume(ctx, admin, id, "done"))
		b.must(b.unlock(id, agent.Person, agentPassword, "contract"))
		b.must(b.Revoke(ctx, admin, id, "company closed"))
		b.wants(b.Resume(ctx, admin, id, "again"), errs.Conflict, "seal-state")
		if len(b.ca.revoked) != 1 {
			t.Error("the certificate was not revoked")
		}
		for _, kind := range []seal.State{seal.Applied, seal.Approved, seal.Suspended, seal.Revoked} {
			if b.events(id, string(kind)) != 1 {
				t.Errorf("%s is not on the log", kind)
			}
		}
	})
}

// Proves PLT-11.
func TestReplacedSealStaysUntilItsSuccessorIsReady_PLT11(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		old := b.company()
		next, err := b.ApplyReplacement(t.Context(), agent, old, seal.Replacement{Reason: "worn"})
		b.must(err)
		b.must(b.Approve(t.Context(), admin, next.ID, ""))
		b.must(b.unlock(old, agent.Person, agentPassword, "contract"))
		b.must(b.Activate(t.Context(), next.ID, agent.Person, "the next password"))
		if v, _ := b.Get(t.Context(), b.db, old); v.State != seal.Replaced {
			t.Errorf("the old seal is %s", v.State)
		}
		log, err := b.Log(t.Context(), old, seal.LogPage{Limit: 1})
		b.must(err)
		if end := log[0]; end.Kind != string(seal.Replaced) || end.Person != agent.Person || end.Reason != "worn" {
			t.Errorf("the old seal ended with %+v", end)
		}
		// A second seal of the same kind without replacing the first is refused.
		again := b.apply(seal.Application{Org: "org_a", Kind: seal.Contract, Text: "示例餐饮有限公司", Holder: boss.Person})
		b.must(b.Approve(t.Context(), admin, again, ""))
		b.wants(b.Activate(t.Context(), again, boss.Person, bossPassword), errs.Conflict, "seal-exists")
	})
}

// An open key serves its documents only, each once, and for minutes only.
// Proves PLT-11.
func TestUnlockedForTheseDocumentsOnly_PLT11(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	id := b.company()
	b.must(b.unlock(id, agent.Person, agentPassword, "contract"))
	_, err := b.Take(purpose("another"), id)
	b.wants(err, errs.Conflict, "seals-not-open")
	u, err := b.Take(purpose("contract"), id)
	b.must(err)
	_, err = u[0].For(purpose("another").Digests[0])
	b.wants(err, errs.Conflict, "not-unlocked-for-this")
	b.must(b.use(u[0], purpose("contract").Digests[0]))
	b.wants(b.use(u[0], purpose("contract").Digests[0]), errs.Conflict, "not-unlocked-for-this")
	u[0].Close()

	b.must(b.unlock(id, agent.Person, agentPassword, "contract"))
	b.clock.Advance(5 * time.Minute)
	_, err = b.Take(purpose("contract"), id)
	b.wants(err, errs.Conflict, "seals-not-open")
}

// What was suspended between signing and publishing is not published.
// Proves PLT-11.
func TestSuspendedMeanwhileIsNotPublished_PLT11(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	id := b.company()
	b.must(b.unlock(id, agent.Person, agentPassword, "contract"))
	u, err := b.Take(purpose("contract"), id)
	b.must(err)
	b.must(b.Suspend(t.Context(), admin, id, "stop"))
	b.wants(b.use(u[0], purpose("contract").Digests[0]), errs.Conflict, "seal-state")
	if b.events(id, seal.EventUsed) != 0 {
		t.Error("a use was recorded")
	}
}

// A holder passes the seal on; each has their own password; a grant ends by number, template and time.
// Proves PLT-24.
func TestGrantedSeal_PLT24(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		ctx, id := t.Context(), b.company()
		clerk := cinnabar.PersonID("person_clerk")
		b.wants(b.Accept(ctx, id, clerk, "clerk's password"), errs.NotFound, "no-offer")
		limit := &seal.Limit{Template: "quotation", Uses: 2, Until: b.clock.Now().Add(24 * time.Hour)}
		_, err := b.Offer(ctx, id, agent.Person, "wrong", clerk, limit)
		b.wants(err, errs.Unauthorized, "")
		if b.Offered(id, clerk) || len(b.told.offered) != 0 {
			t.Error("a wrong password offers the seal")
		}
		_, err = b.Offer(ctx, id, agent.Person, agentPassword, clerk, limit)
		b.must(err)
		if !b.Offered(id, clerk) || b.Offered(id, boss.Person) || !slices.Equal(b.told.offered, []cinnabar.PersonID{clerk}) {
			t.Errorf("offered to %v", b.told.offered)
		}
		b.must(b.Accept(ctx, id, clerk, "clerk's password"))
		if b.Offered(id, clerk) {
			t.Error("what was accepted is still offered")
		}
		b.wants(b.Accept(ctx, id, clerk, "clerk's password"), errs.NotFound, "no-offer") // used

		quote := func(n int) seal.Purpose {
			p := purpose(fmt.Sprint("quotation", n))
			p.Template = []string{"quotation", "quotation/A", "quotation"}[n] // a kind is a part of the whole
			return p
		}
		for _, other := range []string{"", "quotations", "quotations/A", "quot"} {
			p := purpose("contract")
			p.Template = other
			_, err = b.Unlock(ctx, id, clerk, "clerk's password", p)
			b.wants(err, errs.Conflict, "no-grant")
		}
		_, err = b.Offer(ctx, id, clerk, "clerk's password", boss.Person, nil)
		b.wants(err, errs.Forbidden, "not-full-holder")
		for n := range 2 {
			_, err = b.Unlock(ctx, id, clerk, "clerk's password", quote(n))
			b.must(err)
		}
		_, err = b.Unlock(ctx, id, clerk, "clerk's password", quote(2)) // unlocked, but not used yet
		b.must(err)
		for n := range 3 {
			u, err := b.Take(quote(n), id)
			b.must(err)
			err = b.use(u[0], quote(n).Digests[0])
			if n < 2 {
				b.must(err)
			} else {
				b.wants(err, errs.Conflict, "no-grant")
			}
		}
		if g, err := b.Grants(ctx, id); err != nil || len(g) != 1 || g[0].UsesLeft != 0 {
			t.Fatalf("%+v, %v", g, err)
		}

		b.must(b.unlock(id, agent.Person, agentPassword, "contract")) // the full holder is not limited
		mine, err := b.Take(purpose("contract"), id)
		b.must(err)
		was, sealed := purpose("contract").Digests[0], purpose("contract, sealed by others").Digests[0]
		_, err = mine[0].For(sealed)
		b.wants(err, errs.Conflict, "not-unlocked-for-this")
		mine[0].Admit(purpose("other").Digests[0], sealed) // not one of the purpose
		_, err = mine[0].For(sealed)
		b.wants(err, errs.Conflict, "not-unlocked-for-this")
		mine[0].Admit(was, sealed)
		_, err = mine[0].For(sealed)
		b.must(err)
		b.must(b.RemoveHolder(ctx, agent, id, clerk, "left"))
		_, err = b.Unlock(ctx, id, clerk, "clerk's password", quote(1))
		b.wants(err, errs.NotFound, "not-holder")
		b.wants(b.RemoveHolder(ctx, agent, id, agent.Person, "left"), errs.Conflict, "last-holder")
	})
}

// Bulk: one password for a batch of documents; each is used once and stands on the log.
// Proves PLT-24.
func TestBulkSealing_PLT24(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		id := b.company()
		batch := seal.Purpose{Batch: "batch_1", Template: "quotation"}
		for n := range 20 {
			batch.Digests = append(batch.Digests, cinnabar.DigestOf(fmt.Append(nil, n)))
		}
		_, err := b.Unlock(t.Context(), id, agent.Person, agentPassword, batch)
		b.must(err)
		u, err := b.Take(batch, id)
		b.must(err)
		for _, d := range batch.Digests {
			b.must(b.use(u[0], d))
		}
		if n := b.events(id, seal.EventUsed); n != 20 {
			t.Errorf("%d uses on the log", n)
		}
	})
}

// 用印审批: without approval by somebody else the password alone opens nothing; one approval, one use.
// Proves PLT-24.
func TestUseNeedsApproval_PLT24(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		ctx := t.Context()
		id := b.apply(seal.Application{Org: "org_a", Kind: seal.Official, Text: "示例餐饮有限公司", Holder: agent.Person, NeedsApproval: true})
		b.must(b.Approve(ctx, admin, id, ""))
		b.must(b.Activate(ctx, id, agent.Person, agentPassword))
		b.wants(b.unlock(id, agent.Person, agentPassword, "contract"), errs.Conflict, "use-not-approved")
		ask, err := b.AskApproval(ctx, id, agent.Person, purpose("contract"), "annual contract")
		b.must(err)
		b.wants(b.unlock(id, agent.Person, agentPassword, "contract"), errs.Conflict, "use-not-approved")
		b.wants(b.DecideApproval(ctx, agent, ask, true, ""), errs.Forbidden, "four-eyes")
		b.must(b.DecideApproval(ctx, boss, ask, true, ""))
		b.wants(b.DecideApproval(ctx, boss, ask, false, "changed my mind"), errs.Conflict, "decided")
		b.wants(b.unlock(id, agent.Person, agentPassword, "another"), errs.Conflict, "use-not-approved")
		b.must(b.unlock(id, agent.Person, agentPassword, "contract"))
		u, err := b.Take(purpose("contract"), id)
		b.must(err)
		b.must(b.use(u[0], purpose("contract").Digests[0]))
		b.wants(b.unlock(id, agent.Person, agentPassword, "contract"), errs.Conflict, "use-not-approved")
	})
}

// Who decides is told of what is asked, and who asked of the decision; why it was asked and what was answered both
// stay, and what was refused can be asked anew.
// Proves PLT-24.
func TestUseIsAskedAndAnswered_PLT24(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		ctx := t.Context()
		id := b.apply(seal.Application{Org: "org_a", Kind: seal.Official, Text: "示例餐饮有限公司", Holder: agent.Person, NeedsApproval: true})
		b.must(b.Approve(ctx, admin, id, ""))
		b.must(b.Activate(ctx, id, agent.Person, agentPassword))
		ask, err := b.AskApproval(ctx, id, agent.Person, purpose("contract"), "annual contract")
		b.must(err)
		b.wants(b.DecideApproval(ctx, boss, ask, false, " "), errs.Invalid, "")
		b.must(b.DecideApproval(ctx, boss, ask, false, "the price is wrong"))
		b.clock.Advance(time.Minute)
		if ask, err = b.AskApproval(ctx, id, agent.Person, purpose("contract"), "price corrected"); err != nil {
			t.Fatal(err)
		}
		b.must(b.DecideApproval(ctx, boss, ask, true, ""))
		list, err := b.Approvals(ctx, id)
		b.must(err)
		if len(list) != 2 || list[0].Reason != "price corrected" || list[0].Answer != "" || list[1].Reason != "annual contract" || list[1].Answer != "the price is wrong" {
			t.Errorf("approvals: %+v", list)
		}
		told := []string{
			"person_agent asks for 1: annual contract", "person_agent is told false: the price is wrong",
			"person_agent asks for 1: price corrected", "person_agent is told true: ",
		}
		if !slices.Equal(b.told.uses, told) {
			t.Errorf("told: %q", b.told.uses)
		}
	})
}

// An approval of a batch holds for what is left of it after a restart: for its documents only, and for each once.
// Who holds no password of the seal does not ask.
// Proves PLT-24.
func TestApprovalHoldsForTheRestOfABatch_PLT24(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		ctx := t.Context()
		id := b.apply(seal.Application{Org: "org_a", Kind: seal.Official, Text: "示例餐饮有限公司", Holder: agent.Person, NeedsApproval: true})
		b.must(b.Approve(ctx, admin, id, ""))
		b.must(b.Activate(ctx, id, agent.Person, agentPassword))
		whole := seal.Purpose{Batch: "batch_1", Template: "quotation"}
		for n := range 5 {
			whole.Digests = append(whole.Digests, cinnabar.DigestOf(fmt.Append(nil, n)))
		}
		_, err := b.AskApproval(ctx, id, admin.Person, whole, "not a holder")
		b.wants(err, errs.NotFound, "not-holder")
		ask, err := b.AskApproval(ctx, id, agent.Person, whole, "orders of March")
		b.must(err)
		b.must(b.DecideApproval(ctx, boss, ask, true, ""))
		open := func(p seal.Purpose) (*seal.Unlocked, error) {
			if _, err := b.Unlock(ctx, id, agent.Person, agentPassword, p); err != nil {
				return nil, err
			}
			u, err := b.Take(p, id)
			b.must(err)
			return u[0], nil
		}
		u, err := open(whole)
		b.must(err)
		b.must(b.use(u, whole.Digests[0]))
		b.must(b.use(u, whole.Digests[1]))

		rest := whole
		rest.Digests, rest.Whole = whole.Digests[2:], whole.Digests
		alone := rest
		alone.Whole = nil
		_, err = open(alone)
		b.wants(err, errs.Conflict, "use-not-approved") // these were never asked for by themselves
		stranger := rest
		stranger.Digests = append([]cinnabar.Digest{cinnabar.DigestOf([]byte("another"))}, rest.Digests...)
		_, err = open(stranger)
		b.wants(err, errs.Invalid, "purpose")
		all := rest
		all.Digests = whole.Digests
		_, err = open(all)
		b.wants(err, errs.Conflict, "use-not-approved") // two of the five uses are taken
		u, err = open(rest)
		b.must(err)
		for _, digest := range rest.Digests {
			b.must(b.use(u, digest))
		}
		list, err := b.Approvals(ctx, id)
		b.must(err)
		if len(list) != 1 || list[0].UsesLeft != 0 {
			t.Errorf("approvals: %+v", list)
		}
		_, err = open(rest)
		b.wants(err, errs.Conflict, "use-not-approved")
	})
}

func TestWeakPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	id := b.apply(seal.Application{Org: "org_a", Kind: seal.Contract, Text: "示例", Holder: agent.Person})
	b.must(b.Approve(t.Context(), admin, id, ""))
	for _, weak := range []string{"", "short", "aaaaaaaaaaaa"} {
		b.wants(b.Activate(t.Context(), id, agent.Person, weak), errs.Invalid, "")
	}
	// Full-width and half-width forms of one password are the same (NFKC).
	b.must(b.Activate(t.Context(), id, agent.Person, "pass１２３４wd"))
	b.must(b.unlock(id, agent.Person, "pass1234wd", "contract"))
}

// Every line of a seal's log is handed to the evidence log as it stands in the database; a changed one gives another
// digest.
// Proves PLT-11, PLT-13.
func TestEveryLineIsCommittedTo_PLT11_PLT13(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		id := b.company()
		b.must(b.unlock(id, agent.Person, agentPassword, "contract"))
		lines := map[int64]cinnabar.Digest{}
		read := func() {
			b.must(b.EachLine(t.Context(), id, 1, func(seq int64, line cinnabar.Digest) error {
				lines[seq] = line
				return nil
			}))
		}
		read()
		log, err := b.Log(t.Context(), id, seal.LogPage{})
		b.must(err)
		for seq, line := range lines {
			if b.told.lines[fmt.Sprint(id, "/", seq)] != line {
				t.Errorf("line %d was not handed over as it stands", seq)
			}
		}
		if len(lines) != len(log) || len(lines) < 4 || len(b.told.lines) != len(lines) {
			t.Fatalf("%d lines, %d on the log, %d were handed over", len(lines), len(log), len(b.told.lines))
		}
		for _, change := range []string{"at = at + 1", "kind = 'x'", "person = 'x'", "reason = 'x'", "case_id = 'x'", "doc_id = 'x'", "digest = 'x'", "detail = 'x'"} {
			was := lines[2]
			b.exec(`UPDATE seal_event SET `+change+` WHERE seal_id = $1 AND seq = 2`, string(id))
			if read(); lines[2] == was {
				t.Errorf("%s: the line has the same digest", change)
			}
		}
	})
}

// Who holds what can be read by organisation and by person; a holder gets the seal listed as theirs.
// Proves PLT-11.
func TestSealsAreListed_PLT11(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		ctx := t.Context()
		company := b.company()
		b.clock.Advance(time.Second)
		rep := b.legalRep()
		_, err := b.Offer(ctx, company, agent.Person, agentPassword, boss.Person, nil)
		b.must(err)
		b.must(b.Accept(ctx, company, boss.Person, "the boss's second"))
		for person, want := range map[cinnabar.PersonID]int{agent.Person: 1, boss.Person: 2, admin.Person: 0} {
			if held, err := b.Held(ctx, b.DB, person); err != nil || len(held) != want {
				t.Errorf("%s holds %d, want %d, %v", person, len(held), want, err)
			}
		}
		if all, err := b.Of(ctx, "org_a"); err != nil || len(all) != 2 || all[0].SVG != "<svg>示例餐饮有限公司</svg>" {
			t.Errorf("%+v, %v", all, err)
		}
		if h, err := b.Holders(ctx, company); err != nil || len(h) != 2 {
			t.Errorf("%v, %v", h, err)
		}
		if v, _ := b.Get(ctx, b.db, rep); v.Tries != 0 {
			t.Errorf("accepting another seal left %d tries on the first", v.Tries)
		}
		// Both full holders open it, each by their own password.
		b.must(b.unlock(company, boss.Person, "the boss's second", "contract"))
		b.must(b.unlock(company, agent.Person, agentPassword, "contract"))
		b.Close(purpose("contract"), company)
		if got := b.Opened(purpose("contract"), company); len(got) != 0 {
			t.Errorf("still open: %+v", got)
		}
		_, err = b.Get(ctx, b.db, "seal_unknown")
		b.wants(err, errs.NotFound, "seal-not-found")
	})
}

func TestApplicationIsChecked(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	for want, a := range map[string]seal.Application{
		"/kind":   {Org: "org_a", Kind: "stamp", Text: "x", Holder: "p"},
		"/text":   {Org: "org_a", Kind: seal.Contract, Text: " ", Holder: "p"},
		"/owner":  {Org: "org_a", Kind: seal.LegalRep, Text: "x", Holder: "p"},
		"/holder": {Org: "org_a", Kind: seal.Contract, Text: "x"},
	} {
		_, err := b.Apply(t.Context(), agent, a)
		if e := errs.As(err); len(e.Fields) != 1 || e.Fields[0].Pointer != want {
			t.Errorf("%s: got %v", want, err)
		}
	}
}
