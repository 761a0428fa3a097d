package abuse_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
)

const (
	otherPassword = "faren-demo-2026-other"
	unlockOne     = "unlock-contract-seal"
	unlockTwo     = "unlock-legal-rep-seal"
)

// instructed is a case of customer 1 that waits for both seal passwords. The legal representative's seal
// has a password of its own.
func instructed(w *world) (id cinnabar.CaseID, agent, boss *browser) {
	w.t.Helper()
	id = w.play(1, gascontract.Sealing)
	agent, boss = w.as("agent1"), w.as("boss1")
	boss.do("PUT", "/seals/"+boss.seal("legal-rep")+"/password", object{"current": demo.SealPassword, "next": otherPassword}).want(w.t, 200)
	agent.act(id, "instruct-seals", object{"contractSeal": agent.seal("contract"), "legalRepSeal": agent.seal("legal-rep")}).want(w.t, 200)
	return id, agent, boss
}

// A sole proprietor without a company seal puts a name seal in its place, approved by somebody else; it does not go in
// both places, and a link is offered for the place only for which one is sent.
// Proves GAS-8.
func TestNameSealOfASoleProprietor_GAS8(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.play(1, gascontract.Sealing)
	agent, boss := w.as("agent1"), w.as("boss1")
	_, org := agent.ids()
	name := boss.do("POST", "/seals", object{"org": org, "kind": "name"}).want(t, 201)["id"].(string)
	boss.do("POST", "/seals/"+name+"/approve", object{}).refused(t, 403, "four-eyes")
	w.as("supervisor").do("POST", "/seals/"+name+"/approve", object{}).want(t, 200)
	boss.do("PUT", "/seals/"+name+"/password", object{"next": otherPassword}).want(t, 200)
	for _, place := range []string{"contractSeal", "legalRepSeal"} {
		if list := agent.do("GET", caseAt(id)+"/seals?for="+place, nil).list(t); !strings.Contains(fmt.Sprint(list), name) {
			t.Errorf("the name seal is not offered as %s: %v", place, list)
		}
	}
	refusedAt(t, agent.act(id, "instruct-seals", object{"contractSeal": name, "legalRepSeal": name}), "/legalRepSeal", "duplicate")
	agent.act(id, "instruct-seals", object{"contractSeal": name, "legalRepSeal": boss.seal("legal-rep")}).want(t, 200)
	for _, a := range agent.do("GET", caseAt(id), nil).want(t, 200)["actions"].([]any) {
		action, link := a.(object)["name"], a.(object)["link"] != nil
		if link != (action == unlockTwo) {
			t.Errorf("%v offers a link: %v", action, link)
		}
	}
	boss.act(id, unlockOne, object{"password": otherPassword}).want(t, 200)
	boss.act(id, unlockTwo, object{"password": demo.SealPassword}).want(t, 200)
	if now := boss.state(id); now != gascontract.Review {
		t.Errorf("sealed by name, the case is in %s", now)
	}
}

// Neither password opens the other seal, one password in both places is not enough, and until both are
// given the contract does not change.
// Proves GAS-8, PLT-11.
func TestAbuse01OnePasswordForBothSeals_GAS8_PLT11(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, agent, boss := instructed(w)
	_, before := agent.document(id)
	for _, try := range []struct {
		who      *browser
		action   string
		password string
		status   int
		code     string
	}{
		{agent, unlockTwo, demo.SealPassword, 404, "not-holder"},
		{agent, unlockTwo, otherPassword, 404, "not-holder"},
		{boss, unlockTwo, demo.SealPassword, 403, "wrong-password"},
		{agent, unlockOne, otherPassword, 403, "wrong-password"},
		{boss, unlockOne, demo.SealPassword, 404, "not-holder"},
	} {
		try.who.act(id, try.action, object{"password": try.password}).refused(t, try.status, try.code)
		if s := agent.state(id); s != gascontract.Sealing {
			t.Fatalf("%s by the wrong password: the case is in %s", try.action, s)
		}
	}
	agent.act(id, unlockOne, object{"password": demo.SealPassword}).want(t, 200)
	_, after := agent.document(id)
	if !bytes.Equal(before, after) {
		t.Fatal("one password changed the contract")
	}
	if n := len(signaturesOf(t, w, after)); n != 1 {
		t.Fatalf("%d signatures after one password, want the applicant's only", n)
	}
	boss.act(id, unlockTwo, object{"password": otherPassword}).want(t, 200) // control: both
	if s := agent.state(id); s != gascontract.Review {
		t.Fatalf("both passwords: the case is in %s", s)
	}
	if _, sealed := agent.document(id); len(signaturesOf(t, w, sealed)) != 3 {
		t.Fatal("both passwords did not make two more signatures")
	}
}

// signaturesOf are the signatures that anybody's verification finds.
func signaturesOf(t *testing.T, w *world, data []byte) []any {
	t.Helper()
	list, _ := verified(t, w, data)["signatures"].([]any)
	return list
}

// verified is the report of the public verification.
func verified(t *testing.T, w *world, data []byte) object {
	t.Helper()
	return w.nobody().send("POST", "/api/v1/verify", data, "Content-Type", "application/pdf").want(t, 200)
}

// Fifty wrong passwords at once: five are tried, the rest and then the right one find the seal locked, also
// after a restart; the holder is told, and the lock ends by itself.
// Proves GAS-8, PLT-11.
func TestAbuse04GuessingSealPasswordsInParallel_GAS8_PLT11(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _, boss := instructed(w)
	unlock := func(b *browser, password string) (answer, error) {
		raw, err := json.Marshal(object{"password": password})
		if err != nil {
			return answer{}, err
		}
		return b.trySend("POST", "/api/v1"+caseAt(id)+"/actions/"+unlockTwo, raw, "Content-Type", "application/json", "If-Match", `"1"`)
	}
	count := map[string]int{}
	var lock sync.Mutex
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			a, err := unlock(boss, "a wrong password")
			code, _ := a.object()["code"].(string)
			lock.Lock()
			defer lock.Unlock()
			if err != nil {
				code = err.Error()
			}
			count[code]++
		})
	}
	all.Wait()
	for code := range count {
		if code != "wrong-password" && code != "seal-locked" && code != "busy" {
			t.Errorf("a guess was answered by %q", code)
		}
	}
	if n := w.guesses("legal-rep"); n > 5 || n < 1 {
		t.Errorf("%d guesses stand on the seal's log, want 1 to 5; answers: %v", n, count)
	}
	for count["seal-locked"] == 0 { // those turned away as too many at once did not count
		a, err := unlock(boss, "a wrong password")
		if err != nil {
			t.Fatal(err)
		}
		count[a.object()["code"].(string)]++
	}
	right := func() answer {
		a, err := unlock(boss, otherPassword)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	right().refused(t, 423, "seal-locked")
	w.restart()
	right().refused(t, 423, "seal-locked")
	if n := w.guesses("legal-rep"); n != 5 {
		t.Errorf("%d guesses were tried, want 5", n)
	}
	w.eventually("the holder is told", func() bool { return w.told("boss1", "印章") })
	w.clock.Advance(31 * time.Minute)
	boss, agent := w.as("boss1"), w.as("agent1")
	for range 4 { // control: four wrong ones leave the right one its turn
		if a, err := unlock(boss, "a wrong password"); err != nil || a.status != 403 {
			t.Fatalf("after the lock's end: %d %s %v", a.status, a.body, err)
		}
	}
	right().want(t, 200)
	agent.act(id, unlockOne, object{"password": demo.SealPassword}).want(t, 200)
	if s := agent.state(id); s != gascontract.Review {
		t.Fatalf("the case is in %s", s)
	}
}

// guesses are the wrong passwords on the log of customer 1's seal of a kind.
func (w *world) guesses(kind string) int {
	w.t.Helper()
	boss := w.as("boss1")
	n := 0
	for _, e := range boss.do("GET", "/seals/"+boss.seal(kind)+"/log", nil).list(w.t) {
		if e["kind"] == "wrong-password" {
			n++
		}
	}
	return n
}
