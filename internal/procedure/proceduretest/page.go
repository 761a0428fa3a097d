// Package proceduretest holds what the tests of businesses share.
package proceduretest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"cinnabar/internal/procedure"
)

// Page checks that the diagram and the tables on a business's page (a path) are made from its declaration as
// it is now (PLT-4). UPDATE_GOLDEN=1 (make generate) writes them between the page's marks.
func Page(t *testing.T, page string, d *procedure.Definition) {
	t.Helper()
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := string(raw)
	for name, made := range map[string]string{
		"diagram": "```mermaid\n" + d.Diagram("en") + "```\n",
		"states":  states(d),
		"actions": actions(d),
	} {
		want = replaced(t, page, want, name, made)
	}
	if want == string(raw) {
		return
	}
	if os.Getenv("UPDATE_GOLDEN") == "" {
		t.Fatalf("%s is not as the declaration has it; run make generate", page)
	}
	if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// replaced puts made between the marks of that name.
func replaced(t *testing.T, page, text, name, made string) string {
	t.Helper()
	begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->\n"
	before, rest, ok := strings.Cut(text, begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no marks for %s", page, name)
	}
	return before + begin + made + end + after
}

func states(d *procedure.Definition) string {
	var b strings.Builder
	b.WriteString("| state | 中文 | waits for | deadline |\n| --- | --- | --- | --- |\n")
	for _, s := range d.States {
		deadline := ""
		if s.Deadline != nil {
			deadline = fmt.Sprintf("%g days, then `%s`", s.Deadline.After.Hours()/24, s.Deadline.Action)
		}
		if s.Final {
			deadline = "final"
		}
		fmt.Fprintf(&b, "| `%s` %s | %s | %s | %s |\n", s.ID, s.Title.En, s.Title.Zh, strings.Join(s.WaitsFor, ", "), deadline)
	}
	return b.String()
}

func actions(d *procedure.Definition) string {
	var b strings.Builder
	b.WriteString("| action | 中文 | by | step |\n| --- | --- | --- | --- |\n")
	for _, a := range d.Actions {
		step := ""
		if a.Step != nil {
			step = "`" + a.Step.Name + "`"
		}
		fmt.Fprintf(&b, "| `%s` %s | %s | %s | %s |\n", a.Name, a.Title.En, a.Title.Zh, strings.Join(a.By, ", "), step)
	}
	return b.String()
}
