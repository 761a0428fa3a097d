package abuse_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/cinnabar"
)

// cast are those who try everything, with the roles that they have in a case of customer 1.
var cast = map[string][]string{
	"agent1":     {gascontract.Applicant},
	"boss1":      {gascontract.Applicant, gascontract.LegalRep},
	"clerk":      {gascontract.Clerk},
	"reviewer":   {gascontract.Reviewer},
	"sealer":     {gascontract.Sealer},
	"supervisor": {gascontract.Supervisor},
	"agent2":     nil,
	"":           nil,
}

// reach brings a case of customer 1 to a state.
func (w *world) reach(state string) cinnabar.CaseID {
	w.t.Helper()
	switch state {
	case gascontract.Precheck:
		boss := w.as("supervisor")
		policy := func(precheck bool) {
			now := boss.do("GET", "/settings/policy", nil)
			body := now.want(w.t, 200)
			body["precheck"] = precheck
			boss.do("PUT", "/settings/policy", body, "If-Match", now.header.Get("ETag")).want(w.t, 200)
		}
		policy(true)
		defer policy(false)
	case gascontract.Reopened:
		id := w.play(1, gascontract.Review)
		w.as("reviewer").act(id, "return-terms", object{"reason": "test"}).want(w.t, 200)
		return id
	case gascontract.Voided:
		id := w.play(1, gascontract.InForce)
		w.as("supervisor").act(id, "void", object{"reason": "test"}).want(w.t, 200)
		return id
	case gascontract.Withdrawn:
		id := w.play(1, gascontract.Identity)
		w.as("agent1").act(id, "withdraw", nil).want(w.t, 200)
		return id
	case gascontract.Lapsed:
		id := w.play(1, gascontract.Identity)
		w.clock.Advance(31 * 24 * time.Hour)
		agent := w.as("agent1")
		w.eventually("the case lapses", func() bool { return agent.state(id) == gascontract.Lapsed })
		return id
	}
	return w.play(1, state)
}

// In every state, everybody tries every action. What the declaration does not list is refused by 401, 403,
// 404 or 409 and changes nothing; what it lists gets as far as its version or its form. A made-up version
// keeps what is listed from happening.
// Proves GAS-4, PLT-2, PLT-5.
func TestAbuse12EveryActionByEverybodyInEveryState_GAS4_PLT2_PLT5(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	def := gascontract.Definition()
	refused, reached := 0, 0
	for _, state := range def.States {
		id := w.reach(state.ID)
		if got := w.as("supervisor").state(id); got != state.ID {
			t.Fatalf("wanted a case in %s, it is in %s", state.ID, got)
		}
		callers := map[string]*browser{"": w.nobody()}
		for login := range cast {
			if login != "" {
				callers[login] = w.as(login)
			}
		}
		before := callers["supervisor"].version(id)
		for _, action := range def.Actions {
			for login, roles := range cast {
				listed := slices.Contains(action.From, state.ID) && slices.ContainsFunc(action.By, func(r string) bool { return slices.Contains(roles, r) })
				a := callers[login].do("POST", caseAt(id)+"/actions/"+action.Name, object{}, "If-Match", `"999999"`)
				code, _ := a.object()["code"].(string)
				what := fmt.Sprintf("%s by %q in %s: %d %s", action.Name, login, state.ID, a.status, code)
				switch {
				case listed && (a.status == 412 || a.status == 422 || code == "no-instruction"):
					reached++
				case !listed && slices.Contains([]int{401, 403, 404, 409}, a.status) && code != "no-instruction":
					refused++
				default:
					t.Errorf("%s, listed: %v", what, listed)
				}
				if roles == nil && a.status != 404 && a.status != 401 {
					t.Errorf("%s: a stranger learns that the case exists", what)
				}
			}
		}
		if after := callers["supervisor"].version(id); after != before {
			t.Errorf("%s: the tries moved the case from %s to %s", state.ID, before, after)
		}
	}
	t.Logf("%d listed combinations reached, %d others refused", reached, refused)
	if reached < 100 || refused < 1000 {
		t.Errorf("only %d and %d combinations", reached, refused)
	}
}

// What one may not see answers exactly like what does not exist, and is in no list and no count.
// Proves PLT-2, GAS-13.
func TestAbuse05OthersThings_PLT2_GAS13(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.play(1, gascontract.Returned)
	owner, stranger, reviewer := w.as("agent1"), w.as("agent2"), w.as("reviewer")
	c := owner.do("GET", caseAt(id), nil).want(t, 200)
	doc, _ := owner.document(id)
	file := ""
	for _, m := range c["materials"].([]any) {
		for _, f := range m.(object)["files"].([]any) {
			file = f.(object)["id"].(string)
		}
	}
	seal := owner.seal("contract")
	message := ""
	w.eventually("the owner has a message", func() bool {
		for _, m := range owner.do("GET", "/inbox", nil).list(t) {
			message = m["id"].(string)
		}
		return message != ""
	})
	made := func(prefix string) string { return cinnabar.NewID[string](prefix) }
	for _, one := range []struct{ method, path, id, prefix string }{
		{"GET", "/cases/%s", string(id), "case"},
		{"GET", "/cases/%s/timeline", string(id), "case"},
		{"GET", "/cases/%s/events", string(id), "case"},
		{"GET", "/cases/%s/evidence", string(id), "case"},
		{"GET", "/cases/%s/seals?for=countersign", string(id), "case"},
		{"POST", "/cases/%s/actions/withdraw", string(id), "case"},
		{"POST", "/cases/%s/actions/correct", string(id), "case"},
		{"POST", "/cases/%s/confirmations", string(id), "case"},
		{"GET", "/documents/%s", doc["id"].(string), "doc"},
		{"GET", "/documents/%s/content", doc["id"].(string), "doc"},
		{"GET", "/files/%s", file, "file"},
		{"GET", "/files/%s/content", file, "file"},
		{"DELETE", "/files/%s", file, "file"},
		{"GET", "/seals/%s", seal, "seal"},
		{"GET", "/seals/%s/log", seal, "seal"},
		{"GET", "/seals/%s/picture.svg", seal, "seal"},
		{"PUT", "/inbox/%s/read", message, "message"},
	} {
		path := func(id string) string { return strings.Replace(one.path, "%s", id, 1) }
		headers := []string{"If-Match", `"1"`, "Tus-Resumable", "1.0.0"}
		var body any
		if one.method == "POST" {
			body = object{}
		}
		theirs, none := stranger.do(one.method, path(one.id), body, headers...), stranger.do(one.method, path(made(one.prefix)), body, headers...)
		if one.prefix == "message" && theirs.status == 204 && none.status == 204 {
			continue // marking nothing as read tells nothing either
		}
		a, n := theirs.object(), none.object()
		if theirs.status != 404 || none.status != 404 || a["code"] != n["code"] || a["detail"] != n["detail"] || a["title"] != n["title"] {
			t.Errorf("%s: %d %v for another's, %d %v for none", theirs.asked, theirs.status, a["code"], none.status, n["code"])
		}
		if one.method == "GET" && !strings.HasSuffix(one.path, "/events") && !strings.Contains(one.path, "evidence") { // control
			if got := owner.do("GET", path(one.id), nil); got.status != 200 {
				t.Errorf("the owner gets %d at %s", got.status, one.path)
			}
		}
	}
	for _, m := range owner.do("GET", "/inbox", nil).list(t) {
		if m["id"] == message && m["readAt"] != nil {
			t.Error("a stranger marked another's message as read")
		}
	}
	number := c["number"].(string)
	for _, q := range []string{"", "?q=" + number, "?q=%E5%A5%BD%E5%91%B3", "?state=returned", "?uscc=" + "91350100MA0000001"} {
		list := stranger.do("GET", "/cases"+q, nil)
		if list.want(t, 200)["total"] != 0.0 || strings.Contains(string(list.body), number) {
			t.Errorf("%q lists another's case: %s", q, list.body)
		}
	}
	if got := stranger.do("GET", "/seals", nil); strings.Contains(string(got.body), seal) {
		t.Error("another's seal is listed")
	}
	if owner.do("GET", "/cases", nil).want(t, 200)["total"] != 1.0 || reviewer.do("GET", caseAt(id), nil).status != 200 {
		t.Error("the owner or the reviewer does not see the case") // control
	}
}
