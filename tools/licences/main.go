// Command licences lists the licences of all that ends up in the binary: linked Go modules, front-end
// packages, fonts and models. `make generate` runs it in tools/; it writes internal/cli/licences/list.txt
// and texts.txt, which `cinnabar licences` prints. It fails when a licence cannot be told, so that nothing
// enters the product unseen.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
)

// part is one thing that is linked or embedded.
type part struct {
	name, version, licence, note string
	texts                        []string // licence texts, whole
}

// group is a kind of parts.
type group struct {
	title string
	parts []part
}

const (
	top = ".." // tools/ is where the command runs
	out = top + "/internal/cli/licences"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func run() error {
	var groups []group
	for _, g := range []struct {
		title string
		find  func() ([]part, error)
	}{
		{"Go modules", goModules},
		{"Front-end packages", npmPackages},
		{"Fonts and models", embedded},
	} {
		parts, err := g.find()
		if err != nil {
			return fmt.Errorf("%s: %w", g.title, err)
		}
		groups = append(groups, group{g.title, parts})
	}
	if err := os.WriteFile(filepath.Join(out, "list.txt"), []byte(list(groups)), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "texts.txt"), []byte(texts(groups)), 0o644)
}

// list is the table, one line a part.
func list(groups []group) string {
	var b strings.Builder
	for _, g := range groups {
		fmt.Fprintf(&b, "%s\n\n", g.title)
		var table strings.Builder
		w := tabwriter.NewWriter(&table, 0, 4, 2, ' ', 0)
		for _, p := range g.parts {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", p.name, p.version, p.licence, p.note)
		}
		w.Flush()
		b.WriteString(regexp.MustCompile(` +\n`).ReplaceAllString(table.String(), "\n") + "\n")
	}
	return b.String()
}

// texts are the licence texts, each different one once, under the names of the parts that carry it.
func texts(groups []group) string {
	carriers := map[string][]string{}
	var order []string
	for _, g := range groups {
		for _, p := range g.parts {
			for _, t := range p.texts {
				t = tidy(t)
				if carriers[t] == nil {
					order = append(order, t)
				}
				carriers[t] = append(carriers[t], strings.TrimSpace(p.name+" "+p.version))
			}
		}
	}
	var b strings.Builder
	for _, t := range order {
		fmt.Fprintf(&b, "%s\n%s\n%s\n\n%s\n\n", strings.Repeat("=", 80), strings.Join(slices.Compact(carriers[t]), "\n"), strings.Repeat("-", 80), t)
	}
	return b.String()
}

// tidy makes texts that differ in white space at line ends only the same.
func tidy(t string) string {
	t = strings.ReplaceAll(t, "\r\n", "\n")
	return strings.Trim(regexp.MustCompile(`[ \t]+\n`).ReplaceAllString(t, "\n"), "\n ")
}
