package abuse_test

import (
	"fmt"
	"strings"
	"testing"

	"cinnabar/internal/cinnabar"
)

// departmentOf is a department by its name.
func (b *browser) departmentOf(name string) object {
	b.w.t.Helper()
	for _, d := range b.do("GET", "/departments", nil).list(b.w.t) {
		if d["name"] == name {
			return d
		}
	}
	b.w.t.Fatalf("there is no department %s", name)
	return nil
}

// No document waits for a department that is closed or in which nobody can sign: routes cannot be led through one, and
// none is closed that a route or a document under way needs.
// Proves DOC-10.
func TestAbuse28DeadEndsOnARoute_DOC10(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, buyer, legal := w.as("supervisor"), w.as("buyer"), w.as("legal")
	office, finance := admin.departmentOf("法务部")["id"], admin.departmentOf("财务部")["id"]
	empty := admin.do("POST", "/departments", object{"name": "档案部"}).want(t, 201)["id"]
	closed := admin.do("POST", "/departments", object{"name": "旧财务部"}).want(t, 201)["id"]
	admin.do("DELETE", fmt.Sprint("/departments/", closed), nil).want(t, 204)
	_, stranger := w.as("agent1").ids()

	first := func(list []any) object {
		return list[0].(object)["routes"].([]any)[1].(object)["stages"].([]any)[0].(object)["items"].([]any)[0].(object)
	}
	for where, change := range map[string]func(object){
		"department nobody-signs":      func(i object) { i["department"] = empty },
		"deputy nobody-signs":          func(i object) { i["deputy"] = empty },
		"department department-closed": func(i object) { i["department"] = closed },
		"org nobody-signs":             func(i object) { delete(i, "department"); i["org"] = stranger },
	} {
		a := admin.types(func(list []any) { change(first(list)) })
		faults, _ := a.object()["errors"].([]any)
		if a.status != 422 || len(faults) != 1 || !strings.HasSuffix(fmt.Sprint(faults[0].(object)["pointer"], " ", faults[0].(object)["code"]), "/"+where) {
			t.Errorf("%s: %d %.300s", where, a.status, a.body)
		}
	}

	// A route needs it; then a document that is on its way there, even when it is not its turn yet.
	needed := func(id any) object {
		a := admin.do("DELETE", fmt.Sprint("/departments/", id), nil)
		a.refused(t, 409, "department-needed")
		return a.object()["params"].(object)
	}
	if p := needed(office); p["types"] != "PO" || p["documents"] != 0.0 {
		t.Errorf("the route's department is closed for %v", p)
	}
	made := buyer.makes(order("CG-DE-1", "250000.00"))
	admin.types(func(list []any) {
		list[1].(object)["closed"] = true
		list[0].(object)["closed"] = true
	}).want(t, 200)
	number := buyer.do("GET", "/e-documents/"+string(made), nil).want(t, 200)["number"]
	for _, id := range []any{office, finance, admin.departmentOf("采购部")["id"]} {
		if p := needed(id); p["types"] != "—" || p["documents"].(float64) < 1 || !strings.Contains(p["numbers"].(string), number.(string)) {
			t.Errorf("%v is closed for %v", id, p)
		}
	}
	legal.act(made, "approve", nil).want(t, 200)
	admin.do("DELETE", fmt.Sprint("/departments/", office), nil).want(t, 204) // it has done its part
}

// Who makes a document does not approve it as somebody of a department on its route, one by one or in bulk, unless the
// type is for organisations of one person.
// Proves DOC-10, PLT-2.
func TestAbuse29NobodyApprovesTheirOwnDocument_DOC10_PLT2(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as("supervisor")
	person, org := w.as("buyer").ids()
	by := cinnabar.Actor{Kind: cinnabar.System, Org: cinnabar.OrgID(org)}
	if err := w.app.Identity.PutMember(t.Context(), by, by.Org, cinnabar.PersonID(person), []string{"doc-creator", "doc-signer"}); err != nil {
		t.Fatal(err)
	}
	purchasing, legal := admin.departmentOf("采购部")["id"], admin.departmentOf("法务部")["id"]
	admin.do("PUT", "/departments/members/"+person, object{"departments": []any{purchasing, legal}}).want(t, 200)

	buyer := w.as("buyer")
	made := object{"department": purchasing}
	for k, v := range order("CG-OWN-1", "250000.00") {
		made[k] = v
	}
	own := buyer.makes(made)
	buyer.act(own, "approve", nil).refused(t, 403, "own-document")
	if bulk := buyer.do("POST", "/e-documents/approvals", object{"cases": []any{own}}); bulk.status < 400 {
		t.Errorf("in bulk: %d %.200s", bulk.status, bulk.body)
	}
	if d := buyer.do("GET", "/e-documents/"+string(own), nil).want(t, 200); d["own"] != true || d["wanted"] != nil {
		t.Errorf("the maker is asked to act: own %v, wanted %v", d["own"], d["wanted"])
	}
	w.as("legal").act(own, "approve", nil).want(t, 200) // control

	admin.types(func(list []any) { list[0].(object)["selfSign"] = true }).want(t, 200)
	made["values"].(object)["orderNumber"] = "CG-OWN-2"
	buyer.act(buyer.makes(made), "approve", nil).want(t, 200) // control: one person does everything
}
