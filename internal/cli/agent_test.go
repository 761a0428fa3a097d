package cli

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"cinnabar/internal/capability/biometric/finger/synth"
)

// What the stand-in plays is judged as a reader's picture would be: a print is good, a smeared glass is none.
func TestStandInReaderIsJudged(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	put := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := synth.New(1).Press(synth.Casual(1))
	var b bytes.Buffer
	if err := png.Encode(&b, &image.Gray{Pix: p.Grey, Stride: synth.Width, Rect: image.Rect(0, 0, synth.Width, synth.Height)}); err != nil {
		t.Fatal(err)
	}
	put("2_1.png", b.Bytes())
	for _, name := range []string{"files:", "files:" + folder + "/none", "usb:1"} {
		if _, err := openReader(name); err == nil {
			t.Errorf("%s was opened", name)
		}
	}
	r, err := openReader("files:" + folder)
	if err != nil {
		t.Fatal(err)
	}
	good, err := r.Capture(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if q, err := judgePrint(t.Context(), good.Bytes, good.DPI); err != nil || q < 20 {
		t.Errorf("a print: quality %d, %v", q, err)
	}
	put("mood", []byte("dirty"))
	bad, err := r.Capture(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if q, err := judgePrint(t.Context(), bad.Bytes, bad.DPI); err == nil {
		t.Errorf("a smeared glass was taken for a print of quality %d", q)
	}
}
