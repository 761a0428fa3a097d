// Package finger tells whether two pictures are of the same finger, by its own minutiae extractor and matcher.
// It knows nothing of Cinnabar and stands on the standard library and golang.org/x/image alone.
//
// Guaranteed: the same picture gives the same template; whatever the bytes, Decode, Extract, Unmarshal and
// Match end in bounded time and memory with a result or an error; templates of different models are never
// compared. Not guaranteed: that the finger is alive (nothing here is tested to ISO/IEC 30107-3), and error
// rates on your sensor: docs/biometrics-finger.md says how to measure them.
//
//	e := finger.New()
//	picture, err := finger.Decode(file, 0)           // *Refusal says what is wrong with the file
//	template, quality, err := e.Extract(ctx, picture) // *Refusal says what is wrong with the print
//	score, err := finger.Match(template, enrolled)
//	same := score >= finger.Thresholds()[i].Score
//
// The steps are in the sub-packages: ridge (enhancement, orientation), skeleton (thinning, minutiae), pairing
// (comparison), iso19794 (record format). Picture generator: synth. Measuring: fingerbench.
package finger

import (
	"context"

	"cinnabar/internal/capability/biometric/finger/iso19794"
	"cinnabar/internal/capability/biometric/finger/minutia"
	"cinnabar/internal/capability/biometric/finger/ridge"
	"cinnabar/internal/capability/biometric/finger/skeleton"
)

// Limits a print must keep to be used for telling a finger.
const (
	leastArea     = 5000 // square pixels at 500 per inch with ridges: a 70-pixel square
	leastClear    = 0.4  // share of that area with a ridge period of its own
	leastMinutiae = 5
	mostMinutiae  = 100
	speck         = 30 // pixels: smaller ridges and holes are dirt and pores
)

// Engine reads prints. It is immutable and may be used by any number of goroutines.
type Engine struct{ bank *ridge.Bank }

// New computes the filters once.
func New() *Engine { return &Engine{bank: ridge.NewBank()} }

// Quality says how good a print is. It is not NFIQ 2 and not comparable with it.
type Quality struct {
	Area     int     // square pixels with ridges, at 500 per inch
	Clarity  float64 // 0..1, how well the ridges' directions agree from pixel to pixel
	Clear    float64 // 0..1, share of the area whose ridges have a period of their own
	Minutiae int
	Score    uint8 // 0..100, the three together
}

// Extract reads the minutiae of a print: dark ridges on light ground. The error is a *Refusal where the
// picture cannot be used, else the context's.
func (e *Engine) Extract(ctx context.Context, picture Image) (Template, Quality, error) {
	p, err := picture.standard()
	if err != nil {
		return Template{}, Quality{}, err
	}
	if err := ctx.Err(); err != nil {
		return Template{}, Quality{}, err
	}
	r := e.bank.Read(p.Grey, p.Width, p.Height)
	q := Quality{Area: r.Area(), Clarity: r.MeanClarity(), Clear: float64(r.Periods.Clear)}
	if q.Area == 0 || q.Clear < leastClear {
		return Template{}, q, &Refusal{Reason: NoPrint, Measured: q.Clear, Limit: leastClear}
	}
	if q.Area < leastArea {
		return Template{}, q, &Refusal{Reason: LowQuality, Measured: float64(q.Area), Limit: leastArea}
	}
	if err := ctx.Err(); err != nil {
		return Template{}, q, err
	}
	set := minutia.Set{Width: p.Width, Height: p.Height, Minutiae: minutiae(r), Field: r.Field()}
	q.Minutiae = len(set.Minutiae)
	if q.Minutiae < leastMinutiae {
		return Template{}, q, &Refusal{Reason: LowQuality, Measured: float64(q.Minutiae), Limit: leastMinutiae}
	}
	q.Score = q.score()
	return newTemplate(Model, set, q.Score), q, nil
}

// minutiae thins the enhanced ridges and reads their minutiae, rounded as a stored template holds them.
func minutiae(r *ridge.Ridges) []minutia.Minutia {
	lines := skeleton.NewBitmap(r.W, r.H, func(i int) bool { return r.Enhanced.Pix[i] < 0 })
	lines.DropSpecks(speck)
	lines.Thin()
	lines.Clean(r)
	found := lines.Minutiae(r, mostMinutiae)
	for i := range found {
		found[i].Angle = iso19794.QuantiseAngle(found[i].Angle)
	}
	return found
}

// score puts the measures of quality into one number: 100 needs a square of 250 pixels of clear ridges with
// 30 minutiae.
func (q Quality) score() uint8 {
	part := func(v, full float64) float64 { return min(v/full, 1) }
	return uint8(100 * part(float64(q.Area), 62500) * part(q.Clarity*q.Clear, 0.7) * (0.5 + 0.5*part(float64(q.Minutiae), 30)))
}
