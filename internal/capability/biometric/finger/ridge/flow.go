package ridge

import "math"

// block is the side in pixels of the squares that orientation and mask are kept for.
const block = 8

// Flow is the direction of the ridges, one value for each block: the doubled angle as a vector, so that
// directions a half turn apart are the same and can be averaged (Kass, Witkin 1987).
type Flow struct {
	Cols, Rows int
	Cos, Sin   []float32 // energy-weighted sums of cos and sin of the doubled ridge angle
	Energy     []float32 // what length (Cos, Sin) would have if all gradients agreed
}

func newFlow(w, h int) *Flow {
	f := &Flow{Cols: (w + block - 1) / block, Rows: (h + block - 1) / block}
	n := f.Cols * f.Rows
	f.Cos, f.Sin, f.Energy = make([]float32, n), make([]float32, n), make([]float32, n)
	return f
}

// Gradients sums the squared gradients of every block: the ridge runs across the gradient
// (Hong, Wan, Jain 1998, section 2.3).
func Gradients(p *Plane) *Flow {
	f := newFlow(p.W, p.H)
	for y := 1; y < p.H-1; y++ {
		up, mid, down := p.Pix[(y-1)*p.W:y*p.W], p.Pix[y*p.W:(y+1)*p.W], p.Pix[(y+1)*p.W:(y+2)*p.W]
		cells := (y / block) * f.Cols
		for x := 1; x < p.W-1; x++ {
			gx := up[x+1] + 2*mid[x+1] + down[x+1] - up[x-1] - 2*mid[x-1] - down[x-1]
			gy := down[x-1] + 2*down[x] + down[x+1] - up[x-1] - 2*up[x] - up[x+1]
			i := cells + x/block
			f.Cos[i] += gy*gy - gx*gx
			f.Sin[i] -= 2 * gx * gy
			f.Energy[i] += gx*gx + gy*gy
		}
	}
	return f
}

// Smooth returns the flow averaged with Gaussian weights of the given width, in blocks.
func (f *Flow) Smooth(sigma float64) *Flow {
	kernel := gaussian(sigma)
	return &Flow{
		Cols: f.Cols, Rows: f.Rows,
		Cos:    smoothGrid(f.Cos, f.Cols, f.Rows, kernel),
		Sin:    smoothGrid(f.Sin, f.Cols, f.Rows, kernel),
		Energy: smoothGrid(f.Energy, f.Cols, f.Rows, kernel),
	}
}

// Angle is the ridge direction of block i, in [0, π).
func (f *Flow) Angle(i int) float64 {
	a := math.Atan2(float64(f.Sin[i]), float64(f.Cos[i])) / 2
	if a < 0 {
		a += math.Pi
	}
	return a
}

// Coherence is how well the gradients around block i agree: 0 (no direction) to 1 (parallel ridges).
func (f *Flow) Coherence(i int) float32 {
	if f.Energy[i] <= 0 {
		return 0
	}
	return float32(math.Hypot(float64(f.Cos[i]), float64(f.Sin[i]))) / f.Energy[i]
}

// gaussian returns the weights of a Gaussian window of the given width, half of it: [0] is the middle.
func gaussian(sigma float64) []float32 {
	half := make([]float32, int(math.Ceil(2.5*sigma))+1)
	for i := range half {
		half[i] = float32(math.Exp(-float64(i*i) / (2 * sigma * sigma)))
	}
	return half
}

// smoothGrid convolves a grid with a symmetric window, first along rows, then along columns; the window is
// cut at the edges, not renormalised, which leaves ratios of grids smoothed alike unchanged.
func smoothGrid(in []float32, cols, rows int, half []float32) []float32 {
	mid, out := make([]float32, len(in)), make([]float32, len(in))
	for i := range in {
		x := i % cols
		sum := half[0] * in[i]
		for d := 1; d < len(half); d++ {
			if x >= d {
				sum += half[d] * in[i-d]
			}
			if x+d < cols {
				sum += half[d] * in[i+d]
			}
		}
		mid[i] = sum
	}
	for i := range mid {
		y := i / cols
		sum := half[0] * mid[i]
		for d := 1; d < len(half); d++ {
			if y >= d {
				sum += half[d] * mid[i-d*cols]
			}
			if y+d < rows {
				sum += half[d] * mid[i+d*cols]
			}
		}
		out[i] = sum
	}
	return out
}
