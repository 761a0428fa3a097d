package testtool_test

import (
	"cmp"
	"testing"

	"cinnabar/internal/platform/testtool"
)

// noted is a test that notes how it ended first; it goes on.
type noted struct {
	testing.TB
	end string
}

func (n *noted) Helper()               {}
func (n *noted) Skip(...any)           { n.end = cmp.Or(n.end, "skipped") }
func (n *noted) Fatalf(string, ...any) { n.end = cmp.Or(n.end, "failed") }

func TestWhatIsMissingIsSkippedOrFails(t *testing.T) {
	for required, want := range map[string]string{"": "skipped", "1": "failed"} {
		t.Setenv("CINNABAR_REQUIRE_TOOLS", required)
		lacking, having := &noted{TB: t}, &noted{TB: t}
		testtool.Need(lacking, "no-such-program")
		testtool.Need(having, "go")
		if lacking.end != want || having.end != "" {
			t.Errorf("with %q: %q without the program, want %q; %q with it", required, lacking.end, want, having.end)
		}
	}
}
