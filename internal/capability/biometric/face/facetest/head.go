package facetest

import "math"

// part is what a ray hits.
type part int

const (
	nothing part = iota
	skin
	hair
)

// The relief is computed once for a grid over one half of the front; the other half is the same.
const (
	mouldCells = 160.0 // cells to a unit
	mouldWide  = 160   // cells from the middle sideways
	mouldTop   = 176   // cells from the middle upwards
	mouldTall  = 2 * mouldTop
)

// mould fills the grid.
func (p *person) mould() {
	p.front = make([]float64, (mouldWide+1)*(mouldTall+1))
	for j := range mouldTall + 1 {
		for i := range mouldWide + 1 {
			p.front[j*(mouldWide+1)+i] = p.relief(float64(i)/mouldCells, float64(j-mouldTop)/mouldCells)
		}
	}
}

// moulded interpolates the relief in the grid.
func (p *person) moulded(x, y float64) float64 {
	u, v := math.Abs(x)*mouldCells, y*mouldCells+mouldTop
	if u >= mouldWide || v < 0 || v >= mouldTall {
		return 0
	}
	i, j := int(u), int(v)
	u, v = u-float64(i), v-float64(j)
	a := p.front[j*(mouldWide+1)+i:]
	b := a[mouldWide+1:]
	top := a[0] + u*(a[1]-a[0])
	low := b[0] + u*(b[1]-b[0])
	return top + v*(low-top)
}

// relief is how far the face stands out of the head's ellipsoid at a place of its front.
func (p *person) relief(x, y float64) float64 {
	side := math.Abs(x)
	tip := p.eyeY + p.noseLong
	ridge := 0.06 + (p.noseWide-0.06)*ramp(y, p.eyeY+0.1, tip)
	z := p.noseHigh * bell(x, ridge) * (0.18*ramp(y, p.eyeY-0.25, p.eyeY) + 0.82*ramp(y, p.eyeY-0.02, tip)) * (1 - ramp(y, tip+0.01, tip+0.11))
	z += 0.05 * bell(side-p.noseWide*0.85, 0.06) * bell(y-tip-0.01, 0.07) // wings of the nose
	z -= p.socket * bell(side-p.eyeGap, 0.16) * bell(y-p.eyeY+0.02, 0.12)
	z += 0.03 * bell(side-p.eyeGap, 0.07) * bell(y-p.eyeY, 0.06) // eyeball
	z += 0.04 * bell(side-p.eyeGap+0.04, 0.2) * bell(y-p.eyeY+p.browY, 0.09)
	z += p.cheek * bell(side-0.42, 0.2) * bell(y-0.28, 0.2)
	mouth := tip + p.mouthY
	z += 0.05 * bell(x, p.mouthWide) * (bell(y-mouth+p.lips*0.7, p.lips) + bell(y-mouth-p.lips*0.8, p.lips))
	z -= 0.03 * bell(x, p.mouthWide) * bell(y-mouth, 0.02)
	z += p.chin * bell(x, 0.22) * bell(y-0.88, 0.16)
	return z
}

// inside is negative inside the skull, positive outside.
func (p *person) inside(q vec) float64 {
	wide := p.width * (1 - p.jaw*max(q.y, 0)*max(q.y, 0)*1.3)
	z := q.z
	if z > 0 {
		z -= p.moulded(q.x, q.y) * ramp(z, 0, 0.35)
	}
	head := sq(q.x/wide) + q.y*q.y + sq(z/p.depth) - 1
	ear := sq((math.Abs(q.x)-p.width*0.98)/0.09) + sq((q.y-p.eyeY-0.12)/0.22) + sq((q.z+0.02)/0.13) - 1
	return min(head, 0.3*ear)
}

// insideHair is negative inside the hair.
func (p *person) insideHair(q vec) float64 {
	cap := sq(q.x/(p.width*1.1)) + sq((q.y+0.03)/1.08) + sq(q.z/(p.depth*1.06)) - 1
	edge := q.y - (p.hairline + 0.95*(p.depth*0.72-q.z) + p.fringe*q.x + 0.012*(math.Sin(31*q.x+9*q.z)+math.Sin(53*q.x-17*q.z)))
	if p.longHair && q.z < 0.15 {
		cap = sq(q.x/(p.width*1.16)) + sq(q.z/(p.depth*1.06)) + sq(min(q.y, 0)/1.08) - 1
		edge = q.y - 1.25
	}
	return max(cap, edge)
}

// strands is the most that single strands move the edge of the hair.
const strands = 0.024

// filled tells whether a place is inside skull or hair. Nearly all places on a ray are far from the hair, and
// strands are dear: they are looked at where they decide.
func (p *person) filled(q vec) bool {
	if p.inside(q) < 0 {
		return true
	}
	if !p.longHair || q.z >= 0.15 {
		if sq(q.x/(p.width*1.1))+sq((q.y+0.03)/1.08)+sq(q.z/(p.depth*1.06)) >= 1 ||
			q.y-(p.hairline+0.95*(p.depth*0.72-q.z)+p.fringe*q.x) > strands {
			return false
		}
	}
	return p.insideHair(q) < 0
}

func sq(x float64) float64 { return x * x }

// hit follows a ray in head coordinates to the first surface.
func (p *person) hit(from, along vec) (vec, part) {
	// The head lies in a ball of radius 1.5.
	b, c := from.dot(along), from.dot(from)-1.5*1.5
	d := b*b - c
	if d < 0 {
		return vec{}, nothing
	}
	near, far := -b-math.Sqrt(d), -b+math.Sqrt(d)
	const steps = 36
	step := (far - near) / steps
	for i := range steps + 1 {
		t := near + float64(i)*step
		q := from.add(along.times(t))
		if !p.filled(q) {
			continue
		}
		low, high := t-step, t
		for range 8 {
			m := (low + high) / 2
			q = from.add(along.times(m))
			if p.filled(q) {
				high = m
			} else {
				low = m
			}
		}
		q = from.add(along.times(high))
		if p.insideHair(q) < p.inside(q) {
			return q, hair
		}
		return q, skin
	}
	return vec{}, nothing
}

// normal is the direction in which a surface faces.
func (p *person) normal(q vec, what part) vec {
	f := p.inside
	if what == hair {
		f = p.insideHair
	}
	const h = 0.006
	return vec{
		f(vec{q.x + h, q.y, q.z}) - f(vec{q.x - h, q.y, q.z}),
		f(vec{q.x, q.y + h, q.z}) - f(vec{q.x, q.y - h, q.z}),
		f(vec{q.x, q.y, q.z + h}) - f(vec{q.x, q.y, q.z - h}),
	}.unit()
}
