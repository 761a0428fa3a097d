// Package skeleton thins a black and white picture of ridges to lines one pixel wide and reads the minutiae
// off them.
package skeleton

import (
	"math"
	"slices"

	"cinnabar/internal/capability/biometric/finger/minutia"
)

// Distances within which a minutia is not believed, in pixels unless said otherwise.
const (
	endingMargin      = 14.0 // of an ending from the edge of the print, where every ridge ends
	bifurcationMargin = 8.0
	crowdRadius       = 20.0
	crowd             = 5   // other minutiae within crowdRadius
	facing            = 1.0 // periods between two minutiae of opposite direction: a scar or a pore, not a pair
)

// Minutiae reads the endings and bifurcations off a cleaned skeleton and drops those that are likely to be
// false: at the print's edge, in opposite pairs, in crowds. The most clear come first; at most limit return.
func (b *Bitmap) Minutiae(p Print, limit int) []minutia.Minutia {
	var found []minutia.Minutia
	for i, v := range b.Pix {
		if v == 0 {
			continue
		}
		switch lines := crossings(b.neighbours(i)); {
		case isEnding(lines) && b.clear(i, p, endingMargin):
			found = append(found, b.ending(i, p))
		case isBifurcation(lines) && b.clear(i, p, bifurcationMargin):
			found = append(found, b.bifurcation(i, p))
		}
	}
	found = dropOpposite(found, p)
	found = dropCrowds(found)
	slices.SortStableFunc(found, func(a, b minutia.Minutia) int { return int(b.Quality) - int(a.Quality) })
	return found[:min(len(found), limit)]
}

// clear tells whether all of the circle of the radius around pixel i is print.
func (b *Bitmap) clear(i int, p Print, radius float64) bool {
	for k := range 8 {
		sin, cos := math.Sincos(float64(k) * math.Pi / 4)
		if !p.Inside(i%b.W+int(radius*cos), i/b.W+int(radius*sin)) {
			return false
		}
	}
	return true
}

func (b *Bitmap) ending(i int, p Print) minutia.Minutia {
	sin, cos := math.Sincos(b.heading(i))
	return b.minutia(i, p, minutia.Ending, cos, sin)
}

// bifurcation takes the sense of the direction from the two branches that enclose the smallest angle.
func (b *Bitmap) bifurcation(i int, p Print) minutia.Minutia {
	var start [8]int
	var pixels [16]int
	var course [4]float64
	first := b.branches(i, start[:])
	for k := range first {
		course[k] = b.course(i, first[k], pixels[:])
	}
	tightest, cos, sin := -2.0, 1.0, 0.0
	for k := range first {
		for m := range k {
			if near := math.Cos(course[k] - course[m]); near > tightest {
				tightest = near
				cos = math.Cos(course[k]) + math.Cos(course[m])
				sin = math.Sin(course[k]) + math.Sin(course[m])
			}
		}
	}
	return b.minutia(i, p, minutia.Bifurcation, cos, sin)
}

// minutia takes the axis of the direction from the ridge flow, which is steadier than the skeleton, and its
// sense from the skeleton.
func (b *Bitmap) minutia(i int, p Print, kind minutia.Kind, cos, sin float64) minutia.Minutia {
	x, y := i%b.W, i/b.W
	axis := p.Direction(x, y)
	if math.Cos(axis)*cos+math.Sin(axis)*sin < 0 {
		axis += math.Pi
	}
	return minutia.Minutia{
		X: float32(x), Y: float32(y), Angle: minutia.Wrap(float32(axis)), Kind: kind,
		Quality: uint8(1 + 99*min(max(p.Clarity(x, y), 0), 1)),
	}
}

// dropOpposite removes pairs that are close and point in opposite directions.
func dropOpposite(all []minutia.Minutia, p Print) []minutia.Minutia {
	drop := make([]bool, len(all))
	for i, a := range all {
		reach := facing * p.Period(int(a.X), int(a.Y))
		for j, b := range all[:i] {
			opposite := math.Abs(float64(minutia.Turn(a.Angle, b.Angle))) > 2.4
			if dist(a, b) < reach && (opposite || dist(a, b) < 4) {
				drop[i] = true
				drop[j] = drop[j] || opposite
			}
		}
	}
	return keep(all, drop)
}

// dropCrowds removes minutiae that stand too close together to be real.
func dropCrowds(all []minutia.Minutia) []minutia.Minutia {
	drop := make([]bool, len(all))
	for i, a := range all {
		n := 0
		for j, b := range all {
			if i != j && dist(a, b) < crowdRadius {
				n++
			}
		}
		drop[i] = n >= crowd
	}
	return keep(all, drop)
}

func keep(all []minutia.Minutia, drop []bool) []minutia.Minutia {
	out := all[:0]
	for i, m := range all {
		if !drop[i] {
			out = append(out, m)
		}
	}
	return out
}

func dist(a, b minutia.Minutia) float64 { return math.Hypot(float64(a.X-b.X), float64(a.Y-b.Y)) }
