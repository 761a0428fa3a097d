// Package fingerbench measures the fingerprint engine over a folder of prints by the protocol of the
// Fingerprint Verification Competitions (Maio et al. 2002): each pair of one finger, the first prints of all
// fingers with each other, and, beyond the protocol, all pairs of different fingers. The pictures are only read.
package fingerbench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"cinnabar/internal/capability/biometric/finger"
	"cinnabar/internal/capability/biometric/measure"
)

// ErrNoPrints says that the folder holds no FINGER_IMPRESSION picture.
var ErrNoPrints = errors.New("fingerbench: no FINGER_IMPRESSION.tif, .png or .bmp in the folder")

// Report is what Run found. In its scores a pair lost to a refused picture counts as a non-match.
type Report struct {
	Fingers, Prints int
	All             measure.Figures // genuine pairs against all pairs of different fingers
	Protocol        measure.Figures // genuine pairs against first prints of different fingers
	// ThreeFingers takes the best score of three prints of one finger, enrolled, against a fourth.
	ThreeFingers measure.Figures
	At           []AtThreshold
	Failed       map[string][]string // pictures that gave no template, by reason
	MeanBytes    int                 // of a template
	MaxBytes     int
}

// AtThreshold is the pair of error rates at one of the engine's own thresholds.
type AtThreshold struct {
	finger.Threshold
	FMR, FNMR measure.Rate
}

// sample is one print; its template is zero when it was refused.
type sample struct {
	finger, impression, file string
	template                 finger.Template
}

// Run reads dir/FINGER_IMPRESSION.{tif,png,bmp} and writes the figures to w.
func Run(ctx context.Context, engine *finger.Engine, dir string, w io.Writer) (Report, error) {
	samples, report, err := extractAll(ctx, engine, dir)
	if err != nil {
		return report, err
	}
	table, err := compareAll(ctx, samples)
	if err != nil {
		return report, err
	}
	failures := make(map[string]int)
	for reason, files := range report.Failed {
		failures[reason] = len(files)
	}
	all, protocol := table.scores(failures), table.firstOnly(failures)
	if report.All, err = measure.Compute(all); err != nil {
		return report, err
	}
	if report.Protocol, err = measure.Compute(protocol); err != nil {
		return report, err
	}
	if report.ThreeFingers, err = measure.Compute(table.bestOfThree()); err != nil {
		return report, err
	}
	for _, t := range finger.Thresholds() {
		at := AtThreshold{Threshold: t}
		at.FMR, at.FNMR = all.At(float64(t.Score))
		report.At = append(report.At, at)
	}
	_, err = fmt.Fprint(w, report)
	return report, err
}

func extractAll(ctx context.Context, engine *finger.Engine, dir string) ([]sample, Report, error) {
	report := Report{Failed: make(map[string][]string)}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, report, err
	}
	name := regexp.MustCompile(`^([0-9A-Za-z]+)_([0-9]+)\.(tif|tiff|png|bmp)$`)
	var samples []sample
	var bytes int
	for _, entry := range entries {
		part := name.FindStringSubmatch(entry.Name())
		if part == nil {
			continue
		}
		s := sample{finger: part[1], impression: part[2], file: entry.Name()}
		size, err := s.read(ctx, engine, filepath.Join(dir, s.file))
		var refusal *finger.Refusal
		switch {
		case errors.As(err, &refusal):
			report.Failed[string(refusal.Reason)] = append(report.Failed[string(refusal.Reason)], s.file)
		case err != nil:
			return nil, report, err
		}
		bytes += size
		report.MaxBytes = max(report.MaxBytes, size)
		samples = append(samples, s)
	}
	if len(samples) == 0 {
		return nil, report, ErrNoPrints
	}
	report.Prints, report.MeanBytes = len(samples), bytes/len(samples)
	report.Fingers = len(slices.Compact(fingers(samples)))
	return samples, report, nil
}

// read makes the template, as it is after it was stored, and returns its size.
func (s *sample) read(ctx context.Context, engine *finger.Engine, path string) (int, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	picture, err := finger.Decode(file, 0)
	if err != nil {
		return 0, err
	}
	fresh, _, err := engine.Extract(ctx, picture)
	if err != nil {
		return 0, err
	}
	record, err := fresh.MarshalBinary()
	if err != nil {
		return 0, err
	}
	return len(record), s.template.UnmarshalBinary(record)
}

// fingers lists the samples' fingers in order.
func fingers(samples []sample) []string {
	var out []string
	for _, s := range samples {
		out = append(out, s.finger)
	}
	slices.Sort(out)
	return out
}
