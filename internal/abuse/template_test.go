package abuse_test

import (
	"os"
	"strings"
	"testing"
	"time"
)

// Templates that would loop, recurse, swell or stall are refused within seconds, and with the reason at the template;
// nothing of the server shows in their documents.
// Proves PLT-18.
func TestAbuse23TemplateBombs_PLT18(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as("supervisor")
	source, err := os.ReadFile("../demo/templates/order.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(string(source), "\n---\n\n#")
	body = "#" + body
	preview := func(text string) answer {
		return admin.do("POST", "/document-types/preview", object{"template": text})
	}
	if a := preview(head + "\n---\n\n" + body); a.status != 200 || !strings.HasPrefix(string(a.body), "%PDF-") { // control
		t.Fatalf("an honest template: %d %.300s", a.status, a.body)
	}
	within := func(name, text string) int {
		start := w.clock.Now()
		a := preview(head + "\n---\n\n" + body + "\n" + text + "\n")
		if took := w.clock.Now().Sub(start); took > 5*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		return a.status
	}
	for name, text := range map[string]string{
		"itself within itself":     `{{define "x"}}{{template "x" .}}{{end}}{{template "x" .}}`,
		"a wide number":            `{{printf "%999999999d" 1}}`,
		"a call":                   `{{call .supplier}}`,
		"the inside of a value":    `{{.supplier.Foo}}`,
		"an undeclared field":      `{{.password}}`,
		"loops within loops":       strings.Repeat(`{{range $i, $c := .supplier}}`, 50) + "x" + strings.Repeat("{{end}}", 50),
		"a loop over a number":     `{{range 1000000000}}x{{end}}`,
		"deep conditions":          strings.Repeat("{{if .supplier}}", 12_000) + "x" + strings.Repeat("{{end}}", 12_000),
		"deep brackets":            "{{" + strings.Repeat("(", 100_000) + ".supplier" + strings.Repeat(")", 100_000) + "}}",
		"a hundred thousand lines": strings.Repeat("#\n", 100_000),
		"many headings":            strings.Repeat("# 一\n\n", 30_000),
		"many columns":             "|" + strings.Repeat("|", 100_000) + "\n|" + strings.Repeat("--|", 40_000) + "\n",
		"many rows":                "| a |\n|---|\n" + strings.Repeat("| b |\n", 40_000),
		"a boundless space":        ":::space height=1e308\n",
		"no space at all":          ":::space height=-1e308\n",
		"deep columns":             strings.Repeat(":::columns gap=8\n", 12_000),
		"a file":                   ":::image src=/etc/passwd\n",
		"more than a file may be":  strings.Repeat("字", 100_000),
	} {
		if status := within(name, text); status != 422 && status != 413 {
			t.Errorf("%s: %d", name, status)
		}
	}
	for name, text := range map[string]string{ // long, and in order
		"one word": strings.Repeat("W", 250_000), "one line": strings.Repeat("字", 80_000), "unclosed emphasis": strings.Repeat("**a ", 60_000),
	} {
		if status := within(name, text); status != 200 && status != 422 {
			t.Errorf("%s: %d", name, status)
		}
	}
	for _, size := range []string{"0", "-1", "1e-9", "1e9", "NaN"} {
		start := w.clock.Now()
		a := preview(strings.Replace(head, "size: 10.5", "size: "+size, 1) + "\n---\n\n" + body)
		if a.status == 200 || w.clock.Now().Sub(start) > 5*time.Second {
			t.Errorf("letters of %s points: %d", size, a.status)
		}
	}
	if a := admin.do("GET", "/people/me", nil); a.status != 200 {
		t.Errorf("afterwards: %d", a.status)
	}
}
