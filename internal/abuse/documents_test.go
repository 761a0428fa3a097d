package abuse_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
	"cinnabar/internal/pdf/pdftest"
)

// order is what is entered for a purchase order; number is its business key.
func order(number, total string) object {
	return object{"type": "PO", "values": object{
		"orderNumber": number, "supplier": "示例市东方仪表有限公司", "orderDate": "2026-11-21", "goods": "膜式燃气表 G4", "quantity": 20,
		"total": total, "delivery": "示例市建设路 1 号仓库",
	}}
}

// makes makes a document and returns its case.
func (b *browser) makes(body object) cinnabar.CaseID {
	b.w.t.Helper()
	return cinnabar.CaseID(b.do("POST", "/e-documents", body).want(b.w.t, 201)["case"].(string))
}

// drafts writes the contents of a document that came back.
func (b *browser) drafts(id cinnabar.CaseID, data object) {
	b.w.t.Helper()
	section := b.do("GET", caseAt(id), nil).want(b.w.t, 200)["sections"].([]any)[0].(object)
	b.do("PUT", caseAt(id)+"/drafts/data", object{"data": data}, "If-Match", fmt.Sprintf(`"%v"`, section["revision"])).want(b.w.t, 200)
}

// held is the seal that the caller can use on a document.
func (b *browser) held(id cinnabar.CaseID) string {
	b.w.t.Helper()
	for _, s := range b.do("GET", caseAt(id)+"/seals?for=seal", nil).list(b.w.t) {
		if s["held"] == true {
			return s["id"].(string)
		}
	}
	b.w.t.Fatal("the caller holds no seal")
	return ""
}

// rival is somebody who makes documents for another department of the same company.
func (w *world) rival() *browser {
	w.t.Helper()
	admin, clerk := w.as("supervisor"), w.as("clerk")
	person, org := clerk.ids()
	by := cinnabar.Actor{Kind: cinnabar.System, Org: cinnabar.OrgID(org)}
	if err := w.app.Identity.PutMember(w.t.Context(), by, by.Org, cinnabar.PersonID(person), []string{"clerk", "doc-creator"}); err != nil {
		w.t.Fatal(err)
	}
	department := admin.do("POST", "/departments", object{"name": "工程部"}).want(w.t, 201)["id"]
	admin.do("PUT", "/departments/members/"+person, object{"departments": []any{department}}).want(w.t, 200)
	return w.as("clerk")
}

// finished uploads a finished PDF, to no case.
func (b *browser) finished(content []byte) string {
	b.w.t.Helper()
	id, last := b.upload("", "结算.pdf", "application/pdf", content)
	last.want(b.w.t, 204)
	b.w.eventually("the file is looked at", func() bool { return b.do("GET", "/files/"+id, nil).want(b.w.t, 200)["state"] == "ready" })
	return id
}

// types changes the document types, as an administrator would.
func (b *browser) types(change func([]any)) answer {
	b.w.t.Helper()
	now := b.do("GET", "/document-types", nil)
	list := now.want(b.w.t, 200)["items"].([]any)
	change(list)
	return b.do("PUT", "/document-types", object{"items": list}, "If-Match", now.header.Get("ETag"))
}

// A document that came back cannot take another way by calling itself another type, by losing its key, or
// with a file that somebody else uploaded.
// Proves DOC-3, DOC-10, PLT-2.
func TestAbuse26CorrectingCannotChangeTheWay_DOC3_DOC10_PLT2(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	buyer, finance, legal := w.as("buyer"), w.as("finance"), w.as("legal")
	id := buyer.makes(order("CG-X-1", "250000.00"))
	legal.act(id, "reject", object{"reason": "x"}).want(t, 200)
	stolen := finance.finished(pdftest.Blank())
	own := buyer.finished(pdftest.Blank())
	other := object{"type": "JS", "upload": own, "title": "x", "amount": "250000.00"}
	buyer.drafts(id, other)
	if a := buyer.act(id, "make", nil); a.status != 422 {
		t.Errorf("an order goes on as a settlement, which legal never sees: %d", a.status)
	}
	without := order("", "250000.00")
	buyer.drafts(id, without)
	if a := buyer.act(id, "make", nil); a.status != 422 {
		t.Errorf("an order loses its key: %d", a.status)
	}
	buyer.drafts(id, order("CG-X-1", "240000.00"))
	buyer.act(id, "make", nil).want(t, 200) // control

	other["upload"] = own
	settlement := buyer.makes(other)
	finance.act(settlement, "reject", object{"reason": "x"}).want(t, 200)
	other["upload"] = stolen
	buyer.drafts(settlement, other)
	if a := buyer.act(settlement, "make", nil); a.status != 422 {
		t.Errorf("another's upload is shown in a document: %d", a.status)
	}
	own = buyer.finished(bytes.Replace(pdftest.Blank(), []byte("842"), []byte("841"), 1))
	other["upload"] = own
	buyer.drafts(settlement, other)
	buyer.act(settlement, "make", nil).want(t, 200) // control
}

// Whose amount fits no route is not complete without anybody having looked.
// Proves DOC-3, DOC-10.
func TestAbuse26NoRouteIsNoFreePass_DOC10(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as("supervisor").types(func(list []any) {
		routes := list[0].(object)["routes"].([]any)
		routes[0].(object)["from"] = 1
	}).want(t, 200)
	buyer := w.as("buyer")
	buyer.do("POST", "/e-documents", order("CG-X-2", "0.00")).want(t, 422)
	buyer.makes(order("CG-X-3", "0.01")) // control
	settlement := object{"type": "JS", "upload": buyer.finished(pdftest.Blank()), "title": "x"}
	buyer.makes(settlement) // control: one way for every amount
	for field, code := range map[string]string{"supplier": "not-allowed", "deposit": "not-required"} {
		got := w.as("supervisor").types(func(list []any) {
			order := list[0].(object)
			order["amountField"] = field
			order["template"] = strings.Replace(order["template"].(string), "| total ", "| deposit | money | no | no | 定金 | Deposit | 1 |\n| total ", 1)
		})
		if got.status != 422 || !bytes.Contains(got.body, []byte(`"`+code+`"`)) {
			t.Errorf("a way is chosen by %s: %d %.300s", field, got.status, got.body)
		}
	}

	// An amount that is left out is not the smallest one: where ways go by amounts it has to be said.
	w.as("supervisor").types(func(list []any) {
		routes := list[1].(object)["routes"].([]any)
		small := object{"below": 100, "stages": []any{}}
		list[1].(object)["routes"] = []any{small, routes[0]}
	}).want(t, 200)
	wanted := buyer.do("POST", "/e-documents", object{"type": "JS", "upload": settlement["upload"], "title": "y"}).want(t, 422)["errors"].([]any)
	if f := wanted[0].(object); len(wanted) != 1 || f["pointer"] != "/amount" || f["code"] != "missing" {
		t.Errorf("without an amount: %v", wanted)
	}

	// A change that comes too late changes nothing, numbers neither.
	late := w.as("supervisor")
	list := late.do("GET", "/document-types", nil).want(t, 200)
	list["items"].([]any)[0].(object)["prefix"] = "LATE"
	late.do("PUT", "/document-types", object{"items": list["items"]}, "If-Match", `"99"`).refused(t, 412, "stale")
	id := buyer.makes(order("CG-X-4", "0.01"))
	if number := buyer.do("GET", "/e-documents/"+string(id), nil).want(t, 200)["number"].(string); !strings.HasPrefix(number, "PO-") {
		t.Errorf("numbered %s by a rule that was refused", number)
	}
}

// A deputy does not act before its time, not even when it has a part of its own in the same stage.
// Proves DOC-8, DOC-10, PLT-21.
func TestAbuse26DeputiesWaitForTheirTime_DOC8_DOC10_PLT21(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	buyer, office := w.as("buyer"), w.as("office")
	id := buyer.makes(order("CG-X-4", "250000.00"))
	w.as("legal").act(id, "approve", nil).want(t, 200)
	seal := object{"seal": office.held(id), "password": demo.SealPassword, "item": "finance-seal"}
	if a := office.act(id, "seal", seal); a.status < 400 {
		t.Errorf("the office seals in the place of finance, whose time is not over: %d", a.status)
	}
	delete(seal, "item")
	office.act(id, "seal", seal).want(t, 200) // control: its own part
	route := buyer.do("GET", "/e-documents/"+string(id), nil).want(t, 200)["route"].([]any)[1].([]any)
	for _, part := range route {
		if p := part.(object); (p["done"] == true) != (p["name"] == "office-seal") {
			t.Errorf("the office's seal counts for another part: %v", p)
		}
	}
	if a := office.act(id, "reject", object{"reason": "x"}); a.status != 403 {
		t.Errorf("who has done their part sends the document back: %d", a.status)
	}
	w.as("finance").act(id, "seal", object{"seal": w.as("finance").held(id), "password": demo.SealPassword}).want(t, 200)
}

// A business key that is taken tells those who may not see the document that it is taken, and no more.
// Proves DOC-3, DOC-6.
func TestAbuse26ProbingBusinessKeys_DOC3_DOC6(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	buyer, rival := w.as("buyer"), w.rival()
	id := buyer.makes(order("CG-X-5", "100.00"))
	number := buyer.do("GET", "/e-documents/"+string(id), nil).want(t, 200)["number"].(string)
	silent := func(a answer) {
		t.Helper()
		if bytes.Contains(a.body, []byte(id)) || bytes.Contains(a.body, []byte(number)) {
			t.Errorf("%s tells of another department's document: %.300s", a.asked, a.body)
		}
	}
	rival.do("GET", "/e-documents/"+string(id), nil).want(t, 404)
	probe := rival.do("POST", "/e-documents", order("CG-X-5", "1.00"))
	probe.refused(t, 409, "document-exists")
	silent(probe)
	mine := rival.makes(order("CG-X-6", "1.00"))
	rival.act(mine, "recall", object{"reason": "x"}).want(t, 200)
	rival.drafts(mine, order("CG-X-5", "1.00"))
	probe = rival.act(mine, "make", nil)
	probe.refused(t, 409, "document-exists")
	silent(probe)
	probe = rival.sheet("/e-documents/sheets/check", "CG-X-5")
	if total := probe.want(t, 200)["total"]; total != 1.0 {
		t.Errorf("a taken key is not among the findings: %v", total)
	}
	silent(probe)
	if a := buyer.sheet("/e-documents/sheets/check", "CG-X-5"); !bytes.Contains(a.body, []byte(number)) { // control
		t.Errorf("the department's own document is not named: %.300s", a.body)
	}
}

// sheet sends a spreadsheet of one order.
func (b *browser) sheet(to, key string, headers ...string) answer {
	b.w.t.Helper()
	return b.do("POST", to, b.sheetOf(key), headers...)
}

// sheetOf uploads a spreadsheet of one order and says what to make of it.
func (b *browser) sheetOf(key string) object {
	b.w.t.Helper()
	csv := "订单号,供应商,订单日期,货物名称及规格,数量,金额（元）,交货地点\n" + key + ",示例市东方仪表有限公司,2026-11-21,膜式燃气表,10,100.50,一号仓库\n"
	file, last := b.upload("", "订单.csv", "text/csv", []byte(csv))
	last.want(b.w.t, 204)
	columns := []any{}
	body := object{"file": file, "type": "PO", "mapping": object{"columns": columns}}
	body["mapping"] = b.do("POST", "/e-documents/sheets/proposal", body).want(b.w.t, 200)["mapping"]
	return body
}

// A run of many rows, its spreadsheet and its course are for the department that began it, a bulk sealing
// for who gave the password; others neither see nor steer it.
// Proves DOC-2, DOC-6, PLT-2, PLT-24.
func TestAbuse26OthersBatches_DOC2_DOC6_PLT2_PLT24(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	buyer, rival, finance, office := w.as("buyer"), w.rival(), w.as("finance"), w.as("office")
	hidden := func(b *browser, id string) {
		t.Helper()
		for _, path := range []string{"", "/rows", "/result.xlsx", "/events"} {
			hasty := &browser{w, &http.Client{Jar: b.client.Jar, Timeout: 5 * time.Second}} // a stream has no end
			if a := hasty.do("GET", "/batches/"+id+path, nil); a.status != 404 {
				t.Errorf("another department's run: %s %d", a.asked, a.status)
			}
		}
		for _, action := range []string{"pause", "resume", "cancel", "retry"} {
			if a := b.do("POST", "/batches/"+id+"/"+action, nil); a.status != 404 {
				t.Errorf("another department's run is steered: %s %d", a.asked, a.status)
			}
		}
		if a := b.do("GET", "/batches", nil); strings.Contains(string(a.body), id) {
			t.Errorf("another department's run is listed: %s", a.body)
		}
	}
	ended := func(b *browser, id string) {
		t.Helper()
		w.eventually("the run ends", func() bool {
			return b.do("GET", "/batches/"+id, nil).want(t, 200)["state"] == "done" // control: the maker sees it
		})
	}
	name := []string{"Idempotency-Key", "march-orders"}
	run := buyer.sheet("/e-documents/batches", "CG-X-7", name...).want(t, 201)["id"].(string)
	if again := buyer.sheet("/e-documents/batches", "CG-X-7", name...); again.status == 201 && again.object()["id"] != run { // control
		t.Error("the same request makes two runs")
	}
	if a := rival.sheet("/e-documents/batches", "CG-X-70", name...).want(t, 201); a["id"] == run {
		t.Error("another's key leads to another's run")
	}
	ended(buyer, run)
	hidden(rival, run)
	hidden(finance, run)

	id := buyer.makes(order("CG-X-8", "100.00"))
	bulk := finance.do("POST", "/seals/"+finance.held(id)+"/bulk", object{"cases": []any{id}, "action": "seal", "password": demo.SealPassword}).want(t, 201)["id"].(string)
	ended(finance, bulk)
	hidden(office, bulk)
}

// A document is begun where documents are begun; nobody takes numbers by cases without one.
// Proves DOC-3, PLT-2.
func TestAbuse26CasesWithoutADocument_DOC3_PLT2(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, org := w.as("supervisor").ids()
	buyer, agent := w.as("buyer"), w.as("agent1")
	agent.do("PUT", "/sessions/current/org", object{"org": ""}).want(t, 200) // in person
	for _, b := range []*browser{buyer, w.as("agent2"), agent} {
		a := b.do("POST", "/cases", object{"procedure": "e-document", "operator": org, "role": "creator"})
		a.refused(t, 403, "may-not-start")
	}
	w.as("agent2").do("POST", "/cases", object{"procedure": "gas-contract", "operator": org}).want(t, 201) // control
}

// A route, a deputy or a list of creators holds the organisation's own departments only: whoever stands there reads
// the documents.
// Proves DOC-6, DOC-10, PLT-2.
func TestAbuse27RoutesThroughOthersDepartments_DOC6_DOC10_PLT2(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as("supervisor")
	_, org := w.as("agent1").ids()
	other, err := w.app.Identity.AddDepartment(t.Context(), cinnabar.Actor{Kind: cinnabar.System, Org: cinnabar.OrgID(org)}, "采购部", "")
	if err != nil {
		t.Fatal(err)
	}
	item := func(list []any) object {
		return list[0].(object)["routes"].([]any)[0].(object)["stages"].([]any)[0].(object)["items"].([]any)[0].(object)
	}
	at := "/0/routes/0/stages/0/items/0/"
	for field, change := range map[string]func([]any){
		at + "department": func(list []any) { item(list)["department"] = other.ID },
		at + "deputy":     func(list []any) { item(list)["deputy"] = other.ID },
		at + "org":        func(list []any) { delete(item(list), "department"); item(list)["org"] = "org_none" },
		"/0/creators/0":   func(list []any) { list[0].(object)["creators"] = []any{other.ID} },
	} {
		a := admin.types(change)
		faults, _ := a.object()["errors"].([]any)
		if a.status != 422 || len(faults) != 1 || !strings.HasSuffix(faults[0].(object)["pointer"].(string), field) {
			t.Errorf("%s of another organisation: %d %.300s", field, a.status, a.body)
		}
	}
	admin.types(func(list []any) { item(list)["deputy"] = item(list)["department"] }).want(t, 200) // control
}

// The file servers and index databases of an operator are not for other organisations, whose numbers could
// be the same.
// Proves DOC-4, PLT-2.
func TestAbuse26OthersIndexDatabases_DOC4_PLT2(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as("supervisor").do("PUT", "/index-databases/purchasing", object{"kind": "sqlite", "dsn": "purchasing.db"}).want(t, 200)
	kind := func(database string) object {
		return object{
			"id": "PO", "title": object{"zh": "订单", "en": "Order"}, "prefix": "PO", "date": "month", "digits": 5, "uploads": true,
			"routes": []any{}, "store": "built-in", "database": database,
		}
	}
	agent := w.as("agent1")
	put := func(k object) answer {
		now := agent.do("GET", "/document-types", nil)
		now.want(t, 200)
		return agent.do("PUT", "/document-types", object{"items": []any{k}}, "If-Match", now.header.Get("ETag"))
	}
	if a := put(kind("purchasing")); a.status != 422 {
		t.Errorf("a customer writes into the gas company's index database: %d %.200s", a.status, a.body)
	}
	put(kind("main")).want(t, 200) // control
}

// What is wrong in the frame of a document is told at its field before anything is made: no case, no number.
// Proves DOC-1, DOC-3.
func TestNothingIsLeftOfADocumentThatCannotBe_DOC1_DOC3(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	buyer := w.as("buyer")
	upload := buyer.finished(pdftest.Blank())
	before := buyer.do("GET", "/e-documents", nil).want(t, 200)["total"]
	for field, value := range map[string]any{"amount": "12x", "date": "2026-02-30", "title": strings.Repeat("长", 101)} {
		draft := object{"type": "JS", "upload": upload, "title": "十月结算", "amount": "1200.00"}
		draft[field] = value
		a := buyer.do("POST", "/e-documents", draft)
		a.refused(t, 422, "invalid-input")
		if fields := a.object()["errors"].([]any); len(fields) != 1 || fields[0].(object)["pointer"] != "/"+field {
			t.Errorf("%s: %v", field, fields)
		}
	}
	if after := buyer.do("GET", "/e-documents", nil).want(t, 200)["total"]; after != before {
		t.Errorf("there are %v documents, before there were %v", after, before)
	}
}
