package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWritesAFilm(t *testing.T) {
	t.Parallel()
	film := filepath.Join(t.TempDir(), "a.y4m")
	if err := run([]string{"-photo", "-steps", "nod", "-fps", "1", "-film", film}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(film); err != nil || info.Size() < 3*640*480 {
		t.Errorf("%v, %v", info, err)
	}
	if run([]string{"-steps", "jump"}) == nil {
		t.Error("an unknown movement was accepted")
	}
}
