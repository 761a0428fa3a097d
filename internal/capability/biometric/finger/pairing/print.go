package pairing

import (
	"cmp"
	"math"
	"slices"

	"cinnabar/internal/capability/biometric/finger/minutia"
)

// most is the number of minutiae of a print that take part in a comparison; it bounds the time of one.
const most = 100

// neighbours is the number of nearest minutiae that an edge leads to.
const neighbours = 9

// edge leads from a minutia to one near it. Its length and angles do not change when the print is turned or
// shifted (Jiang, Yau 2000).
type edge struct {
	to     int
	dx, dy float32
	length float32
	course float32 // of the edge, measured from the direction of the minutia
	turn   float32 // from the direction of the minutia to that of the neighbour
}

// Print is a set of minutiae made ready for comparison. It is not changed afterwards and may be shared.
type Print struct {
	minutiae []minutia.Minutia
	field    *minutia.Field
	edges    [][]edge
	around   []descriptor // empty when there is no field
	grid     *grid
	weight   []float32 // how much each minutia counts
}

// Prepare computes what comparisons need of a set: its most certain minutiae, the edges between them and the
// ridge flow around each.
func Prepare(set minutia.Set) *Print {
	p := &Print{minutiae: slices.Clone(set.Minutiae), field: set.Field}
	slices.SortStableFunc(p.minutiae, func(a, b minutia.Minutia) int { return cmp.Compare(b.Quality, a.Quality) })
	p.minutiae = p.minutiae[:min(len(p.minutiae), most)]
	p.edges = edges(p.minutiae)
	p.grid = newGrid(p.minutiae)
	p.weight = weights(p.minutiae)
	if p.field != nil {
		for _, m := range p.minutiae {
			p.around = append(p.around, describe(m, p.field))
		}
	}
	return p
}

// Len is the number of minutiae that take part.
func (p *Print) Len() int { return len(p.minutiae) }

func edges(all []minutia.Minutia) [][]edge {
	out := make([][]edge, len(all))
	for i, a := range all {
		list := make([]edge, 0, len(all))
		for j, b := range all {
			if i == j {
				continue
			}
			e := edge{to: j, dx: b.X - a.X, dy: b.Y - a.Y, turn: minutia.Turn(a.Angle, b.Angle)}
			e.length = float32(math.Hypot(float64(e.dx), float64(e.dy)))
			e.course = minutia.Turn(a.Angle, float32(math.Atan2(float64(e.dy), float64(e.dx))))
			list = append(list, e)
		}
		slices.SortFunc(list, func(a, b edge) int { return cmp.Compare(a.length, b.length) })
		out[i] = list[:min(len(list), neighbours):min(len(list), neighbours)]
	}
	return out
}

// weights gives minutiae in clearer parts of a print more say than those in its blurred parts: the false ones
// are there. They are relative to the print's mean, so that a sensor's noise or a maker's scale cancels out.
func weights(all []minutia.Minutia) []float32 {
	var mean float32
	for _, m := range all {
		mean += float32(m.Quality) / float32(len(all))
	}
	out := make([]float32, len(all))
	for i, m := range all {
		out[i] = 1
		if mean > 0 {
			out[i] = min(max(float32(m.Quality)/mean, 0.4), 1.2)
		}
	}
	return out
}
