package mirror

import (
	"context"
	"errors"

	"cinnabar/internal/platform/db/outside"
)

// handle is an open index database.
type handle struct {
	*outside.Index
	revision int64
	prepared bool // guarded by Service.lock
}

// open returns a prepared database, which stays open. The error of an unreachable one says why.
func (s *Service) open(ctx context.Context, name string) (*handle, error) {
	d, err := s.stored(ctx, s.DB, name)
	if err != nil {
		return nil, err
	}
	h, prepared := s.kept(d)
	if h == nil {
		if h, err = s.connect(ctx, d); err != nil {
			return nil, err
		}
	}
	if prepared {
		return h, nil
	}
	if err := s.prepare(ctx, h.Index); err != nil {
		return nil, err
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	h.prepared = true
	return h, nil
}

func (s *Service) prepare(ctx context.Context, x *outside.Index) error {
	if s.Former == nil {
		return x.Prepare(ctx, "")
	}
	org, err := s.Former(ctx)
	if err != nil {
		return err
	}
	return x.Prepare(ctx, string(org))
}

// kept is the open handle of a database; one of an older revision is closed.
func (s *Service) kept(d stored) (h *handle, prepared bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	h = s.handles[d.Name]
	if h == nil || h.revision == d.revision {
		return h, h != nil && h.prepared
	}
	delete(s.handles, d.Name)
	if err := h.Close(); err != nil {
		s.Log.Warn("closing an index database failed", "database", d.Name, "error", err)
	}
	return nil, false
}

func (s *Service) connect(ctx context.Context, d stored) (*handle, error) {
	dsn, err := s.reveal(ctx, d)
	if err != nil {
		return nil, err
	}
	x, err := s.openIndex(Target{Kind: d.Kind, DSN: dsn, Table: d.Table})
	if err != nil {
		return nil, err
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if other := s.handles[d.Name]; other != nil && other.revision == d.revision {
		return other, x.Close()
	}
	h := &handle{Index: x, revision: d.revision}
	s.handles[d.Name] = h
	return h, nil
}

// doubt has the table looked for again before the next use.
func (s *Service) doubt(h *handle) {
	s.lock.Lock()
	defer s.lock.Unlock()
	h.prepared = false
}

// Close lets go of all connections. Run must have ended.
func (s *Service) Close() error {
	s.lock.Lock()
	defer s.lock.Unlock()
	var all []error
	for _, h := range s.handles {
		all = append(all, h.Close())
	}
	clear(s.handles)
	return errors.Join(all...)
}

// Test connects to a database, makes the table where it is missing, and returns how the server names
// itself. Errors are errs.Invalid with fields, or errs.Unavailable with the server's words.
func (s *Service) Test(ctx context.Context, t Target) (version string, err error) {
	x, err := s.openIndex(t)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	if err := s.prepare(ctx, x); err != nil {
		return "", err
	}
	return x.Version(ctx)
}

// TestNamed is Test for a database that is configured.
func (s *Service) TestNamed(ctx context.Context, name string) (version string, err error) {
	d, err := s.stored(ctx, s.DB, name)
	if err != nil {
		return "", err
	}
	dsn, err := s.reveal(ctx, d)
	if err != nil {
		return "", err
	}
	return s.Test(ctx, Target{Kind: d.Kind, DSN: dsn, Table: d.Table})
}
