package filestore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
)

const (
	checkJob = "filestore.check"
	// checkDelay leaves the check to the request that brought the last byte, unless it dies.
	checkDelay = time.Minute
)

func checkKey(id cinnabar.FileID) string { return "filestore.check/" + string(id) }

// verdict is the outcome of looking at an upload.
type verdict struct {
	blob    Blob
	mime    string
	problem string // code; empty: accepted
}

// settle checks a complete upload at once; a fault is left to the job.
func (s *Service) settle(ctx context.Context, id cinnabar.FileID) {
	if err := s.check(ctx, id, nil); err != nil {
		s.Log.Warn("checking an upload failed and will be tried again", "file", id, "error", err)
	}
}

func (s *Service) checkUpload(ctx context.Context, j jobs.Job) error {
	var id cinnabar.FileID
	if err := j.Decode(&id); err != nil {
		return err
	}
	done, err := s.occupy(id)
	if err != nil {
		return err
	}
	defer done()
	return s.check(ctx, id, &j)
}

// check looks at the part of a complete upload, stores its content if it is accepted, and writes the
// outcome together with the end of the job.
func (s *Service) check(ctx context.Context, id cinnabar.FileID, j *jobs.Job) error {
	f, err := readFile(ctx, s.DB, id)
	if errors.Is(err, errs.NotFound) || err == nil && f.State != Checking {
		return nil // deleted or settled meanwhile
	}
	if err != nil {
		return err
	}
	v, err := s.judge(ctx, f)
	if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		if _, err := setChecked(ctx, tx, id, v); err != nil {
			return err
		}
		if j != nil {
			return j.Complete(ctx, tx)
		}
		_, err := s.Jobs.Cancel(ctx, tx, checkKey(id))
		return err
	})
	if err == nil {
		s.dropPart(ctx, id)
	}
	return err
}

func (s *Service) judge(ctx context.Context, f *File) (verdict, error) {
	r, err := s.Parts.OpenPart(ctx, f.ID)
	if err != nil {
		return verdict{}, fmt.Errorf("part of the upload: %w", err)
	}
	defer r.Close()
	var v verdict
	if v.mime, err = s.inspect(ctx, r, f.Size); err != nil {
		if e := (*errs.Error)(nil); errors.As(err, &e) && e.Kind != errs.Internal && e.Kind != errs.Unavailable {
			return verdict{problem: e.Code}, nil
		}
		return v, err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return v, err
	}
	if v.blob, err = s.Store.Put(ctx, io.LimitReader(r, f.Size)); err != nil {
		return v, err
	}
	if v.blob.Size != f.Size {
		return v, fmt.Errorf("part of the upload has %d bytes of %d", v.blob.Size, f.Size)
	}
	return v, nil
}
