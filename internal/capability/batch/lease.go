package batch

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/platform/db"
)

// settle ends the claim of a chunk, and the batch with its last chunk.
func (s *Service) settle(ctx context.Context, c claim) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := lock(ctx, tx, c.batch); err != nil {
			return err
		}
		have, err := outcomes(ctx, tx, c.batch, c.first, c.size)
		if err != nil {
			return err
		}
		open := 1
		if len(have) == c.size {
			open = 0
		}
		counts, err := s.owned(ctx, tx, c, `owner = '', claim_at = 0, open = $5`, open)
		if err != nil || !counts || open == 1 {
			return err
		}
		return s.end(ctx, tx, c.batch)
	})
}

// renewLoop keeps the claims and learns which batches shall not go on.
func (s *Service) renewLoop(ctx context.Context) {
	t := time.NewTicker(s.Lease / 3)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := s.renew(ctx); err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "renewing the lease of rows failed", "error", err)
		}
	}
}

func (s *Service) inWork() []*running {
	s.lock.Lock()
	defer s.lock.Unlock()
	out := make([]*running, 0, len(s.running))
	for run := range s.running {
		out = append(out, run)
	}
	return out
}

// renew prolongs all claims in one transaction, and learns which batches shall not go on.
func (s *Service) renew(ctx context.Context) error {
	all := s.inWork()
	if len(all) == 0 {
		return nil
	}
	slices.SortFunc(all, func(a, b *running) int { // no deadlocks between replicas
		return cmp.Or(strings.Compare(string(a.claim.batch), string(b.claim.batch)), a.claim.chunk-b.claim.chunk)
	})
	var lost, halted []*running
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		lost, halted = nil, nil
		for _, run := range all {
			counts, err := s.owned(ctx, tx, run.claim, `claim_at = $5`, db.Millis(s.Clock.Now().Add(s.Lease)))
			if err != nil {
				return err
			}
			goesOn, err := db.Exists(ctx, tx, `SELECT 1 FROM batch WHERE id = $1 AND state = 'running'`, string(run.claim.batch))
			switch {
			case err != nil:
				return err
			case !counts:
				lost = append(lost, run)
			case !goesOn:
				halted = append(halted, run)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, run := range append(halted, lost...) {
		run.halt.Store(true)
	}
	for _, run := range lost { // one that has just been settled is past caring
		run.lose(ErrLost)
	}
	for _, run := range all {
		s.tell(run.claim.batch)
	}
	return nil
}

// stop has this process begin no more rows of a batch.
func (s *Service) stop(id ID) {
	for _, run := range s.inWork() {
		if run.claim.batch == id {
			run.halt.Store(true)
		}
	}
}
