package face

import (
	"math"

	"cinnabar/internal/capability/biometric/face/nn"
)

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

// refine finds the five points inside a box, and how sure the network is that it is a face. The first
// pass corrects the box, the second reads the points.
func (e *Engine) refine(r *raster, b box) (sighting, error) {
	nets, err := e.networks.take()
	if err != nil {
		return sighting{}, err
	}
	s := sighting{box: b}
	for range 2 {
		f := square(s.centre, s.side, s.angle, landmarkSize)
		out, err := nets.landmarker.Run(swapAxes(r.sample(f, landmarkSize, landmarkTone, mirrored)))
		if err != nil {
			return s, err
		}
		if len(out[0].Data) != 2 || len(out[1].Data) != 4 || len(out[2].Data) != 10 {
			return s, errWrongModel
		}
		s.sure = 1 / (1 + math.Exp(float64(out[0].Data[0]-out[0].Data[1])))
		at := func(x, y float32) Point {
			return f.at(Point{float64(x)*landmarkSize - 0.5, float64(y)*landmarkSize - 0.5})
		}
		p := out[2].Data
		s.points = Landmarks{at(p[0], p[5]), at(p[1], p[6]), at(p[2], p[7]), at(p[3], p[8]), at(p[4], p[9])}
		d := out[1].Data // corrections of left, top, right, bottom in sides of the box
		s.centre = at(0.5+(d[0]+d[2])/2, 0.5+(d[1]+d[3])/2)
		s.side *= float64(min(max(1+d[2]-d[0], 1+d[3]-d[1], 0.5), 2))
	}
	return s, nil
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
