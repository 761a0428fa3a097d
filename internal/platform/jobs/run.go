package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// run is a job while its handler works on it.
type run struct {
	Job
	owner     string
	failures  int // before this run
	cancel    context.CancelCauseFunc
	completed atomic.Bool
}

// Run claims and runs jobs until ctx ends. It then claims no more and waits for the running ones; those
// that outlast the grace period are cancelled and released for others.
func (q *Queue) Run(ctx context.Context) error {
	if len(q.handlers) == 0 {
		return errors.New("jobs: no kinds are registered")
	}
	handlers, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	renewing, stopRenewing := context.WithCancel(handlers)
	var workers, renewer sync.WaitGroup
	renewer.Go(func() { q.renewLoop(renewing) })

	q.claimLoop(ctx, handlers, &workers)

	late := time.AfterFunc(q.Grace, cut)
	workers.Wait()
	late.Stop()
	stopRenewing()
	renewer.Wait()
	return nil
}

// RunDue runs all that is due now, and what becomes due meanwhile, and returns how many runs that took. It
// is for commands and tests; a program that stays up uses Run.
func (q *Queue) RunDue(ctx context.Context) (int, error) {
	renewing, stop := context.WithCancel(ctx)
	var renewer sync.WaitGroup
	defer renewer.Wait()
	defer stop()
	renewer.Go(func() { q.renewLoop(renewing) })
	for n := 0; ; {
		found, err := q.claim(ctx, q.Workers)
		if err != nil || len(found) == 0 {
			return n, err
		}
		n += len(found)
		var workers sync.WaitGroup
		for _, r := range found {
			workers.Go(func() { q.work(ctx, r) })
		}
		workers.Wait()
	}
}

// claimLoop starts a goroutine per claimed job until ctx ends.
func (q *Queue) claimLoop(ctx, handlers context.Context, workers *sync.WaitGroup) {
	for ctx.Err() == nil {
		found, err := q.claim(ctx, q.Workers-q.busy())
		if err != nil && ctx.Err() == nil {
			q.Log.Error("claiming jobs failed", "error", err)
		}
		for _, r := range found {
			workers.Go(func() { q.work(handlers, r) })
		}
		if len(found) > 0 {
			continue // there may be more
		}
		q.pause(ctx)
	}
}

// pause waits for a commit, a free worker, or the next look at what others have enqueued.
func (q *Queue) pause(ctx context.Context) {
	t := time.NewTimer(q.Poll)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-q.wake:
	case <-t.C:
	}
}

func (q *Queue) busy() int {
	q.lock.Lock()
	defer q.lock.Unlock()
	return len(q.running)
}

// work runs one claimed job and settles it.
func (q *Queue) work(ctx context.Context, r *run) {
	began := q.Clock.Now()
	own, cancel := context.WithCancelCause(ctx)
	r.setCancel(q, cancel)
	err := q.handle(own, r)
	cancel(nil)
	// The outcome is written even when the handlers were cut off.
	outcome := q.settle(context.WithoutCancel(ctx), r, err, ctx.Err() != nil)
	q.lock.Lock()
	delete(q.running, r.ID)
	q.lock.Unlock()
	q.signal()
	if q.Metrics != nil {
		q.Metrics.JobRan(r.Kind, outcome, q.Clock.Now().Sub(began), began.Sub(r.Due))
	}
}

func (r *run) setCancel(q *Queue, cancel context.CancelCauseFunc) {
	q.lock.Lock()
	defer q.lock.Unlock()
	r.cancel = cancel
}

// handle calls the handler; a panic is a failure like any other.
func (q *Queue) handle(ctx context.Context, r *run) (err error) {
	defer func() {
		if v := recover(); v != nil {
			q.Log.Error("job panicked", "kind", r.Kind, "job", r.ID, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	if r.failures >= q.MaxFailures {
		return Permanent(errors.New("its runs ended without an outcome too often"))
	}
	return q.handlers[r.Kind](ctx, r.Job)
}

// settle writes how a run ended and returns the word for it.
func (q *Queue) settle(ctx context.Context, r *run, err error, cutOff bool) string {
	log := q.Log.With("kind", r.Kind, "job", r.ID, "attempt", r.Attempt)
	switch {
	case r.completed.Load():
		return "done"
	case err == nil:
		return q.write(log, "done", func() (bool, error) { return q.remove(ctx, r) })
	case errors.Is(err, ErrLost):
		log.Info("job was lost to another claim")
		return "lost"
	case cutOff:
		return q.write(log, "lost", func() (bool, error) { return q.release(ctx, r) })
	case IsPermanent(err) || r.failures+1 >= q.MaxFailures:
		log.Error("job is dead", "error", err)
		return q.write(log, "dead", func() (bool, error) { return q.bury(ctx, r, err) })
	}
	wait := backoff(r.failures + 1)
	log.Warn("job failed and will be tried again", "error", err, "wait", wait)
	return q.write(log, "failed", func() (bool, error) { return q.postpone(ctx, r, err, wait) })
}

// write stores an outcome. When that fails the lease runs out and the job is run again.
func (q *Queue) write(log *slog.Logger, outcome string, store func() (bool, error)) string {
	counts, err := store()
	if err != nil {
		log.Error("the outcome of a job could not be stored", "outcome", outcome, "error", err)
		return "lost"
	}
	if !counts {
		return "lost"
	}
	return outcome
}

// renewLoop keeps the claims of the running jobs, and cancels runs that no longer count.
func (q *Queue) renewLoop(ctx context.Context) {
	t := time.NewTicker(q.Lease / 3)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := q.renew(ctx); err != nil && ctx.Err() == nil {
			q.Log.Error("renewing leases failed", "error", err)
		}
	}
}
