package pairing

import "cinnabar/internal/capability/biometric/finger/minutia"

// Evidence is what speaks for and against two prints being of one finger, at their best alignment.
type Evidence struct {
	Pairs   float32 // minutiae found again, each counted by how well it fits, at most 1
	Overlap float32 // minutiae of both, on average, that lie where both prints are readable
	Flow    float32 // mean agreement of the ridge flow there, 1 to -0.5; 0 when unknown
	Cells   int     // cells over which Flow was compared
}

// count gives the evidence without the ridge flow, and the motion to compare that by.
func (p *pairing) count() (e Evidence, m motion) {
	for _, l := range p.links {
		w := (1 - 0.6*l.off) * (p.a.weight[l.a] + p.b.weight[l.b]) / 2
		if len(p.a.around) > 0 && len(p.b.around) > 0 {
			w *= 0.5 + 0.5*max(alike(&p.a.around[l.a], &p.b.around[l.b]), 0)
		}
		e.Pairs += w
	}
	m = p.fit()
	e.Overlap = (p.a.within(p.b, m) + p.b.within(p.a, m.inverse())) / 2
	e.Overlap = max(e.Overlap, e.Pairs)
	return e, m
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

// flowAgreement compares the ridge flow of a, brought onto b, with that of b.
func flowAgreement(a, b *minutia.Field, m motion) (mean float32, cells int) {
	if a == nil || b == nil {
		return 0, 0
	}
	turned := m.turned()
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
		sum += agreement[max(v, turned[u])-min(v, turned[u])]
	}
	if cells == 0 {
		return 0, 0
	}
	return sum / float32(cells), cells
}
