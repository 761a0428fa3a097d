package httpapi_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
)

// drafts are what a case's sections hold, also those whose turn has not come.
func (b *bench) drafts(c object) map[string]object {
	b.t.Helper()
	v, err := b.app.Engine.View(b.t.Context(), cinnabar.CaseID(c["id"].(string)), system)
	if err != nil {
		b.t.Fatal(err)
	}
	out := map[string]object{}
	for id, s := range v.Sections {
		out[id] = s.Draft
	}
	return out
}

// GAS-13, GAS-15: at the counter an officer renews a contract for its customer, with the old data filled in.
func officerRenews(t *testing.T, f *town, clerk *browser, doc object) {
	old := clerk.do("GET", fmt.Sprint("/cases/", doc["case"]), nil).want(t, 200)
	operator := old["operator"]
	was := map[string]object{}
	for _, one := range old["sections"].([]any) {
		was[one.(object)["id"].(string)], _ = one.(object)["data"].(object)
	}
	party := old["parties"].([]any)[0].(object)["name"].(string)
	var customer, stranger *browser
	for _, a := range f.sum.Accounts {
		if agent := slices.Contains(a.Roles, "agent"); agent && a.Organisation == party {
			customer = f.having("agent", a.Organisation)
		} else if agent {
			stranger = f.having("agent", a.Organisation)
		}
	}
	other := stranger.do("GET", "/sessions/current", nil).want(t, 200)["org"].(object)["id"]
	begin := object{"procedure": "gas-contract", "operator": operator, "from": doc["case"]}
	foreign := object{"procedure": "gas-contract", "operator": operator, "from": doc["case"], "for": other}
	if got := fields(t, clerk.do("POST", "/cases", foreign)); got != "/for mismatch" {
		t.Errorf("for somebody else: %s", got)
	}
	first := clerk.do("POST", "/cases", begin, "Idempotency-Key", "renewal-0001")
	c := first.want(t, 201)
	if again := clerk.do("POST", "/cases", begin, "Idempotency-Key", "renewal-0001").want(t, 201); again["id"] != c["id"] {
		t.Errorf("a repeat begins %v", again["id"])
	}
	now := f.drafts(c)
	if now["identity"]["uscc"] != was["identity"]["uscc"] || now["identity"]["idFront"] != nil || now["basic"]["company"] != was["basic"]["company"] ||
		now["contract"]["gasAddress"] != was["contract"]["gasAddress"] || c["from"] != doc["case"] || c["state"].(object)["id"] != "identity" {
		t.Errorf("begun with %v", now)
	}
	start, err := time.Parse(time.DateOnly, was["contract"]["startDate"].(string))
	if err != nil {
		t.Fatal(err)
	}
	if want := start.AddDate(int(was["contract"]["termYears"].(float64)), 0, 0).Format(time.DateOnly); now["contract"]["startDate"] != want {
		t.Errorf("begins on %v, want %s", now["contract"]["startDate"], want)
	}
	entries := clerk.do("GET", fmt.Sprint("/cases/", c["id"], "/timeline"), nil).list(t)
	if entries[0]["detail"].(object)["from"] != doc["case"] || entries[0]["actor"].(object)["role"] != "clerk" {
		t.Errorf("told: %v", entries[0])
	}
	customer.do("GET", fmt.Sprint("/cases/", c["id"]), nil).want(t, 200)
	stranger.do("GET", fmt.Sprint("/cases/", c["id"]), nil).want(t, 404)
	if mine := customer.do("POST", "/cases", begin).want(t, 201); f.drafts(mine)["basic"]["company"] != was["basic"]["company"] {
		t.Errorf("the customer's own begins with %v", f.drafts(mine))
	}
}

// GAS-13, GAS-15: a contract on paper is renewed, too; its customer is known by the credit code.
func TestOfficerRenewsAPaperContract_GAS13_GAS15(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	clerk := b.as("clerk")
	ended := oldContract(2, object{"expiresAt": "2020-02-29"})
	rows := clerk.filed(oldContract(0, nil), oldContract(1, object{"uscc": "91350100MA0000002T"}), ended)
	begin := func(n int) object {
		return object{"procedure": "gas-contract", "operator": b.operator, "from": rows[n]["case"]}
	}
	c := clerk.do("POST", "/cases", begin(0)).want(t, 201)
	now := b.drafts(c)
	if now["identity"]["uscc"] != "91350100M000100Y43" || now["basic"]["company"] != "样例餐饮第0分店有限公司" || now["contract"]["gasAddress"] != "样例市中山路0号" ||
		now["contract"]["startDate"] != "2099-03-01" {
		t.Errorf("begun with %v", now)
	}
	if mine := b.as("agent").do("GET", fmt.Sprint("/cases/", c["id"]), nil).want(t, 200); b.drafts(mine)["basic"]["company"] != "样例餐饮第0分店有限公司" {
		t.Errorf("the customer sees %v", b.drafts(mine))
	}
	if got := b.drafts(clerk.do("POST", "/cases", begin(2)).want(t, 201)); got["contract"]["startDate"] != nil {
		t.Errorf("a term that is over begins on %v", got["contract"]["startDate"])
	}
	if got := fields(t, clerk.do("POST", "/cases", begin(1))); got != "/for unknown" {
		t.Errorf("a company without an account: %s", got)
	}
	tea := b.org("样例茶业有限公司", "91350100MA0000002T", identity.Customer, "tea-admin")
	clerk.do("POST", "/cases", begin(1)).want(t, 201)
	wrong := begin(0)
	wrong["for"] = tea
	if got := fields(t, clerk.do("POST", "/cases", wrong)); got != "/for mismatch" {
		t.Errorf("for another company: %s", got)
	}
	b.as("stranger").do("POST", "/cases", begin(0)).want(t, 404)
	b.as("reviewer").do("POST", "/cases", begin(0)).want(t, 404)
	clerk.take(rows[0]["case"], "take-out", object{"reason": "x"}).want(t, 200)
	clerk.do("POST", "/cases", begin(0)).refused(t, 409, "taken-out")
}
