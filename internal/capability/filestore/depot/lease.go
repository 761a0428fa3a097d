package depot

import (
	"context"
	"errors"
	"time"

	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/platform/db"
)

var errLeaseLost = errors.New("the lease on the file ran out, or another took it over")

func (s *Service) leaseEnd() time.Time { return s.Clock.Now().Add(s.Lease) }

// hold keeps other goroutines of this process from a path; the lease keeps other processes.
func (s *Service) hold(p place) (done func(), ok bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.busy[p] {
		return nil, false
	}
	s.busy[p] = true
	return func() {
		s.lock.Lock()
		defer s.lock.Unlock()
		delete(s.busy, p)
	}, true
}

// leased does something while this process keeps its lease on a row, and cuts it off when the lease is lost.
func (s *Service) leased(ctx context.Context, id string, do func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	over := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.keep(ctx, id, over, cancel)
	}()
	err := do(ctx)
	close(over)
	<-stopped
	if errors.Is(context.Cause(ctx), errLeaseLost) {
		return errors.Join(&ftpstore.Error{Kind: ftpstore.Unknown, Op: "lease", Path: id, Err: errLeaseLost}, err)
	}
	return err
}

// keep renews a lease until over is closed. When that fails for as long as the lease lasts, it is lost.
func (s *Service) keep(ctx context.Context, id string, over <-chan struct{}, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(s.Lease / 3)
	defer tick.Stop()
	for failures := 0; ; {
		select {
		case <-over:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var kept bool
		err := s.DB.InTx(ctx, func(tx db.Tx) (err error) {
			kept, err = renewLease(ctx, tx, id, s.owner, s.leaseEnd())
			return err
		})
		if err == nil {
			failures = 0
		} else {
			failures++
		}
		if err == nil && !kept || failures >= 3 {
			cancel(errLeaseLost)
			return
		}
	}
}
