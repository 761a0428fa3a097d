package finger_test

import (
	"errors"
	"math"
	"testing"

	"cinnabar/internal/capability/biometric/finger"
	"cinnabar/internal/capability/biometric/finger/minutia"
	"cinnabar/internal/capability/biometric/finger/synth"
)

// draw makes a picture of a made-up finger.
func draw(seed uint64, press synth.Press) finger.Image {
	return finger.Image{Width: synth.Width, Height: synth.Height, Grey: synth.New(seed).Press(press).Grey}
}

func extract(tb testing.TB, e *finger.Engine, p finger.Image) finger.Template {
	tb.Helper()
	t, _, err := e.Extract(tb.Context(), p)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func match(tb testing.TB, a, b finger.Template) finger.Score {
	tb.Helper()
	s, err := finger.Match(a, b)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// strict is the threshold with the lowest false match rate.
func strict() finger.Score { return finger.Thresholds()[len(finger.Thresholds())-1].Score }

// Of the minutiae planted in casual impressions at least 90 % must be found within 15 pixels and 20 degrees,
// and at most 15 % of those found may be none.
func TestFindsTheMinutiaeThatWerePlanted(t *testing.T) {
	t.Parallel()
	e := finger.New()
	planted, found, all := 0, 0, 0
	for seed := range uint64(8) {
		impression := synth.New(seed).Press(synth.Casual(seed))
		set := extract(t, e, finger.Image{Width: synth.Width, Height: synth.Height, Grey: impression.Grey}).Set()
		planted, all = planted+len(impression.Minutiae), all+len(set.Minutiae)
		for _, m := range impression.Minutiae {
			for _, n := range set.Minutiae {
				near := math.Hypot(float64(m.X-n.X), float64(m.Y-n.Y)) < 15
				if near && math.Abs(float64(minutia.Turn(m.Angle, n.Angle))) < math.Pi/9 {
					found++
					break
				}
			}
		}
	}
	if found*10 < planted*9 {
		t.Errorf("found %d of %d planted minutiae", found, planted)
	}
	if (all-found)*100 > all*15 {
		t.Errorf("%d of %d minutiae were never planted", all-found, all)
	}
}

// The same finger pressed twice, turned, shifted, bent, matches; different fingers do not (LCK-1, CHQ-4).
func TestTellsFingersApart_LCK1_CHQ4(t *testing.T) {
	t.Parallel()
	e := finger.New()
	const fingers = 6
	var first, second [fingers]finger.Template
	for i := range uint64(fingers) {
		first[i] = extract(t, e, draw(i, synth.Casual(100+i)))
		second[i] = extract(t, e, draw(i, synth.Casual(200+i)))
	}
	for i := range fingers {
		for j := range fingers {
			s := match(t, first[i], second[j])
			if i == j && s < strict() {
				t.Errorf("finger %d with itself scores %.1f", i, s)
			}
			if i != j && s >= strict() {
				t.Errorf("fingers %d and %d score %.1f", i, j, s)
			}
			if back := match(t, second[j], first[i]); back != s {
				t.Errorf("fingers %d and %d score %.1f one way and %.1f the other", i, j, s, back)
			}
		}
	}
}

// Half a print is enough.
func TestPartialOverlapMatches(t *testing.T) {
	t.Parallel()
	e := finger.New()
	for seed := range uint64(4) {
		whole := extract(t, e, draw(seed, synth.Press{}))
		part := extract(t, e, draw(seed, synth.Press{X: 60, Y: 60, Reach: 0.8, Turn: 0.2}))
		if s := match(t, whole, part); s < strict() {
			t.Errorf("finger %d: a part scores %.1f against the whole", seed, s)
		}
	}
}

func TestTurningOrShiftingAPrintChangesLittle(t *testing.T) {
	t.Parallel()
	e := finger.New()
	straight := extract(t, e, draw(3, synth.Press{Reach: 0.7}))
	self := match(t, straight, straight)
	for _, press := range []synth.Press{{Turn: 1.2}, {Turn: 3.1}, {X: 15, Y: -10}} {
		other := extract(t, e, draw(3, press))
		if s := match(t, straight, other); s > self || s < self*7/10 {
			t.Errorf("%+v scores %.1f, itself %.1f", press, s, self)
		}
	}
}

// A print scanned at another resolution, or stated so in the file, gives the same finger.
func TestOtherResolutionsAreRescaled(t *testing.T) {
	t.Parallel()
	e := finger.New()
	p := draw(5, synth.Press{Noise: 10})
	double := finger.Image{Width: 2 * p.Width, Height: 2 * p.Height, DPI: 1000, Grey: make([]uint8, 4*len(p.Grey))}
	for i := range double.Grey {
		double.Grey[i] = p.Grey[i/double.Width/2*p.Width+i%double.Width/2]
	}
	one, two := extract(t, e, p), extract(t, e, double)
	if s, self := match(t, one, two), match(t, one, one); s < self*8/10 {
		t.Errorf("at 1000 per inch it scores %.1f, itself %.1f", s, self)
	}
}

// Proves LCK-13.
func TestVerifiesAgainstThreeEnrolledFingers_LCK13(t *testing.T) {
	t.Parallel()
	e := finger.New()
	enrolled := []finger.Template{
		extract(t, e, draw(1, synth.Press{})), extract(t, e, draw(2, synth.Press{})), extract(t, e, draw(4, synth.Press{})),
	}
	s, which, err := finger.VerifyFingers(extract(t, e, draw(2, synth.Casual(9))), enrolled)
	if err != nil || which != 1 || s < strict() {
		t.Errorf("the second finger: score %.1f, finger %d, %v", s, which, err)
	}
	if s, _, err = finger.VerifyFingers(extract(t, e, draw(9, synth.Casual(9))), enrolled); err != nil || s >= strict() {
		t.Errorf("a stranger scores %.1f, %v", s, err)
	}
	if _, _, err = finger.VerifyFingers(enrolled[0], nil); !errors.Is(err, finger.ErrEmpty) {
		t.Errorf("nobody enrolled: %v", err)
	}
}

func TestSamePictureSameTemplate(t *testing.T) {
	t.Parallel()
	a, errA := extract(t, finger.New(), draw(6, synth.Casual(1))).MarshalBinary()
	b, errB := extract(t, finger.New(), draw(6, synth.Casual(1))).MarshalBinary()
	if errA != nil || errB != nil || string(a) != string(b) {
		t.Errorf("two runs differ: %v %v", errA, errB)
	}
}

func BenchmarkExtract(b *testing.B) {
	e := finger.New()
	p := draw(4, synth.Casual(1))
	for b.Loop() {
		extract(b, e, p)
	}
}

func BenchmarkMatch(b *testing.B) {
	e := finger.New()
	one, two := extract(b, e, draw(4, synth.Casual(1))), extract(b, e, draw(5, synth.Casual(2)))
	for b.Loop() {
		match(b, one, two)
	}
}
