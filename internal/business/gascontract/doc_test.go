package gascontract_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/procedure"
)

const page = "../../../docs/business/gas-contract.md"

// The diagram and the tables of the business's page are made from the declaration and stand there as it
// is now. UPDATE_GOLDEN=1 (make generate) writes them.
// Proves PLT-4.
func TestDiagramInTheDocsIsTheDeclaration_PLT4(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := string(raw)
	d := gascontract.Definition()
	for name, made := range map[string]string{
		"diagram": "```mermaid\n" + d.Diagram("en") + "```\n",
		"states":  states(d),
		"actions": actions(d),
	} {
		want = replaced(t, want, name, made)
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
func replaced(t *testing.T, text, name, made string) string {
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
