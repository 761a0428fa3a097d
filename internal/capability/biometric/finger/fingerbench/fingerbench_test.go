package fingerbench_test

import (
	"io/fs"
	"os"
	"testing"
	"time"

	"cinnabar/internal/capability/biometric/finger"
	"cinnabar/internal/capability/biometric/finger/fingerbench"
)

// shared names the folder of prints to measure; by default that beside the project.
func shared(tb testing.TB) string {
	tb.Helper()
	dir := os.Getenv("CINNABAR_FINGERPRINTS")
	if dir == "" {
		dir = "../../../../../../shared/data/fingerprints"
	}
	if _, err := os.Stat(dir); err != nil {
		tb.Skip("no folder of prints; set CINNABAR_FINGERPRINTS to one with FINGER_IMPRESSION.tif")
	}
	return dir
}

// The figures LCK-1 and CHQ-4 rest on: EER at most 3 %, FNMR at no false match at most 8 %, best of three at
// most 1 %, templates at most 2 kB, nobody refused.
func TestAccuracyOverTheSharedPrints(t *testing.T) {
	t.Parallel()
	report, err := fingerbench.Run(t.Context(), finger.New(), fingerbench.Options{Dir: shared(t), Spent: func() time.Duration { return 0 }}, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, got, limit float64) {
		if got > limit {
			t.Errorf("%s is %.4f, limit %.4f", name, got, limit)
		}
	}
	check("EER", report.All.EER, 0.03)
	check("FNMR at zero FMR", report.All.ZeroFMR.FNMR.Value, 0.08)
	check("FNMR of the best of three at zero FMR", report.ThreeFingers.ZeroFMR.FNMR.Value, 0.01)
	check("bytes of a template", float64(report.MaxBytes), 2000)
	check("refused prints", report.All.FTE.Value, 0)
}

// BenchmarkExtract and BenchmarkMatch give the time for one real print and one pair on one core (-cpu 1).
func BenchmarkExtract(b *testing.B) {
	e, prints := finger.New(), pictures(b)
	n := 0
	for b.Loop() {
		if _, _, err := e.Extract(b.Context(), prints[n%len(prints)]); err != nil {
			b.Fatal(err)
		}
		n++
	}
}

func BenchmarkMatch(b *testing.B) {
	e := finger.New()
	var templates []finger.Template
	for _, p := range pictures(b) {
		t, _, err := e.Extract(b.Context(), p)
		if err != nil {
			b.Fatal(err)
		}
		templates = append(templates, t)
	}
	n := 0
	for b.Loop() {
		i, j := n%len(templates), n/len(templates)%len(templates)
		if _, err := finger.Match(templates[i], templates[j]); err != nil {
			b.Fatal(err)
		}
		n++
	}
}

func pictures(tb testing.TB) []finger.Image {
	tb.Helper()
	dir := os.DirFS(shared(tb))
	names, err := fs.Glob(dir, "*_*.*")
	if err != nil {
		tb.Fatal(err)
	}
	var out []finger.Image
	for _, name := range names {
		file, err := fs.ReadFile(dir, name)
		if err != nil {
			tb.Fatal(err)
		}
		p, err := finger.Decode(file, 0)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}
