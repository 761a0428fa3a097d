package httpapi_test

import "testing"

// Proves GAS-15.
func TestOfficerFindsTheCustomerByCode_GAS15(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	clerk := b.as("clerk")
	found := clerk.do("GET", "/organisations?uscc=91350100m000100y43", nil).want(t, 200)["items"].([]any)
	if len(found) != 1 || found[0].(map[string]any)["id"] != string(b.customer) {
		t.Fatalf("got %v", found)
	}
	for _, code := range []string{"91110000600037341L", "91350100M000100Y4X"} { // the operator itself, and nobody
		if got := clerk.do("GET", "/organisations?uscc="+code, nil).want(t, 200)["items"].([]any); len(got) != 0 {
			t.Errorf("%s: %v", code, got)
		}
	}
	clerk.do("GET", "/organisations?uscc=9135", nil).want(t, 422)
	b.as("agent").do("GET", "/organisations?uscc=91350100M000100Y43", nil).refused(t, 403, "operators-only")
	made := clerk.do("POST", "/cases", object{"procedure": "gas-contract", "operator": b.operator, "for": b.customer}).want(t, 201)
	if made["operator"] != string(b.operator) {
		t.Errorf("operator %v", made["operator"])
	}
	b.as("agent").do("GET", "/cases/"+made["id"].(string), nil).want(t, 200)
}

// Proves GAS-15.
func TestListsSayWhoseTurnItIs_GAS15(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	agent, clerk := b.as("agent"), b.as("clerk")
	b.begin(agent)
	for _, c := range []struct {
		who  *browser
		mine string
		want float64
	}{{agent, "open", 1}, {agent, "waiting", 0}, {agent, "done", 0}, {clerk, "open", 0}, {clerk, "waiting", 1}, {clerk, "done", 0}} {
		if got := c.who.do("GET", "/cases?sort=deadline&mine="+c.mine, nil).want(t, 200)["total"]; got != c.want {
			t.Errorf("%s: %v, want %v", c.mine, got, c.want)
		}
	}
	agent.do("GET", "/cases?mine=others", nil).want(t, 422)
}
