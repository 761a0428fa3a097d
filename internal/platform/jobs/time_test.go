package jobs_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/jobs"
)

// start runs q until the test ends.
func start(t *testing.T, q *jobs.Queue) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// Time in a bubble stands still while anything works, so lateness here is that of the looking for due
// jobs, not of the machine.
func TestDueJobsRunInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := dbtest.SQLite(t)
		here := newQueue(t, jobs.Deps{DB: d, Clock: clock.System{}})
		there := newQueue(t, jobs.Deps{DB: d, Clock: clock.System{}})
		var lock sync.Mutex
		runs, worst := 0, time.Duration(0)
		here.Register("k", func(_ context.Context, j jobs.Job) error {
			lock.Lock()
			defer lock.Unlock()
			runs++
			worst = max(worst, clock.System{}.Now().Sub(j.Due))
			return nil
		})
		defer start(t, here)()
		for range 100 { // enqueued by another replica, which wakes nobody here
			at := clock.System{}.Now().Add(rand.N(time.Minute))
			enqueue(t, d, there, "k", nil, jobs.At(at))
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if runs != 100 || worst > 101*time.Millisecond {
			t.Fatalf("%d runs, at most %v late", runs, worst)
		}
	})
}

func TestCommitWakesTheQueueAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := dbtest.SQLite(t)
		q := newQueue(t, jobs.Deps{DB: d, Clock: clock.System{}, Poll: time.Hour})
		ran := make(chan time.Time, 1)
		q.Register("k", func(context.Context, jobs.Job) error {
			ran <- clock.System{}.Now()
			return nil
		})
		defer start(t, q)()
		synctest.Wait()
		began := clock.System{}.Now()
		enqueue(t, d, q, "k", nil)
		if late := (<-ran).Sub(began); late != 0 {
			t.Fatalf("%v late", late)
		}
	})
}

// A handler that works much longer than a lease keeps its job: no other replica runs it too.
func TestLeaseIsRenewedWhileRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := dbtest.SQLite(t)
		var lock sync.Mutex
		runs := 0
		for range 2 {
			q := newQueue(t, jobs.Deps{DB: d, Clock: clock.System{}, Lease: 3 * time.Second})
			q.Register("slow", func(ctx context.Context, _ jobs.Job) error {
				lock.Lock()
				runs++
				lock.Unlock()
				select {
				case <-time.After(time.Minute):
				case <-ctx.Done():
				}
				return ctx.Err()
			})
			defer start(t, q)()
			enqueue(t, d, q, "slow", nil, jobs.Key("one"))
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if depth, err := newQueue(t, jobs.Deps{DB: d, Clock: clock.System{}}).Depth(t.Context()); runs != 1 || err != nil || depth.Waiting != 0 {
			t.Fatalf("%d runs, %+v, %v", runs, depth, err)
		}
	})
}

// A run whose job was cancelled is told so within a third of a lease.
func TestCancelledRunIsStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := dbtest.SQLite(t)
		q := newQueue(t, jobs.Deps{DB: d, Clock: clock.System{}, Lease: 3 * time.Second})
		started, stopped := make(chan bool), make(chan error, 1)
		q.Register("slow", func(ctx context.Context, _ jobs.Job) error {
			close(started)
			<-ctx.Done()
			stopped <- context.Cause(ctx)
			return ctx.Err()
		})
		defer start(t, q)()
		enqueue(t, d, q, "slow", nil, jobs.Key("x"))
		<-started
		began := time.Now()
		inTx(t, d, func(tx db.Tx) error {
			_, err := q.Cancel(t.Context(), tx, "x")
			return err
		})
		if err := <-stopped; !errors.Is(err, jobs.ErrLost) || time.Since(began) > time.Second {
			t.Fatalf("stopped by %v after %v", err, time.Since(began))
		}
	})
}

// Failures are spread from one second to six hours; the whole takes more than a day, so that an
// outage over a weekend night delays and does not lose.
// Proves PLT-15.
func TestBackoffGrows_PLT15(t *testing.T) {
	t.Parallel()
	d, clock := dbtest.SQLite(t), newHand()
	q := newQueue(t, jobs.Deps{DB: d, Clock: clock})
	q.Register("k", func(context.Context, jobs.Job) error { return errors.New("down") })
	enqueue(t, d, q, "k", nil)
	began := clock.Now()
	for failures := range 20 {
		if n := runDue(t, q); n != 1 {
			t.Fatalf("%d runs after %d failures", n, failures)
		}
		most := min(time.Second<<failures, 6*time.Hour)
		clock.Advance(most*3/4 - time.Millisecond)
		if n := runDue(t, q); n != 0 {
			t.Fatalf("tried again too early after %d failures", failures+1)
		}
		clock.Advance(most/4 + time.Millisecond)
	}
	if whole := clock.Now().Sub(began); whole < 24*time.Hour {
		t.Errorf("given up after %v", whole)
	}
	if dead, err := q.Dead(t.Context()); err != nil || len(dead) != 1 {
		t.Fatalf("dead %v, %v", dead, err)
	}
}

// A handler that does not end in the grace period is cut off, and its job is free at once, without a
// failure counted.
func TestCutOffJobIsReleased(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := dbtest.SQLite(t)
		first := newQueue(t, jobs.Deps{DB: d, Clock: clock.System{}, Grace: time.Second, MaxFailures: 1})
		started := make(chan bool)
		first.Register("k", func(ctx context.Context, _ jobs.Job) error {
			close(started)
			<-ctx.Done()
			return ctx.Err()
		})
		stop := start(t, first)
		enqueue(t, d, first, "k", nil)
		<-started
		stop()
		second := newQueue(t, jobs.Deps{DB: d, Clock: clock.System{}, MaxFailures: 1})
		second.Register("k", func(context.Context, jobs.Job) error { return nil })
		if n := runDue(t, second); n != 1 {
			t.Fatalf("%d runs", n)
		}
		if dead, err := second.Dead(t.Context()); err != nil || len(dead) != 0 {
			t.Fatalf("dead %v, %v", dead, err)
		}
	})
}
