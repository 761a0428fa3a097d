package abuse_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
)

// The gas company's seal ends a contract, and no other seal that a sealer happens to hold.
// Proves GAS-11, PLT-24.
func TestAbuse28AnotherSealCountersignsNothing_GAS11_PLT24(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.play(1, gascontract.Countersign)
	sealer, head := w.as("sealer"), w.as("supervisor")
	_, org := sealer.ids()
	own := sealer.do("POST", "/seals", object{"org": org, "kind": "name"}).want(t, 201)["id"].(string)
	head.do("POST", "/seals/"+own+"/approve", object{"reason": "同意"}).want(t, 200)
	sealer.do("PUT", "/seals/"+own+"/password", object{"next": otherPassword}).want(t, 200)
	_, before := sealer.document(id)
	for _, password := range []string{otherPassword, "a wrong password 1"} { // nor is it tried
		sealer.act(id, "countersign", object{"seal": own, "password": password}).refused(t, 422, "invalid-input")
	}
	for _, s := range sealer.do("GET", caseAt(id)+"/seals?for=countersign", nil).list(t) {
		if s["kind"] != "contract" && s["kind"] != "official" {
			t.Errorf("a seal of kind %v is offered", s["kind"])
		}
	}
	if _, after := sealer.document(id); sealer.state(id) != gascontract.Countersign || string(after) != string(before) {
		t.Fatalf("the case is in %s", sealer.state(id))
	}
	sealer.act(id, "countersign", object{"seal": sealer.seal("contract"), "password": demo.SealPassword}).want(t, 200) // control
}

// Who becomes somebody else by a correction is nobody who was verified: the face comes first again, and what follows
// is made, signed and sealed anew under the same number.
// Proves GAS-4, GAS-10.
func TestAbuse29CorrectingIntoSomebodyElse_GAS4_GAS10(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.play(1, gascontract.Review)
	agent, reviewer, clerk := w.as("agent1"), w.as("reviewer"), w.as("clerk")
	returned := func() {
		verdicts := judged(t, reviewer, id)
		for _, v := range verdicts["verdicts"].([]any) {
			if one := v.(object); one["material"] == "form-"+gascontract.SectionIdentity {
				one["verdict"], one["reason"] = "unqualified", "证件已过有效期"
			}
		}
		reviewer.act(id, "judge", verdicts).want(t, 200)
	}
	identity := func(change object) {
		for _, s := range agent.do("GET", caseAt(id), nil).want(t, 200)["sections"].([]any) {
			one := s.(object)
			if one["id"] != gascontract.SectionIdentity {
				continue
			}
			data := one["data"].(object)
			for k, v := range change {
				data[k] = v
			}
			agent.do("PUT", caseAt(id)+"/drafts/"+gascontract.SectionIdentity, object{"data": data}, "If-Match", fmt.Sprintf(`"%v"`, one["revision"])).want(t, 200)
		}
		agent.act(id, "correct", nil).want(t, 200)
	}
	assured := func() bool { return agent.do("GET", caseAt(id), nil).want(t, 200)["assurance"] != nil }

	returned()
	identity(object{"expires": "2040-01-01"})
	if agent.state(id) != gascontract.Review || !assured() { // control: the same person
		t.Fatalf("after another date the case is in %s", agent.state(id))
	}
	returned()
	before, _ := agent.document(id)
	identity(object{"name": "样例另一人", "number": "11010519491231002X"})
	if agent.state(id) != gascontract.Face || assured() {
		t.Fatalf("somebody else is in %s, verified %v", agent.state(id), assured())
	}
	agent.act(id, "submit-basic", nil).refused(t, 409, "not-open")
	agent.act(id, "face-at-counter", nil).want(t, 200)
	reviewer.act(id, "confirm-face", object{"basis": "video", "reason": "已视频核验"}).want(t, 200)
	agent.act(id, "submit-basic", nil).want(t, 200)
	agent.act(id, "submit-contract", nil).want(t, 200)
	clerk.act(id, "complete-terms", nil).want(t, 200)
	after, _ := agent.document(id)
	if agent.state(id) != gascontract.Signing || after["number"] != before["number"] || after["state"] != "draft" || len(after["former"].([]any)) != 1 {
		t.Errorf("the case is in %s with %v, before %v", agent.state(id), after, before)
	}
}

// atTheCounter is a case that a clerk hands in for the first company's agent, ready to be signed.
func (w *world) atTheCounter() cinnabar.CaseID {
	t := w.t
	t.Helper()
	former := w.play(1, gascontract.Signing)
	agent, clerk, reviewer := w.as("agent1"), w.as("clerk"), w.as("reviewer")
	_, company := agent.ids()
	_, gas := clerk.ids()
	id := cinnabar.CaseID(clerk.do("POST", "/cases", object{"procedure": gascontract.ID, "operator": gas, "for": company}).want(t, 201)["id"].(string))
	v, err := w.app.Engine.View(t.Context(), former, cinnabar.Actor{Kind: cinnabar.System})
	if err != nil {
		t.Fatal(err)
	}
	picture := func() string {
		file, ok := clerk.comesIn(id, "picture.jpg", "image/jpeg", portrait(t))
		if !ok {
			t.Fatal("the picture was refused")
		}
		return file
	}
	hands := func(section, action string, files ...string) {
		data := v.Data(section)
		for _, name := range files {
			data[name] = picture()
		}
		clerk.do("PUT", caseAt(id)+"/drafts/"+section, object{"data": data}, "If-Match", `"0"`).want(t, 200)
		clerk.act(id, action, nil).want(t, 200)
	}
	hands(gascontract.SectionIdentity, "identify", "idFront", "idBack", "powerOfAttorney")
	clerk.act(id, "face-at-counter", nil).want(t, 200)
	reviewer.act(id, "confirm-face", object{"basis": "counter", "reason": "柜台核验"}).want(t, 200)
	for _, m := range clerk.do("GET", caseAt(id), nil).want(t, 200)["materials"].([]any) {
		if one := m.(object); one["required"] == true {
			clerk.do("PUT", caseAt(id)+"/materials/"+one["name"].(string), object{"files": []string{picture()}}).want(t, 200)
		}
	}
	hands(gascontract.SectionBasic, "submit-basic")
	hands(gascontract.SectionContract, "submit-contract")
	hands(gascontract.SectionTerms, "complete-terms")
	return id
}

// At the counter an officer hands in whose identity it is; nobody else of the same company signs in that name.
// Proves GAS-7, GAS-15.
func TestAbuse30AColleagueSignsForWhoWasIdentified_GAS7_GAS15(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.atTheCounter()
	agent, boss := w.as("agent1"), w.as("boss1")

	doc, _ := agent.document(id)
	read := object{"digest": doc["sha256"], "lastPage": doc["pages"]}
	boss.act(id, "read", read).refused(t, 403, "not-the-signer")
	boss.do("POST", caseAt(id)+"/confirmations", object{}).refused(t, 409, "not-read")
	agent.act(id, "read", read).want(t, 200)
	agent.do("POST", caseAt(id)+"/confirmations", object{}).want(t, 200)
}

// Whoever was identified at the counter by a mobile number stays who signs when the number changes, and a colleague who
// takes the old number does not become it.
// Proves GAS-7, PLT-1.
func TestAbuse33TheNumberOfWhoWasIdentifiedMoves_GAS7_PLT1(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.atTheCounter()
	agent, boss := w.as("agent1"), w.as("boss1")
	old := w.account("agent1").Mobile
	const next = "13912345678"
	boss.moves(old).refused(t, 409, "mobile-taken")
	agent.moves(next).want(t, 200)
	w.clock.Advance(61 * time.Second)
	boss.moves(old).want(t, 200)

	doc, _ := agent.document(id)
	read := object{"digest": doc["sha256"], "lastPage": doc["pages"]}
	boss.act(id, "read", read).refused(t, 403, "not-the-signer")
	agent.act(id, "read", read).want(t, 200)
	before := len(w.peers.SMS.Taken())
	if got := agent.do("POST", caseAt(id)+"/confirmations", object{}).want(t, 200); got["mobileMasked"] != "139****5678" {
		t.Errorf("the code goes to %v", got["mobileMasked"])
	}
	w.codeFor(next, before)
}

// moves changes the own mobile number, with the code that comes to it.
func (b *browser) moves(mobile string) answer {
	b.w.t.Helper()
	before := len(b.w.peers.SMS.Taken())
	b.do("POST", "/people/me/mobile/codes", object{"mobile": mobile}).want(b.w.t, 204)
	return b.do("PUT", "/people/me/mobile", object{"mobile": mobile, "code": b.w.codeFor(mobile, before), "current": demo.Password})
}

var sixDigits = regexp.MustCompile(`[0-9]{6}`)

// codeFor waits for the code that comes to a number after the first messages.
func (w *world) codeFor(mobile string, after int) (code string) {
	w.t.Helper()
	w.eventually("a code to "+mobile, func() bool {
		for _, m := range w.peers.SMS.Taken()[after:] {
			if m.To == mobile {
				code = sixDigits.FindString(m.Text)
			}
		}
		return code != ""
	})
	return code
}

// A case is claimed by and given to officers of the gas company for whose role it waits, and nobody else; when its turn goes to
// another role it is nobody's.
// Proves GAS-15, PLT-2.
func TestAbuse31ReassigningToStrangers_GAS15_PLT2(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.play(1, gascontract.Review)
	head := w.as("supervisor")
	for _, login := range []string{"agent1", "agent2", "buyer"} { // the applicant, another customer, a colleague without a role in it
		stranger, _ := w.as(login).ids()
		head.act(id, "assign", object{"to": stranger}).refused(t, 422, "invalid-input")
	}
	head.act(id, "assign", object{"to": "person_nobody"}).refused(t, 422, "invalid-input")
	if got := head.do("GET", caseAt(id), nil).want(t, 200)["assignee"]; got != nil {
		t.Errorf("the case is with %v", got)
	}
	reviewer, clerk := w.as("reviewer"), w.as("clerk")
	clerk.act(id, "assign", object{"to": "me"}).refused(t, 422, "invalid-input") // it waits for a reviewer
	them, _ := reviewer.ids()
	head.act(id, "assign", object{"to": them}).want(t, 200) // control
	head.act(id, "assign", object{"to": ""}).want(t, 200)
	reviewer.act(id, "assign", object{"to": "me"}).want(t, 200)
	fit := head.do("GET", caseAt(id)+"/officers", nil).list(t)
	if len(fit) != 1 || fit[0]["id"] != them {
		t.Errorf("the supervisor can give the case to %v", fit)
	}
	before := head.do("GET", caseAt(id), nil).want(t, 200)
	if before["enteredAt"] == before["updatedAt"] {
		t.Errorf("claimed, the case waits since %v only", before["enteredAt"])
	}

	reviewer.act(id, "judge", judged(t, reviewer, id)).want(t, 200)
	after := head.do("GET", caseAt(id), nil).want(t, 200)
	if after["assignee"] != nil || after["handles"] != false || w.as("sealer").do("GET", caseAt(id), nil).want(t, 200)["handles"] != true {
		t.Errorf("in %v the case is still with %v", after["state"], after["assignee"])
	}
	reviewer.act(id, "assign", object{"to": "me"}).refused(t, 422, "invalid-input")
}

// A seal that is put beside the page would hold and not be seen.
// Proves DOC-7.
func TestAbuse32SealingBesideThePage_DOC7(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	buyer, signer := w.as("buyer"), w.as("finance")
	id := buyer.makes(order("AB-32", "100.00"))
	seal := signer.held(id)
	for _, place := range []any{
		object{"page": 1, "x": 1e9, "y": 1e9},
		object{"page": 1, "x": 590, "y": 100},
		object{"page": 1, "x": 100, "y": 800},
		object{"page": 9, "x": 100, "y": 100},
		object{"page": 1e18, "x": 100, "y": 100},
		object{"page": 0, "x": 1, "y": 1},
		object{"page": 1},
		[]any{1},
	} {
		got := signer.act(id, "seal", object{"seal": seal, "password": demo.SealPassword, "place": place}).want(t, 422)
		if f := got["errors"].([]any)[0].(object); f["pointer"] != "/place" {
			t.Errorf("%v: %v", place, f)
		}
	}
	signer.act(id, "seal", object{"seal": seal, "password": demo.SealPassword, "place": object{"page": 1, "x": 400, "y": 100}}).want(t, 200) // control
}
