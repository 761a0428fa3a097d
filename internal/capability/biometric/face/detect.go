package face

import (
	"cmp"
	"math"
	"slices"
)

// Point is a position in a picture, in pixels of the working copy, y downwards.
type Point struct{ X, Y float64 }

func (p Point) add(q Point) Point     { return Point{p.X + q.X, p.Y + q.Y} }
func (p Point) sub(q Point) Point     { return Point{p.X - q.X, p.Y - q.Y} }
func (p Point) times(s float64) Point { return Point{s * p.X, s * p.Y} }
func (p Point) length() float64       { return math.Hypot(p.X, p.Y) }
func middle(p, q Point) Point         { return p.add(q).times(0.5) }

// box is the square of a face: where it is, how large, and its tilt in radians.
type box struct {
	score       float64
	centre      Point
	side, angle float64
}

// The detector is BlazeFace with 896 anchors: two for each cell of a 16 x 16 grid, six for each of 8 x 8
// (MediaPipe, face_detection back model). It answers in pixels of its 256-pixel input.
const (
	detectorSize = 256
	minScore     = 0.5
	sameFace     = 0.3 // overlap above which two boxes are one face
)

var (
	detectorTone    = tone{127.5, 127.5}
	detectorOutputs = []string{"Identity", "Identity_1", "Identity_2", "Identity_3"}
)

// detectIn returns the detector's boxes in the part of r under f, largest first.
func (e *Engine) detectIn(r *raster, f frame) ([]box, error) {
	nets, err := e.networks.take()
	if err != nil {
		return nil, err
	}
	out, err := nets.detector.Run(r.sample(f, detectorSize, detectorTone, mirrored))
	if err != nil {
		return nil, err
	}
	var found []box
	for layer, grid := range []struct{ cells, each int }{{16, 2}, {8, 6}} {
		scores, boxes := out[layer].Data, out[2+layer].Data
		if len(scores) != grid.cells*grid.cells*grid.each || len(boxes) != 16*len(scores) {
			return nil, errWrongModel
		}
		for i, s := range scores {
			score := 1 / (1 + math.Exp(-float64(s)))
			if !(score >= minScore) { // also when it is no number
				continue
			}
			cell := i / grid.each
			step := detectorSize / float64(grid.cells)
			anchor := Point{(float64(cell%grid.cells) + 0.5) * step, (float64(cell/grid.cells) + 0.5) * step}
			found = append(found, placed(boxes[16*i:16*i+16], anchor, f, score))
		}
	}
	return distinct(found), nil
}

// placed turns the detector's sixteen numbers (centre, size, six points beginning with the eyes, all
// relative to the anchor) into a box in the picture.
func placed(v []float32, anchor Point, f frame, score float64) box {
	at := func(i int) Point {
		return f.at(Point{float64(v[i]), float64(v[i+1])}.add(anchor).sub(Point{0.5, 0.5}))
	}
	eyes := at(6).sub(at(4))
	return box{
		score: score, centre: at(0), side: float64(max(v[2], v[3])) * math.Hypot(f.a, f.b),
		angle: math.Atan2(eyes.Y, eyes.X),
	}
}

// distinct keeps the best of overlapping boxes, and orders by size.
func distinct(found []box) []box {
	slices.SortFunc(found, func(a, b box) int { return cmp.Compare(b.score, a.score) })
	var kept []box
	for _, b := range found {
		if !slices.ContainsFunc(kept, func(k box) bool { return overlap(b, k) > sameFace }) {
			kept = append(kept, b)
		}
	}
	slices.SortFunc(kept, func(a, b box) int { return cmp.Compare(b.side, a.side) })
	return kept
}

// overlap is the common area of two squares over their joint area.
func overlap(a, b box) float64 {
	reach := (a.side + b.side) / 2
	w := min(reach-math.Abs(a.centre.X-b.centre.X), a.side, b.side)
	h := min(reach-math.Abs(a.centre.Y-b.centre.Y), a.side, b.side)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h / (a.side*a.side + b.side*b.side - w*h)
}
