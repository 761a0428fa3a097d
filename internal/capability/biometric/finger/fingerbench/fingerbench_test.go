package fingerbench_test

import (
	"os"
	"testing"

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
	report, err := fingerbench.Run(t.Context(), finger.New(), shared(t), os.Stderr)
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
