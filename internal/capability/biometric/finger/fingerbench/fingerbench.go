// Package fingerbench measures the fingerprint engine over a folder of prints by the protocol of the
// Fingerprint Verification Competitions (Maio et al. 2002): each pair of one finger, the first prints of all
// fingers with each other, and, beyond the protocol, all pairs of different fingers. The pictures are only read.
package fingerbench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/image/bmp"

	"cinnabar/internal/capability/biometric/finger"
	"cinnabar/internal/capability/biometric/measure"
	"cinnabar/internal/capability/biometric/measure/sampleset"
)

// Options say what to measure.
type Options struct {
	Dir   string
	Owner *regexp.Regexp       // part of the path that is the finger; nil: found out, see package sampleset
	Spent func() time.Duration // processor time used so far
}

// Report is what Run found. In its scores a pair lost to a refused picture counts as a non-match.
type Report struct {
	Set             sampleset.Set
	Fingers, Prints int
	All             measure.Figures // genuine pairs against all pairs of different fingers
	Matched         measure.Figures // the same without refused pictures
	Protocol        measure.Figures // genuine pairs against first prints of different fingers
	// ThreeFingers takes the best score of three prints of one finger, enrolled, against a fourth. It has
	// no figures where no finger has four prints.
	ThreeFingers measure.Figures
	At           []AtThreshold
	Failed       map[string][]string // pictures that gave no template, by reason
	MeanBytes    int                 // of a template
	MaxBytes     int
	// Extract is the time for one print that was not refused, decoding included; Match for one pair of templates.
	Extract, Match measure.Times
}

// AtThreshold is the pair of error rates at one of the engine's own thresholds.
type AtThreshold struct {
	finger.Threshold
	FMR, FNMR measure.Rate
}

// unreadable is the reason for files that could not be read at all.
const unreadable = "unreadable"

// sample is one print; its template is zero when it was refused.
type sample struct {
	finger, file string
	template     finger.Template
}

// Run reads a folder of prints in any layout that package sampleset knows and writes the figures to w.
func Run(ctx context.Context, engine *finger.Engine, o Options, w io.Writer) (report Report, err error) {
	if report.Set, err = sampleset.Read(os.DirFS(o.Dir), sampleset.Options{Owner: o.Owner, ByName: true}); err != nil {
		return report, fmt.Errorf("fingerprints in %s: %w", o.Dir, err)
	}
	report.Fingers, report.Prints, report.Failed = report.Set.Owners, len(report.Set.Pictures), make(map[string][]string)
	samples, err := report.extractAll(ctx, engine, o)
	if err != nil {
		return report, err
	}
	table, err := report.compareAll(ctx, samples, o)
	if err != nil {
		return report, err
	}
	if err := report.compute(table); err != nil {
		fmt.Fprint(w, report.Set, report.refused()) // who sees no figures sees why
		return report, fmt.Errorf("fingerprints in %s: %w", o.Dir, err)
	}
	_, err = fmt.Fprint(w, report)
	return report, err
}

func (r *Report) compute(t table) (err error) {
	failures := make(map[string]int)
	for reason, files := range r.Failed {
		failures[reason] = len(files)
	}
	all := t.scores(failures)
	if r.All, err = measure.Compute(all); err != nil {
		return err
	}
	if r.Matched, err = measure.Compute(compared(all)); err != nil {
		return err
	}
	if r.Protocol, err = measure.Compute(t.firstOnly(failures)); err != nil {
		return err
	}
	if r.ThreeFingers, err = measure.Compute(t.bestOfThree()); err != nil && !errors.Is(err, measure.ErrTooFew) {
		return err
	}
	for _, t := range finger.Thresholds() {
		at := AtThreshold{Threshold: t}
		at.FMR, at.FNMR = all.At(float64(t.Score))
		r.At = append(r.At, at)
	}
	return nil
}

func (r *Report) extractAll(ctx context.Context, engine *finger.Engine, o Options) ([]sample, error) {
	var samples []sample
	total := 0
	for _, p := range r.Set.Pictures {
		s := sample{finger: p.Owner, file: p.Path}
		size, reason, err := r.extract(ctx, engine, o, p, &s.template)
		if err != nil {
			return nil, err
		}
		if reason != "" {
			r.Failed[reason] = append(r.Failed[reason], p.Path)
		}
		total, r.MaxBytes = total+size, max(r.MaxBytes, size)
		samples = append(samples, s)
	}
	slices.SortStableFunc(samples, func(a, b sample) int { return strings.Compare(a.finger, b.finger) })
	r.MeanBytes = total / len(samples)
	return samples, nil
}

// extract makes the template, as it is after it was stored, and returns its size, or the reason why there is
// none. A fault of the engine's is a reason too; only the end of ctx ends the measurement.
func (r *Report) extract(ctx context.Context, engine *finger.Engine, o Options, p sampleset.Picture, into *finger.Template) (size int, reason string, err error) {
	file, err := r.Set.Bytes(p)
	if err != nil {
		return 0, unreadable, nil //nolint:nilerr // a reason
	}
	began := o.Spent()
	fresh, err := read(ctx, engine, file)
	took := o.Spent() - began
	var refusal *finger.Refusal
	switch {
	case errors.As(err, &refusal):
		return 0, string(refusal.Reason), nil
	case ctx.Err() != nil:
		return 0, "", ctx.Err()
	case err != nil:
		return 0, "fault", nil //nolint:nilerr // a reason
	}
	record, err := fresh.MarshalBinary()
	if err != nil {
		return 0, "", err
	}
	r.Extract = append(r.Extract, took)
	return len(record), "", into.UnmarshalBinary(record)
}

func read(ctx context.Context, engine *finger.Engine, file []byte) (finger.Template, error) {
	if bytes.HasPrefix(file, []byte("\xff\xd8\xff")) {
		file = plain(file)
	}
	picture, err := finger.Decode(file, 0)
	if err != nil {
		return finger.Template{}, err
	}
	t, _, err := engine.Extract(ctx, picture)
	return t, err
}

// maxJPEG is the most pixels of a JPEG that are decoded.
const maxJPEG = 4 << 20

// plain turns a JPEG, in which some sets come but which the engine does not accept, into BMP; what is none
// stays as it is.
func plain(file []byte) []byte {
	c, err := jpeg.DecodeConfig(bytes.NewReader(file))
	if err != nil || c.Width*c.Height > maxJPEG {
		return file
	}
	img, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		return file
	}
	var b bytes.Buffer
	if err := bmp.Encode(&b, img); err != nil {
		return file
	}
	return b.Bytes()
}
