package facetest

import "math/rand/v2"

// person is how a made head looks.
type person struct {
	width, depth, jaw              float64 // of the head
	eyeGap, eyeY, eyeWide, eyeTall float64
	eyeSlant, socket               float64
	browY, browThick, browSlant    float64
	noseLong, noseWide, noseHigh   float64
	mouthY, mouthWide, lips        float64
	cheek, chin                    float64
	hairline, fringe               float64
	longHair                       bool
	beard                          float64
	skin, hair, iris, lip, cloth   vec
	wall                           vec
	grain                          uint64
	front                          []float64 // relief by rows; see mould
}

// newPerson draws a head's features. The same seed is always the same person.
func newPerson(seed uint64) *person {
	r := rand.New(rand.NewPCG(seed, 0x66616365))
	between := func(low, high float64) float64 { return low + (high-low)*r.Float64() }
	tone := r.Float64()
	p := &person{
		width: between(0.66, 0.82), depth: between(0.80, 0.92), jaw: between(0.05, 0.34),
		eyeGap: between(0.25, 0.34), eyeY: between(-0.14, -0.02), eyeWide: between(0.11, 0.165), eyeTall: between(0.038, 0.085),
		eyeSlant: between(-0.18, 0.18), socket: between(0.02, 0.09),
		browY: between(0.15, 0.25), browThick: between(0.018, 0.055), browSlant: between(-0.3, 0.25),
		noseLong: between(0.28, 0.40), noseWide: between(0.09, 0.17), noseHigh: between(0.14, 0.28),
		mouthY: between(0.18, 0.25), mouthWide: between(0.18, 0.30), lips: between(0.03, 0.085),
		cheek: between(0, 0.09), chin: between(0, 0.12),
		hairline: between(-0.78, -0.50), fringe: between(-0.15, 0.15), longHair: r.IntN(2) == 0,
		skin:  mix(vec{236, 196, 170}, vec{150, 100, 72}, tone*tone),
		hair:  mix(vec{26, 20, 18}, vec{120, 84, 50}, r.Float64()*r.Float64()),
		iris:  mix(vec{44, 28, 18}, vec{92, 110, 120}, r.Float64()*r.Float64()),
		lip:   mix(vec{188, 96, 92}, vec{150, 70, 72}, r.Float64()),
		cloth: vec{between(30, 220), between(30, 220), between(30, 220)},
		wall:  vec{between(150, 225), between(150, 225), between(150, 225)},
		grain: r.Uint64(),
	}
	if !p.longHair && r.IntN(3) == 0 {
		p.beard = between(0.3, 0.8)
	}
	p.mould()
	return p
}

// noise is a value in -1…1 that belongs to a place on the head and so moves with it.
func (p *person) noise(at vec, scale float64) float64 {
	cell := func(i, j, k int) float64 {
		h := p.grain ^ uint64(i)*0x9e3779b97f4a7c15 ^ uint64(j)*0xc2b2ae3d27d4eb4f ^ uint64(k)*0x165667b19e3779f9
		h ^= h >> 29
		h *= 0xbf58476d1ce4e5b9
		h ^= h >> 32
		return float64(h&0xffff)/32767.5 - 1
	}
	q := at.times(scale).add(vec{512, 512, 512})
	i, j, k := int(q.x), int(q.y), int(q.z)
	fx, fy, fz := q.x-float64(i), q.y-float64(j), q.z-float64(k)
	lerp := func(a, b, t float64) float64 { return a + (b-a)*t }
	plane := func(k int) float64 {
		return lerp(lerp(cell(i, j, k), cell(i+1, j, k), fx), lerp(cell(i, j+1, k), cell(i+1, j+1, k), fx), fy)
	}
	return lerp(plane(k), plane(k+1), fz)
}

// Two made people whom the face engine does not take for each other. Most made people are alike to it, which was
// trained on photographs: of the pairs among the first 120 seven in eight are a match.
const (
	Resident uint64 = 22
	Stranger uint64 = 59
)
