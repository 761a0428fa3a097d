package face

import (
	"cmp"
	"math"
	"slices"

	"cinnabar/internal/capability/biometric/face/nn"
)

// Point is a position in a picture, in pixels of the working copy, y downwards.
type Point struct{ X, Y float64 }

func (p Point) add(q Point) Point         { return Point{p.X + q.X, p.Y + q.Y} }
func (p Point) sub(q Point) Point         { return Point{p.X - q.X, p.Y - q.Y} }
func (p Point) times(s float64) Point     { return Point{s * p.X, s * p.Y} }
func (p Point) length() float64           { return math.Hypot(p.X, p.Y) }
func middle(p, q Point) Point             { return p.add(q).times(0.5) }
func (p Point) along(axis Point) float64  { return (p.X*axis.X + p.Y*axis.Y) / axis.length() }
func (p Point) across(axis Point) float64 { return (p.Y*axis.X - p.X*axis.Y) / axis.length() }

// box is what the detector finds: the square of a face and six points on it. Left and right are those of
// the picture.
type box struct {
	score  float64
	centre Point
	side   float64
	points [6]Point // left eye, right eye, nose tip, mouth, left ear, right ear
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

// looks are the squares that are searched in turn, in lengths of the picture's longer side, until a face
// is found: the whole picture, then wider (a face that fills the picture), then its middle (a small face).
var looks = []float64{1, 1.5, 0.6}

// detect returns the faces of a picture, largest first.
func (e *Engine) detect(r *raster) ([]box, error) {
	centre := Point{float64(r.w-1) / 2, float64(r.h-1) / 2}
	for _, look := range looks {
		side := look * float64(max(r.w, r.h))
		faces, err := e.detectIn(r, square(centre, side, 0, detectorSize))
		if err != nil {
			return nil, err
		}
		faces = slices.DeleteFunc(faces, func(b box) bool { // reflections beyond the edge
			return b.centre.X < 0 || b.centre.Y < 0 || b.centre.X > float64(r.w) || b.centre.Y > float64(r.h)
		})
		if len(faces) > 0 {
			return faces, nil
		}
	}
	return nil, nil
}

func (e *Engine) detectIn(r *raster, f frame) ([]box, error) {
	out, err := e.detector.Run(r.sample(f, detectorSize, detectorTone))
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

// placed turns the detector's sixteen numbers (centre, size, six points, all relative to the anchor)
// into a box in the picture.
func placed(v []float32, anchor Point, f frame, score float64) box {
	at := func(i int) Point {
		return f.at(Point{float64(v[i]), float64(v[i+1])}.add(anchor).sub(Point{0.5, 0.5}))
	}
	b := box{score: score, centre: at(0)}
	b.side = float64(max(v[2], v[3])) * math.Hypot(f.a, f.b)
	for k := range b.points {
		b.points[k] = at(4 + 2*k)
	}
	return b
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

// Landmarks are five points on a face; left and right are those of the picture.
type Landmarks struct {
	LeftEye, RightEye, Nose, MouthLeft, MouthRight Point
}

func (l Landmarks) points() [5]Point {
	return [5]Point{l.LeftEye, l.RightEye, l.Nose, l.MouthLeft, l.MouthRight}
}

// The landmark network is the last stage of MTCNN (Zhang et al. 2016). It expects the picture with its
// axes swapped, as its authors' Matlab code laid it out.
const landmarkSize = 48

var (
	landmarkTone    = tone{127.5, 128}
	landmarkOutputs = []string{"onet/conv6-1/conv6-1", "onet/conv6-2/conv6-2", "onet/conv6-3/conv6-3"}
)

// refine finds the five points inside a detected box, and how sure the network is that it is a face.
// The first pass corrects the box, the second reads the points.
func (e *Engine) refine(r *raster, b box) (Landmarks, float64, error) {
	axis := b.points[1].sub(b.points[0])
	angle := math.Atan2(axis.Y, axis.X)
	centre, side := b.centre, b.side
	var points Landmarks
	var sure float64
	for range 2 {
		f := square(centre, side, angle, landmarkSize)
		out, err := e.landmarker.Run(swapAxes(r.sample(f, landmarkSize, landmarkTone)))
		if err != nil {
			return points, 0, err
		}
		if len(out[0].Data) != 2 || len(out[1].Data) != 4 || len(out[2].Data) != 10 {
			return points, 0, errWrongModel
		}
		sure = 1 / (1 + math.Exp(float64(out[0].Data[0]-out[0].Data[1])))
		at := func(x, y float32) Point {
			return f.at(Point{float64(x)*landmarkSize - 0.5, float64(y)*landmarkSize - 0.5})
		}
		p := out[2].Data
		points = Landmarks{at(p[0], p[5]), at(p[1], p[6]), at(p[2], p[7]), at(p[3], p[8]), at(p[4], p[9])}
		d := out[1].Data // corrections of left, top, right, bottom in sides of the box
		centre = at(0.5+(d[0]+d[2])/2, 0.5+(d[1]+d[3])/2)
		side *= float64(max(1+d[2]-d[0], 1+d[3]-d[1]))
	}
	return points, sure, nil
}

func swapAxes(t *nn.Tensor) *nn.Tensor {
	n := t.Shape[1]
	for y := range n {
		for x := range y {
			a, b := t.Data[3*(y*n+x):][:3], t.Data[3*(x*n+y):][:3]
			for c := range a {
				a[c], b[c] = b[c], a[c]
			}
		}
	}
	return t
}
