package ridge

// Plane is a picture of real numbers, row by row.
type Plane struct {
	W, H int
	Pix  []float32
}

// NewPlane returns a plane of zeros.
func NewPlane(w, h int) *Plane {
	return &Plane{W: w, H: h, Pix: make([]float32, w*h)}
}

// boxMean returns the mean over the square of side 2r+1 around every pixel; the square is cut at the edges.
func boxMean(p *Plane, r int) *Plane {
	rows, out := NewPlane(p.W, p.H), NewPlane(p.W, p.H)
	for y := range p.H {
		runningMean(p.Pix[y*p.W:(y+1)*p.W], rows.Pix[y*p.W:(y+1)*p.W], r)
	}
	sums := make([]float64, p.W)
	add := func(y int, sign float64) {
		for x, v := range rows.Pix[y*p.W : (y+1)*p.W] {
			sums[x] += sign * float64(v)
		}
	}
	lo, hi := 0, 0 // rows lo..hi-1 are in sums
	for y := range p.H {
		for ; hi < min(p.H, y+r+1); hi++ {
			add(hi, 1)
		}
		for ; lo < y-r; lo++ {
			add(lo, -1)
		}
		scale := 1 / float64(hi-lo)
		for x, s := range sums {
			out.Pix[y*p.W+x] = float32(s * scale)
		}
	}
	return out
}

// runningMean writes into out the mean of in over the 2r+1 values around each.
func runningMean(in, out []float32, r int) {
	sum, lo, hi := 0.0, 0, 0
	for x := range in {
		for ; hi < min(len(in), x+r+1); hi++ {
			sum += float64(in[hi])
		}
		for ; lo < x-r; lo++ {
			sum -= float64(in[lo])
		}
		out[x] = float32(sum / float64(hi-lo))
	}
}
