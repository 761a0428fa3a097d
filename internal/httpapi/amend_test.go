package httpapi_test

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
)

// filed brings contracts on paper in; it returns the rows of the answer.
func (w *browser) filed(rows ...object) []object {
	w.b.t.Helper()
	var files []string
	for _, row := range rows {
		name := row["file"].(string)
		files = append(files, w.sendFile("", name, onePage(name)))
	}
	var out []object
	for _, row := range w.do("POST", "/archive/imports", object{"rows": rows, "files": files}).want(w.b.t, 200)["rows"].([]any) {
		out = append(out, row.(object))
	}
	return out
}

// take takes an action in the version that the caller sees now.
func (w *browser) take(id any, action string, body object, headers ...string) answer {
	w.b.t.Helper()
	seen := w.do("GET", fmt.Sprint("/cases/", id), nil).header.Get("ETag")
	return w.do("POST", fmt.Sprint("/cases/", id, "/actions/", action), body, append([]string{"If-Match", seen}, headers...)...)
}

// amendment is what a contract says, with something different.
func amendment(n int, change object) object {
	row := oldContract(n, object{"reason": "与纸质原件不符"})
	delete(row, "file")
	for k, v := range change {
		row[k] = v
	}
	return row
}

func (w *browser) finds(query string, want int) {
	w.b.t.Helper()
	if got := items(w.do("GET", "/documents?"+query, nil), w.b.t); len(got) != want {
		w.b.t.Errorf("%s finds %d, want %d: %v", query, len(got), want, got)
	}
}

// GAS-13: an entry that was wrong is put right; what, by whom and why is told, and searches follow.
func TestFiledContractIsPutRight_GAS13(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	clerk := b.as("clerk")
	rows := clerk.filed(oldContract(0, nil), oldContract(1, nil))
	id := rows[0]["case"]
	for want, change := range map[string]object{
		"/uscc checksum": {"uscc": "91350100M000100Y44"}, "/number missing, /reason missing": {"number": "", "reason": ""}, "/expiresAt out-of-range": {"expiresAt": "2019-02-28"},
		"/number duplicate": {"number": "老合-2019-001"}, "/effectiveAt malformed": {"effectiveAt": "2019"}, "/scan unknown": {"scan": "file_00000000000000000000000001"},
	} {
		if got := fields(t, clerk.take(id, "amend", amendment(0, change))); got != want {
			t.Errorf("%v: %s, want %s", change, got, want)
		}
	}
	clerk.take(id, "amend", amendment(0, nil)).refused(t, 409, "nothing-changed")
	right := amendment(0, object{"number": "老合-2019-100", "company": "样例茶馆有限公司", "gasAddress": "样例市解放路9号", "expiresAt": ""})
	first := clerk.take(id, "amend", right, "Idempotency-Key", "amend-0001")
	c := first.want(t, 200)["case"].(object)
	if again := clerk.do("POST", fmt.Sprint("/cases/", id, "/actions/amend"), right, "Idempotency-Key", "amend-0001", "If-Match", `"1"`); again.want(t, 200)["result"].(object)["version"] != c["version"] {
		t.Errorf("a repeat gets %s", again.body)
	}
	doc := c["documents"].([]any)[0].(object)
	if c["state"].(object)["id"] != "archived" || c["title"] != "样例茶馆有限公司" || doc["number"] != "老合-2019-100" || doc["id"] != rows[0]["document"] || len(doc["former"].([]any)) != 0 {
		t.Errorf("put right: %v", c)
	}
	for query, want := range map[string]int{
		"number=" + url.QueryEscape("老合-2019-100"): 1, "number=" + url.QueryEscape("老合-2019-000"): 0, "q=" + url.QueryEscape("解放路9号"): 1, "q=" + url.QueryEscape("中山路0号"): 0,
		"party=" + url.QueryEscape("样例茶馆"): 1, "q=scan": 2, "uscc=91350100M000100Y43": 2, "expiringBefore=2100-01-01T00:00:00Z": 1,
	} {
		clerk.finds(query, want)
	}
	if got := clerk.filed(oldContract(0, object{"file": "again.pdf"})); got[0]["code"] != nil {
		t.Errorf("the wrong number is not free: %v", got)
	}
	entries := clerk.do("GET", fmt.Sprint("/cases/", id, "/timeline"), nil).list(t)
	last := entries[len(entries)-1]
	detail := last["detail"].(object)
	told := fmt.Sprint(detail["changes"])
	if last["kind"] != "amend" || last["actor"].(object)["name"] != "样例clerk" || detail["reason"] != "与纸质原件不符" || len(detail["changes"].([]any)) != 4 ||
		!strings.Contains(told, "from:老合-2019-000") || !strings.Contains(told, "to:老合-2019-100") {
		t.Errorf("told: %v", last)
	}
	b.as("reviewer").take(id, "amend", right).want(t, 404) // has no part in the archive of papers
}

// GAS-13, PLT-2: a contract filed under the wrong company is the right one's from then on, and the wrong one
// sees nothing of it: not the scan that was wrong either.
func TestContractOfAnotherCompanyIsHandedOver_GAS13_PLT2(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tea := b.org("样例茶业有限公司", "91350100MA0000002T", identity.Customer, "tea-admin")
	clerk, agent, admin := b.as("clerk"), b.as("agent"), b.as("tea-admin")
	id := cinnabar.CaseID(clerk.filed(oldContract(0, nil))[0]["case"].(string))
	c := agent.do("GET", "/cases/"+string(id), nil).want(t, 200)
	scan := c["sections"].([]any)[0].(object)["data"].(object)["scan"].(string)
	admin.do("GET", "/cases/"+string(id), nil).want(t, 404)

	change := amendment(0, object{"uscc": "91350100MA0000002T", "company": "样例茶业有限公司", "scan": clerk.sendFile(id, "right.pdf", onePage("RIGHTSCAN"))})
	done := clerk.take(id, "amend", change).want(t, 200)["case"].(object)
	former := done["documents"].([]any)[0].(object)["former"].([]any)
	if len(former) != 1 || !strings.Contains(former[0].(object)["url"].(string), scan) {
		t.Fatalf("the officer sees the wrong scans %v", former)
	}
	clerk.do("GET", "/files/"+scan+"/content", nil).want(t, 200)
	agent.do("GET", "/cases/"+string(id), nil).want(t, 404)
	agent.do("GET", "/files/"+scan+"/content", nil).want(t, 404)
	agent.finds("", 0)

	theirs := admin.do("GET", "/cases/"+string(id), nil).want(t, 200)
	if doc := theirs["documents"].([]any)[0].(object); len(doc["former"].([]any)) != 0 || len(theirs["actions"].([]any)) != 0 {
		t.Errorf("the company sees %v", theirs)
	}
	if body := admin.do("GET", "/cases/"+string(id)+"/timeline", nil).body; bytes.Contains(body, []byte("91350100M000100Y43")) || bytes.Contains(body, []byte(scan)) {
		t.Errorf("the company reads of the other: %s", body)
	}
	admin.do("GET", "/files/"+scan+"/content", nil).want(t, 404)
	admin.do("POST", "/cases/"+string(id)+"/actions/take-out", object{"reason": "x"}, "If-Match", `"9"`).want(t, 403)
	admin.finds("", 1)
	clerk.finds("q=RIGHTSCAN", 1)
	clerk.finds("q=scan", 0)
	clerk.finds("uscc=91350100M000100Y43", 0)
	clerk.finds("uscc=91350100MA0000002T", 1)
	for text, want := range map[string]string{"RIGHTSCAN": "in-force", "scan-0.pdf": "unknown"} {
		if doc := b.browser().verify(onePage(text), "application/pdf").want(t, 200)["document"].(object); doc["state"] != want {
			t.Errorf("%s verifies as %v, want %s", text, doc, want)
		}
	}
	if got := fields(t, clerk.take(clerk.filed(oldContract(1, nil))[0]["case"], "amend", amendment(1, object{"scan": scan}))); got != "/scan unknown" {
		t.Errorf("a file of another case: %s", got)
	}
	b.member(tea, "tea-clerk", "agent")
	if err := b.app.Identity.PutMember(t.Context(), system, b.operator, b.persons["tea-clerk"], []string{"clerk"}); err != nil {
		t.Fatal(err)
	}
	both := b.as("tea-clerk")
	both.do("PUT", "/sessions/current/org", object{"org": b.operator}).want(t, 200)
	if got := fields(t, both.take(clerk.filed(oldContract(2, nil))[0]["case"], "amend", amendment(2, object{"uscc": "91350100MA0000002T"}))); got != "/uscc not-allowed" {
		t.Errorf("their own company's: %s", got)
	}
}

// GAS-13, GAS-14: a contract that was taken out stands in no list, table or search but the one that asks for it;
// it says so when it is verified, keeps its number, and can be brought back.
func TestFiledContractIsTakenOutAndBroughtBack_GAS13_GAS14(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	clerk, supervisor := b.as("clerk"), b.as("supervisor")
	row := clerk.filed(oldContract(0, nil), oldContract(1, nil))[0]
	id, doc := row["case"], fmt.Sprint(row["document"])
	token := strings.TrimPrefix(clerk.do("GET", "/documents/"+doc, nil).want(t, 200)["verifyUrl"].(string), "/v/")
	verifies := func(want string) {
		t.Helper()
		if got := b.browser().verify(onePage("scan-0.pdf"), "application/pdf").want(t, 200)["document"].(object)["state"]; got != want {
			t.Errorf("the file verifies as %v, want %s", got, want)
		}
		if got := b.browser().do("GET", "/verify/"+token, nil).want(t, 200); got["state"] != want || got["number"] != "老合-2019-000" {
			t.Errorf("the code says %v, want %s", got, want)
		}
		if got := b.browser().do("GET", "/verify/"+token+"/statement", nil); !bytes.Contains(got.body, []byte(`"standing":"`+want+`"`)) {
			t.Errorf("the signed status says %s, want %s", got.body, want)
		}
	}
	lists := func(w *browser, n int) {
		t.Helper()
		number := url.QueryEscape("老合-2019-000")
		for query, want := range map[string]int{
			"": n + 1, "number=" + number: n, "q=" + url.QueryEscape("中山路0号"): n, "state=effective": n + 1, "expiringBefore=2100-01-01T00:00:00Z": n + 1,
			"state=taken-out": 1 - n, "state=taken-out&number=" + number: 1 - n, "state=taken-out&q=" + url.QueryEscape("中山路1号"): 0,
		} {
			w.finds(query, want)
		}
		if got := w.do("GET", "/cases", nil).want(t, 200)["total"]; got != float64(n+1) {
			t.Errorf("%v cases, want %d", got, n+1)
		}
		if got := bytes.Count(w.do("GET", "/documents.csv", nil).body, []byte("\r\n")); got != n+2 {
			t.Errorf("the table has %d lines, want %d", got, n+2)
		}
	}
	lists(clerk, 1)
	verifies("in-force")
	if got := fields(t, clerk.take(id, "take-out", object{"reason": " "})); got != "/reason missing" {
		t.Errorf("without a reason: %s", got)
	}
	taken := clerk.take(id, "take-out", object{"reason": "重复归档"}).want(t, 200)["case"].(object)
	if state := taken["state"].(object); state["id"] != "taken-out" || state["aside"] != true || taken["documents"].([]any)[0].(object)["state"] != "taken-out" {
		t.Errorf("taken out: %v", taken)
	}
	lists(clerk, 0)
	lists(b.as("agent"), 0)
	verifies("taken-out")
	if got := clerk.do("GET", "/documents.csv?state=taken-out", nil).body; !bytes.Contains(got, []byte("已撤出档案")) {
		t.Errorf("table: %s", got)
	}
	entries := supervisor.do("GET", fmt.Sprint("/cases/", id, "/timeline"), nil).list(t)
	if last := entries[len(entries)-1]; last["kind"] != "take-out" || last["detail"].(object)["reason"] != "重复归档" || last["actor"].(object)["name"] != "样例clerk" {
		t.Errorf("told: %v", last)
	}
	clerk.take(id, "amend", amendment(0, object{"company": "x"})).refused(t, 409, "not-open")
	clerk.take(id, "take-out", object{"reason": "x"}).refused(t, 409, "not-open")
	again := clerk.do("POST", "/archive/imports", object{"rows": []object{oldContract(0, object{"file": "new.pdf"})}, "files": []string{clerk.sendFile("", "new.pdf", onePage("new"))}})
	if got := fields(t, again); got != "/rows/0/number taken-out" {
		t.Errorf("filed anew: %s", got)
	}
	supervisor.take(id, "bring-back", object{"reason": "误撤"}).want(t, 200)
	lists(clerk, 1)
	verifies("in-force")
}

// GAS-13: contracts that were signed here are no such papers.
func signedContractsStay(t *testing.T, clerk *browser, doc object) {
	for _, action := range []string{"amend", "take-out", "bring-back"} {
		clerk.take(doc["case"], action, amendment(0, nil)).refused(t, 404, "action-not-found")
	}
	for _, a := range clerk.do("GET", fmt.Sprint("/cases/", doc["case"]), nil).want(t, 200)["actions"].([]any) {
		if name := a.(object)["name"]; name == "amend" || name == "take-out" {
			t.Errorf("%v is offered", name)
		}
	}
}
