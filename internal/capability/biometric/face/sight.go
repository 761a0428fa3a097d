package face

import (
	"context"
	"slices"
)

// sighting is a face that both the detector and the landmark network see.
type sighting struct {
	box
	points Landmarks
	sure   float64 // of the landmark network, 0…1
}

// looks are the squares that are searched in turn, in lengths of the picture's longer side: the whole
// picture, then wider (a face that fills the picture), then its middle (a small face).
func looks() []float64 { return []float64{1, 1.5, 0.6} }

const (
	confident  = 0.75 // detector score with which no further look is taken
	candidates = 6    // largest boxes of a look that are examined
)

// sight returns the faces of a picture, largest first: those of the look that shows its main face best.
func (e *Engine) sight(ctx context.Context, r *raster) ([]sighting, error) {
	centre := Point{float64(r.w-1) / 2, float64(r.h-1) / 2}
	var best []sighting
	for _, look := range looks() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f := square(centre, look*float64(max(r.w, r.h)), 0, detectorSize)
		found, err := e.look(r, f)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 && (len(best) == 0 || found[0].score > best[0].score) {
			best = found
		}
		if len(best) > 0 && best[0].score >= confident {
			break
		}
	}
	return best, nil
}

// look detects in one square and keeps the boxes in which the landmark network sees a face too.
func (e *Engine) look(r *raster, f frame) ([]sighting, error) {
	boxes, err := e.detectIn(r, f)
	if err != nil {
		return nil, err
	}
	var seen []sighting
	for _, b := range boxes[:min(len(boxes), candidates)] {
		if !r.holds(b.centre) { // a reflection beyond the edge
			continue
		}
		s, err := e.refine(r, b)
		if err != nil {
			return nil, err
		}
		if s.sure >= e.gate.MinCertainty && !slices.ContainsFunc(seen, s.same) {
			seen = append(seen, s)
		}
	}
	return seen, nil
}

// same tells whether two boxes led to one face.
func (s sighting) same(t sighting) bool {
	gap := max(s.points.RightEye.sub(s.points.LeftEye).length(), t.points.RightEye.sub(t.points.LeftEye).length())
	return s.points.Nose.sub(t.points.Nose).length() < gap
}
