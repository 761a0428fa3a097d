package synth

import (
	"math"
	"math/rand/v2"

	"cinnabar/internal/capability/biometric/finger/minutia"
)

// Size of an impression in pixels at 500 per inch.
const (
	Width  = 388
	Height = 374
)

// Press says how a finger is put on the sensor. The zero value is straight, centred, even and clean.
type Press struct {
	Seed    uint64  // of noise
	Turn    float64 // radians, clockwise
	X, Y    float64 // shift in pixels
	Bend    float64 // pixels by which the skin is stretched at most
	Thick   float64 // -1 thin ridges .. 1 thick
	Noise   float64 // standard deviation in grey levels
	Dry     float64 // 0..1, share of the ridges that leaves no trace
	Reach   float64 // 0..1 of the full contact area; 0 means all
	Fade    float64 // 0..1, contrast that is missing
	Slanted float64 // grey levels by which the ground differs from left to right
}

// Casual draws a press such as people make: turned up to 20 degrees, shifted, bent, uneven.
func Casual(seed uint64) Press {
	rnd := rand.New(rand.NewPCG(seed, 2))
	swing := func(most float64) float64 { return most * (2*rnd.Float64() - 1) }
	return Press{
		Seed: seed, Turn: swing(0.35), X: swing(35), Y: swing(35), Bend: 6 * rnd.Float64(),
		Thick: swing(0.5), Noise: 25 * rnd.Float64(), Dry: 0.3 * rnd.Float64(),
		Reach: 0.75 + 0.25*rnd.Float64(), Fade: 0.5 * rnd.Float64(), Slanted: swing(20),
	}
}

// Half axes of the full contact area.
const (
	touchX = 150
	touchY = 175
)

// Impression is a drawn print with what is known about it.
type Impression struct {
	Grey     []uint8 // Width x Height
	Minutiae []minutia.Minutia
}

// Press draws an impression of the finger. The minutiae returned are those inside the contact area.
func (f *Finger) Press(p Press) Impression {
	rnd := rand.New(rand.NewPCG(p.Seed, 3))
	out := Impression{Grey: make([]uint8, Width*Height)}
	dry := newPatches(rnd)
	for y := range Height {
		for x := range Width {
			ground := 235 + p.Slanted*(float64(x)/Width-0.5)
			qx, qy := p.toFinger(float64(x), float64(y))
			ink := p.touch(float64(x), float64(y)) * f.ink(qx, qy, p.Thick)
			if p.Dry > 0 && dry.at(qx, qy) < p.Dry {
				ink *= 0.15
			}
			v := ground - 200*(1-p.Fade)*ink + p.Noise*rnd.NormFloat64()
			out.Grey[y*Width+x] = uint8(min(max(v, 0), 255))
		}
	}
	for _, m := range f.Minutiae() {
		x, y := p.fromFinger(float64(m.X), float64(m.Y))
		if p.touch(x, y) > 0.9 {
			m.X, m.Y, m.Angle = float32(x), float32(y), minutia.Wrap(m.Angle+float32(p.Turn))
			out.Minutiae = append(out.Minutiae, m)
		}
	}
	return out
}

// ink is 1 on a ridge and 0 in a valley, with a soft edge.
func (f *Finger) ink(x, y, thick float64) float64 {
	return 1 / (1 + math.Exp(4*(math.Cos(f.phase(x, y))-0.5*thick)))
}

// touch is 1 inside the contact area, falling to 0 at its edge.
func (p Press) touch(x, y float64) float64 {
	reach := p.Reach
	if reach == 0 {
		reach = 1
	}
	r := math.Hypot((x-Width/2)/(touchX*reach), (y-Height/2)/(touchY*reach))
	return min(max((1-r)*12, 0), 1)
}

// toFinger leads from a pixel to the place of the finger that lies there.
func (p Press) toFinger(x, y float64) (float64, float64) {
	bx, by := p.bend(x, y)
	x, y = x-Width/2-p.X+bx, y-Height/2-p.Y+by
	sin, cos := math.Sincos(p.Turn)
	return cos*x + sin*y, -sin*x + cos*y
}

// fromFinger is the reverse, found by repeated approach: the bend is slight.
func (p Press) fromFinger(qx, qy float64) (x, y float64) {
	sin, cos := math.Sincos(p.Turn)
	sx, sy := cos*qx-sin*qy+Width/2+p.X, sin*qx+cos*qy+Height/2+p.Y
	x, y = sx, sy
	for range 20 {
		bx, by := p.bend(x, y)
		x, y = sx-bx, sy-by
	}
	return x, y
}

// bend is the elastic shift at a pixel: the skin is dragged aside more at one end than at the other.
func (p Press) bend(x, y float64) (float64, float64) {
	if p.Bend == 0 {
		return 0, 0
	}
	phase := float64(p.Seed % 7)
	return p.Bend * math.Sin(y/110+phase), p.Bend * math.Cos(x/130+phase)
}

// patches is a field of random blots about three pixels wide.
type patches struct{ value [64 * 64]float64 }

func newPatches(rnd *rand.Rand) *patches {
	p := new(patches)
	for i := range p.value {
		p.value[i] = rnd.Float64()
	}
	return p
}

func (p *patches) at(x, y float64) float64 {
	col, row := int(math.Floor(x/3))&63, int(math.Floor(y/3))&63
	return p.value[row*64+col]
}
