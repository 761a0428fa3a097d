package abuse_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
)

// declining is the timeline's last entry of a kind as somebody sees it.
func (b *browser) declining(id cinnabar.CaseID, kind string) (by, reason, seal any) {
	b.w.t.Helper()
	for _, e := range b.do("GET", caseAt(id)+"/timeline", nil).list(b.w.t) {
		if e["kind"] == kind {
			detail, actor := e["detail"].(object), e["actor"].(object)
			by, reason, seal = actor["name"], detail["reason"], detail["seal"]
		}
	}
	return by, reason, seal
}

// notices are how many messages in somebody's inbox have all these words.
func (b *browser) notices(words ...string) (n int) {
	b.w.t.Helper()
	for _, m := range b.do("GET", "/inbox", nil).list(b.w.t) {
		if text := fmt.Sprint(m["title"], m["body"]); !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) }) {
			n++
		}
	}
	return n
}

// anew takes a declined case on to a contract that waits for its signature.
func (w *world) anew(id cinnabar.CaseID) {
	w.t.Helper()
	w.clock.Advance(time.Minute) // a contract says when it was made, to the second
	w.as("agent1").act(id, "submit-contract", nil).want(w.t, 200)
	w.as("clerk").act(id, "complete-terms", nil).want(w.t, 200)
}

// Who does not sign says why, and everybody concerned is told, once; nothing is signed after that before the contract
// is made anew, under the same number.
// Proves PLT-21, GAS-7.
func TestAbuse33DecliningToSign_PLT21_GAS7(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.play(1, gascontract.Signing)
	agent, boss, clerk, head := w.as("agent1"), w.as("boss1"), w.as("clerk"), w.as("supervisor")
	for _, reason := range []any{nil, "", "   "} {
		got := agent.act(id, "decline", object{"reason": reason}).want(t, 422)
		if f := got["errors"].([]any)[0].(object); f["pointer"] != "/reason" {
			t.Errorf("without a reason: %v", f)
		}
	}
	clerk.act(id, "decline", object{"reason": "not theirs"}).refused(t, 403, "not-your-role")
	w.as("agent2").act(id, "decline", object{"reason": "not theirs"}).refused(t, 404, "case-not-found")
	agent.act(id, "withdraw", nil).refused(t, 409, "not-open")
	before, _ := agent.document(id)
	read := object{"digest": before["sha256"], "lastPage": before["pages"]}
	agent.act(id, "read", read).want(t, 200)

	const why = "价格与约定不符"
	agent.act(id, "decline", object{"reason": why}).want(t, 200)
	if s := agent.state(id); s != gascontract.Contract {
		t.Fatalf("declined, the case is in %s", s)
	}
	for _, b := range []*browser{agent, boss, clerk, head} {
		if by, reason, _ := b.declining(id, "decline"); by != w.account("agent1").Name || reason != why {
			t.Errorf("the timeline says %v, %v", by, reason)
		}
	}
	for login, b := range map[string]*browser{"agent": agent, "boss": boss, "clerk": clerk} {
		if n := b.notices("拒绝签署", why); n != 1 {
			t.Errorf("%s is told %d times", login, n)
		}
	}
	agent.act(id, "read", read).refused(t, 409, "not-open")
	agent.act(id, "sign", object{"drawing": drawing(), "code": "000000", "agree": true}).refused(t, 409, "not-open")

	w.anew(id)
	after, _ := agent.document(id)
	if after["number"] != before["number"] || len(after["former"].([]any)) != 1 || agent.state(id) != gascontract.Signing {
		t.Errorf("anew: %v, in %s", after, agent.state(id))
	}
	agent.act(id, "read", read).refused(t, 412, "stale") // the declined one is read no more
	agent.act(id, "read", object{"digest": after["sha256"], "lastPage": after["pages"]}).want(t, 200)
	if n, err := w.count(`SELECT count(*) FROM ceremony WHERE state = 'declined' AND reason = $1`, why); err != nil || n != 1 {
		t.Errorf("%d ceremonies are declined, %v", n, err)
	}
}

// The legal representative declines on their own phone: the other seal, whose password was given already, is not put on
// either, the one who signed is told why, and an unlocked seal serves no later contract.
// Proves PLT-21, GAS-8.
func TestAbuse34DecliningTheSecondSeal_PLT21_GAS8(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, agent, boss := instructed(w)
	agent.sendLink(id).want(t, 201)
	phone := w.nobody()
	phone.do("POST", "/links/"+w.sentLink("boss1"), nil).want(t, 200)
	agent.act(id, unlockOne, object{"password": demo.SealPassword}).want(t, 200)
	phone.act(id, "decline-seal", object{}).want(t, 422)
	phone.act(id, "decline", object{"reason": "not theirs"}).refused(t, 403, "not-your-role")
	w.as("supervisor").act(id, "decline-seal", object{"reason": "not theirs"}).refused(t, 403, "not-your-role")
	agent.act(id, "withdraw", nil).refused(t, 409, "not-open")

	const why = "合同期限应为一年"
	phone.act(id, "decline-seal", object{"reason": why}).want(t, 200)
	if s := agent.state(id); s != gascontract.Contract {
		t.Fatalf("declined, the case is in %s", s)
	}
	_, declined := agent.document(id)
	if n := len(signaturesOf(t, w, declined)); n != 1 {
		t.Fatalf("the declined contract has %d signatures, want the applicant's only", n)
	}
	clerk := w.as("clerk")
	for _, b := range []*browser{agent, clerk, w.as("supervisor")} {
		if by, reason, seal := b.declining(id, "decline-seal"); by != w.account("boss1").Name || reason != why || seal != "legalRepSeal" {
			t.Errorf("the timeline says %v, %v, %v", by, reason, seal)
		}
	}
	for login, b := range map[string]*browser{"agent": agent, "clerk": clerk} {
		if n := b.notices("拒绝签署", why); n != 1 {
			t.Errorf("%s is told %d times", login, n)
		}
	}
	for _, b := range []*browser{boss, phone} {
		b.act(id, unlockTwo, object{"password": otherPassword}).refused(t, 409, "not-open")
	}
	if n, err := w.count(`SELECT count(*) FROM ceremony WHERE state = 'declined' AND reason = $1`, why); err != nil || n != 1 {
		t.Errorf("%d ceremonies are declined, %v", n, err)
	}
	w.anew(id)
	if s, unsealed := agent.document(id); s["state"] != "draft" || len(s["former"].([]any)) != 1 || len(signaturesOf(t, w, unsealed)) != 0 {
		t.Errorf("anew: %v", s)
	}
	agent.act(id, unlockOne, object{"password": demo.SealPassword}).refused(t, 409, "not-open")

	// Signed in, and before any seal was chosen.
	other := w.play(1, gascontract.Sealing)
	boss.act(other, "decline-seal", object{"reason": why}).want(t, 200)
	if by, _, seal := agent.declining(other, "decline-seal"); by != w.account("boss1").Name || seal != nil || agent.state(other) != gascontract.Contract {
		t.Errorf("signed in: by %v, seal %v, in %s", by, seal, agent.state(other))
	}
	agent.act(other, "withdraw", nil).want(t, 200) // who wants no contract ends it
	for _, stage := range agent.do("GET", caseAt(other), nil).want(t, 200)["stages"].([]any) {
		if s := stage.(object); s["status"] != "later" {
			t.Errorf("a case that was withdrawn has its stage %v %v", s["id"], s["status"])
		}
	}
}

// count is the one number that a query answers.
func (w *world) count(query string, args ...any) (n int, err error) {
	err = w.app.DB.QueryRow(w.t.Context(), query, args...).Scan(&n)
	return n, err
}
