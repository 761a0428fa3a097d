package httpapi_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"cinnabar/internal/platform/db"
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

// A filter with a slip in its name is refused, rather than left out.
// Proves PLT-19.
func TestUnknownParametersAreRefused_PLT19(t *testing.T) {
	t.Parallel()
	b := newBench(t).as("reviewer")
	b.do("GET", "/cases?procedure=gas-contract", nil).want(t, 200)
	for _, path := range []string{"/cases?sate=review&limit=1", "/documents.csv?sate=in-force&q=x"} {
		wrong := b.do("GET", path, nil).want(t, 422)
		if f := wrong["errors"].([]any); len(f) != 1 || f[0].(object)["pointer"] != "/query/sate" || f[0].(object)["code"] != "unknown" {
			t.Errorf("%s: got %v", path, f)
		}
	}
}

// A disk without room is nobody's fault but the operator's: nothing is changed, and it goes on when there is room.
func TestFullDiskIsSaid(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	most := func(pages string) {
		if err := b.app.DB.InTx(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec(t.Context(), "PRAGMA max_page_count = "+pages)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	w := b.as("customer-admin")
	most("1")
	for tries := 0; ; tries++ { // until the pages that are there are full
		if res := w.do("POST", "/cases", object{"procedure": "gas-contract", "operator": b.operator}); res.status != 201 {
			res.refused(t, 503, "storage-full")
			break
		}
		if tries == 1000 {
			t.Fatal("it never gets full")
		}
	}
	most("1000000")
	w.do("POST", "/cases", object{"procedure": "gas-contract", "operator": b.operator}).want(t, 201)
}
