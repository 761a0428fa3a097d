// Package measure turns comparison scores into the figures by which biometric engines are judged
// (terms after ISO/IEC 19795-1): failure to enrol, false match rate, false non-match rate, equal
// error rate, the usual operating points, and the DET curve as SVG. Every rate carries its counts and
// a 95 % confidence bound, so that a small set cannot pass for proof.
//
// Use: fill a Scores, call Compute, print the Figures, draw the curve.
//
//	s := measure.Scores{Genuine: g, Impostor: i, Attempts: 80, Failures: map[string]int{"too_dark": 1}}
//	f, err := measure.Compute(s)            // pictures that failed are left out of the pairs
//	f, err  = measure.Compute(s.Counting()) // pairs lost to failures count as non-matches
//	f.WriteTo(w)                            // text, one figure a line
//	measure.DrawDET(w, measure.Curve{Name: "face", Points: f.DET})
//
// A score says how alike two samples are: higher is more alike, and a pair matches when its score is
// at or above the threshold. The bounds take comparisons to be independent; pairs that share a sample
// are not, so the true uncertainty is larger.
package measure

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Scores is what an experiment yields. Genuine and Impostor hold one score for each pair that could
// be compared. The zero value of every other field means "none".
type Scores struct {
	Genuine, Impostor []float64
	// Attempts is how many samples were presented for enrolment, Failures how many of them were
	// refused, by reason.
	Attempts int
	Failures map[string]int
	// GenuineLost and ImpostorLost count pairs that were not compared because a sample failed.
	GenuineLost, ImpostorLost int
}

// Counting returns the scores with every lost pair counted as a non-match (score minus infinity), as
// a user who is turned away would count it.
func (s Scores) Counting() Scores {
	lost := func(scores []float64, n int) []float64 {
		return append(slices.Clone(scores), slices.Repeat([]float64{math.Inf(-1)}, n)...)
	}
	s.Genuine, s.Impostor = lost(s.Genuine, s.GenuineLost), lost(s.Impostor, s.ImpostorLost)
	s.GenuineLost, s.ImpostorLost = 0, 0
	return s
}

// Point is the two error rates at one threshold.
type Point struct {
	Threshold, FMR, FNMR float64
}

// Operating is the lowest threshold whose observed false match rate does not exceed MaxFMR.
type Operating struct {
	MaxFMR    float64
	Threshold float64
	FMR, FNMR Rate
	// Supported is false when there are too few impostor pairs to observe such a rate at all
	// (fewer than 1/MaxFMR); the figure is then only the zero-FMR point under another name.
	Supported bool
}

// Figures is the result of an experiment.
type Figures struct {
	FTE          Rate
	Failures     map[string]int
	EER          float64 // mean of FMR and FNMR where they are closest
	EERThreshold float64 // chosen on the same data, hence optimistic
	EERBounds    Rate    // FNMR at EERThreshold, for its counts and bounds
	FMR100       Operating
	FMR1000      Operating
	ZeroFMR      Operating
	DET          []Point // by rising threshold
	Genuine      Spread
	Impostor     Spread
}

// Spread describes a set of scores that were compared (lost pairs are not among them).
type Spread struct {
	N                    int
	Min, P5, Median, Max float64
	P95                  float64
}

// ErrTooFew says that there is no genuine or no impostor pair to count.
var ErrTooFew = errors.New("measure: at least one genuine and one impostor score are needed")

// Compute derives all figures. It refuses scores that are not numbers.
func Compute(s Scores) (Figures, error) {
	if len(s.Genuine) == 0 || len(s.Impostor) == 0 {
		return Figures{}, ErrTooFew
	}
	g, i := slices.Sorted(slices.Values(s.Genuine)), slices.Sorted(slices.Values(s.Impostor))
	if math.IsNaN(g[0]) || math.IsNaN(i[0]) { // NaN sorts first
		return Figures{}, fmt.Errorf("measure: a score is not a number")
	}
	f := Figures{Failures: s.Failures, Genuine: spread(g), Impostor: spread(i), DET: det(g, i)}
	failed := 0
	for _, n := range s.Failures {
		failed += n
	}
	f.FTE = NewRate(failed, s.Attempts)
	f.EER, f.EERThreshold = equalError(f.DET)
	f.EERBounds = falseNonMatches(g, f.EERThreshold)
	f.FMR100, f.FMR1000, f.ZeroFMR = operating(g, i, 0.01), operating(g, i, 0.001), operating(g, i, 0)
	return f, nil
}

// At gives the error rates of these scores at a threshold fixed beforehand.
func (s Scores) At(threshold float64) (fmr, fnmr Rate) {
	g, i := slices.Sorted(slices.Values(s.Genuine)), slices.Sorted(slices.Values(s.Impostor))
	return falseMatches(i, threshold), falseNonMatches(g, threshold)
}

func falseMatches(sorted []float64, threshold float64) Rate {
	below, _ := slices.BinarySearch(sorted, threshold)
	return NewRate(len(sorted)-below, len(sorted))
}

func falseNonMatches(sorted []float64, threshold float64) Rate {
	below, _ := slices.BinarySearch(sorted, threshold)
	return NewRate(below, len(sorted))
}

// operating looks for the threshold just above the impostor score that would break the limit.
func operating(g, i []float64, limit float64) Operating {
	allowed := int(math.Floor(limit*float64(len(i)) + 1e-9))
	threshold := math.Inf(-1)
	if allowed < len(i) {
		threshold = math.Nextafter(i[len(i)-1-allowed], math.Inf(1))
	}
	return Operating{
		MaxFMR: limit, Threshold: threshold,
		FMR: falseMatches(i, threshold), FNMR: falseNonMatches(g, threshold),
		Supported: limit == 0 || float64(len(i))*limit >= 1,
	}
}

// det visits every threshold at which a rate changes.
func det(g, i []float64) []Point {
	all := slices.Compact(slices.Sorted(slices.Values(slices.Concat(g, i))))
	all = append(all, math.Nextafter(all[len(all)-1], math.Inf(1)))
	points := make([]Point, 0, len(all))
	for _, t := range all {
		points = append(points, Point{t, falseMatches(i, t).Value, falseNonMatches(g, t).Value})
	}
	return points
}

func equalError(points []Point) (rate, threshold float64) {
	best := math.Inf(1)
	for _, p := range points {
		if d := math.Abs(p.FMR - p.FNMR); d < best {
			best, rate, threshold = d, (p.FMR+p.FNMR)/2, p.Threshold
		}
	}
	return rate, threshold
}

func spread(sorted []float64) Spread {
	first, _ := slices.BinarySearch(sorted, -math.MaxFloat64)
	real := sorted[first:]
	if len(real) == 0 {
		return Spread{}
	}
	at := func(share float64) float64 { return real[int(share*float64(len(real)-1))] }
	return Spread{N: len(real), Min: at(0), P5: at(.05), Median: at(.5), P95: at(.95), Max: at(1)}
}
