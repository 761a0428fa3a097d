package ridge

import "math"

// The bank of filters: a filter for each direction and each period of a geometric row.
const (
	directions  = 32
	periodSteps = 22
	periodRatio = 1.068 // shortest · ratio^(steps-1) is about longest
	widest      = 22    // half length in pixels of the longest filter: the margin pictures need
)

// tap is one weighted pixel of a filter, relative to the pixel filtered.
type tap struct {
	dx, dy int
	weight float32
}

// Bank holds the oriented filters of the enhancement. It is made once and never changes.
type Bank struct {
	smooth, band [directions][periodSteps][]tap
}

// NewBank computes the filters. An even Gabor filter turned to the ridges is the product of a Gaussian along
// them and a band pass across them (Hong, Wan, Jain 1998, section 2.6; the separation along the two axes as
// in Areekul et al. 2005). Applied one after the other they cost a tenth of the full kernel, and the first
// follows bent ridges.
func NewBank() *Bank {
	b := new(Bank)
	for d := range directions {
		angle := math.Pi * float64(d) / directions
		for k := range periodSteps {
			t := shortest * math.Pow(periodRatio, float64(k))
			b.smooth[d][k] = smoothingLine(angle, 0.55*t)
			b.band[d][k] = bandLine(angle+math.Pi/2, 0.42*t, t)
		}
	}
	return b
}

// smoothingLine is a Gaussian of width sigma along a line; its weights sum to one.
func smoothingLine(angle, sigma float64) []tap {
	taps := line(angle, 2.2*sigma, func(r float64) float64 { return math.Exp(-r * r / (2 * sigma * sigma)) })
	var sum float32
	for _, t := range taps {
		sum += t.weight
	}
	for i := range taps {
		taps[i].weight /= sum
	}
	return taps
}

// bandLine is a cosine of the period under a Gaussian; its weights sum to zero, so that brightness is ignored.
func bandLine(angle, sigma, period float64) []tap {
	envelope := func(r float64) float64 { return math.Exp(-r * r / (2 * sigma * sigma)) }
	taps := line(angle, 2.4*sigma, func(r float64) float64 { return envelope(r) * math.Cos(2*math.Pi*r/period) })
	flat := line(angle, 2.4*sigma, envelope)
	var sum, weight, size float32
	for i := range taps {
		sum += taps[i].weight
		weight += flat[i].weight
	}
	for i := range taps {
		taps[i].weight -= flat[i].weight * sum / weight
		size += float32(math.Abs(float64(taps[i].weight)))
	}
	for i := range taps {
		taps[i].weight /= size
	}
	return taps
}

// line spreads a profile over the pixels along a line through the origin: one step for each pixel of the
// longer axis, shared by linear interpolation between the two nearest pixels of the other.
func line(angle, half float64, profile func(r float64) float64) []tap {
	sin, cos := math.Sincos(angle)
	steep := math.Abs(sin) > math.Abs(cos)
	if steep {
		sin, cos = cos, sin
	}
	half = min(half, widest-1)
	steps := int(half * math.Abs(cos))
	var taps []tap
	for s := -steps; s <= steps; s++ {
		side := float64(s) * sin / cos
		low := math.Floor(side)
		w := profile(float64(s) / cos)
		for n, share := range [2]float64{1 - (side - low), side - low} {
			t := tap{dx: s, dy: int(low) + n, weight: float32(w * share)}
			if steep {
				t.dx, t.dy = t.dy, t.dx
			}
			taps = append(taps, t)
		}
	}
	return taps
}

// filter is a tap list made ready for one picture: offsets in its pixel row.
type filter struct {
	offset []int
	weight []float32
}

func ready(bank *[directions][periodSteps][]tap, stride int) *[directions][periodSteps]filter {
	out := new([directions][periodSteps]filter)
	for d := range bank {
		for k, taps := range bank[d] {
			f := filter{make([]int, len(taps)), make([]float32, len(taps))}
			for i, t := range taps {
				f.offset[i], f.weight[i] = t.dy*stride+t.dx, t.weight
			}
			out[d][k] = f
		}
	}
	return out
}

// Enhance returns the picture with its ridges (negative) and valleys (positive) cleared of noise; it is zero
// outside the mask.
func (b *Bank) Enhance(p *Plane, flow *Flow, periods *Periods, mask *Mask) *Plane {
	const margin = widest + 1
	stride := p.W + 2*margin
	from, mid := make([]float32, stride*(p.H+2*margin)), make([]float32, stride*(p.H+2*margin))
	for y := range p.H {
		copy(from[(y+margin)*stride+margin:], p.Pix[y*p.W:(y+1)*p.W])
	}
	choice := chooseFilters(p.W, p.H, flow, periods, mask)
	smooth, band := ready(&b.smooth, stride), ready(&b.band, stride)
	out := NewPlane(p.W, p.H)
	each := func(do func(at, in int, c uint16)) {
		for i, c := range choice {
			if c != skip {
				do((i/p.W+margin)*stride+i%p.W+margin, i, c)
			}
		}
	}
	copy(mid, from)
	each(func(at, _ int, c uint16) { mid[at] = smooth[c/periodSteps][c%periodSteps].apply(from, at) })
	each(func(at, i int, c uint16) { out.Pix[i] = band[c/periodSteps][c%periodSteps].apply(mid, at) })
	return out
}

func (f *filter) apply(pix []float32, at int) float32 {
	var sum float32
	weight := f.weight
	for i, o := range f.offset[:len(weight)] {
		sum += weight[i] * pix[at+o]
	}
	return sum
}

// skip marks a pixel outside the mask.
const skip = ^uint16(0)

// chooseFilters picks for every pixel of the mask the filter of its direction and period; directions are
// interpolated between the middles of the blocks.
func chooseFilters(w, h int, flow *Flow, periods *Periods, mask *Mask) []uint16 {
	step := make([]uint16, len(periods.T))
	for i, t := range periods.T {
		k := math.Round(math.Log(float64(t)/shortest) / math.Log(periodRatio))
		step[i] = uint16(min(max(k, 0), periodSteps-1))
	}
	unit := flow.unit()
	choice := make([]uint16, w*h)
	for y := range h {
		for x := range w {
			i := (y/block)*flow.Cols + x/block
			if !mask.In[i] {
				choice[y*w+x] = skip
				continue
			}
			angle := unit.between(x, y)
			d := int(angle*directions/math.Pi+0.5) % directions
			choice[y*w+x] = uint16(d)*periodSteps + step[i]
		}
	}
	return choice
}

// unit returns the flow with vectors of length one, so that interpolation does not favour strong blocks.
func (f *Flow) unit() *Flow {
	u := &Flow{Cols: f.Cols, Rows: f.Rows, Cos: make([]float32, len(f.Cos)), Sin: make([]float32, len(f.Sin))}
	for i := range f.Cos {
		if length := float32(math.Hypot(float64(f.Cos[i]), float64(f.Sin[i]))); length > 0 {
			u.Cos[i], u.Sin[i] = f.Cos[i]/length, f.Sin[i]/length
		}
	}
	return u
}

// between returns the ridge angle at a pixel, in [0, π), interpolated between the four nearest blocks.
func (f *Flow) between(x, y int) float64 {
	fx, fy := (float32(x)+0.5)/block-0.5, (float32(y)+0.5)/block-0.5
	fx, fy = min(max(fx, 0), float32(f.Cols-1)), min(max(fy, 0), float32(f.Rows-1))
	x0, y0 := int(fx), int(fy)
	x1, y1 := min(x0+1, f.Cols-1), min(y0+1, f.Rows-1)
	tx, ty := fx-float32(x0), fy-float32(y0)
	mix := func(v []float32) float32 {
		top := v[y0*f.Cols+x0]*(1-tx) + v[y0*f.Cols+x1]*tx
		low := v[y1*f.Cols+x0]*(1-tx) + v[y1*f.Cols+x1]*tx
		return top*(1-ty) + low*ty
	}
	a := math.Atan2(float64(mix(f.Sin)), float64(mix(f.Cos))) / 2
	if a < 0 {
		a += math.Pi
	}
	return a
}
