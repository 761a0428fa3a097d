package pairing

import (
	"cmp"
	"math"
	"slices"

	"cinnabar/internal/capability/biometric/finger/minutia"
)

// Tolerances of an edge of one print against one of the other: skin is elastic.
const (
	lengthSlack = 4.0  // pixels
	lengthShare = 0.12 // of the length
	angleSlack  = 0.42 // radians
)

// seeds is the number of first pairs from which an alignment is tried, ofOne how many of them one minutia
// may take part in.
const (
	seeds = 12
	ofOne = 2
)

// seed is a pair of minutiae whose surroundings are alike.
type seed struct {
	a, b  int
	value float32
}

// findSeeds rates all pairs by their surroundings, the flow where both prints have it and the edges, and
// returns the best.
func findSeeds(a, b *Print) []seed {
	all := make([]seed, 0, a.Len()*b.Len())
	flow := len(a.around) > 0 && len(b.around) > 0
	for i := range a.minutiae {
		for j := range b.minutiae {
			s := seed{a: i, b: j, value: 1}
			if flow {
				s.value = alike(&a.around[i], &b.around[j])
			}
			if s.value > 0.1 {
				all = append(all, s)
			}
		}
	}
	if flow {
		slices.SortFunc(all, byValue)
		all = all[:min(len(all), 12*seeds)]
	}
	for k, s := range all {
		all[k].value *= 0.7 + supported(a.edges[s.a], b.edges[s.b])
	}
	slices.SortFunc(all, byValue)
	return choose(all, a.Len(), b.Len())
}

func byValue(x, y seed) int {
	return cmp.Or(cmp.Compare(y.value, x.value), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
}

// choose takes the best seeds, few of any one minutia.
func choose(sorted []seed, a, b int) []seed {
	usedA, usedB := make([]uint8, a), make([]uint8, b)
	out := sorted[:0]
	for _, s := range sorted {
		if usedA[s.a] < ofOne && usedB[s.b] < ofOne {
			usedA[s.a]++
			usedB[s.b]++
			out = append(out, s)
		}
		if len(out) == seeds {
			break
		}
	}
	return out
}

// supported adds up how well the edges of one minutia are found again at the other.
func supported(a, b []edge) float32 {
	var sum float32
	for i := range a {
		var best float32
		for j := range b {
			best = max(best, sameEdge(&a[i], &b[j]))
		}
		sum += best
	}
	return sum
}

// sameEdge is 1 for equal edges, falling to 0 at the tolerance.
func sameEdge(a, b *edge) float32 {
	length := abs(a.length-b.length) / (lengthSlack + lengthShare*max(a.length, b.length))
	if length >= 1 {
		return 0
	}
	course, turn := abs(minutia.Turn(a.course, b.course)), abs(minutia.Turn(a.turn, b.turn))
	if course >= angleSlack || turn >= angleSlack {
		return 0
	}
	return (1 - length*length) * (1 - course*turn/(angleSlack*angleSlack))
}

func abs(v float32) float32 { return math.Float32frombits(math.Float32bits(v) &^ (1 << 31)) }
