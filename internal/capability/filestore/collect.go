package filestore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
)

const (
	collectJob   = "filestore.collect"
	collectEvery = time.Hour
	// orphanAge is how long a content without a file is kept: longer than any action takes between
	// putting a content and naming it.
	orphanAge = 24 * time.Hour
)

// Start has what is no longer needed collected every hour.
func (s *Service) Start(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		return s.Jobs.Enqueue(ctx, tx, collectJob, nil, jobs.Key(collectJob), jobs.At(s.Clock.Now().Add(collectEvery)))
	})
}

func (s *Service) collectRegularly(ctx context.Context, j jobs.Job) error {
	if _, err := s.Collect(ctx); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := j.Complete(ctx, tx); err != nil {
			return err
		}
		return s.Jobs.Enqueue(ctx, tx, collectJob, nil, jobs.Key(collectJob), jobs.At(s.Clock.Now().Add(collectEvery)))
	})
}

// Collect forgets uploads that ran out, and removes contents that nobody has needed for a day. It returns
// how many contents it removed.
func (s *Service) Collect(ctx context.Context) (int, error) {
	if err := s.forgetExpired(ctx); err != nil {
		return 0, fmt.Errorf("expired uploads: %w", err)
	}
	old := s.Clock.Now().Add(-orphanAge)
	if err := s.Parts.Sweep(ctx, old, s.isOpen(ctx)); err != nil {
		return 0, fmt.Errorf("left-over parts: %w", err)
	}
	var orphans []cinnabar.Digest
	err := s.Store.List(ctx, func(b Blob) error {
		if !b.PutAt.Before(old) {
			return nil
		}
		used, err := s.used(ctx, b.Digest)
		if err == nil && !used {
			orphans = append(orphans, b.Digest)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("contents without a file: %w", err)
	}
	n := 0
	for _, d := range orphans {
		removed, err := s.Store.Delete(ctx, d, old)
		if err != nil {
			return n, err
		}
		if removed {
			n++
		}
	}
	return n, nil
}

// used tells whether a content is needed by a file, or by others.
func (s *Service) used(ctx context.Context, d cinnabar.Digest) (bool, error) {
	used, err := isReferenced(ctx, s.DB, d)
	if err != nil || used {
		return used, err
	}
	return s.Keep(ctx, d)
}

func (s *Service) forgetExpired(ctx context.Context) error {
	ids, err := expired(ctx, s.DB, s.Clock.Now())
	for _, id := range ids {
		done, busy := s.occupy(id)
		if busy != nil {
			continue
		}
		err = errors.Join(err, s.DB.InTx(ctx, func(tx db.Tx) error { return s.Delete(ctx, tx, id) }))
		done()
	}
	return err
}

// isOpen tells whether a part still belongs to an upload; in doubt it does.
func (s *Service) isOpen(ctx context.Context) func(cinnabar.FileID) bool {
	return func(id cinnabar.FileID) bool {
		f, err := readFile(ctx, s.DB, id)
		if errors.Is(err, errs.NotFound) {
			return false
		}
		return err != nil || f.State == Partial || f.State == Checking
	}
}

// Finding is one disagreement between the files and their contents.
type Finding struct {
	File    cinnabar.FileID // empty when no file is concerned
	Digest  cinnabar.Digest
	Problem string // "missing", "altered", "wrong-size", "unreferenced"
}

func (f Finding) String() string { return fmt.Sprintf("%s %s %s", f.Problem, f.Digest, f.File) }

// Check compares files and contents both ways, reading every content again, and names what is wrong. A
// content that no file names is reported once it is too old to belong to something under way.
func (s *Service) Check(ctx context.Context) ([]Finding, error) {
	var found []Finding
	for after := cinnabar.FileID(""); ; {
		page, err := readyAfter(ctx, s.DB, after)
		if err != nil {
			return found, err
		}
		if len(page) == 0 {
			break
		}
		for _, f := range page {
			problem, err := s.compare(ctx, f)
			if err != nil {
				return found, err
			}
			if problem != "" {
				found = append(found, Finding{f.ID, f.Digest, problem})
			}
			after = f.ID
		}
	}
	// Collect runs every hour, so that nothing unreferenced should be older than this.
	late := s.Clock.Now().Add(-orphanAge - 2*collectEvery)
	err := s.Store.List(ctx, func(b Blob) error {
		used, err := s.used(ctx, b.Digest)
		if err == nil && !used && b.PutAt.Before(late) {
			found = append(found, Finding{"", b.Digest, "unreferenced"})
		}
		return err
	})
	return found, err
}

func (s *Service) compare(ctx context.Context, f *File) (problem string, err error) {
	size, digest, err := s.reread(ctx, f)
	switch {
	case errors.Is(err, errs.NotFound):
		return "missing", nil
	case errors.Is(err, ErrAltered):
		return "altered", nil
	case err != nil:
		return "", err
	case size != f.Size:
		return "wrong-size", nil
	case digest != f.Digest:
		return "altered", nil
	}
	return "", nil
}

func (s *Service) reread(ctx context.Context, f *File) (size int64, d cinnabar.Digest, err error) {
	r, err := s.Store.Open(ctx, f.Digest)
	if err != nil {
		return 0, d, err
	}
	defer r.Close()
	return digestOf(r)
}
