// Package clock is the only place that asks the operating system for the time. Everything else is
// handed a Clock, so that tests can hold the time still.
package clock

import (
	"context"
	"time"
)

// Clock tells the present time, in UTC.
type Clock interface{ Now() time.Time }

// System is the operating system's clock.
type System struct{}

func (System) Now() time.Time { return time.Now().UTC() }

// Fixed is a clock that stands still.
type Fixed time.Time

func (f Fixed) Now() time.Time { return time.Time(f).UTC() }

// Wait lets time pass, by the operating system's clock; false when ctx ended before.
func Wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
