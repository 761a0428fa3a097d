package httpapi_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// What is wrong with a request as such is named: each entry that is missing, and what the body should have been.
// Proves PLT-19.
func TestProblemsNameWhatIsWrong_PLT19(t *testing.T) {
	t.Parallel()
	b := newBench(t).as("customer-admin")
	missing := b.do("POST", "/seals", object{}).want(t, 422)
	var at []string
	for _, f := range missing["errors"].([]any) {
		one := f.(map[string]any)
		if one["code"] != "missing" {
			t.Errorf("got %v", one)
		}
		at = append(at, one["pointer"].(string))
	}
	if slices.Sort(at); !slices.Equal(at, []string{"/kind", "/org"}) {
		t.Errorf("missing are %v", at)
	}
	b.do("POST", "/seals", object{"kind": "name"}, "Content-Type", "text/plain").refused(t, 415, "json-only")
	torn, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.b.url+"/api/v1/sessions", strings.NewReader(`{"method":`))
	if err != nil {
		t.Fatal(err)
	}
	torn.Header.Set("Content-Type", "application/json")
	res, err := b.client.Do(torn)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer{res.StatusCode, res.Header, said}.refused(t, 400, "json-malformed")
}
