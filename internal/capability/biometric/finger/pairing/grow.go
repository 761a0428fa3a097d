package pairing

import (
	"math"

	"cinnabar/internal/capability/biometric/finger/minutia"
)

// Tolerances of the place and direction at which a minutia is found again, seen from a paired neighbour.
const (
	placeSlack = 5.0  // pixels
	placeShare = 0.10 // of the distance from the neighbour
	turnSlack  = 0.45 // radians
)

// link is a pair with how far it lay from where it was expected, 0 to 1 of the tolerance, and the turn from a
// to b in its surroundings.
type link struct {
	a, b int
	off  float32
	turn float32
}

// local is the share by which a pair's own directions correct the turn it takes over from its neighbour: bent
// skin turns from place to place.
const local = 0.3

// pairing is a one-to-one assignment of minutiae of a to minutiae of b.
type pairing struct {
	a, b     *Print
	links    []link
	ofA, ofB []int16 // partner, -1 for none
	cos, sin float32 // sum of the turns of all pairs
	open     []link  // candidates, a heap: least off first
}

func newPairing(a, b *Print) *pairing {
	return &pairing{a: a, b: b, ofA: make([]int16, a.Len()), ofB: make([]int16, b.Len())}
}

// grow starts from a seed and takes in neighbour after neighbour, the best fitting first, each judged from a
// neighbour that is already paired: so a bent print is followed piece by piece.
func (p *pairing) grow(s seed) {
	p.links, p.open = p.links[:0], p.open[:0]
	p.cos, p.sin = 0, 0
	for i := range p.ofA {
		p.ofA[i] = -1
	}
	for j := range p.ofB {
		p.ofB[j] = -1
	}
	p.add(link{a: s.a, b: s.b, turn: minutia.Turn(p.a.minutiae[s.a].Angle, p.b.minutiae[s.b].Angle)})
	for len(p.open) > 0 {
		l := p.pop()
		if p.ofA[l.a] < 0 && p.ofB[l.b] < 0 {
			p.add(l)
		}
	}
}

func (p *pairing) add(l link) {
	p.links = append(p.links, l)
	p.ofA[l.a], p.ofB[l.b] = int16(l.b), int16(l.a)
	sin, cos := math.Sincos(float64(minutia.Turn(p.a.minutiae[l.a].Angle, p.b.minutiae[l.b].Angle)))
	p.cos, p.sin = p.cos+float32(cos), p.sin+float32(sin)
	sin, cos = math.Sincos(float64(l.turn))
	for i := range p.a.edges[l.a] {
		p.expect(l, &p.a.edges[l.a][i], float32(cos), float32(sin))
	}
}

// expect looks for the neighbour an edge of a leads to at its place in b.
func (p *pairing) expect(from link, e *edge, cos, sin float32) {
	if p.ofA[e.to] >= 0 {
		return
	}
	at := p.b.minutiae[from.b]
	x, y := at.X+cos*e.dx-sin*e.dy, at.Y+sin*e.dx+cos*e.dy
	reach := min(placeSlack+placeShare*e.length, gridCell)
	want := p.a.minutiae[e.to].Angle + from.turn
	p.b.grid.near(x, y, func(j int) {
		if p.ofB[j] >= 0 {
			return
		}
		m := &p.b.minutiae[j]
		place := ((m.X-x)*(m.X-x) + (m.Y-y)*(m.Y-y)) / (reach * reach)
		if place >= 1 {
			return
		}
		more := minutia.Turn(want, m.Angle)
		if turn := more / turnSlack; turn*turn < 1 {
			p.push(link{e.to, j, (place + turn*turn) / 2, from.turn + local*more})
		}
	})
}

func (p *pairing) push(l link) {
	p.open = append(p.open, l)
	h := p.open
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if h[up].off <= h[i].off {
			return
		}
		h[up], h[i] = h[i], h[up]
		i = up
	}
}

func (p *pairing) pop() link {
	h := p.open
	top, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < last; c++ {
			if h[c].off < h[least].off {
				least = c
			}
		}
		if least == i {
			break
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
	p.open = h
	return top
}
