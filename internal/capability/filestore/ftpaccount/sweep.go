package ftpaccount

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Sweep removes from all outboxes what was put there longer ago than its account keeps it. What is being put there
// is never touched, and the documents themselves stay where documents are kept.
func (s *Service) Sweep(ctx context.Context) error {
	accounts, err := s.List(ctx, "")
	if err != nil {
		return err
	}
	var faults []error
	for _, a := range accounts {
		faults = append(faults, s.sweep(ctx, a))
	}
	return errors.Join(faults...)
}

func (s *Service) sweep(ctx context.Context, a Account) error {
	root, err := os.OpenRoot(filepath.Join(s.Dir(a), "outbox"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	placedBefore := s.Clock.Now().Add(-time.Duration(a.KeepDays) * 24 * time.Hour)
	return fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if !e.Type().IsRegular() {
			return nil
		}
		info, err := e.Info()
		if err == nil && info.ModTime().Before(placedBefore) {
			err = root.Remove(name)
		}
		if errors.Is(err, fs.ErrNotExist) { // another replica was faster
			return nil
		}
		return err
	})
}
