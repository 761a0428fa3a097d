package synth_test

import (
	"bytes"
	"math"
	"testing"

	"cinnabar/internal/capability/biometric/finger/synth"
)

func TestSameSeedSamePicture(t *testing.T) {
	t.Parallel()
	a := synth.New(7).Press(synth.Casual(3))
	b := synth.New(7).Press(synth.Casual(3))
	if !bytes.Equal(a.Grey, b.Grey) || len(a.Minutiae) != len(b.Minutiae) {
		t.Error("two impressions of one seed differ")
	}
	if c := synth.New(8).Press(synth.Casual(3)); bytes.Equal(a.Grey, c.Grey) {
		t.Error("two fingers gave the same picture")
	}
}

// The truth must move with the print: a turn about the middle turns every minutia by the same angle.
func TestKnownMinutiaeFollowThePress(t *testing.T) {
	t.Parallel()
	f := synth.New(2)
	straight, turned := f.Press(synth.Press{}), f.Press(synth.Press{Turn: math.Pi / 6})
	if len(straight.Minutiae) < 15 {
		t.Fatalf("only %d minutiae", len(straight.Minutiae))
	}
	sin, cos := math.Sincos(math.Pi / 6)
	for _, m := range straight.Minutiae {
		x, y := float64(m.X)-synth.Width/2, float64(m.Y)-synth.Height/2
		wantX, wantY := cos*x-sin*y+synth.Width/2, sin*x+cos*y+synth.Height/2
		best := math.Inf(1)
		for _, n := range turned.Minutiae {
			best = min(best, math.Hypot(float64(n.X)-wantX, float64(n.Y)-wantY))
		}
		if math.Hypot(x, y) < 120 && best > 0.1 {
			t.Errorf("minutia at %.0f,%.0f is %.2f px from where the turn puts it", m.X, m.Y, best)
		}
	}
}
