package fingerbench

import (
	"context"
	"math"
	"slices"

	"cinnabar/internal/capability/biometric/finger"
	"cinnabar/internal/capability/biometric/measure"
)

// table holds the score of every pair of samples; minus infinity where one of them failed.
type table struct {
	samples []sample
	score   [][]float64 // [i][j], j < i
}

func (r *Report) compareAll(ctx context.Context, samples []sample, o Options) (table, error) {
	t := table{samples: samples, score: make([][]float64, len(samples))}
	for i := range samples {
		if err := ctx.Err(); err != nil {
			return t, err
		}
		t.score[i] = make([]float64, i)
		for j := range i {
			t.score[i][j] = math.Inf(-1)
			a, b := samples[i].template, samples[j].template
			if a.IsZero() || b.IsZero() {
				continue
			}
			began := o.Spent()
			s, err := finger.Match(a, b)
			if err != nil {
				return t, err
			}
			r.Match = append(r.Match, o.Spent()-began)
			t.score[i][j] = float64(s)
		}
	}
	return t, nil
}

// scores gives all pairs.
func (t table) scores(failures map[string]int) measure.Scores {
	return t.collect(failures, func(sample, sample) bool { return true })
}

// firstOnly gives the genuine pairs and, of the others, those of first impressions.
func (t table) firstOnly(failures map[string]int) measure.Scores {
	first := make(map[string]string)
	for _, s := range t.samples {
		if _, seen := first[s.finger]; !seen {
			first[s.finger] = s.file
		}
	}
	return t.collect(failures, func(a, b sample) bool {
		return a.file == first[a.finger] && b.file == first[b.finger]
	})
}

// collect gives the genuine pairs, and the impostor pairs that are wanted.
func (t table) collect(failures map[string]int, want func(a, b sample) bool) measure.Scores {
	out := measure.Scores{Attempts: len(t.samples), Failures: failures}
	for i, a := range t.samples {
		for j, b := range t.samples[:i] {
			switch {
			case a.finger == b.finger:
				out.Genuine = append(out.Genuine, t.score[i][j])
			case want(a, b):
				out.Impostor = append(out.Impostor, t.score[i][j])
			}
		}
	}
	return out
}

// compared leaves out the pairs that were lost to a refused picture.
func compared(s measure.Scores) measure.Scores {
	lost := func(score float64) bool { return math.IsInf(score, -1) }
	s.Genuine, s.Impostor = slices.DeleteFunc(slices.Clone(s.Genuine), lost), slices.DeleteFunc(slices.Clone(s.Impostor), lost)
	return s
}

// bestOfThree lets each set of three consecutive impressions of a finger be the enrolled ones and every other
// print of any finger the probe: the best of three counts. It stands for enrolling three fingers, which no
// public set allows to test: there the prints are of three different fingers and independent.
func (t table) bestOfThree() measure.Scores {
	out := measure.Scores{Attempts: len(t.samples)}
	for i := 0; i+2 < len(t.samples); i++ {
		enrolled := t.samples[i].finger
		if enrolled != t.samples[i+1].finger || enrolled != t.samples[i+2].finger {
			continue
		}
		for p, probe := range t.samples {
			if p >= i && p <= i+2 {
				continue
			}
			best := max(t.at(p, i), t.at(p, i+1), t.at(p, i+2))
			if probe.finger == enrolled {
				out.Genuine = append(out.Genuine, best)
			} else {
				out.Impostor = append(out.Impostor, best)
			}
		}
	}
	return out
}

func (t table) at(i, j int) float64 { return t.score[max(i, j)][min(i, j)] }
