package signing_test

import (
	"encoding/json"
	"math"
	"testing"

	"cinnabar/internal/capability/signing"
	"cinnabar/internal/platform/errs"
)

// An empty or tiny drawing, or one that is none, is no signature (GAS-7).
func TestDrawingMustBeASignature_GAS7(t *testing.T) {
	t.Parallel()
	line := func(n int, step float64) [][]float64 {
		var s [][]float64
		for i := range n {
			s = append(s, []float64{10 + float64(i)*step, 50})
		}
		return s
	}
	for name, c := range map[string]struct {
		d    signing.Drawing
		code string
	}{
		"nothing":       {signing.Drawing{Width: 600, Height: 240}, "missing"},
		"empty strokes": {signing.Drawing{Width: 600, Height: 240, Strokes: [][][]float64{{}, {}}}, "missing"},
		"a dot":         {signing.Drawing{Width: 600, Height: 240, Strokes: [][][]float64{{{5, 5}}}}, "too-short"},
		"a tick":        {signing.Drawing{Width: 600, Height: 240, Strokes: [][][]float64{line(5, 4)}}, "too-short"},
		"two far dots":  {signing.Drawing{Width: 600, Height: 240, Strokes: [][][]float64{{{5, 5}}, {{500, 200}}}}, "too-short"},
		"outside":       {signing.Drawing{Width: 600, Height: 240, Strokes: [][][]float64{line(9, 99)}}, "malformed"},
		"not a number":  {signing.Drawing{Width: 600, Height: 240, Strokes: [][][]float64{{{math.NaN(), 1}}}}, "malformed"},
		"one number":    {signing.Drawing{Width: 600, Height: 240, Strokes: [][][]float64{{{1}}}}, "malformed"},
		"no pad":        {signing.Drawing{Strokes: [][][]float64{line(9, 9)}}, "malformed"},
		"endless":       {signing.Drawing{Width: 600, Height: 240, Strokes: [][][]float64{line(20_001, 0.01)}}, "too-long"},
	} {
		_, err := c.d.Form(150, 60)
		if e := errs.As(err); len(e.Fields) != 1 || e.Fields[0].Code != c.code {
			t.Errorf("%s: got %v, want %s", name, err, c.code)
		}
	}
	if _, err := scribble().Form(150, 60); err != nil {
		t.Errorf("control: %v", err)
	}
	other := scribble()
	other.Strokes[1][7][2]++
	if other.Digest() == scribble().Digest() {
		t.Error("the digest does not cover the times")
	}
}

func FuzzDrawing(f *testing.F) {
	good, _ := json.Marshal(scribble())
	f.Add(good)
	f.Add([]byte(`{"strokes":[[[1,1],[1,1]]],"width":1,"height":1}`))
	f.Add([]byte(`{"strokes":[[[0,0],[0,9999]]],"width":1e-300,"height":10000}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var d signing.Drawing
		if json.Unmarshal(raw, &d) != nil {
			return
		}
		form, err := d.Form(150, 60)
		if err == nil && (form == nil || len(form.Data) == 0) {
			t.Fatal("no form and no error")
		}
	})
}
