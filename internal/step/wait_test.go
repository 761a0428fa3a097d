package step_test

import (
	"errors"
	"strings"
	"testing"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/step"
)

// A run that waits because a server has another host key says so with both fingerprints, in both languages.
func TestRunSaysWhichHostKeyItWaitsFor(t *testing.T) {
	t.Parallel()
	err := errs.New(errs.Unavailable, "store-host-key", "SHA256:wanted is trusted, SHA256:seen was seen").With("wanted", "SHA256:wanted").With("seen", "SHA256:seen")
	var wait *batch.Wait
	if !errors.As(step.WaitFor(err), &wait) || wait.Reason.Code != "store-host-key" {
		t.Fatalf("%v", step.WaitFor(err))
	}
	for _, text := range []string{wait.Reason.Text.Zh, wait.Reason.Text.En} {
		if !strings.Contains(text, "SHA256:wanted") || !strings.Contains(text, "SHA256:seen") {
			t.Error(text)
		}
	}
}
