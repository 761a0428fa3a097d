// Package pairing compares two sets of minutiae: it finds pairs whose surroundings are alike, grows from each
// an assignment of minutiae along the edges between neighbours, and weighs the best. Time and memory are
// bounded by the number of minutiae that take part, whatever the sets hold.
package pairing

// Compare returns how strongly two prints look like the same finger, 0 for not at all, and what that rests
// on. It is the same in both orders.
func Compare(a, b *Print) (float32, Evidence) {
	if a.Len() > b.Len() {
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
		if e := p.weigh(); e.score() > bestScore {
			best, bestScore = e, e.score()
		}
	}
	return bestScore, best
}

func (e Evidence) score() float32 {
	share := e.Pairs / max(e.Overlap, 1)
	flow := float32(0.8)
	if e.Cells > 0 {
		flow = min(max((e.Flow-0.3)/0.6, 0), 1)
	}
	return e.Pairs * (0.3 + share) * flow * 10
}
