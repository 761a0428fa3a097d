package ridge

import (
	"math"
)

// Ridge periods that occur at 500 pixels per inch, from children to coarse adult prints.
const (
	shortest = 4.0
	longest  = 16.0
	usual    = 9.0
)

// The window in which a period is measured: signature across the ridges, averaged along them.
const (
	signature = 64
	along     = 8
	sure      = 0.35 // least autocorrelation at the period for a measurement to count
)

// Periods holds the distance in pixels from ridge to ridge for each block, and how much of the print showed
// a clear period of its own.
type Periods struct {
	T     []float32
	Clear float32 // share of the print's measured blocks
}

// MeasurePeriods projects the ridges around each second block onto their normal and takes the first peak of
// the projection's autocorrelation (the x-signature of Hong, Wan, Jain 1998, section 2.4); what could not be
// measured is filled in from around.
func MeasurePeriods(p *Plane, flow *Flow, mask *Mask) *Periods {
	n := flow.Cols * flow.Rows
	sum, weight := make([]float32, n), make([]float32, n)
	var measured, asked float32
	for row := 0; row < flow.Rows; row += 2 {
		for col := 0; col < flow.Cols; col += 2 {
			i := row*flow.Cols + col
			if !mask.In[i] {
				continue
			}
			asked++
			period, peak := measurePeriod(p, col*block+block/2, row*block+block/2, flow.Angle(i))
			if peak >= sure {
				measured++
				sum[i], weight[i] = period*peak, peak
			}
		}
	}
	out := &Periods{T: spread(sum, weight, flow.Cols, flow.Rows)}
	if asked > 0 {
		out.Clear = measured / asked
	}
	return out
}

// spread averages the measured periods over their surroundings; where there are none, over the whole print.
func spread(sum, weight []float32, cols, rows int) []float32 {
	var total, count float32
	for i := range sum {
		total += sum[i]
		count += weight[i]
	}
	typical := float32(usual)
	if count > 0 {
		typical = total / count
	}
	window := gaussian(3)
	sum, weight = smoothGrid(sum, cols, rows, window), smoothGrid(weight, cols, rows, window)
	const little = 0.02
	for i := range sum {
		sum[i] = (sum[i] + little*typical) / (weight[i] + little)
	}
	return sum
}

// measurePeriod returns the ridge period around x, y and the autocorrelation at it, 0 if there is no peak.
func measurePeriod(p *Plane, x, y int, angle float64) (period, peak float32) {
	var s [signature]float32
	sin, cos := math.Sincos(angle)
	for k := range s {
		across := float64(k - signature/2)
		for l := -along; l <= along; l += 2 {
			px := int(float64(x) - sin*across + cos*float64(l) + 0.5)
			py := int(float64(y) + cos*across + sin*float64(l) + 0.5)
			if px >= 0 && py >= 0 && px < p.W && py < p.H {
				s[k] += p.Pix[py*p.W+px]
			}
		}
	}
	return firstPeak(s[:])
}

// firstPeak finds the first peak of the normalised autocorrelation after it has turned negative.
func firstPeak(s []float32) (lag, height float32) {
	var mean float32
	for _, v := range s {
		mean += v
	}
	mean /= float32(len(s))
	for i := range s {
		s[i] -= mean
	}
	var c [longest + 3]float32
	dipped := false
	for l := 1; l < len(c); l++ {
		c[l] = correlation(s[:len(s)-l], s[l:])
		dipped = dipped || c[l] < 0
		peak := l > int(shortest) && c[l-1] > c[l-2] && c[l-1] >= c[l]
		if dipped && peak && c[l-1] > 0 {
			bend := c[l-2] - 2*c[l-1] + c[l]
			return float32(l-1) + 0.5*(c[l-2]-c[l])/bend, c[l-1]
		}
	}
	return 0, 0
}

func correlation(a, b []float32) float32 {
	var ab, aa, bb float32
	for i, v := range a {
		ab += v * b[i]
		aa += v * v
		bb += b[i] * b[i]
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / float32(math.Sqrt(float64(aa)*float64(bb)))
}
