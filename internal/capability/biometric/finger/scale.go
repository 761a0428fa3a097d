package finger

import (
	"math"

	"cinnabar/internal/capability/biometric/finger/minutia"
)

// The resolutions that are read, in pixels per inch, and the one that all work is done at.
const (
	standardDPI = 500
	leastDPI    = 250
	mostDPI     = 2100
)

// minSide is the smallest side, in pixels at 500 per inch, of a picture that can hold enough of a finger.
const minSide = 80

// standard checks a picture and brings it to 500 pixels per inch.
func (p Image) standard() (Image, error) {
	if p.Width < 1 || p.Height < 1 || len(p.Grey) != p.Width*p.Height {
		return p, refuse(BadFormat, errTruncated)
	}
	if p.DPI == 0 {
		p.DPI = standardDPI
	}
	if !(p.DPI >= leastDPI && p.DPI <= mostDPI) {
		return p, &Refusal{Reason: Resolution, Measured: p.DPI, Limit: leastDPI}
	}
	ratio := standardDPI / p.DPI
	if math.Abs(ratio-1) < 0.01 {
		ratio = 1
	}
	w, h := int(math.Round(float64(p.Width)*ratio)), int(math.Round(float64(p.Height)*ratio))
	if longest := max(w, h); longest > minutia.MaxSide {
		return p, &Refusal{Reason: TooLarge, Measured: float64(longest), Limit: minutia.MaxSide}
	}
	if shortest := min(w, h); shortest < minSide {
		return p, &Refusal{Reason: TooSmall, Measured: float64(shortest), Limit: minSide}
	}
	if ratio == 1 {
		return p, nil
	}
	rows := resample(p.Grey, p.Width, p.Height, w)
	columns := resample(rows, p.Height, w, h) // rows came back transposed
	return Image{Width: w, Height: h, DPI: standardDPI, Grey: columns}, nil
}

// resample brings each row of a w x h picture to the width to, by a triangle filter as wide as the coarser of
// the two pixels, and returns it transposed: one row of h for each new column.
func resample(in []uint8, w, h, to int) []uint8 {
	out := make([]uint8, to*h)
	step := float64(w) / float64(to)
	reach := max(step, 1)
	for x := range to {
		centre := (float64(x)+0.5)*step - 0.5
		first, last := max(int(math.Ceil(centre-reach)), 0), min(int(math.Floor(centre+reach)), w-1)
		for y := range h {
			var sum, weight float64
			for s := first; s <= last; s++ {
				share := reach - math.Abs(float64(s)-centre)
				sum += share * float64(in[y*w+s])
				weight += share
			}
			if weight > 0 {
				sum /= weight
			}
			out[x*h+y] = uint8(sum + 0.5)
		}
	}
	return out
}
