// Package facebench measures the face engine over a folder of pictures: all pairs, the figures of
// package measure, and the cost of one picture. The pictures are only read.
package facebench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/biometric/measure"
)

// Report is what Run found.
type Report struct {
	People, Pictures int
	// Matched leaves failed pictures out; Counted counts every pair that a failure spoiled as a non-match.
	Matched, Counted measure.Figures
	Match, Review    AtThreshold
	// Failed names the pictures that gave no template, by reason.
	Failed map[string][]string
}

// AtThreshold is the pair of error rates at one of the engine's own thresholds.
type AtThreshold struct {
	Threshold float64
	FMR, FNMR measure.Rate
}

// sample is one picture of one person; its template is zero when it was refused.
type sample struct {
	person, file string
	template     face.Template
}

// Run walks dir/PERSON/PICTURE.{pgm,jpg,jpeg,png,webp}, compares all pairs and writes the figures to w.
func Run(ctx context.Context, engine *face.Engine, dir string, w io.Writer) (Report, error) {
	samples, failed, err := extractAll(ctx, engine, os.DirFS(dir))
	if err != nil {
		return Report{}, err
	}
	report := Report{Pictures: len(samples), Failed: failed}
	scores := measure.Scores{Attempts: len(samples), Failures: make(map[string]int)}
	for reason, files := range failed {
		scores.Failures[reason] = len(files)
	}
	if err := compareAll(samples, &scores); err != nil {
		return report, err
	}
	report.People = people(samples)
	if report.Matched, err = measure.Compute(scores); err != nil {
		return report, err
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
	fmt.Fprintf(&b, "%d people, %d pictures\n%v", r.People, r.Pictures, r.Matched)
	fmt.Fprintf(&b, "EER, refusals counted as non-matches %.2f %%\n", 100*r.Counted.EER)
	fmt.Fprintf(&b, "at match  %.2f: FMR %v, FNMR %v\n", r.Match.Threshold, r.Match.FMR, r.Match.FNMR)
	fmt.Fprintf(&b, "at review %.2f: FMR %v, FNMR %v\n", r.Review.Threshold, r.Review.FMR, r.Review.FNMR)
	return b.String()
}

func extractAll(ctx context.Context, engine *face.Engine, root fs.FS) (samples []sample, failed map[string][]string, err error) {
	failed = make(map[string][]string)
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isPicture(name) {
			return err
		}
		picture, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		s := sample{person: path.Dir(name), file: name}
		var refusal *face.Refusal
		s.template, _, err = engine.Extract(ctx, picture)
		if errors.As(err, &refusal) {
			failed[string(refusal.Reason)] = append(failed[string(refusal.Reason)], name)
		} else if err != nil {
			return err
		}
		samples = append(samples, s)
		return nil
	})
	return samples, failed, err
}

func isPicture(name string) bool {
	known := []string{".pgm", ".jpg", ".jpeg", ".png", ".webp"}
	return slices.Contains(known, strings.ToLower(filepath.Ext(name)))
}

func compareAll(samples []sample, scores *measure.Scores) error {
	for i, a := range samples {
		for _, b := range samples[i+1:] {
			same := a.person == b.person
			if a.template.IsZero() || b.template.IsZero() {
				if same {
					scores.GenuineLost++
				} else {
					scores.ImpostorLost++
				}
				continue
			}
			score, err := face.Compare(a.template, b.template)
			if err != nil {
				return err
			}
			if same {
				scores.Genuine = append(scores.Genuine, score)
			} else {
				scores.Impostor = append(scores.Impostor, score)
			}
		}
	}
	return nil
}

func people(samples []sample) int {
	seen := make(map[string]bool)
	for _, s := range samples {
		seen[s.person] = true
	}
	return len(seen)
}
