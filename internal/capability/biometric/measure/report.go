package measure

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// String gives the figures as text, one a line; rates are in per cent with counts and 95 % bounds.
func (f Figures) String() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("failure to enrol   %v", f.FTE)
	for _, reason := range slices.Sorted(maps.Keys(f.Failures)) {
		line("  %-16s %d", reason, f.Failures[reason])
	}
	line("genuine scores     %v", f.Genuine)
	line("impostor scores    %v", f.Impostor)
	line("EER                %.2f %% at %.4f (FNMR there %v)", 100*f.EER, f.EERThreshold, f.EERBounds)
	line("FNMR at FMR 1/100  %v", f.FMR100)
	line("FNMR at FMR 1/1000 %v", f.FMR1000)
	line("FNMR at zero FMR   %v", f.ZeroFMR)
	return b.String()
}

// WriteTo writes the text of String.
func (f Figures) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, f.String())
	return int64(n), err
}

// String gives count and spread of the scores.
func (s Spread) String() string {
	return fmt.Sprintf("n=%d min %.3f p5 %.3f median %.3f p95 %.3f max %.3f", s.N, s.Min, s.P5, s.Median, s.P95, s.Max)
}

// String gives the false non-match rate, the threshold, and the false match rate observed there.
func (o Operating) String() string {
	note := ""
	if !o.Supported {
		note = " [too few impostor pairs to observe this rate]"
	}
	return fmt.Sprintf("%v at %.4f, FMR %v%s", o.FNMR, o.Threshold, o.FMR, note)
}
