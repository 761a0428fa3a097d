package demo_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"cinnabar/internal/demo"
)

// latest is the latest entry of the timeline.
func (p *person) latest(id string) object {
	p.t.Helper()
	_, raw := p.raw(http.MethodGet, "/cases/"+id+"/timeline", nil)
	var list []object
	must(p.t, json.Unmarshal(raw, &list))
	return slices.MaxFunc(list, func(a, b object) int { return cmp.Compare(a["seq"].(float64), b["seq"].(float64)) })
}

// told waits until a message with these words has come in.
func (w *town) told(p *person, words string) {
	w.t.Helper()
	wait(w.t, func() bool { return strings.Contains(fmt.Sprint(w.inbox(p)), words) })
}

// Wrong terms go back to the clerk with a reason, from the review and from the countersigning. Terms that turn out
// right leave the contract as it is; others have it made, signed and sealed anew, and the former one is superseded.
// From the countersigning a case goes back to review, too.
// Proves GAS-9, GAS-10, GAS-15.
func TestTermsGoBackToTheClerk_GAS9_GAS10_GAS15(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	reviewer, sealer, clerk := w.as("reviewer"), w.as("sealer"), w.as("clerk")
	agent, boss := w.as("agent2"), w.as("boss2")
	id := reviewer.find("review")
	contract := func() object { return agent.see(id)["documents"].([]any)[0].(object) }
	before := contract()["sha256"]

	clerk.act(id, "return-terms", object{"reason": "x"}, 403)
	sealer.act(id, "return-terms", object{"reason": "x"}, 403)
	sealer.act(id, "reopen-terms", object{"reason": "x"}, 409) // not before it is reviewed
	agent.act(id, "return-terms", object{"reason": "x"}, 403)
	reviewer.act(id, "return-terms", object{}, 422)
	reviewer.act(id, "return-terms", object{"reason": "供气压力与现场不符"}, 200)
	w.told(clerk, "供气压力与现场不符")
	if e := agent.latest(id); e["kind"] != "return-terms" || e["detail"].(object)["reason"] != "供气压力与现场不符" {
		t.Errorf("the timeline does not say why: %v", e)
	}
	for _, s := range clerk.see(id)["sections"].([]any) {
		if v := s.(object); v["editable"] != (v["id"] == "terms") {
			t.Errorf("section %v: editable %v", v["id"], v["editable"])
		}
	}

	agent.act(id, "correct-terms", nil, 403)
	clerk.act(id, "correct-terms", nil, 200) // they were right
	w.told(reviewer, "合同内容无变化")
	if c := reviewer.see(id); state(c) != "review" || contract()["sha256"] != before {
		t.Fatalf("terms that were right lead to %s, contract %v", state(c), contract())
	}
	reviewer.judge(id, nil)

	sealer.act(id, "reopen-review", object{}, 422)
	sealer.act(id, "reopen-review", object{"reason": "营业执照请复核"}, 200)
	w.told(reviewer, "营业执照请复核")
	if s := state(sealer.see(id)); s != "review" {
		t.Fatalf("back to review leads to %s", s)
	}
	reviewer.judge(id, nil)

	sealer.act(id, "reopen-terms", object{"reason": "价格类别有误"}, 200)
	w.told(clerk, "价格类别有误")
	clerk.draft(id, "terms", object{"pressureLevel": "unheard-of"})
	clerk.act(id, "correct-terms", nil, 422)
	clerk.draft(id, "terms", object{"pressureLevel": "medium-a", "pricePlan": "更正后的价格类别"})
	clerk.act(id, "correct-terms", nil, 200)
	w.told(agent, "请重新签署")
	if c := agent.see(id); state(c) != "signing" || len(contract()["former"].([]any)) != 1 {
		t.Fatalf("corrected terms lead to %s, contract %v", state(c), contract())
	}
	agent.sign(id)
	w.seal(id, agent, boss)
	reviewer.act(id, "judge", object{"verdicts": []any{}}, 200) // everything was judged, nothing was changed
	sealer.act(id, "countersign", object{"seal": w.usable(sealer, id), "password": demo.SealPassword}, 200)

	get := func(url any) []byte {
		_, raw := agent.raw(http.MethodGet, strings.TrimPrefix(url.(string), "/api/v1"), nil)
		return raw
	}
	doc := contract()
	w.verify(get(doc["url"]), "in-force", true)
	w.verify(get(doc["former"].([]any)[0].(object)["url"]), "superseded", true)
	if out := agent.call(http.MethodGet, "/cases?q=%E6%9B%B4%E6%AD%A3%E5%90%8E%E7%9A%84%E4%BB%B7%E6%A0%BC", nil, 200); out["total"].(float64) != 1 {
		t.Error("not found by the corrected words")
	}
}
