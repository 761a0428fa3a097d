package pairing

import (
	"math"

	"cinnabar/internal/capability/biometric/finger/minutia"
)

// motion turns and shifts a onto b.
type motion struct{ cos, sin, dx, dy float32 }

func (m motion) apply(x, y float32) (float32, float32) {
	return m.cos*x - m.sin*y + m.dx, m.sin*x + m.cos*y + m.dy
}

// inverse leads from b to a.
func (m motion) inverse() motion {
	return motion{m.cos, -m.sin, -(m.cos*m.dx + m.sin*m.dy), m.sin*m.dx - m.cos*m.dy}
}

// fit is the motion that brings the pairs together with the least squares (Umeyama 1991, without scale).
func (p *pairing) fit() motion {
	var ax, ay, bx, by float32
	n := float32(len(p.links))
	for _, l := range p.links {
		a, b := &p.a.minutiae[l.a], &p.b.minutiae[l.b]
		ax, ay, bx, by = ax+a.X/n, ay+a.Y/n, bx+b.X/n, by+b.Y/n
	}
	var dot, cross float32
	for _, l := range p.links {
		a, b := &p.a.minutiae[l.a], &p.b.minutiae[l.b]
		ux, uy, vx, vy := a.X-ax, a.Y-ay, b.X-bx, b.Y-by
		dot += ux*vx + uy*vy
		cross += ux*vy - uy*vx
	}
	// The directions of the minutiae count like points some way off, so that few pairs fix the turn too.
	const arm = 40 * 40
	dot, cross = dot+arm*p.cos, cross+arm*p.sin
	length := float32(math.Hypot(float64(dot), float64(cross)))
	if length == 0 {
		return motion{cos: 1, dx: bx - ax, dy: by - ay}
	}
	m := motion{cos: dot / length, sin: cross / length}
	x, y := m.apply(ax, ay)
	m.dx, m.dy = bx-x, by-y
	return m
}

// Evidence is what speaks for and against two prints being of one finger, at their best alignment.
type Evidence struct {
	Pairs   float32 // minutiae found again, each counted by how well it fits, at most 1
	Overlap float32 // minutiae of both, on average, that lie where both prints are readable
	Flow    float32 // mean agreement of the ridge flow there, 1 to -0.5; 0 when unknown
	Cells   int     // cells over which Flow was compared
}

func (p *pairing) weigh() Evidence {
	var e Evidence
	for _, l := range p.links {
		w := (1 - 0.6*l.off) * (p.a.weight[l.a] + p.b.weight[l.b]) / 2
		if len(p.a.around) > 0 && len(p.b.around) > 0 {
			w *= 0.5 + 0.5*max(alike(&p.a.around[l.a], &p.b.around[l.b]), 0)
		}
		e.Pairs += w
	}
	m := p.fit()
	e.Overlap = (p.a.within(p.b, m) + p.b.within(p.a, m.inverse())) / 2
	e.Overlap = max(e.Overlap, e.Pairs)
	e.Flow, e.Cells = flowAgreement(p.a.field, p.b.field, m)
	return e
}

// within counts the minutiae of p that fall into the readable part of o.
func (p *Print) within(o *Print, m motion) float32 {
	n := float32(0)
	for i := range p.minutiae {
		if o.readable(m.apply(p.minutiae[i].X, p.minutiae[i].Y)) {
			n += p.weight[i]
		}
	}
	return n
}

// readable tells whether a place belongs to the print: by its field, or else by a minutia in the squares
// around it.
func (p *Print) readable(x, y float32) bool {
	if p.field != nil {
		return p.field.At(x, y) != minutia.NoFlow
	}
	found := false
	p.grid.near(x, y, func(int) { found = true })
	return found
}

func flowAgreement(a, b *minutia.Field, m motion) (mean float32, cells int) {
	if a == nil || b == nil {
		return 0, 0
	}
	turn := int(math.Round(math.Atan2(float64(m.sin), float64(m.cos)) * 180 / math.Pi))
	var sum float32
	for i, u := range a.Flow {
		if u == minutia.NoFlow {
			continue
		}
		x, y := float32(i%a.Cols*minutia.CellSize+minutia.CellSize/2), float32(i/a.Cols*minutia.CellSize+minutia.CellSize/2)
		v := b.At(m.apply(x, y))
		if v == minutia.NoFlow {
			continue
		}
		cells++
		sum += agreement[((int(v)-int(u)-turn)%180+180)%180]
	}
	if cells == 0 {
		return 0, 0
	}
	return sum / float32(cells), cells
}
