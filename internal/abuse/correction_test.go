package abuse_test

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/cinnabar"
)

// sectionOf is a section of the case as somebody sees it.
func (b *browser) sectionOf(id cinnabar.CaseID, section string) object {
	b.w.t.Helper()
	for _, s := range b.do("GET", caseAt(id), nil).want(b.w.t, 200)["sections"].([]any) {
		if s.(object)["id"] == section {
			return s.(object)
		}
	}
	b.w.t.Fatalf("there is no section %s", section)
	return nil
}

// redraft changes entries of what was handed in for a section.
func (b *browser) redraft(id cinnabar.CaseID, section string, change object) {
	b.w.t.Helper()
	now := b.sectionOf(id, section)
	data, _ := now["data"].(object)
	if data == nil {
		data = object{}
	}
	maps.Copy(data, change)
	b.do("PUT", caseAt(id)+"/drafts/"+section, object{"data": data}, "If-Match", fmt.Sprintf(`"%v"`, now["revision"])).want(b.w.t, 200)
}

// hands gives a material a file.
func (b *browser) hands(id cinnabar.CaseID, material string) answer {
	b.w.t.Helper()
	file, ok := b.comesIn(id, material+".jpg", "image/jpeg", photo(b.w.t))
	if !ok {
		b.w.t.Fatal("the picture was refused")
	}
	return b.do("PUT", caseAt(id)+"/materials/"+material, object{"files": []string{file}})
}

// finds counts the cases that somebody finds by words.
func (b *browser) finds(words string) int {
	b.w.t.Helper()
	return int(b.do("GET", "/cases?q="+url.QueryEscape(words), nil).want(b.w.t, 200)["total"].(float64))
}

// returns has the reviewer find sections or materials unqualified.
func (b *browser) returns(id cinnabar.CaseID, names ...string) {
	b.w.t.Helper()
	verdicts := judged(b.w.t, b, id)
	for _, v := range verdicts["verdicts"].([]any) {
		for _, name := range names {
			if one := v.(object); one["material"] == name {
				one["verdict"], one["reason"] = "unqualified", "不符"
			}
		}
	}
	b.act(id, "judge", verdicts).want(b.w.t, 200)
}

// A correction takes in what was found wanting and nothing less: a form as it was is none, appliances are those of the
// catalogue, another type of use asks for its own materials and makes its own contract. What a contract was found by it
// is found by afterwards, and wrong numbers lead to it no more.
// Proves GAS-5, GAS-6, GAS-9, GAS-10, GAS-13, PLT-3.
func TestAbuse40CorrectionsThatCorrectTooLittle_GAS5_GAS6_GAS9_GAS10_GAS13_PLT3(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.play(2, gascontract.Returned) // for its licence
	customer, reviewer := w.as("agent2"), w.as("reviewer")
	before, _ := customer.document(id)
	found := func(when string) {
		t.Helper()
		mobile := w.account("agent2").Mobile
		for words, want := range map[string]int{"额定总流量": 1, before["number"].(string): 1, mobile: 0, "6222000000000001": 0} {
			if got := reviewer.finds("燃气 " + words); got < want || (want == 0 && got > 0) {
				t.Errorf("%s: found by %q: %d", when, words, got)
			}
		}
	}
	found("as it was")
	customer.hands(id, "licence").want(t, 200)
	customer.act(id, "correct", nil).want(t, 200)
	if customer.state(id) != gascontract.Review {
		t.Fatalf("another licence leads to %s", customer.state(id))
	}
	found("after another licence")

	reviewer.returns(id, "form-contract")
	if got := refusals(t, customer.act(id, "correct", nil)); got != "/sections/contract unchanged" {
		t.Errorf("a form as it was is refused for %s", got)
	}
	customer.draftContract(id, object{"appliances": []any{object{"name": "自制灶", "flow": "0.1", "count": 1}}})
	if got := refusals(t, customer.act(id, "correct", nil)); !strings.Contains(got, "/appliances/0/name not-in-catalogue") {
		t.Errorf("a correction is refused for %s", got)
	}
	w.sql(`UPDATE case_material SET verdict = 'qualified' WHERE case_id = $1 AND section = 'contract'`, string(id))
	w.sql(`UPDATE case_material SET verdict = 'unqualified', reason = '不符' WHERE case_id = $1 AND section = 'identity'`, string(id))

	const mobile = "13912345678"
	customer.redraft(id, gascontract.SectionIdentity, object{"useType": gascontract.Industrial, "mobile": mobile})
	if got := refusals(t, customer.act(id, "correct", nil)); got != "/materials/acceptance missing" {
		t.Errorf("another type of use is refused for %s", got)
	}
	customer.hands(id, "premises").refused(t, 409, "not-editable") // control
	customer.hands(id, "alarm").refused(t, 404, "material-not-found")
	customer.hands(id, "acceptance").want(t, 200)
	customer.act(id, "correct", nil).want(t, 200)
	clerk := w.as("clerk")
	clerk.redraft(id, gascontract.SectionTerms, object{"pressureLevel": "medium-b"})
	clerk.act(id, "complete-terms", nil).want(t, 200)
	after, _ := customer.document(id)
	if customer.state(id) != gascontract.Signing || after["number"] != before["number"] || after["title"] == before["title"] || after["sha256"] == before["sha256"] {
		t.Errorf("another type of use leads to %s with %v", customer.state(id), after)
	}
	if n := reviewer.finds("商业用户"); n != 0 {
		t.Error("found by the words of the contract that was superseded")
	}
	marks := func(mobile string) (n int) {
		if err := w.app.DB.QueryRow(t.Context(), `SELECT count(*) FROM case_party WHERE case_id = $1 AND mark = $2`, string(id), "idx:"+w.app.Vault.Index("mobile", mobile)).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if marks(mobile) != 1 || marks(w.account("agent2").Mobile) != 0 {
		t.Error("the applicant is known by the number that was corrected")
	}

	w.sql(`UPDATE bcase SET state = 'review' WHERE id = $1`, string(id))
	reviewer.returns(id, "licence")
	customer.hands(id, "licence").want(t, 200)
	w.sql(`UPDATE bcase SET facts = json_remove(facts, '$.wording') WHERE id = $1`, string(id)) // as if made from another
	w.clock.Advance(time.Minute)                                                                // which the file tells
	customer.act(id, "correct", nil).want(t, 200)
	if again, _ := customer.document(id); again["sha256"] == after["sha256"] {
		t.Error("a contract in former words stays")
	}

	w.sql(`UPDATE bcase SET state = 'review' WHERE id = $1`, string(id))
	w.sql(`UPDATE case_material SET files = '[]' WHERE case_id = $1 AND name = 'acceptance'`, string(id))
	verdicts := judged(t, reviewer, id)
	verdicts["verdicts"] = append(verdicts["verdicts"].([]any), object{"material": "acceptance", "verdict": "qualified", "reason": ""})
	if got := refusals(t, reviewer.act(id, "judge", verdicts)); !strings.Contains(got, "/verdict nothing-to-judge") {
		t.Errorf("nothing is qualified, refused for %s", got)
	}
}
