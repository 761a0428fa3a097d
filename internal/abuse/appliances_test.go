package abuse_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/cinnabar"
)

// refusals are what an answer refuses.
func refusals(t *testing.T, a answer) string {
	t.Helper()
	var out []string
	for _, one := range a.want(t, 422)["errors"].([]any) {
		f := one.(object)
		out = append(out, fmt.Sprint(f["pointer"], " ", f["code"]))
	}
	return strings.Join(out, ", ")
}

// contractOf is the section of contract data as somebody sees it.
func (b *browser) contractOf(id cinnabar.CaseID) object {
	b.w.t.Helper()
	for _, s := range b.do("GET", caseAt(id), nil).want(b.w.t, 200)["sections"].([]any) {
		if s.(object)["id"] == gascontract.SectionContract {
			return s.(object)
		}
	}
	b.w.t.Fatal("there is no contract data")
	return nil
}

// draftContract keeps a draft of contract data in which some entries are changed.
func (b *browser) draftContract(id cinnabar.CaseID, change object) {
	b.w.t.Helper()
	data := object{
		"gasAddress": "示例市和平路 88 号 1 层", "monthlyConsumption": "2100", "termYears": 3, "startDate": b.w.clock.Now().Format(time.DateOnly),
		"appliances": []any{object{"name": "燃气蒸箱", "count": 2}},
	}
	for k, v := range change {
		data[k] = v
	}
	revision := fmt.Sprintf(`"%v"`, b.contractOf(id)["revision"])
	b.do("PUT", caseAt(id)+"/drafts/contract", object{"data": data}, "If-Match", revision).want(b.w.t, 200)
}

// A customer makes up appliances, or their rated flow, to look smaller than it is: the catalogue says what there is
// and how much it takes, when contract data is handed in and when it is corrected.
// Proves GAS-6.
func TestAbuse38MadeUpAppliances_GAS6(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.play(1, gascontract.Contract)
	agent := w.as("agent1")
	list := func(rows ...any) object { return object{"appliances": rows} }
	for want, rows := range map[string]object{
		"/sections/contract/appliances/1/name not-in-catalogue":                                       list(object{"name": "燃气蒸箱", "count": 1}, object{"name": "自制灶", "flow": "0.1", "count": 1}),
		"/sections/contract/appliances/0/model missing, /sections/contract/appliances/0/flow missing": list(object{"name": "其他燃气器具", "count": 1}),
		"/sections/contract/appliances/0/flow out-of-range":                                           list(object{"name": "其他燃气器具", "model": "ZZ-1", "flow": "0", "count": 1}),
	} {
		agent.draftContract(id, rows)
		if got := refusals(t, agent.act(id, "submit-contract", nil)); got != want {
			t.Errorf("refused for %s, want %s", got, want)
		}
	}
	agent.draftContract(id, list(object{"name": "燃气蒸箱", "flow": "0.1", "count": 2}, object{"name": "其他燃气器具", "model": "ZZ-1", "flow": "7.5", "count": 1}))
	agent.act(id, "submit-contract", nil).want(t, 200)
	rows := agent.contractOf(id)["data"].(object)["appliances"].([]any)
	if one, own := rows[0].(object), rows[1].(object); one["flow"] != "3.2" || own["flow"] != "7.5" || own["model"] != "ZZ-1" {
		t.Errorf("kept as %v", rows)
	}
}

// A contract begins about when it is made, and ends; a renewed one may wait for the end of the old one.
// Proves GAS-6, GAS-13.
func TestAbuse39ATermOutOfTime_GAS6_GAS13(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.play(1, gascontract.Contract)
	agent := w.as("agent1")
	now := w.clock.Now().In(cinnabar.China)
	day := func(years, days int) string { return now.AddDate(years, 0, days).Format(time.DateOnly) }
	tried := func(change object) string {
		agent.draftContract(id, change)
		a := agent.act(id, "submit-contract", nil)
		got := refusals(t, a)
		for _, key := range []string{"earliest", "latest"} {
			if bound := a.want(t, 422)["errors"].([]any)[0].(object)["params"].(object)[key]; bound != nil {
				got += fmt.Sprint(" ", key, " ", bound)
			}
		}
		return got
	}
	const at = "/sections/contract/startDate out-of-range"
	for start, want := range map[string]string{
		"1800-01-01": at + " earliest " + day(0, -30), day(0, -31): at + " earliest " + day(0, -30),
		"2200-01-01": at + " latest " + day(1, 0), day(1, 1): at + " latest " + day(1, 0),
	} {
		if got := tried(object{"startDate": start}); got != want {
			t.Errorf("%s: %s, want %s", start, got, want)
		}
	}
	for _, years := range []int{0, 11} {
		if got := tried(object{"termYears": years}); got != "/sections/contract/termYears out-of-range" {
			t.Errorf("%d years: %s", years, got)
		}
	}
	old := w.play(1, gascontract.InForce)
	first, err := time.Parse(time.DateOnly, agent.contractOf(old)["data"].(object)["startDate"].(string))
	if err != nil {
		t.Fatal(err)
	}
	next := first.AddDate(3, 0, 0)
	w.sql(`UPDATE bcase SET origin = $2 WHERE id = $1`, string(id), string(old))
	if got, want := tried(object{"startDate": next.AddDate(0, 0, 1).Format(time.DateOnly)}), at+" latest "+next.Format(time.DateOnly); got != want {
		t.Errorf("after the old one: %s, want %s", got, want)
	}
	agent.draftContract(id, object{"startDate": next.Format(time.DateOnly)})
	agent.act(id, "submit-contract", nil).want(t, 200) // control
}
