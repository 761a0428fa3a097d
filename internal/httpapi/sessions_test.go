package httpapi_test

import "testing"

// Proves PLT-1.
func TestSessionBeginsRotatesAndEnds_PLT1(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	agent := b.as("agent")
	current := agent.do("GET", "/sessions/current", nil).want(t, 200)
	if org, _ := current["org"].(map[string]any); org["id"] != string(b.customer) {
		t.Fatalf("the only organisation is acted for at once: %v", current)
	}
	b.clock.Advance(61e9)
	again := agent.do("POST", "/sessions/sms-codes", map[string]any{"mobile": b.mobiles["agent"]})
	again.want(t, 204)
	agent.do("POST", "/sessions", map[string]any{"method": "sms", "mobile": b.mobiles["agent"], "code": b.code("agent")}).want(t, 200)
	rows := agent.do("GET", "/sessions", nil).list(t)
	if len(rows) != 1 || rows[0]["current"] != true || rows[0]["id"] == current["id"] {
		t.Fatalf("the session before is still there: %v", rows)
	}
	agent.do("DELETE", "/sessions/current", nil).want(t, 204)
	agent.do("GET", "/sessions/current", nil).refused(t, 401, "not-signed-in")
}
