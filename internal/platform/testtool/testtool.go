// Package testtool is for tests that need something beside Go: a program, a server, an npm package.
//
// Guaranteed: with CINNABAR_REQUIRE_TOOLS set, as `make test` does after installing it all, nothing passes because it
// did not look. Without, such tests are skipped and say what they lack.
package testtool

import (
	"os"
	"os/exec"
	"testing"
)

// Need is for a test that runs an outside program.
func Need(tb testing.TB, program string) {
	tb.Helper()
	if _, err := exec.LookPath(program); err != nil {
		Missing(tb, err)
	}
}

// Missing ends a test that lacks something: it is skipped, or fails where everything must be there.
func Missing(tb testing.TB, why error) {
	tb.Helper()
	if os.Getenv("CINNABAR_REQUIRE_TOOLS") != "" {
		tb.Fatalf("%v; CINNABAR_REQUIRE_TOOLS is set", why)
	}
	tb.Skip(why)
}
