package batch

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"cinnabar/internal/platform/db"
)

// running is a chunk while its rows are worked on.
type running struct {
	s     *Service
	claim claim
	batch Batch
	ctx   context.Context //nolint:containedctx // ends when the lease is lost
	lose  context.CancelCauseFunc
	left  atomic.Int64 // rows that are not handled yet
	halt  atomic.Bool  // rows that have not begun are left for later
	told  atomic.Bool  // an outcome was committed since the claim
}

// task is a row for a worker.
type task struct {
	run  *running
	row  Row
	done chan struct{} // closed when the row was handled
}

// Run works on batches until ctx ends. It then begins no more rows and waits for those in work; what
// outlasts the grace period is cut off and done again later.
func (s *Service) Run(ctx context.Context) error {
	if len(s.kinds) == 0 {
		<-ctx.Done()
		return nil
	}
	return s.work(ctx, func(tasks chan<- task) error {
		for ctx.Err() == nil {
			found, err := s.feed(ctx, tasks)
			if err != nil && ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "claiming rows of batches failed", "error", err)
			}
			if !found {
				s.pause(ctx)
			}
		}
		return nil
	})
}

// RunDue works until nothing can be claimed. It is for commands and tests; a program that stays up uses Run.
func (s *Service) RunDue(ctx context.Context) error {
	if len(s.kinds) == 0 {
		return nil
	}
	for {
		some := false
		err := s.work(ctx, func(tasks chan<- task) error {
			for {
				found, err := s.feed(ctx, tasks)
				if err != nil || !found {
					return err
				}
				some = true
			}
		})
		if err != nil || !some {
			return err
		}
	}
}

// work has AtOnce workers do the tasks that feed gives, and the claims renewed meanwhile.
func (s *Service) work(ctx context.Context, feed func(chan<- task) error) error {
	inWork, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	renewing, stopRenewing := context.WithCancel(inWork)
	var renewer, workers sync.WaitGroup
	renewer.Go(func() { s.renewLoop(renewing) })
	tasks := make(chan task)
	for range s.AtOnce {
		workers.Go(func() {
			for t := range tasks {
				s.do(inWork, t)
			}
		})
	}
	err := feed(tasks)
	close(tasks)
	late := time.AfterFunc(s.Grace, cut)
	if ctx.Err() == nil {
		late.Stop() // the end of the work, not of the program
	}
	workers.Wait()
	late.Stop()
	stopRenewing()
	renewer.Wait()
	return err
}

// pause waits for a commit or the next look at what others have made.
func (s *Service) pause(ctx context.Context) {
	t := time.NewTimer(s.Poll)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-s.wake:
	case <-t.C:
	}
}

// feed claims a chunk and hands its rows to the workers; found is false when there was nothing to claim.
func (s *Service) feed(ctx context.Context, tasks chan<- task) (found bool, err error) {
	c, b, err := s.claim(ctx)
	if errors.Is(err, db.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	run := &running{s: s, claim: c, batch: b}
	run.ctx, run.lose = context.WithCancelCause(context.WithoutCancel(ctx))
	s.lock.Lock()
	s.running[run] = struct{}{}
	s.lock.Unlock()
	rows, err := s.pending(ctx, c)
	run.left.Store(int64(len(rows)) + 1)
	for _, row := range rows {
		switch {
		case ctx.Err() != nil:
			run.halt.Store(true)
			fallthrough
		case run.halt.Load():
			run.handled(ctx)
		default:
			s.hand(ctx, tasks, task{run, row, make(chan struct{})})
		}
	}
	run.handled(ctx)
	return true, err
}

// hand gives a row to a worker, or gives it up when the program stops before one is free. After several
// processes died over a chunk its rows are done one by one, to know which it is.
func (s *Service) hand(ctx context.Context, tasks chan<- task, t task) {
	select {
	case tasks <- t:
	case <-ctx.Done():
		t.run.halt.Store(true)
		t.run.handled(ctx)
		return
	}
	if t.run.claim.abandoned >= suspicious {
		<-t.done
	}
}

// claim takes a chunk of the batch that waited longest.
func (s *Service) claim(ctx context.Context) (c claim, b Batch, err error) {
	var elsewhere []ID // batches that this process cannot work on
	for {
		id, err := s.next(ctx, s.DB, elsewhere)
		if err != nil {
			return c, b, err
		}
		if b, err = s.Get(ctx, id); err != nil {
			return c, b, fmt.Errorf("batch %s: %w", id, err)
		}
		if p, ok := s.kinds[b.Kind].(Placed); ok {
			if w := p.Here(ctx, b); w != nil {
				if err := s.leave(ctx, id, w); err != nil {
					return c, b, err
				}
				elsewhere = append(elsewhere, id)
				continue
			}
		}
		err = s.DB.InTx(ctx, func(tx db.Tx) (err error) {
			c, err = s.take(ctx, tx, id)
			return err
		})
		if errors.Is(err, db.ErrNoRows) { // others were faster
			elsewhere = append(elsewhere, id)
			continue
		}
		b.State = Running
		return c, b, err
	}
}

// unclaimed is how long a batch that runs may lie without anybody who can work on it.
const unclaimed = 10 * time.Second

// leave passes over a batch that needs something of another process. When none works on it, it waits.
func (s *Service) leave(ctx context.Context, id ID, w *Wait) error {
	return s.await(ctx, id, w, s.Clock.Now().Add(-unclaimed))
}

// pending are the rows of a chunk without an outcome.
func (s *Service) pending(ctx context.Context, c claim) ([]Row, error) {
	all, err := s.openRows(ctx, s.DB, c.batch, c.chunk, c.sealed)
	if err != nil {
		return nil, fmt.Errorf("rows of batch %s: %w", c.batch, err)
	}
	have, err := outcomes(ctx, s.DB, c.batch, c.first, c.size)
	if err != nil {
		return nil, err
	}
	var out []Row
	for i, r := range all {
		if n := c.first + i; !have[n] {
			out = append(out, Row{N: n, NewRow: r})
		}
	}
	return out, nil
}

// handled counts a row that was done or passed over; after the last one the chunk is settled.
func (r *running) handled(ctx context.Context) {
	if r.left.Add(-1) > 0 {
		return
	}
	ctx = context.WithoutCancel(ctx)
	if err := r.s.settle(ctx, r.claim); err != nil {
		r.s.Log.ErrorContext(ctx, "releasing rows of a batch failed", "batch", r.claim.batch, "error", err) // the lease will run out
	}
	r.s.lock.Lock()
	delete(r.s.running, r)
	r.s.lock.Unlock()
	r.lose(nil)
	r.s.tell(r.claim.batch)
	r.s.signal()
}
