package procedure

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Diagram draws the definition's states and actions as a Mermaid state diagram, with titles in a
// language ("zh" or "en").
func (d *Definition) Diagram(lang string) string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, s := range d.States {
		fmt.Fprintf(&b, "    state \"%s\" as %s\n", s.Title.In(lang), node(s.ID))
	}
	if len(d.States) > 0 {
		fmt.Fprintf(&b, "    [*] --> %s\n", node(d.States[0].ID))
	}
	for _, a := range d.Actions {
		for _, from := range a.From {
			a.arrows(&b, from, lang)
		}
	}
	for _, s := range d.States {
		if s.Final {
			fmt.Fprintf(&b, "    %s --> [*]\n", node(s.ID))
		}
	}
	return b.String()
}

func (a *Action) arrows(b *strings.Builder, from, lang string) {
	for _, outcome := range slices.Sorted(maps.Keys(a.To)) {
		to := a.To[outcome]
		if to == "" {
			to = from
		}
		label := a.Title.In(lang)
		if outcome != Done {
			label += " · " + outcome
		}
		fmt.Fprintf(b, "    %s --> %s: %s\n", node(from), node(to), label)
	}
}

// node makes an id that Mermaid takes.
func node(id string) string { return strings.ReplaceAll(id, "-", "_") }
