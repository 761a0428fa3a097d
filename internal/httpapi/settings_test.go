package httpapi_test

import (
	"bytes"
	"strings"
	"testing"
)

// Proves GAS-5.
func TestSettingIsChangedOnWhatWasSeen_GAS5(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	clerk := b.as("clerk")
	got := clerk.do("GET", "/settings/materials", nil)
	items := got.want(t, 200)["items"].([]any)
	if got.header.Get("ETag") != `"0"` || len(items) == 0 {
		t.Fatalf("the default: %s %s", got.header.Get("ETag"), got.body)
	}
	change := object{"items": items[:1]}
	clerk.do("PUT", "/settings/materials", change).refused(t, 400, "version-missing")
	saved := clerk.do("PUT", "/settings/materials", change, "If-Match", `"0"`)
	if saved.want(t, 200); saved.header.Get("ETag") != `"1"` {
		t.Fatalf("version %s", saved.header.Get("ETag"))
	}
	b.as("supervisor").do("PUT", "/settings/materials", change, "If-Match", `"0"`).refused(t, 412, "stale")
	if now := clerk.do("GET", "/settings/materials", nil).want(t, 200)["items"].([]any); len(now) != 1 {
		t.Fatalf("got %v", now)
	}
	clerk.do("PUT", "/settings/policy", object{"faceAssurance": "alone", "precheck": true}, "If-Match", `"0"`).refused(t, 403, "not-your-role")
}

// Proves GAS-5.
func TestSettingsNameWhatIsWrong_GAS5(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.as("supervisor")
	title := object{"zh": "执照", "en": "Licence"}
	material := func(name string, more ...any) object {
		m := object{"name": name, "title": title, "required": true}
		for i := 0; i < len(more); i += 2 {
			m[more[i].(string)] = more[i+1]
		}
		return m
	}
	for name, c := range map[string]struct {
		path    string
		items   []any
		pointer string
		code    string
	}{
		"name twice":       {"materials", []any{material("a"), material("a")}, "/items/1/name", "duplicate"},
		"malformed name":   {"materials", []any{material("A b")}, "/items/0/name", "malformed"},
		"name of a form":   {"materials", []any{material("form-basic")}, "/items/0/name", "not-allowed"},
		"one language":     {"materials", []any{material("a", "title", object{"zh": "执照", "en": ""})}, "/items/0/title/en", "missing"},
		"unknown type":     {"materials", []any{material("a", "accept", []string{"text/html"})}, "/items/0/accept/0", "not-allowed"},
		"unknown category": {"materials", []any{material("a", "categories", []string{"others"})}, "/items/0/categories/0", "not-allowed"},
		"form section":     {"materials", []any{material("a", "section", "identity")}, "/items/0/section", "not-allowed"},
		"flow with comma":  {"appliances", []any{object{"name": "灶", "flow": "4,5"}}, "/items/0/flow", "malformed"},
		"no flow":          {"appliances", []any{object{"name": "灶", "flow": "0.0"}}, "/items/0/flow", "out-of-range"},
		"appliance twice":  {"appliances", []any{object{"name": "灶", "flow": "1"}, object{"name": "灶", "flow": "2"}}, "/items/1/name", "duplicate"},
		"empty phrase":     {"phrases", []any{object{"text": object{"zh": " ", "en": ""}}}, "/items/0/text/zh", "missing"},
		"no template":      {"templates", []any{object{"useType": "commercial", "body": "{{"}}, "/items/0/body", "malformed"},
	} {
		got := w.do("PUT", "/settings/"+c.path, object{"items": c.items}, "If-Match", `"0"`).want(t, 422)
		wrong, _ := got["errors"].([]any)
		if len(wrong) != 1 {
			t.Errorf("%s: %v", name, got)
			continue
		}
		if f := wrong[0].(map[string]any); f["pointer"] != c.pointer || f["code"] != c.code {
			t.Errorf("%s: %v, want %s %s", name, f, c.pointer, c.code)
		}
	}
}

// Proves GAS-6.
func TestOwnWordingOfAContract_GAS6(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.as("supervisor")
	items := w.do("GET", "/settings/templates", nil).want(t, 200)["items"].([]any)
	if len(items) != 3 {
		t.Fatalf("%d templates", len(items))
	}
	first := items[0].(map[string]any)
	pdf := w.do("POST", "/settings/templates/preview", first)
	if pdf.want(t, 200); pdf.header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(pdf.body, []byte("%PDF-")) {
		t.Fatalf("the preview is %s", pdf.header.Get("Content-Type"))
	}
	body := first["body"].(string)
	first["body"] = body + "\n\n本市另有规定的，从其规定。\n"
	saved := w.do("PUT", "/settings/templates", object{"items": items}, "If-Match", `"0"`).want(t, 200)["items"].([]any)
	for i, one := range saved {
		if own, _ := one.(map[string]any)["own"].(bool); own != (i == 0) {
			t.Errorf("template %d: own %v", i, own)
		}
	}
	// A category has a wording of its own beside the one of its type of use, and loses it again.
	for _, c := range []struct {
		match string
		items []any
		want  int
	}{{`"1"`, append(items[:3:3], object{"useType": first["useType"], "category": "sole-proprietor", "body": body}), 4}, {`"2"`, items, 3}} {
		saved := w.do("PUT", "/settings/templates", object{"items": c.items}, "If-Match", c.match).want(t, 200)["items"].([]any)
		if len(saved) != c.want || (c.want == 4 && (saved[1].(map[string]any)["category"] != "sole-proprietor" || saved[1].(map[string]any)["own"] != true)) {
			t.Errorf("saved: %d templates", len(saved))
		}
	}
	// A contract without the place for a seal could never be sealed.
	first["body"] = withoutPlace(t, body)
	got := w.do("PUT", "/settings/templates", object{"items": items}, "If-Match", `"3"`).want(t, 422)
	if f := got["errors"].([]any)[0].(map[string]any); f["pointer"] != "/items/0/body" || f["code"] != "missing" {
		t.Fatalf("got %v", f)
	}
}

// withoutPlace takes one place of a seal out of a template.
func withoutPlace(t *testing.T, body string) string {
	t.Helper()
	var out []string
	dropped := false
	for _, line := range strings.Split(body, "\n") {
		if !dropped && strings.Contains(line, ":::seal") {
			dropped = true
			continue
		}
		out = append(out, line)
	}
	if !dropped {
		t.Fatal("the template has no seal")
	}
	return strings.Join(out, "\n")
}

// Proves GAS-5.
func TestApplicantsSeeTheCatalogue_GAS5(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.as("clerk").do("PUT", "/settings/appliances", object{"items": []any{object{"name": "样例灶", "flow": "4.5"}}}, "If-Match", `"0"`).want(t, 200)
	agent := b.as("agent")
	got := agent.do("GET", "/catalogue/appliances?operator="+string(b.operator), nil).want(t, 200)["items"].([]any)
	if len(got) != 1 || got[0].(map[string]any)["flow"] != "4.5" {
		t.Fatalf("got %v", got)
	}
	agent.do("GET", "/catalogue/appliances?operator="+string(b.customer), nil).refused(t, 404, "operator-not-found")
	agent.do("GET", "/settings/appliances", nil).refused(t, 403, "operators-only")
}
