package mirror

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Run delivers until ctx ends, each database for itself.
func (s *Service) Run(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	tick := time.NewTicker(s.Poll)
	defer tick.Stop()
	for {
		due, err := s.due(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "looking for rows of index databases failed", "error", err)
		}
		for _, name := range due {
			if s.begin(name) {
				all.Go(func() {
					defer s.end(name)
					s.deliverLogged(ctx, name)
				})
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-tick.C:
		}
	}
}

func (s *Service) begin(name string) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.running[name] {
		return false
	}
	s.running[name] = true
	return true
}

// end has Run look again: rows may have come after the last look.
func (s *Service) end(name string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	delete(s.running, name)
	s.signal()
}

func (s *Service) deliverLogged(ctx context.Context, name string) {
	if _, err := s.Deliver(ctx, name); err != nil && ctx.Err() == nil {
		s.Log.WarnContext(ctx, "delivering to an index database failed", "database", name, "error", err)
	}
}

// Deliver brings all that waits into a database now, whatever the time of the next try, and returns how
// many rows went out. It does nothing while another replica delivers. Its failure is kept with the database
// as well.
func (s *Service) Deliver(ctx context.Context, name string) (n int, err error) {
	mine := false
	if err := s.DB.InTx(ctx, func(tx db.Tx) (err error) {
		mine, err = s.claim(ctx, tx, name)
		return err
	}); err != nil || !mine {
		return 0, err
	}
	for err == nil {
		var sent int
		sent, err = s.deliverChunk(ctx, name)
		n += sent
		if sent == 0 {
			break
		}
	}
	cleanUp := context.WithoutCancel(ctx)
	return n, errors.Join(err, s.DB.InTx(cleanUp, func(tx db.Tx) error {
		if err != nil && ctx.Err() == nil {
			if err := s.failed(cleanUp, tx, name, errs.As(err).Detail); err != nil {
				return err
			}
		}
		return s.release(cleanUp, tx, name)
	}))
}

// deliverChunk writes the next rows in one transaction of the index database, then strikes them off.
func (s *Service) deliverChunk(ctx context.Context, name string) (int, error) {
	rows, err := waiting(ctx, s.DB, name, s.Clock.Now(), s.Chunk)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	h, err := s.open(ctx, name)
	if err != nil {
		return 0, err
	}
	if err := h.Put(ctx, rows); err != nil {
		s.doubt(h)
		return s.oneByOne(ctx, name, rows, err)
	}
	return len(rows), s.settle(ctx, name, rows)
}

// settle strikes rows off and keeps the lease, which may have gone to another: writing twice does no harm.
func (s *Service) settle(ctx context.Context, name string, rows []Row) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := delivered(ctx, tx, name, rows); err != nil {
			return err
		}
		if err := s.succeeded(ctx, tx, name); err != nil {
			return err
		}
		_, err := s.claim(ctx, tx, name)
		return err
	})
}

// maxRefusals in a row mean that it is not the rows.
const maxRefusals = 20

// oneByOne finds out which rows of a chunk the database refuses, and lets the others pass. When many
// are refused in a row it is the database that fails.
func (s *Service) oneByOne(ctx context.Context, name string, rows []Row, cause error) (int, error) {
	sent, refusals := 0, 0
	for _, r := range rows {
		h, err := s.open(ctx, name)
		if err != nil {
			return sent, err
		}
		if err := h.Ping(ctx); err != nil {
			return sent, err
		}
		err = h.Put(ctx, []Row{r})
		if ctx.Err() != nil {
			return sent, ctx.Err()
		}
		if err == nil {
			if err := s.settle(ctx, name, []Row{r}); err != nil {
				return sent, err
			}
			sent, refusals = sent+1, 0
			continue
		}
		if err := s.refused(ctx, name, r, err); err != nil {
			return sent, err
		}
		if refusals++; refusals >= maxRefusals {
			return sent, cause
		}
	}
	return sent, nil
}

func (s *Service) refused(ctx context.Context, name string, r Row, why error) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		return setAside(ctx, tx, name, r, errs.As(why).Detail, func(failures int) time.Time { return s.Clock.Now().Add(backoff(failures)) })
	})
}

const (
	firstBackoff = time.Second
	maxBackoff   = 5 * time.Minute // so that a database that comes back is up to date soon
)

// backoff doubles from a second to five minutes, less up to a quarter at random.
func backoff(failures int) time.Duration {
	d := maxBackoff
	if failures < 10 {
		d = min(maxBackoff, firstBackoff<<(failures-1))
	}
	return d - rand.N(d/4)
}
