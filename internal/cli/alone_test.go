package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

// A data folder is served by one process; when that has ended, by the next.
func TestFolderIsServedOnce(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	first, err := alone(data, "")
	must(t, err)
	if _, err := alone(data, ""); err == nil || !strings.Contains(err.Error(), data) {
		t.Fatalf("a second one was let in: %v", err)
	}
	must(t, first.Close())
	next, err := alone(data, "")
	must(t, err)
	replica, err := alone(data, "postgres://x") // shares the folder
	must(t, err)
	must(t, replica.Close())
	must(t, next.Close())
}
