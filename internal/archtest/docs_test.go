package archtest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const top = "../.."

// pages are the Markdown files that are part of the project, relative to its top.
func pages(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "-z", "--", "*.md")
	cmd.Dir = top
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("not a git work tree: %v", err)
	}
	return strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
}

var link = regexp.MustCompile(`\]\(([^)#:\s]+)(#[^)]*)?\)`)

// deadLinks are the links of a page to files that are not there.
func deadLinks(page string, text []byte) []string {
	var dead []string
	for _, m := range link.FindAllSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join(top, filepath.Dir(page), string(m[1]))); err != nil {
			dead = append(dead, fmt.Sprintf("%s links to %s, which is not there", page, m[1]))
		}
	}
	return dead
}

func TestLinksOfThePagesLeadSomewhere(t *testing.T) {
	t.Parallel()
	for _, page := range pages(t) {
		text, err := os.ReadFile(filepath.Join(top, page))
		if err != nil {
			continue // deleted, not yet committed
		}
		for _, dead := range deadLinks(page, text) {
			t.Error(dead)
		}
	}
	if len(deadLinks("README.md", []byte("[a](docs/nowhere.md) [b](go.mod) [c](https://example.org/x)"))) != 1 {
		t.Error("a dead link is not noticed")
	}
}

func TestEveryDecisionIsInTheIndex(t *testing.T) {
	t.Parallel()
	index, err := os.ReadFile(top + "/docs/adr/README.md")
	if err != nil {
		t.Fatal(err)
	}
	decisions, err := filepath.Glob(top + "/docs/adr/0*.md")
	if err != nil || len(decisions) == 0 {
		t.Fatalf("no decisions: %v", err)
	}
	for _, d := range decisions {
		if !bytes.Contains(index, []byte("("+filepath.Base(d)+")")) {
			t.Errorf("%s is not in docs/adr/README.md", filepath.Base(d))
		}
	}
}

func TestTheArchitectureFitsOneReading(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(top + "/docs/ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("\n")); n > 200 {
		t.Errorf("docs/ARCHITECTURE.md has %d lines; 200 are enough", n)
	}
}
