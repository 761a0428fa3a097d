package clocktest_test

import (
	"sync"
	"testing"
	"time"

	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/clock/clocktest"
)

var (
	_ clock.Clock = (*clocktest.Hand)(nil)
	_ clock.Clock = (*clocktest.Ahead)(nil)
)

func TestHandStandsUntilMoved(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 8, 0, 0, 0, time.FixedZone("east", 8*60*60))
	h := clocktest.At(start)
	if got := h.Now(); !got.Equal(start) || got.Location() != time.UTC {
		t.Errorf("stands at %v", got)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { h.Advance(time.Minute) })
	}
	all.Wait()
	if got := h.Now().Sub(start); got != 8*time.Minute {
		t.Errorf("moved by %v", got)
	}
	h.Set(start)
	if !h.Now().Equal(start) {
		t.Errorf("set back it stands at %v", h.Now())
	}
}

func TestAheadRunsWithTheSystemsClock(t *testing.T) {
	t.Parallel()
	var a clocktest.Ahead
	a.Advance(time.Hour)
	before := clock.System{}.Now()
	got := a.Now()
	after := clock.System{}.Now()
	if got.Before(before.Add(time.Hour)) || got.After(after.Add(time.Hour)) || a.By() != time.Hour {
		t.Errorf("between %v and %v it says %v, %v ahead", before, after, got, a.By())
	}
}
