package demo_test

import (
	"net/http"
	"testing"
)

// A customer is told when to expect the answer while an officer has the case, and nothing while it waits for the
// customer: the day on which it would lapse is no answer.
// Proves GAS-15.
func TestTheDayToExpectIsTheOfficers_GAS15(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	clerk := w.as("clerk")
	for state, officers := range map[string]bool{"basic": false, "signing": false, "returned": false, "terms": true, "review": true, "countersign": true} {
		id := clerk.find(state)
		c := clerk.see(id)
		if got, due := c["expectedAt"], c["deadline"]; (officers && got != due) || (!officers && got != nil) || due == nil {
			t.Errorf("%s: expected %v, due %v", state, got, due)
		}
	}
	operator := clerk.call(http.MethodGet, "/sessions/current", nil, 200)["org"].(object)["id"]
	agent := w.as("agent1")
	own := agent.call(http.MethodGet, "/sessions/current", nil, 200)["org"].(object)["id"]
	wrong := agent.call(http.MethodPost, "/cases", object{"procedure": "gas-contract", "operator": operator, "for": own}, 422)
	if f := wrong["errors"].([]any)[0].(object); f["pointer"] != "/for" || f["code"] != "not-allowed" {
		t.Errorf("a customer begins for somebody: %v", f)
	}
}
