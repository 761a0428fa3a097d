package fingerbench_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/capability/biometric/finger"
	"cinnabar/internal/capability/biometric/finger/fingerbench"
	"cinnabar/internal/capability/biometric/finger/synth"
)

func put(t *testing.T, file string, write func(*bytes.Buffer) error) {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A folder of made prints, some as JPEG, gives figures; what is damaged is named with its reason.
func TestRunCountsPairsAndRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for f := range 3 {
		for i := range 4 {
			p := synth.New(uint64(f + 1)).Press(synth.Casual(uint64(i)))
			img := &image.Gray{Pix: p.Grey, Stride: synth.Width, Rect: image.Rect(0, 0, synth.Width, synth.Height)}
			if i == 3 {
				put(t, filepath.Join(dir, fmt.Sprintf("%d_%d.jpg", f, i)), func(b *bytes.Buffer) error { return jpeg.Encode(b, img, nil) })
				continue
			}
			put(t, filepath.Join(dir, fmt.Sprintf("%d_%d.png", f, i)), func(b *bytes.Buffer) error { return png.Encode(b, img) })
		}
	}
	put(t, filepath.Join(dir, "1_9.tif"), func(b *bytes.Buffer) error { return b.WriteByte('x') })
	var text, svg bytes.Buffer
	ticks := time.Duration(0)
	spent := func() time.Duration { ticks += time.Millisecond; return ticks }
	r, err := fingerbench.Run(t.Context(), finger.New(), fingerbench.Options{Dir: dir, Spent: spent}, &text)
	if err != nil {
		t.Fatal(err)
	}
	if r.Fingers != 3 || r.Prints != 13 || strings.Join(r.Failed["bad_format"], "") != "1_9.tif" || r.All.FTE.Errors != 1 {
		t.Errorf("%v", r)
	}
	if got := r.All.ZeroFMR.FNMR; got.Trials != 6+10+6 || got.Errors < 4 {
		t.Errorf("each pair with the damaged print is a non-match: %v", got)
	}
	if r.Extract.Mean() != time.Millisecond || len(r.Match) != 12*11/2 || r.ThreeFingers.DET == nil {
		t.Errorf("cost or best of three is missing: %v", r)
	}
	if err := r.WriteDET(&svg); err != nil || !strings.Contains(svg.String(), "polyline") || !strings.Contains(text.String(), "1_9.tif") {
		t.Errorf("no curve or no text: %v", err)
	}
}
