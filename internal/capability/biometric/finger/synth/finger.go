// Package synth draws made-up fingerprints whose minutiae are known exactly, for tests that need no outside
// data. The same seed always gives the same finger and, with the same Press, the same picture.
//
// A print is the cosine of a phase (the AM-FM model of Larkin and Fletcher 2007): a smooth part whose
// contours are the ridges of an arch, a loop or a whorl, plus one spiral, the angle seen from its place, for
// each minutia. A spiral makes one ridge more on one of its sides, and so plants an ending or a bifurcation.
//
// Such prints are cleaner and less alike than real ones: error rates measured on them say nothing about people.
package synth

import (
	"math"
	"math/rand/v2"

	"cinnabar/internal/capability/biometric/finger/minutia"
)

// Pattern is the class of a finger's ridge flow.
type Pattern uint8

// The patterns.
const (
	Arch Pattern = iota
	Loop
	Whorl
)

// spiral is a planted minutia: sign is the sense in which the phase turns around it.
type spiral struct{ x, y, sign float64 }

// Finger is a made-up finger. Its coordinates are pixels at 500 per inch from the middle of the pattern.
type Finger struct {
	Pattern Pattern
	Period  float64 // from ridge to ridge, pixels
	spirals []spiral
	lean    float64 // of a loop, per pixel
	rise    float64 // of an arch, pixels
	waves   [3]wave
}

// wave is a slow undulation that makes the flow of two fingers of one pattern differ.
type wave struct{ kx, ky, phase, height float64 }

// Half axes of the ellipse in which minutiae are planted, and their least distances from each other and from
// the core.
const (
	planeX, planeY = 130, 160
	apart          = 22
	fromCore       = 30
)

// New returns the finger of a seed.
func New(seed uint64) *Finger {
	rnd := rand.New(rand.NewPCG(seed, 1))
	f := &Finger{
		Pattern: Pattern(rnd.IntN(3)),
		Period:  8 + 2*rnd.Float64(),
		lean:    0.6 * (rnd.Float64() - 0.5),
		rise:    30 + 50*rnd.Float64(),
	}
	for i := range f.waves {
		angle := 2 * math.Pi * rnd.Float64()
		length := 120 + 120*rnd.Float64()
		f.waves[i] = wave{
			kx: 2 * math.Pi * math.Cos(angle) / length, ky: 2 * math.Pi * math.Sin(angle) / length,
			phase: 2 * math.Pi * rnd.Float64(), height: 6 * rnd.Float64(),
		}
	}
	f.plant(rnd, 30+rnd.IntN(20))
	return f
}

// plant places up to count minutiae at random, none close to another.
func (f *Finger) plant(rnd *rand.Rand, count int) {
	for try := 0; try < 50*count && len(f.spirals) < count; try++ {
		s := spiral{planeX * (2*rnd.Float64() - 1), planeY * (2*rnd.Float64() - 1), 1}
		if rnd.IntN(2) == 0 {
			s.sign = -1
		}
		if f.free(s) {
			f.spirals = append(f.spirals, s)
		}
	}
}

func (f *Finger) free(s spiral) bool {
	inside := math.Hypot(s.x/planeX, s.y/planeY) < 1
	if !inside || math.Hypot(s.x, s.y) < fromCore {
		return false
	}
	if f.Pattern == Loop && math.Abs(s.x-f.lean*s.y) < apart && s.y > 0 { // the seam between a loop's legs
		return false
	}
	for _, o := range f.spirals {
		if math.Hypot(s.x-o.x, s.y-o.y) < apart {
			return false
		}
	}
	return true
}

// smooth is the phase without minutiae, in pixels.
func (f *Finger) smooth(x, y float64) float64 {
	var d float64
	switch f.Pattern {
	case Arch:
		d = y + f.rise*math.Exp(-(x*x)/(2*70*70))*math.Exp(-(y*y)/(2*140*140))
	case Loop:
		if y > 0 { // legs side by side below the core
			d = math.Abs(x-f.lean*y) / math.Hypot(1, f.lean)
		} else {
			d = math.Hypot(x, y)
		}
	case Whorl:
		d = math.Hypot(x, 0.85*y)
	}
	for _, w := range f.waves {
		d += w.height * math.Sin(w.kx*x+w.ky*y+w.phase)
	}
	return d
}

// phase is the phase of the ridges in radians: a ridge runs where its cosine is -1.
func (f *Finger) phase(x, y float64) float64 {
	p := 2 * math.Pi * f.smooth(x, y) / f.Period
	for _, s := range f.spirals {
		p += s.sign * math.Atan2(y-s.y, x-s.x)
	}
	return p
}

// direction is that of a planted minutia: along the ridges, to the side with one more.
func (f *Finger) direction(s spiral) float64 {
	const h = 0.5
	gx := f.smooth(s.x+h, s.y) - f.smooth(s.x-h, s.y)
	gy := f.smooth(s.x, s.y+h) - f.smooth(s.x, s.y-h)
	for _, o := range f.spirals { // the other spirals bend the flow here a little
		if o == s {
			continue
		}
		dx, dy := s.x-o.x, s.y-o.y
		bend := 2 * h * f.Period / (2 * math.Pi) * o.sign / (dx*dx + dy*dy)
		gx, gy = gx-bend*dy, gy+bend*dx
	}
	return math.Atan2(-s.sign*gx, s.sign*gy)
}

// Minutiae lists the planted minutiae in the finger's own coordinates. Whether one shows as an ending or a
// bifurcation depends on pressure; the kind is Other.
func (f *Finger) Minutiae() []minutia.Minutia {
	var out []minutia.Minutia
	for _, s := range f.spirals {
		out = append(out, minutia.Minutia{X: float32(s.x), Y: float32(s.y), Angle: minutia.Wrap(float32(f.direction(s)))})
	}
	return out
}
