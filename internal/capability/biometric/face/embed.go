package face

import (
	"math"

	"cinnabar/internal/capability/biometric/face/nn"
)

// The embedder takes a face of 112 x 112 pixels whose five points lie where ArcFace's reference puts them
// (Deng et al. 2019, insightface's alignment).
const embedSize = 112

var embedTone = tone{127.5, 128}

func reference() [5]Point {
	return [5]Point{{38.2946, 51.6963}, {73.5318, 51.5014}, {56.0252, 71.7366}, {41.5493, 92.3655}, {70.7299, 92.2041}}
}

// align is the similarity that brings the reference points nearest to those found (least squares).
func align(found [5]Point) frame {
	want := reference()
	var meanWant, meanFound Point
	for i := range want {
		meanWant, meanFound = meanWant.add(want[i].times(0.2)), meanFound.add(found[i].times(0.2))
	}
	var a, b, norm float64
	for i := range want {
		w, f := want[i].sub(meanWant), found[i].sub(meanFound)
		a += w.X*f.X + w.Y*f.Y
		b += w.X*f.Y - w.Y*f.X
		norm += w.X*w.X + w.Y*w.Y
	}
	a, b = a/norm, b/norm
	return frame{a, b, meanFound.X - a*meanWant.X + b*meanWant.Y, meanFound.Y - b*meanWant.X - a*meanWant.Y}
}

// secondView is how much tighter than the first the second view of a face is cut.
const secondView = 0.93

// embed turns a face into a unit vector: the sum of the embeddings of two views of it, one as aligned and
// one mirrored and cut more tightly, which evens out a slight turn of the head and errors of alignment.
func (e *Engine) embed(r *raster, f frame, chip *nn.Tensor) ([]float32, error) {
	nets, err := e.networks.take()
	if err != nil {
		return nil, err
	}
	second := r.sample(f.about(Point{(embedSize - 1) / 2.0, 60}, secondView), embedSize, embedTone, black)
	views := &nn.Tensor{Shape: []int{2, embedSize, embedSize, 3}}
	views.Data = append(append(views.Data, chip.Data...), mirrorImage(second.Data)...)
	swapColours(views.Data)
	out, err := nets.embedder.Run(views)
	if err != nil {
		return nil, err
	}
	if len(out) != 1 || len(out[0].Data)%2 != 0 || len(out[0].Data) < 2*minDimensions || len(out[0].Data) > 2*maxDimensions {
		return nil, errWrongModel
	}
	n := len(out[0].Data) / 2
	sum := unit(out[0].Data[:n])
	for i, v := range unit(out[0].Data[n:]) {
		sum[i] += v
	}
	sum = unit(sum)
	if !isUnit(sum) {
		return nil, errWrongModel
	}
	return sum, nil
}

// about scales the frame's step around one of its own positions.
func (f frame) about(p Point, by float64) frame {
	c := f.at(p)
	g := frame{a: f.a * by, b: f.b * by}
	g.tx, g.ty = c.X-g.a*p.X+g.b*p.Y, c.Y-g.b*p.X-g.a*p.Y
	return g
}

func mirrorImage(pix []float32) []float32 {
	out := make([]float32, len(pix))
	for y := range embedSize {
		for x := range embedSize {
			copy(out[3*(y*embedSize+x):][:3], pix[3*(y*embedSize+embedSize-1-x):])
		}
	}
	return out
}

// swapColours turns red, green, blue into blue, green, red, as networks expect that were trained on pictures of OpenCV.
func swapColours(pix []float32) {
	for i := 0; i+2 < len(pix); i += 3 {
		pix[i], pix[i+2] = pix[i+2], pix[i]
	}
}

// isUnit tells whether v has length one; it has not when an entry is no number.
func isUnit(v []float32) bool {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Abs(sum-1) < 1e-3
}

// unit scales v to length one; a vector of zeros stays as it is.
func unit(v []float32) []float32 {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	out := make([]float32, len(v))
	if sum == 0 {
		return out
	}
	scale := float32(1 / math.Sqrt(sum))
	for i, x := range v {
		out[i] = x * scale
	}
	return out
}
