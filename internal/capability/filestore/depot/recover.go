package depot

import (
	"context"
	"errors"
	"path"
	"sync"
	"time"

	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// removers is how many files are removed at a time.
const removers = 4

// Run recovers and audits until ctx ends: at once, whenever something was withdrawn, and every so often.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(s.Every)
	defer tick.Stop()
	for {
		if err := errors.Join(s.Recover(ctx), s.Audit(ctx)); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "files on stores wait", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-tick.C:
		}
	}
}

// Recover goes on with what was left: it gives up what was put but not settled within Patience, and removes
// what was given up or withdrawn. It can be called at any time, by any replica. Its error says which stores
// did not let it, and for what reason; the rest is done.
func (s *Service) Recover(ctx context.Context) error {
	now := s.Clock.Now()
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		if _, err := giveUp(ctx, tx, now, now.Add(-s.Patience)); err != nil {
			return err
		}
		return forgetEvictions(ctx, tx, now)
	})
	if err != nil {
		return err
	}
	round := &faults{of: map[string]error{}}
	for after := ""; ; {
		items, err := removable(ctx, s.DB, s.owner, s.Clock.Now(), after)
		if err != nil || len(items) == 0 {
			return errors.Join(err, round.all())
		}
		after = items[len(items)-1].ID
		s.each(items, func(it Item) { round.note(it.Store, s.removeUnless(ctx, round, it)) })
	}
}

// each does something with items, a few at a time.
func (s *Service) each(items []Item, do func(Item)) {
	slots := make(chan struct{}, removers)
	var all sync.WaitGroup
	for _, it := range items {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			do(it)
		})
	}
	all.Wait()
}

// faults are the errors of stores in a round; one that does not let us is left alone for the rest of it.
type faults struct {
	lock sync.Mutex
	of   map[string]error
}

func (f *faults) note(store string, err error) {
	if err == nil {
		return
	}
	f.lock.Lock()
	defer f.lock.Unlock()
	if !errors.Is(f.of[store], errs.Unavailable) {
		f.of[store] = err
	}
}

// down tells whether a store does not let us.
func (f *faults) down(store string) bool {
	f.lock.Lock()
	defer f.lock.Unlock()
	return errors.Is(f.of[store], errs.Unavailable)
}

func (f *faults) all() error {
	f.lock.Lock()
	defer f.lock.Unlock()
	var out []error
	for _, err := range f.of {
		out = append(out, err)
	}
	return errors.Join(out...)
}

func (s *Service) removeUnless(ctx context.Context, round *faults, it Item) error {
	if round.down(it.Store) || ctx.Err() != nil {
		return nil
	}
	st, err := s.open(ctx, it.Store)
	if err != nil {
		return err
	}
	done, ok := s.hold(place{it.Store, it.Path})
	if !ok {
		return nil // a Put has it
	}
	defer done()
	return s.removeHeld(ctx, st, it)
}

// removeHeld removes a file that is Deleting, and proves that it is gone. Bytes that are not those which were
// put are moved aside instead. One that another has the lease of is left to that.
func (s *Service) removeHeld(ctx context.Context, st Store, it Item) error {
	ours, err := s.lease(ctx, it.ID, Deleting)
	if err != nil || !ours {
		return err
	}
	err = s.leased(ctx, it.ID, func(ctx context.Context) error {
		if it.SettledAt.IsZero() { // its upload may have been cut
			if err := dropParts(ctx, st, it.Path); err != nil {
				return err
			}
		}
		switch err := st.Verify(ctx, it.document()); {
		case errors.Is(err, ftpstore.Absent):
			return nil
		case errors.Is(err, ftpstore.Altered):
			return s.moveAside(ctx, st, it.Path)
		case err != nil:
			return err
		}
		return st.Delete(ctx, it.Path)
	})
	if err != nil {
		return told(it.Store, err)
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		_, err := markDeleted(ctx, tx, it.ID, s.owner)
		return err
	})
}

// dropParts removes what unfinished uploads of a path left; whoever holds its lease may.
func dropParts(ctx context.Context, st Store, p string) error {
	var parts []string
	err := st.List(ctx, path.Dir(p), func(e ftpstore.Entry) error {
		if e.Part && ftpstore.WholeOf(e.Path) == p {
			parts = append(parts, e.Path)
		}
		return nil
	})
	if errors.Is(err, ftpstore.Absent) {
		return nil
	}
	for _, part := range parts {
		err = errors.Join(err, st.Delete(ctx, part))
	}
	return err
}

func (s *Service) lease(ctx context.Context, id string, in State) (ours bool, err error) {
	err = s.DB.InTx(ctx, func(tx db.Tx) (err error) {
		ours, err = takeOver(ctx, tx, id, in, s.owner, s.Clock.Now(), s.leaseEnd())
		return err
	})
	return ours, err
}

// auditAgain is when a file that could not be audited is tried again.
const auditAgain = time.Hour

// Audit reads back what was stored a day ago. From then on the local copy is not needed; until then a file
// that is missing or altered is put back from it.
func (s *Service) Audit(ctx context.Context) error {
	round := &faults{of: map[string]error{}}
	for {
		items, err := auditable(ctx, s.DB, s.Clock.Now())
		if err != nil || len(items) == 0 || ctx.Err() != nil {
			return errors.Join(err, round.all())
		}
		s.each(items, func(it Item) { round.note(it.Store, s.audit(ctx, round, it)) })
	}
}

func (s *Service) audit(ctx context.Context, round *faults, it Item) error {
	var found error
	if !round.down(it.Store) {
		found = s.verify(ctx, it)
		if code := errs.As(found).Code; found != nil && (code == "missing" || code == "altered") {
			s.Log.ErrorContext(ctx, "a file on a store is not what was put there", "store", it.Store, "path", it.Path, "what", code)
			if mended := s.mend(ctx, it); mended != nil {
				found = mended
			}
		}
	}
	at := s.Clock.Now()
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		if found == nil && !round.down(it.Store) {
			return markAudited(ctx, tx, it.ID, at)
		}
		return postponeAudit(ctx, tx, it.ID, at.Add(auditAgain))
	})
	return errors.Join(found, err)
}

func (s *Service) verify(ctx context.Context, it Item) error {
	st, err := s.open(ctx, it.Store)
	if err != nil {
		return err
	}
	return told(it.Store, st.Verify(ctx, it.document()))
}

// Needs tells whether the local copy of a content must stay: it is on its way, or was not audited yet.
func (s *Service) Needs(ctx context.Context, d cinnabar.Digest) (bool, error) {
	return needed(ctx, s.DB, d)
}
