// Package pairing compares two sets of minutiae: it finds pairs whose surroundings are alike, grows from each
// an assignment of minutiae along the edges between neighbours, and weighs the best. Time and memory are
// bounded by the number of minutiae that take part, whatever the sets hold.
package pairing

import (
	"cmp"
	"slices"

	"cinnabar/internal/capability/biometric/finger/minutia"
)

// Compare returns how strongly two prints look like the same finger, 0 for not at all, and what that rests
// on. It is the same in both orders.
func Compare(a, b *Print) (float32, Evidence) {
	if compareSets(a.minutiae, b.minutiae) > 0 {
		a, b = b, a
	}
	var best Evidence
	var bestScore float32
	p := newPairing(a, b)
	for _, s := range findSeeds(a, b) {
		p.grow(s)
		if len(p.links) < 3 {
			continue
		}
		e, m := p.count()
		if e.beyondChance() <= bestScore {
			continue
		}
		e.Flow, e.Cells = flowAgreement(a.field, b.field, m)
		if s := e.score(); s > bestScore {
			best, bestScore = e, s
		}
	}
	return bestScore, best
}

// compareSets puts sets into an order, smaller ones first.
func compareSets(a, b []minutia.Minutia) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), slices.CompareFunc(a, b, func(m, n minutia.Minutia) int {
		return cmp.Or(cmp.Compare(m.X, n.X), cmp.Compare(m.Y, n.Y), cmp.Compare(m.Angle, n.Angle))
	}))
}

// chance is the share of the minutiae in the overlap that two prints of different fingers find again at their
// best alignment; only what goes beyond it speaks for the same finger.
const chance = 0.35

// Ridge flow that agrees less than leastFlow rules the same finger out; from fullFlow on it takes nothing away.
const (
	leastFlow   = 0.3
	fullFlow    = 0.9
	unknownFlow = 0.8 // what prints without a field get instead
)

// beyondChance is 20 for each minutia found again beyond chance.
func (e Evidence) beyondChance() float32 { return 20 * max(e.Pairs-chance*e.Overlap, 0) }

// score is beyondChance, less when the ridge flow does not agree.
func (e Evidence) score() float32 {
	flow := float32(unknownFlow)
	if e.Cells > 0 {
		flow = min(max((e.Flow-leastFlow)/(fullFlow-leastFlow), 0), 1)
	}
	return flow * e.beyondChance()
}
