package measure

import (
	"fmt"
	"slices"
	"time"
)

// Times are how long single steps took.
type Times []time.Duration

// Mean is the arithmetic mean; zero without times.
func (t Times) Mean() time.Duration {
	if len(t) == 0 {
		return 0
	}
	var sum time.Duration
	for _, d := range t {
		sum += d
	}
	return sum / time.Duration(len(t))
}

// At is the time that a share of the steps, 0 to 1, did not exceed.
func (t Times) At(share float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(t))
	return sorted[int(share*float64(len(sorted)-1))]
}

// String gives mean, median, 95th percentile and the longest.
func (t Times) String() string {
	return fmt.Sprintf("n=%d mean %v median %v p95 %v max %v", len(t), short(t.Mean()), short(t.At(.5)), short(t.At(.95)), short(t.At(1)))
}

func short(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Millisecond:
		return d.Round(100 * time.Microsecond)
	case d > 10*time.Microsecond:
		return d.Round(time.Microsecond)
	}
	return d
}
