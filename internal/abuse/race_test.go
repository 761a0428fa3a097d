package abuse_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
)

// While seals are put on, nothing that they cover can be changed: each round ends sealed over what was
// instructed, or declined without any seal; drafts and materials do not move.
// Proves GAS-7, GAS-8, PLT-21.
func TestAbuse11ChangeWhileSealing_GAS7_GAS8(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sealed, declined := 0, 0
	for round := range 6 {
		id := w.play(1, gascontract.Sealing)
		agent, boss := w.as("agent1"), w.as("boss1")
		agent.act(id, "instruct-seals", object{"contractSeal": agent.seal("contract"), "legalRepSeal": agent.seal("legal-rep")}).want(t, 200)
		agent.act(id, unlockOne, object{"password": demo.SealPassword}).want(t, 200)
		before, _ := agent.document(id)
		version := agent.version(id)
		file, ok := agent.comesIn(id, "x.jpg", "image/jpeg", photo(t))
		if !ok {
			t.Fatal("no picture")
		}
		race := []attempt{
			{boss, "POST", caseAt(id) + "/actions/" + unlockTwo, object{"password": demo.SealPassword}, `"1"`},
			{agent, "PUT", caseAt(id) + "/drafts/contract", object{"data": object{"gasAddress": fmt.Sprint("elsewhere ", round)}}, `"1"`},
			{agent, "PUT", caseAt(id) + "/drafts/basic", object{"data": object{"company": "another"}}, `"1"`},
			{agent, "PUT", caseAt(id) + "/materials/licence", object{"files": []string{file}}, `"1"`},
		}
		if round%2 == 1 {
			race = append(race, attempt{agent, "POST", caseAt(id) + "/actions/decline-seal", object{"reason": "价格有误"}, version})
		}
		statuses := w.atOnce(race...)
		state := agent.state(id)
		for i, s := range statuses[1:4] {
			if i == 0 && state == gascontract.Contract {
				continue // the contract's data are open again
			}
			if s != 409 && s != 412 {
				t.Errorf("round %d: change %d during sealing was answered by %d", round, i, s)
			}
		}
		after, data := agent.document(id)
		signatures := len(signaturesOf(t, w, data))
		switch state {
		case gascontract.Review:
			if sealed++; signatures != 3 || statuses[0] != 200 || after["number"] != before["number"] {
				t.Errorf("round %d: %d signatures, %v", round, signatures, statuses)
			}
			if !w.covers(id, before["sha256"]) {
				t.Errorf("round %d: the timeline does not name the instructed digest as what was sealed", round)
			}
		case gascontract.Contract:
			if declined++; signatures != 1 || statuses[len(statuses)-1] != 200 || statuses[0] == 200 {
				t.Errorf("round %d: declined with %d signatures, %v", round, signatures, statuses)
			}
		default:
			t.Errorf("round %d: the case is in %s after %v", round, state, statuses)
		}
	}
	if t.Logf("%d sealed, %d declined", sealed, declined); sealed < 3 {
		t.Errorf("only %d rounds were sealed", sealed)
	}
	id, agent, boss := instructed(w) // control: no race
	agent.act(id, unlockOne, object{"password": demo.SealPassword}).want(t, 200)
	boss.act(id, unlockTwo, object{"password": otherPassword}).want(t, 200)
	if s := agent.state(id); s != gascontract.Review {
		t.Errorf("without a race: %s", s)
	}
}

// attempt is a request that runs at the same time as others.
type attempt struct {
	by           *browser
	method, path string
	body         object
	ifMatch      string
}

// atOnce sends all requests at the same time and returns their statuses.
func (w *world) atOnce(list ...attempt) []int {
	w.t.Helper()
	out := make([]int, len(list))
	var all sync.WaitGroup
	start := make(chan struct{})
	for i, r := range list {
		raw, err := json.Marshal(r.body)
		if err != nil {
			w.t.Fatal(err)
		}
		all.Go(func() {
			<-start
			if a, err := r.by.trySend(r.method, "/api/v1"+r.path, raw, "Content-Type", "application/json", "If-Match", r.ifMatch); err == nil {
				out[i] = a.status
			}
		})
	}
	close(start)
	all.Wait()
	return out
}

// covers tells whether the timeline says that a digest was sealed.
func (w *world) covers(id cinnabar.CaseID, digest any) bool {
	w.t.Helper()
	for _, e := range w.as("agent1").do("GET", caseAt(id)+"/timeline", nil).list(w.t) {
		if detail, ok := e["detail"].(object); ok && e["kind"] == unlockTwo && detail["before"] == digest {
			return true
		}
	}
	return false
}
