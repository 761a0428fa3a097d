package abuse_test

import (
	"fmt"
	"strings"
	"testing"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/cinnabar"
)

// A person of one company seals a contract that names another: the other's credit code is refused when identity is
// handed in, by the applicant and by a clerk for the customer; who acts for no organisation begins none, and the
// seals of another company than the one named do not go on.
// Proves GAS-2, GAS-8.
func TestAbuse37SealsOfAnotherCompany_GAS2_GAS8(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	agent, clerk := w.as("agent1"), w.as("clerk")
	person, own := agent.ids()
	_, other := w.as("agent2").ids()
	_, gas := clerk.ids()
	handsIn := func(who *browser, id cinnabar.CaseID, uscc string) answer {
		data := object{
			"category": gascontract.SoleProprietor, "useType": gascontract.Commercial, "name": "经办人一", "document": "resident-id",
			"number": "11010519900307101X", "expires": "long-term", "mobile": "13800000101", "uscc": uscc,
		}
		file, ok := who.comesIn(id, "picture.jpg", "image/jpeg", portrait(t))
		if !ok {
			t.Fatal("the picture was refused")
		}
		data["idFront"], data["idBack"] = file, file
		revision := who.do("GET", caseAt(id), nil).want(t, 200)["sections"].([]any)[0].(object)["revision"]
		who.do("PUT", caseAt(id)+"/drafts/identity", object{"data": data}, "If-Match", fmt.Sprintf(`"%v"`, revision)).want(t, 200)
		return who.act(id, "identify", nil)
	}
	begun := func(who *browser, more object) cinnabar.CaseID {
		body := object{"procedure": gascontract.ID, "operator": gas}
		for k, v := range more {
			body[k] = v
		}
		return cinnabar.CaseID(who.do("POST", "/cases", body).want(t, 201)["id"].(string))
	}
	const codeOfOne, codeOfTwo = "91350100MA0000001P", "91350100MA0000002T"
	mine, counter := begun(agent, nil), begun(clerk, object{"for": own})
	for id, who := range map[cinnabar.CaseID]*browser{mine: agent, counter: clerk} {
		refusedAt(t, handsIn(who, id, codeOfTwo), "/sections/identity/uscc", "other-company")
		handsIn(who, id, codeOfOne).want(t, 200) // control
	}
	agent.do("PUT", "/sessions/current/org", object{"org": ""}).want(t, 200) // nobody's seals would go on
	refusedAt(t, agent.do("POST", "/cases", object{"procedure": gascontract.ID, "operator": gas}), "/for", "no-organisation")

	// One who acts for two companies, and holds the case in person: only the named one's seals go on.
	id := w.play(1, gascontract.Sealing)
	w.sql(`UPDATE case_grant SET holder = $2 WHERE case_id = $1 AND role = 'applicant'`, string(id), "person:"+person)
	by := cinnabar.Actor{Kind: cinnabar.System, Org: cinnabar.OrgID(other)}
	if err := w.app.Identity.PutMember(t.Context(), by, by.Org, cinnabar.PersonID(person), []string{"agent"}); err != nil {
		t.Fatal(err)
	}
	agent.do("PUT", "/sessions/current/org", object{"org": other}).want(t, 200)
	seals := func() object {
		return object{"contractSeal": agent.seal("contract"), "legalRepSeal": agent.seal("legal-rep")}
	}
	wrong := agent.act(id, "instruct-seals", seals())
	for _, at := range []string{"/contractSeal", "/legalRepSeal"} {
		if wrong.want(t, 422); !strings.Contains(string(wrong.body), `"pointer":"`+at+`","code":"other-company-seal"`) {
			t.Errorf("%s: %s", at, wrong.body)
		}
	}
	agent.do("PUT", "/sessions/current/org", object{"org": own}).want(t, 200)
	agent.act(id, "instruct-seals", seals()).want(t, 200) // control
}

// refusedAt fails unless an answer refuses exactly one entry.
func refusedAt(t *testing.T, a answer, pointer, code string) {
	t.Helper()
	list := a.want(t, 422)["errors"].([]any)
	if f := list[0].(object); len(list) != 1 || f["pointer"] != pointer || f["code"] != code {
		t.Fatalf("refused for %v, want %s %s", list, pointer, code)
	}
}
