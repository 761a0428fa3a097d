// Package facebench measures the face engine over a folder of pictures: all pairs, the figures of
// package measure, and the cost of one picture. The pictures are only read.
package facebench

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/biometric/measure"
	"cinnabar/internal/capability/biometric/measure/sampleset"
)

// Options say what to measure.
type Options struct {
	Dir   string
	Owner *regexp.Regexp       // part of the path that is the person; nil: found out, see package sampleset
	Spent func() time.Duration // processor time used so far
}

// Report is what Run found.
type Report struct {
	Set              sampleset.Set
	People, Pictures int
	// Matched leaves failed pictures out; Counted counts every pair that a failure spoiled as a non-match.
	Matched, Counted measure.Figures
	Match, Review    AtThreshold
	// Failed names the pictures that gave no template, by reason.
	Failed map[string][]string
	// Extract is the time for one picture that was not refused, decoding included; Compare for one pair of templates.
	Extract, Compare measure.Times
	TemplateBytes    int
	// Every is 1 when all impostor pairs were compared, n when every n-th was: see maxImpostors.
	Every int
}

// maxImpostors bounds the pairs of different people, so that a large set is measured in bounded memory.
const maxImpostors = 2 << 20

// AtThreshold is the pair of error rates at one of the engine's own thresholds.
type AtThreshold struct {
	Threshold float64
	FMR, FNMR measure.Rate
}

// unreadable is the reason for files that could not be read at all.
const unreadable = "unreadable"

// sample is one picture of one person; its template is zero when it was refused.
type sample struct {
	person   string
	template face.Template
}

// Run reads a folder of pictures in any layout that package sampleset knows, compares all pairs and writes the
// figures to w.
func Run(ctx context.Context, engine *face.Engine, o Options, w io.Writer) (report Report, err error) {
	if report.Set, err = sampleset.Read(os.DirFS(o.Dir), sampleset.Options{Owner: o.Owner}); err != nil {
		return report, fmt.Errorf("faces in %s: %w", o.Dir, err)
	}
	report.People, report.Pictures, report.Failed = report.Set.Owners, len(report.Set.Pictures), make(map[string][]string)
	samples, err := report.extractAll(ctx, engine, o)
	if err != nil {
		return report, err
	}
	scores, err := report.compareAll(ctx, samples, o)
	if err != nil {
		return report, err
	}
	if report.Matched, err = measure.Compute(scores); err != nil {
		fmt.Fprint(w, report.Set, report.refused()) // who sees no figures sees why
		return report, fmt.Errorf("faces in %s: %w", o.Dir, err)
	}
	if report.Counted, err = measure.Compute(scores.Counting()); err != nil {
		return report, err
	}
	t := engine.Info().Thresholds
	report.Match, report.Review = at(scores, t.Match), at(scores, t.Review)
	_, err = fmt.Fprint(w, report)
	return report, err
}

func at(s measure.Scores, threshold float64) AtThreshold {
	fmr, fnmr := s.At(threshold)
	return AtThreshold{threshold, fmr, fnmr}
}

// WriteDET draws both curves of the report as SVG.
func (r Report) WriteDET(w io.Writer) error {
	return measure.DrawDET(w,
		measure.Curve{Name: "face", Points: r.Matched.DET},
		measure.Curve{Name: "face, refusals counted as non-matches", Points: r.Counted.DET})
}

// String is the report as text.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v%s%v", r.Set, r.refused(), r.Matched)
	if r.Every > 1 {
		fmt.Fprintf(&b, "of the pairs of different people every %d. was compared\n", r.Every)
	}
	fmt.Fprintf(&b, "EER, refusals counted as non-matches %.2f %%\n", 100*r.Counted.EER)
	fmt.Fprintf(&b, "at match  %.2f: FMR %v, FNMR %v\n", r.Match.Threshold, r.Match.FMR, r.Match.FNMR)
	fmt.Fprintf(&b, "at review %.2f: FMR %v, FNMR %v\n", r.Review.Threshold, r.Review.FMR, r.Review.FNMR)
	fmt.Fprintf(&b, "time to extract  %v\ntime to compare  %v\ntemplate         %d bytes\n", r.Extract, r.Compare, r.TemplateBytes)
	return b.String()
}

// refused names the pictures that gave no template.
func (r Report) refused() string {
	var b strings.Builder
	for _, reason := range slices.Sorted(maps.Keys(r.Failed)) {
		fmt.Fprintf(&b, "refused as %s: %s\n", reason, strings.Join(r.Failed[reason], " "))
	}
	return b.String()
}
