package facebench

import (
	"context"
	"errors"
	"time"

	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/biometric/measure"
	"cinnabar/internal/capability/biometric/measure/sampleset"
)

// extractAll makes the templates, as they are after they were stored.
func (r *Report) extractAll(ctx context.Context, engine *face.Engine, o Options) ([]sample, error) {
	var samples []sample
	for _, p := range r.Set.Pictures {
		s := sample{person: p.Owner}
		reason, err := r.extract(ctx, engine, o, p, &s.template)
		if err != nil {
			return nil, err
		}
		if reason != "" {
			r.Failed[reason] = append(r.Failed[reason], p.Path)
		}
		samples = append(samples, s)
	}
	return samples, nil
}

// extract returns the reason when a picture gives no template. A fault of the engine's is a reason too; only
// the end of ctx ends the measurement.
func (r *Report) extract(ctx context.Context, engine *face.Engine, o Options, p sampleset.Picture, into *face.Template) (reason string, err error) {
	file, err := r.Set.Bytes(p)
	if err != nil {
		return unreadable, nil //nolint:nilerr // a reason
	}
	began := o.Spent()
	fresh, _, err := engine.Extract(ctx, file)
	took := o.Spent() - began
	var refusal *face.Refusal
	switch {
	case errors.As(err, &refusal):
		return string(refusal.Reason), nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "fault", nil //nolint:nilerr // a reason
	}
	record, err := fresh.MarshalBinary()
	if err != nil {
		return "", err
	}
	r.Extract = append(r.Extract, took)
	r.TemplateBytes = max(r.TemplateBytes, len(record))
	return "", into.UnmarshalBinary(record)
}

// compareAll scores every pair of one person, and those of different people as far as Every says.
func (r *Report) compareAll(ctx context.Context, samples []sample, o Options) (measure.Scores, error) {
	scores := measure.Scores{Attempts: len(samples), Failures: make(map[string]int)}
	for reason, files := range r.Failed {
		scores.Failures[reason] = len(files)
	}
	r.Every = 1 + len(samples)*(len(samples)-1)/2/maxImpostors
	n := 0
	for i, a := range samples {
		if err := ctx.Err(); err != nil {
			return scores, err
		}
		began, compared := o.Spent(), len(scores.Genuine)+len(scores.Impostor)
		for _, b := range samples[i+1:] {
			if n++; a.person != b.person && n%r.Every != 0 {
				continue
			}
			if err := pair(a, b, &scores); err != nil {
				return scores, err
			}
		}
		if k := len(scores.Genuine) + len(scores.Impostor) - compared; k > 0 {
			r.Compare = append(r.Compare, (o.Spent()-began)/time.Duration(k))
		}
	}
	return scores, nil
}

// pair compares two samples, or counts the pair as lost.
func pair(a, b sample, scores *measure.Scores) error {
	into, lost := &scores.Impostor, &scores.ImpostorLost
	if a.person == b.person {
		into, lost = &scores.Genuine, &scores.GenuineLost
	}
	if a.template.IsZero() || b.template.IsZero() {
		*lost++
		return nil
	}
	score, err := face.Compare(a.template, b.template)
	*into = append(*into, score)
	return err
}
