// Package ridge turns the grey picture of a print into the course of its ridges: evened out, parted from the
// background, oriented, measured and enhanced. It is pure: the same picture always gives the same result.
package ridge

import (
	"math"

	"cinnabar/internal/capability/biometric/finger/minutia"
)

// Ridges is what is known of the ridges of one print at 500 pixels per inch.
type Ridges struct {
	W, H     int
	Enhanced *Plane // negative on ridges, positive in valleys, zero outside the print
	Mask     *Mask
	Periods  *Periods
	raw      *Flow // of the picture itself: tells how clear the ridges are
	fine     *Flow // of the enhanced picture
}

// How widely the flow is averaged, in blocks: over the noisy picture, and over the enhanced one.
const (
	coarse = 2.2
	detail = 1.0
)

// Read follows the ridges of a picture of dark ridges on light ground. It enhances twice: the flow of the
// once enhanced picture is less noisy and can be averaged less widely, so that it bends where ridges do.
func (b *Bank) Read(grey []uint8, w, h int) *Ridges {
	even := Normalise(grey, w, h)
	gradients := Gradients(even)
	mask := Segment(grey, w, h, gradients)
	flow := gradients.Smooth(coarse)
	periods := MeasurePeriods(even, flow, mask)
	once := b.Enhance(even, flow, periods, mask)
	fine := Gradients(once).Smooth(detail)
	return &Ridges{
		W: w, H: h, Mask: mask, Periods: periods, raw: gradients.Smooth(detail), fine: fine.unit(),
		Enhanced: b.Enhance(even, fine, periods, mask),
	}
}

// Direction is the ridge angle at a pixel, in radians, [0, π).
func (r *Ridges) Direction(x, y int) float64 { return r.fine.between(x, y) }

// Period is the distance from ridge to ridge around a pixel.
func (r *Ridges) Period(x, y int) float64 {
	return float64(r.Periods.T[(y/block)*r.Mask.Cols+x/block])
}

// Inside tells whether a pixel belongs to the print.
func (r *Ridges) Inside(x, y int) bool {
	return x >= 0 && y >= 0 && r.Mask.At(x/block, y/block)
}

// Clarity is how well the gradients of the untouched picture agree around a pixel, 0 to 1.
func (r *Ridges) Clarity(x, y int) float64 {
	return float64(r.raw.Coherence((y/block)*r.Mask.Cols + x/block))
}

// MeanClarity is the mean clarity over the print.
func (r *Ridges) MeanClarity() float64 {
	var sum float64
	for i, in := range r.Mask.In {
		if in {
			sum += float64(r.raw.Coherence(i))
		}
	}
	return sum / math.Max(1, float64(r.Mask.Area()))
}

// Field returns the flow as it is kept in a template.
func (r *Ridges) Field() *minutia.Field {
	f := minutia.NewField(r.W, r.H)
	for row := range f.Rows {
		for col := range f.Cols {
			x, y := col*minutia.CellSize+minutia.CellSize/2, row*minutia.CellSize+minutia.CellSize/2
			if x < r.W && y < r.H && r.Inside(x, y) {
				f.Set(col, row, r.Direction(x, y))
			}
		}
	}
	return f
}

// Area is the number of pixels of the print.
func (r *Ridges) Area() int { return r.Mask.Area() * block * block }
