package main

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"cinnabar/internal/capability/biometric/finger/synth"
)

func TestWritesScans(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := run([]string{"-folder", folder, "1-1", "1-2"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"1-1.png", "1-2.png"} {
		f, err := os.Open(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		scan, err := png.DecodeConfig(f)
		if err != nil || scan.Width != synth.Width || scan.Height != synth.Height {
			t.Errorf("%s: %+v, %v", name, scan, err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if run([]string{"-folder", folder, "thumb"}) == nil {
		t.Error("a finger without a number was accepted")
	}
}
