package skeleton_test

import (
	"math"
	"strings"
	"testing"

	"cinnabar/internal/capability/biometric/finger/minutia"
	"cinnabar/internal/capability/biometric/finger/skeleton"
)

// horizontal is a print whose ridges all run from left to right, nine pixels apart.
type horizontal struct{ w, h int }

func (horizontal) Direction(int, int) float64 { return 0 }
func (horizontal) Period(int, int) float64    { return 9 }
func (horizontal) Clarity(int, int) float64   { return 1 }
func (p horizontal) Inside(x, y int) bool     { return x >= 0 && y >= 0 && x < p.w && y < p.h }

// line is a stroke three pixels thick.
type line struct{ x0, y0, x1, y1 float64 }

// read draws the strokes on 200x120 pixels and returns the minutiae found.
func read(strokes ...line) []minutia.Minutia {
	const w, h = 200, 120
	b := skeleton.NewBitmap(w, h, func(i int) bool {
		for _, s := range strokes {
			x, y, dx, dy := float64(i%w)-s.x0, float64(i/w)-s.y0, s.x1-s.x0, s.y1-s.y0
			t := min(max((x*dx+y*dy)/(dx*dx+dy*dy), 0), 1)
			if math.Hypot(x-t*dx, y-t*dy) < 1.8 {
				return true
			}
		}
		return false
	})
	b.Thin()
	b.Clean(horizontal{w, h})
	return b.Minutiae(horizontal{w, h}, 100)
}

func kinds(found []minutia.Minutia) string {
	var names []string
	for _, m := range found {
		names = append(names, map[minutia.Kind]string{minutia.Ending: "ending", minutia.Bifurcation: "bifurcation"}[m.Kind])
	}
	return strings.Join(names, " ")
}

func TestReadsMinutiaeOffDrawnRidges(t *testing.T) {
	t.Parallel()
	through := line{0, 60, 200, 60}
	for name, c := range map[string]struct {
		strokes []line
		want    string
	}{
		"a ridge":                     {[]line{through}, ""},
		"a ridge that ends":           {[]line{{0, 60, 100, 60}}, "ending"},
		"a ridge that splits":         {[]line{through, {100, 60, 200, 85}}, "bifurcation"},
		"a spur":                      {[]line{through, {100, 60, 106, 55}}, ""},
		"a bridge":                    {[]line{{0, 60, 200, 60}, {0, 69, 200, 69}, {100, 60, 100, 69}}, ""},
		"a gap":                       {[]line{{0, 60, 95, 60}, {105, 60, 200, 60}}, ""},
		"a fragment":                  {[]line{through, {100, 75, 108, 75}}, ""},
		"an ending at the print edge": {[]line{{0, 60, 192, 60}}, ""},
	} {
		if got := kinds(read(c.strokes...)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// An ending points along its ridge, a bifurcation into the valley between its branches.
func TestDirectionsFollowTheStandard(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		strokes []line
		want    float64
	}{
		"ridge to the left":     {[]line{{0, 60, 100, 60}}, math.Pi},
		"ridge to the right":    {[]line{{100, 60, 200, 60}}, 0},
		"branches to the right": {[]line{{0, 60, 200, 60}, {100, 60, 200, 85}}, 0},
		"branches to the left":  {[]line{{0, 60, 200, 60}, {100, 60, 0, 85}}, math.Pi},
	} {
		found := read(c.strokes...)
		if len(found) != 1 || math.Abs(float64(minutia.Turn(found[0].Angle, float32(c.want)))) > 0.1 {
			t.Errorf("%s: %+v, want the direction %.2f", name, found, c.want)
		}
	}
}
