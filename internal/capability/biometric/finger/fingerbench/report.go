package fingerbench

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"cinnabar/internal/capability/biometric/measure"
)

// String gives the report as text.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v%s", r.Set, r.refused())
	fmt.Fprintf(&b, "time to extract  %v\ntime to match    %v\ntemplate         %d bytes on average, %d at most\n", r.Extract, r.Match, r.MeanBytes, r.MaxBytes)
	fmt.Fprintf(&b, "\nall pairs of different fingers; refused pictures count as non-matches\n%v", r.All)
	fmt.Fprintf(&b, "EER, without refused pictures %.2f %%\n", 100*r.Matched.EER)
	fmt.Fprintf(&b, "\nFVC protocol: first prints of different fingers\n%v", r.Protocol)
	if r.ThreeFingers.DET != nil {
		fmt.Fprintf(&b, "\nbest of three enrolled prints\n%v", r.ThreeFingers)
	} else {
		fmt.Fprint(&b, "\nbest of three enrolled prints: no finger has four prints\n")
	}
	fmt.Fprint(&b, "\nall pairs, at the engine's thresholds\n")
	for _, at := range r.At {
		fmt.Fprintf(&b, "%-8s score %5.1f: FMR %v, FNMR %v\n", at.Name, float64(at.Score), at.FMR, at.FNMR)
	}
	return b.String()
}

// refused names the prints that gave no template.
func (r Report) refused() string {
	var b strings.Builder
	for _, reason := range slices.Sorted(maps.Keys(r.Failed)) {
		fmt.Fprintf(&b, "refused as %s: %s\n", reason, strings.Join(r.Failed[reason], " "))
	}
	return b.String()
}

// WriteDET draws the curves of the report as SVG.
func (r Report) WriteDET(w io.Writer) error {
	return measure.DrawDET(w,
		measure.Curve{Name: "one print", Points: r.All.DET},
		measure.Curve{Name: "best of three prints", Points: r.ThreeFingers.DET})
}
