package skeleton

import "math"

// Print is what the cleaning needs to know about the print a skeleton was made from.
type Print interface {
	// Direction is the ridge angle at a pixel, in radians, [0, π).
	Direction(x, y int) float64
	// Period is the distance from ridge to ridge around a pixel.
	Period(x, y int) float64
	// Inside tells whether a pixel belongs to the readable print.
	Inside(x, y int) bool
	// Clarity is how clearly ridges show around a pixel, 0 to 1.
	Clarity(x, y int) float64
}

// Lengths under which a structure is taken for noise, in ridge periods (after Xiao, Raafat 1991, and the
// post-processing of Maltoni et al., Handbook of Fingerprint Recognition, section 3.7.2).
const (
	fragmentLength = 1.8 // ridge with two endings
	spurLength     = 1.0 // ending close to a bifurcation
	bridgeLength   = 1.2 // line across the flow between two bifurcations
	lakeLength     = 1.5 // two lines between the same bifurcations
	gapLength      = 1.3 // endings that face each other
)

// Clean removes from a skeleton the structures that noise makes: fragments and spurs, bridges between ridges,
// lakes inside a ridge; and closes gaps in a ridge.
func (b *Bitmap) Clean(p Print) {
	b.bridgesAndLakes(p)
	b.closeGaps(p)
	b.spursAndFragments(p)
	b.Thin()
}

// nodes lists the skeleton pixels with the given number of lines.
func (b *Bitmap) nodes(want func(lines int) bool) []int {
	var out []int
	for i, v := range b.Pix {
		if v == 1 && want(crossings(b.neighbours(i))) {
			out = append(out, i)
		}
	}
	return out
}

func isEnding(lines int) bool      { return lines == 1 }
func isBifurcation(lines int) bool { return lines >= 3 }

func (b *Bitmap) spursAndFragments(p Print) {
	var start, pixels [64]int
	for _, e := range b.nodes(isEnding) {
		if b.Pix[e] == 0 || !isEnding(crossings(b.neighbours(e))) {
			continue
		}
		t := p.Period(e%b.W, e/b.W)
		for _, first := range b.branches(e, start[:]) {
			way := b.trace(e, first, int(fragmentLength*t), pixels[:])
			if way.end < 0 {
				continue
			}
			fork := isBifurcation(crossings(b.neighbours(way.end)))
			if !fork || float64(len(way.pixels)) < spurLength*t {
				b.erase(way)
				b.Pix[e] = 0
			}
		}
	}
}

func (b *Bitmap) bridgesAndLakes(p Print) {
	var start [8]int
	var pixels [8][64]int
	for _, f := range b.nodes(isBifurcation) {
		if b.Pix[f] == 0 || !isBifurcation(crossings(b.neighbours(f))) {
			continue
		}
		t := p.Period(f%b.W, f/b.W)
		var ways []path
		for k, first := range b.branches(f, start[:]) {
			way := b.trace(f, first, int(lakeLength*t), pixels[k][:])
			if way.end < 0 || way.end == f || !isBifurcation(crossings(b.neighbours(way.end))) || len(way.pixels) < 3 {
				continue
			}
			ways = append(ways, way)
		}
		b.dropLakeOrBridge(f, ways, bridgeLength*t, p)
	}
}

// dropLakeOrBridge erases one of two ways that lead to the same node, or else a way across the flow.
func (b *Bitmap) dropLakeOrBridge(f int, ways []path, bridge float64, p Print) {
	for i, way := range ways {
		for _, other := range ways[:i] {
			if other.end == way.end {
				b.erase(way)
				return
			}
		}
	}
	for _, way := range ways {
		x, y := (f%b.W+way.end%b.W)/2, (f/b.W+way.end/b.W)/2
		course := math.Atan2(float64(way.end/b.W-f/b.W), float64(way.end%b.W-f%b.W))
		if float64(len(way.pixels)) < bridge && math.Abs(math.Sin(course-p.Direction(x, y))) > 0.64 {
			b.erase(way)
			return
		}
	}
}

// closeGaps draws a line between endings that face each other along the flow.
func (b *Bitmap) closeGaps(p Print) {
	ends := b.nodes(isEnding)
	heading := make([]float64, len(ends)) // out of the ridge, into the gap
	for k, e := range ends {
		heading[k] = b.heading(e) + math.Pi
	}
	for k, e := range ends {
		best, bestLength := -1, math.Inf(1)
		for m, o := range ends[:k] {
			dx, dy := float64(o%b.W-e%b.W), float64(o/b.W-e/b.W)
			length := math.Hypot(dx, dy)
			if length >= min(bestLength, gapLength*p.Period(e%b.W, e/b.W)) || b.Pix[o] == 0 {
				continue
			}
			course := math.Atan2(dy, dx)
			if math.Cos(course-heading[k]) > 0.8 && math.Cos(course+math.Pi-heading[m]) > 0.8 {
				best, bestLength = o, length
			}
		}
		if best >= 0 {
			b.draw(e, best)
		}
	}
}

// heading is the direction from an ending along its ridge.
func (b *Bitmap) heading(e int) float64 {
	var start [8]int
	var pixels [16]int
	branches := b.branches(e, start[:])
	if len(branches) == 0 {
		return 0
	}
	return b.course(e, branches[0], pixels[:])
}

// courseLength is how far a line is followed to tell its direction.
const courseLength = 10

// course is the direction in which the line by pixel first leaves node i.
func (b *Bitmap) course(i, first int, buffer []int) float64 {
	way := b.trace(i, first, courseLength, buffer)
	far := way.pixels[len(way.pixels)-1]
	return math.Atan2(float64(far/b.W-i/b.W), float64(far%b.W-i%b.W))
}

func (b *Bitmap) draw(from, to int) {
	x0, y0, x1, y1 := from%b.W, from/b.W, to%b.W, to/b.W
	n := max(abs(x1-x0), abs(y1-y0))
	for s := 1; s < n; s++ {
		x, y := x0+roundDiv((x1-x0)*s, n), y0+roundDiv((y1-y0)*s, n)
		b.Pix[y*b.W+x] = 1
	}
}

func abs(v int) int {
	if v < 0 {
		return -v
	}
	return v
}

func roundDiv(a, b int) int { return int(math.Round(float64(a) / float64(b))) }
