package cli

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"cinnabar/internal/business/gascontract/contracts"
)

// sourcePath is what only those have who have the program's source.
var sourcePath = regexp.MustCompile(`internal/[a-z]+|docs/[a-z-]+\.md|README\.md`)

// Who writes a template has the program only: the manual is a command, and nothing leads into the source.
func TestTemplateGuideComesWithTheProgram(t *testing.T) {
	t.Parallel()
	var out, faults bytes.Buffer
	if code := Main([]string{"template", "guide"}, &out, &faults); code != 0 || !strings.HasPrefix(out.String(), "# Writing a template") {
		t.Fatalf("%d: %s %s", code, out.String(), faults.String())
	}
	for _, use := range contracts.Uses() {
		source, err := contracts.Source(use)
		if err != nil {
			t.Fatal(err)
		}
		if found := sourcePath.Find(source); found != nil || !strings.Contains(string(source), "cinnabar template guide") {
			t.Errorf("the template of %s leads to %q", use, found)
		}
	}
}

func TestHelpLeadsNowhereIntoTheSource(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "serve", "demo", "user", "check", "audit", "verify", "agent", "agent enrol", "agent run", "template", "template guide", "template preview", "openapi", "licences"} {
		var c commands
		var out bytes.Buffer
		parser, err := newParser(&c, &out, &out)
		must(t, err)
		parser.Exit = func(int) {}
		_, _ = parser.Parse(append(strings.Fields(command), "--help")) // goes on after the help, and may miss arguments
		if !strings.HasPrefix(out.String(), "Usage: cinnabar "+command) {
			t.Fatalf("%s --help: %s", command, out.String())
		}
		if found := sourcePath.FindString(out.String()); found != "" {
			t.Errorf("%s --help names %q", command, found)
		}
	}
}
