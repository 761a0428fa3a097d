package abuse_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
)

// orders makes n documents of one spreadsheet and returns their cases as the signer finds them.
func (w *world) orders(buyer, signer *browser, name string, n int) []any {
	w.t.Helper()
	var csv strings.Builder
	csv.WriteString("订单号,供应商,订单日期,货物名称及规格,数量,金额（元）,交货地点\n")
	for i := range n {
		fmt.Fprintf(&csv, "%s-%d,示例市𬭎图仪表有限公司,2026-11-21,膜式燃气表,10,100.50,一号仓库\n", name, i)
	}
	file, last := buyer.upload("", "订单.csv", "text/csv", []byte(csv.String()))
	last.want(w.t, 204)
	body := object{"file": file, "type": "PO", "mapping": object{"columns": []any{}}}
	body["mapping"] = buyer.do("POST", "/e-documents/sheets/proposal", body).want(w.t, 200)["mapping"]
	buyer.done(buyer.do("POST", "/e-documents/batches", body).want(w.t, 201)["id"])
	var cases []any
	for _, one := range signer.do("GET", "/e-documents?role=signer&limit=200&q="+name, nil).want(w.t, 200)["items"].([]any) {
		cases = append(cases, one.(object)["case"])
	}
	if len(cases) != n {
		w.t.Fatalf("%d of %d documents wait for the signer", len(cases), n)
	}
	return cases
}

// done waits for the end of a run and returns it.
func (b *browser) done(id any) (run object) {
	b.w.t.Helper()
	b.w.eventually("the run ends", func() bool {
		run = b.do("GET", "/batches/"+id.(string), nil).want(b.w.t, 200)
		return run["state"] == "done"
	})
	return run
}

// Who holds no password of a seal neither asks for its use nor has the program read thousands of cases for them;
// nor does who holds it and gives a wrong password.
// Proves PLT-24, PLT-11.
func TestAbuse27BulkSealingByOthers_PLT24_PLT11(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	buyer, finance, office := w.as("buyer"), w.as("finance"), w.as("office")
	id := buyer.makes(order("CG-Y-1", "100.00"))
	seal := "/seals/" + finance.held(id)
	order := object{"cases": []any{id, "case_none"}, "action": "seal", "reason": "x", "password": "no password"}
	for who, b := range map[string]*browser{"office": office, "buyer": buyer} {
		if a := b.do("POST", seal+"/bulk/approvals", order); a.status != 404 || a.object()["code"] != "not-holder" {
			t.Errorf("%s asks for the use of a seal of finance: %d %.200s", who, a.status, a.body)
		}
		if a := b.do("POST", seal+"/bulk", order); a.status != 404 || a.object()["code"] != "not-holder" {
			t.Errorf("%s seals with a seal of finance: %d %.200s", who, a.status, a.body)
		}
	}
	// A wrong password is told before any case is looked at, and counted.
	wrong := finance.do("POST", seal+"/bulk", order)
	wrong.refused(t, 403, "wrong-password")
	if left := wrong.object()["params"].(object)["triesLeft"]; left != 4.0 {
		t.Errorf("%v tries are left", left)
	}
	order["password"] = demo.SealPassword
	finance.do("POST", seal+"/bulk", order).want(t, 422) // control: now the unknown case is told
	order["cases"] = []any{id}
	finance.done(finance.do("POST", seal+"/bulk", order).want(t, 201)["id"])
}

// One reminder in an hour for those whose turn it is, whoever of the creators sends it.
// Proves PLT-21, PLT-23.
func TestAbuse27RemindersAreLimited_PLT23(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	buyer, legal := w.as("buyer"), w.as("legal")
	id := buyer.makes(order("CG-Y-2", "250000.00"))
	buyer.act(id, "remind", nil).want(t, 200)
	buyer.act(id, "remind", nil).refused(t, 429, "reminded-already")
	w.as("buyer").act(id, "remind", nil).refused(t, 429, "reminded-already")
	legal.act(id, "approve", nil).want(t, 200)
	buyer.act(id, "remind", nil).want(t, 200) // control: others have their turn
	buyer.act(id, "remind", nil).refused(t, 429, "reminded-already")
	w.clock.Advance(time.Hour)
	w.as("buyer").act(id, "remind", nil).want(t, 200) // control: the hour is over

	// What is taken back shows its new contents to nobody who did not act on it, and they are told.
	w.as("buyer").act(id, "recall", object{"reason": "单价有误"}).want(t, 200)
	for login, status := range map[string]int{"finance": 404, "office": 404, "legal": 200} {
		b := w.as(login)
		b.do("GET", "/e-documents/"+string(id), nil).want(t, status)
		if n := b.notices("不用办理", "单价有误"); n != 1 {
			t.Errorf("%s is told %d times that it was taken back", login, n)
		}
	}
}

// The approval to seal a selection holds for what a restart left of it, and for nothing more.
// Proves PLT-24, DOC-7.
func TestAnApprovedBulkSealingGoesOnAfterARestart_PLT24_DOC7(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	buyer, finance, admin := w.as("buyer"), w.as("finance"), w.as("supervisor")
	cases := w.orders(buyer, finance, "CG-Z", 60)
	id := finance.held(cinnabar.CaseID(cases[0].(string)))
	seal := "/seals/" + id
	w.sql(`UPDATE seal SET needs_approval = 1 WHERE id = $1`, id)
	bulk := object{"cases": cases, "action": "seal", "password": demo.SealPassword, "reason": "三月订单"}
	finance.do("POST", seal+"/bulk", bulk).refused(t, 409, "use-not-approved")
	asked := finance.do("POST", seal+"/bulk/approvals", bulk).want(t, 201)["id"].(string)
	// Who decides sees for which documents; who asks sees at each document that it was asked for.
	documents := seal + "/approvals/" + asked + "/documents"
	shown := admin.do("GET", documents, nil).want(t, 200)
	if list := shown["items"].([]any); shown["total"] != 60.0 || len(list) != 60 || list[0].(object)["number"] == "" || list[0].(object)["open"] != false {
		t.Errorf("who decides is shown %v of %v: %v", len(list), shown["total"], list[0])
	}
	finance.do("GET", documents, nil).want(t, 403)
	one := finance.do("POST", seal+"/approvals", object{"case": cases[0], "reason": "先盖一份"}).want(t, 201)
	for _, s := range finance.do("GET", fmt.Sprintf("/cases/%s/seals?for=seal", cases[0]), nil).list(t) {
		if s["id"] == id && s["reason"] != "approval-asked" {
			t.Errorf("after asking the seal shows %v", s["reason"])
		}
	}
	admin.do("POST", fmt.Sprint(seal, "/approvals/", one["id"], "/refuse"), object{"reason": "一并办理"}).want(t, 200)
	admin.do("POST", seal+"/approvals/"+asked+"/approve", object{}).want(t, 200)
	run := finance.do("POST", seal+"/bulk", bulk).want(t, 201)["id"].(string)
	w.eventually("some are sealed", func() bool { return finance.do("GET", "/batches/"+run, nil).want(t, 200)["done"].(float64) > 0 })
	w.restart()
	before := finance.do("GET", "/batches/"+run, nil).want(t, 200)["done"].(float64)
	if before == 60 {
		t.Fatal("the restart left nothing to be sealed")
	}
	finance.do("POST", "/batches/"+run+"/unlock", object{"password": demo.SealPassword}).want(t, 200)
	if end := finance.done(run); end["done"] != 60.0 || end["failed"] != 0.0 {
		t.Errorf("the run ended as %v", end)
	}
	for _, a := range finance.do("GET", seal+"/approvals", nil).list(t) {
		if a["id"] == asked && a["usesLeft"] != 0.0 {
			t.Errorf("%v uses are left of an approval of 60, with 60 sealed", a["usesLeft"])
		}
	}
}

// Who only looks approves a selection at once; each document has its own result, and what is not theirs to approve
// is named before anything happens.
// Proves DOC-6, DOC-10, PLT-24.
func TestManyAreApprovedAtOnce_DOC6_DOC10_PLT24(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	buyer, legal, finance := w.as("buyer"), w.as("legal"), w.as("finance")
	cases := []any{}
	for i := range 3 {
		cases = append(cases, buyer.makes(order(fmt.Sprintf("CG-A-%d", i), "250000.00")))
	}
	small := buyer.makes(order("CG-A-9", "100.00")) // finance alone
	desk := func(b *browser) []any {
		return b.do("GET", "/e-documents?role=signer&q=CG-A", nil).want(t, 200)["items"].([]any)
	}
	if rows := desk(legal); len(rows) != 3 || fmt.Sprint(rows[0].(object)["wanted"].([]any)[0].(object)["seal"]) != "false" || rows[0].(object)["dueAt"] == nil {
		t.Fatalf("the desk of legal: %v", rows)
	}
	if rows := desk(finance); len(rows) != 1 || rows[0].(object)["wanted"].([]any)[0].(object)["seal"] != true {
		t.Fatalf("the desk of finance: %v", rows)
	}
	buyer.do("POST", "/e-documents/approvals", object{"cases": cases}).refused(t, 403, "not-your-role")
	mixed := legal.do("POST", "/e-documents/approvals", object{"cases": []any{cases[0], small, "case_none"}})
	mixed.want(t, 422)
	if faults := mixed.object()["errors"].([]any); len(faults) != 2 || !strings.HasSuffix(faults[0].(object)["pointer"].(string), "/cases/1") {
		t.Errorf("another's documents in a selection: %v", faults)
	}
	if a := finance.do("POST", "/e-documents/approvals", object{"cases": []any{small}}); a.status != 422 || !strings.Contains(string(a.body), "seal-wanted") {
		t.Errorf("who is to seal approves: %d %.200s", a.status, a.body)
	}
	name := []string{"Idempotency-Key", "approve-march"}
	order := object{"cases": cases, "comment": "同意"}
	run := legal.do("POST", "/e-documents/approvals", order, name...).want(t, 201)["id"]
	if end := legal.done(run); end["done"] != 3.0 || end["failed"] != 0.0 {
		t.Fatalf("the run: %v", end)
	}
	w.answerLost(name[1])
	if again := legal.do("POST", "/e-documents/approvals", order, name...).want(t, 201)["id"]; again != run {
		t.Errorf("the same selection again is run %v, the first was %v", again, run)
	}
	if rows := desk(finance); len(rows) != 4 { // control: it is their turn now
		t.Errorf("%d documents wait for finance", len(rows))
	}
	if rows := desk(legal); len(rows) != 0 {
		t.Errorf("%d documents wait for legal still", len(rows))
	}
	// Two departments of one stage seal the same selection at once.
	office := w.as("office")
	runs := map[*browser]any{}
	for _, b := range []*browser{finance, office} {
		held := b.held(cases[0].(cinnabar.CaseID))
		runs[b] = b.do("POST", "/seals/"+held+"/bulk", object{"cases": cases, "action": "seal", "password": demo.SealPassword}).want(t, 201)["id"]
	}
	for b, run := range runs {
		if end := b.done(run); end["done"] != 3.0 || end["failed"] != 0.0 {
			t.Errorf("beside another department's: %v %s", end, b.do("GET", fmt.Sprintf("/batches/%v/rows", run), nil).body)
		}
	}
	// Past the time it shows as overdue.
	w.clock.Advance(100 * time.Hour)
	if rows := desk(w.as("finance")); rows[0].(object)["overdue"] != true {
		t.Errorf("after its time: %v", rows[0])
	}
}
