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
	fmt.Fprintf(&b, "%d fingers, %d prints; template %d bytes on average, %d at most\n", r.Fingers, r.Prints, r.MeanBytes, r.MaxBytes)
	for _, reason := range slices.Sorted(maps.Keys(r.Failed)) {
		fmt.Fprintf(&b, "refused as %s: %s\n", reason, strings.Join(r.Failed[reason], " "))
	}
	fmt.Fprintf(&b, "\nall pairs of different fingers\n%v", r.All)
	fmt.Fprintf(&b, "\nFVC protocol: first prints of different fingers\n%v", r.Protocol)
	fmt.Fprintf(&b, "\nbest of three enrolled prints\n%v\nat the engine's thresholds\n", r.ThreeFingers)
	for _, at := range r.At {
		fmt.Fprintf(&b, "%-8s score %5.1f: FMR %v, FNMR %v\n", at.Name, float64(at.Score), at.FMR, at.FNMR)
	}
	return b.String()
}

// WriteDET draws the curves of the report as SVG.
func (r Report) WriteDET(w io.Writer) error {
	return measure.DrawDET(w,
		measure.Curve{Name: "one print", Points: r.All.DET},
		measure.Curve{Name: "best of three prints", Points: r.ThreeFingers.DET})
}
