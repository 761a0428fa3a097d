package depot

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// mend puts a stored file back from the local copy. Wrong bytes in its place are moved aside.
func (s *Service) mend(ctx context.Context, it Item) error {
	st, err := s.open(ctx, it.Store)
	if err != nil {
		return err
	}
	body, err := s.copyOf(ctx, it)
	if err != nil {
		return err
	}
	done, ok := s.hold(place{it.Store, it.Path})
	if !ok {
		return busy(it.Path)
	}
	defer done()
	ours, err := s.lease(ctx, it.ID, Stored)
	if err != nil {
		return err
	}
	if !ours {
		return busy(it.Path)
	}
	err = s.leased(ctx, it.ID, func(ctx context.Context) error {
		if err := st.Verify(ctx, it.document()); errors.Is(err, ftpstore.Altered) {
			if err := s.moveAside(ctx, st, it.Path); err != nil {
				return err
			}
		}
		return st.Put(ctx, it.document(), bytes.NewReader(body))
	})
	return errors.Join(told(it.Store, err), s.DB.InTx(ctx, func(tx db.Tx) error { return dropLease(ctx, tx, it.ID, s.owner) }))
}

// copyOf reads the local copy of a file.
func (s *Service) copyOf(ctx context.Context, it Item) ([]byte, error) {
	r, err := s.Copies.Open(ctx, it.Digest)
	if err != nil {
		return nil, fmt.Errorf("local copy: %w", err)
	}
	defer r.Close()
	body, err := io.ReadAll(io.LimitReader(r, it.Size+1))
	if err != nil {
		return nil, fmt.Errorf("local copy: %w", err)
	}
	if cinnabar.DigestOf(body) != it.Digest {
		return nil, errs.New(errs.Internal, "wrong-digest", "the local copy was altered too")
	}
	return body, nil
}

// aside is a free path in quarantine.
func aside(p string, now time.Time) string {
	names := strings.Split(p, "/")
	names = names[max(0, len(names)-6):]
	return path.Join(append([]string{quarantine, now.Format("20060102-150405-") + rand.Text()[:10]}, names...)...)
}

func (s *Service) moveAside(ctx context.Context, st Store, p string) error {
	to := aside(p, s.Clock.Now())
	err := st.Move(ctx, p, to)
	if err == nil {
		s.Log.WarnContext(ctx, "a file that was altered on its store was moved aside", "path", p, "to", to)
	}
	return err
}
