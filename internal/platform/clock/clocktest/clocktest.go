// Package clocktest has the clocks of tests: one that stands until it is moved, and the system's clock
// shifted, for tests in which real deadlines (of connections, of processes) run beside the moved ones.
// Both may be used by several goroutines at once, and neither sets off a timer: what waits must be asked again.
package clocktest

import (
	"sync"
	"sync/atomic"
	"time"

	"cinnabar/internal/platform/clock"
)

// Hand is a clock that stands until somebody moves it.
type Hand struct {
	lock sync.Mutex
	now  time.Time
}

// At returns a clock that stands at t.
func At(t time.Time) *Hand { return &Hand{now: t} }

// Now is the time the clock stands at, in UTC.
func (h *Hand) Now() time.Time {
	h.lock.Lock()
	defer h.lock.Unlock()
	return h.now.UTC()
}

// Advance moves the clock on by d, or back when d is negative.
func (h *Hand) Advance(d time.Duration) {
	h.lock.Lock()
	defer h.lock.Unlock()
	h.now = h.now.Add(d)
}

// Set moves the clock to t.
func (h *Hand) Set(t time.Time) {
	h.lock.Lock()
	defer h.lock.Unlock()
	h.now = t
}

// Ahead is the system's clock, shifted by the sum of what it was advanced. The zero value is not shifted.
type Ahead struct{ by atomic.Int64 }

// Now is the system's time plus the shift, in UTC.
func (a *Ahead) Now() time.Time { return clock.System{}.Now().Add(a.By()) }

// Advance shifts the clock on by d, or back when d is negative.
func (a *Ahead) Advance(d time.Duration) { a.by.Add(int64(d)) }

// By is how far the clock is ahead of the system's.
func (a *Ahead) By() time.Duration { return time.Duration(a.by.Load()) }
