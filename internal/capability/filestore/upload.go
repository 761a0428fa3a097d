package filestore

import (
	"context"
	"crypto/sha1" //nolint:gosec // tus requires SHA-1 to be offered; it guards against damage, not attack
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"hash"
	"io"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
)

// segment is how much of one request is received before it is made safe and counted, in bytes.
const segment = 4 << 20

var (
	errOffset   = errs.New(errs.Conflict, "offset-conflict", "ask for the offset of the upload and go on from there")
	errChecksum = errs.New(errs.Invalid, "checksum-mismatch", "the data was damaged on its way; send it again")
	errExpired  = errs.New(errs.NotFound, "upload-expired", "the upload was not finished in time; begin anew")
	errBusy     = errs.New(errs.Locked, "upload-busy", "another request is writing to this upload")
)

// NewUpload announces a file. Size is final. Declared is the type as its sender names it; it is used only
// to refuse too large a file early.
type NewUpload struct {
	By       cinnabar.Actor
	Case     cinnabar.CaseID
	Name     string
	Declared string
	Size     int64
}

// Begin makes an upload. Errors: errs.Unauthorized for nobody, errs.TooLarge, errs.TooMany (code
// "upload-quota"), errs.Invalid for an empty file.
func (s *Service) Begin(ctx context.Context, n NewUpload) (*File, error) {
	now := s.Clock.Now()
	f := &File{
		ID: cinnabar.NewID[cinnabar.FileID]("file"), Case: n.Case, Uploader: Uploader(n.By), State: Partial,
		Size: n.Size, CreatedAt: now, ExpiresAt: now.Add(s.UploadTTL),
	}
	if f.Uploader == "" {
		return nil, errs.New(errs.Unauthorized, "not-signed-in", "sign in to upload files")
	}
	if n.Size <= 0 {
		return nil, errs.New(errs.Invalid, "empty-file", "the file is empty")
	}
	if limit := s.Limits.of(n.Declared); n.Size > limit {
		return nil, tooLarge(limit)
	}
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := s.checkQuota(ctx, tx, f); err != nil {
			return err
		}
		return s.insert(ctx, tx, f, n.Name)
	})
	return f, err
}

func tooLarge(limit int64) error {
	return errs.New(errs.TooLarge, "too-large", "the file is larger than %d bytes", limit).With("limit", limit)
}

func (s *Service) checkQuota(ctx context.Context, tx db.Tx, f *File) error {
	n, bytes, err := openUploads(ctx, tx, f.Uploader, f.CreatedAt)
	if err == nil && (n >= s.Limits.OpenUploads || bytes+f.Size > s.Limits.OpenBytes) {
		return errs.New(errs.TooMany, "upload-quota", "finish or cancel other uploads first")
	}
	return err
}

// Upload returns the state of somebody's upload. Errors: errs.NotFound, with code "upload-expired" when it
// ran out; another's upload does not exist.
func (s *Service) Upload(ctx context.Context, by cinnabar.Actor, id cinnabar.FileID) (*File, error) {
	f, err := readFile(ctx, s.DB, id)
	if err != nil {
		return nil, err
	}
	if owner := Uploader(by); owner == "" || owner != f.Uploader {
		return nil, errs.New(errs.NotFound, "no-such-file", "there is no such file")
	}
	if f.State == Partial && !s.Clock.Now().Before(f.ExpiresAt) {
		return nil, errExpired
	}
	return f, nil
}

// Cancel ends an upload that is not finished; errs.Conflict when it is.
func (s *Service) Cancel(ctx context.Context, by cinnabar.Actor, id cinnabar.FileID) error {
	f, err := s.Upload(ctx, by, id)
	if err != nil {
		return err
	}
	if f.State != Partial {
		return errs.New(errs.Conflict, "upload-finished", "the upload is finished")
	}
	done, err := s.occupy(id)
	if err != nil {
		return err
	}
	defer done()
	return s.DB.InTx(ctx, func(tx db.Tx) error { return s.Delete(ctx, tx, id) })
}

// Checksum is the digest of one piece of an upload.
type Checksum struct {
	Algorithm string // "sha256" or "sha1"
	Sum       []byte
}

func (c *Checksum) hash() hash.Hash {
	if c.Algorithm == "sha1" {
		return sha1.New() //nolint:gosec // see above
	}
	return sha256.New()
}

// Append adds a piece at an offset and returns the new offset: as far as everything is safe on the disk.
// A piece with a checksum counts as a whole or not at all; of others, what came before a cut counts. The
// last piece has the file checked, so that it returns Ready or Refused, or Checking when that has to be
// tried again later. Errors: errs.Conflict "offset-conflict", errs.Locked, errs.Invalid
// "checksum-mismatch", errs.TooLarge when there is more than was announced.
func (s *Service) Append(ctx context.Context, by cinnabar.Actor, id cinnabar.FileID, offset int64, body io.Reader, sum *Checksum) (*File, error) {
	done, err := s.occupy(id)
	if err != nil {
		return nil, err
	}
	defer done()
	f, err := s.Upload(ctx, by, id)
	if err != nil {
		return nil, err
	}
	if offset != f.Received {
		return f, errOffset
	}
	if f.State != Partial {
		return f, nil // the answer to the last piece was lost
	}
	// What has arrived is kept even if the sender is gone.
	keep := context.WithoutCancel(ctx)
	if err := s.receive(keep, f, body, sum); err != nil {
		return f, err
	}
	if f.State == Checking {
		s.settle(keep, f.ID)
	}
	return readFile(keep, s.DB, id)
}

// receive appends body to the part of f in segments.
func (s *Service) receive(ctx context.Context, f *File, body io.Reader, sum *Checksum) error {
	if sum != nil {
		return s.receiveWhole(ctx, f, body, sum)
	}
	for f.State == Partial {
		n, err := s.Parts.AppendPart(ctx, f.ID, f.Received, io.LimitReader(body, min(segment, f.Size-f.Received)))
		if n > 0 {
			err = errors.Join(s.count(ctx, f, n), err)
		}
		if err != nil || n == 0 {
			return err
		}
	}
	return refuseMore(body)
}

// receiveWhole appends body if it has the checksum. What it leaves behind otherwise lies past the offset
// and is cut off by the next piece.
func (s *Service) receiveWhole(ctx context.Context, f *File, body io.Reader, sum *Checksum) error {
	h := sum.hash()
	n, err := s.Parts.AppendPart(ctx, f.ID, f.Received, io.TeeReader(io.LimitReader(body, f.Size-f.Received), h))
	if err != nil {
		return err
	}
	if err := refuseMore(body); err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(h.Sum(nil), sum.Sum) != 1 {
		return errChecksum
	}
	return s.count(ctx, f, n)
}

// refuseMore fails when body goes on behind the announced end.
func refuseMore(body io.Reader) error {
	if n, _ := io.ReadFull(body, make([]byte, 1)); n > 0 {
		return errs.New(errs.TooLarge, "longer-than-announced", "the upload is longer than was announced")
	}
	return nil
}

// count records n more bytes. With the last one a job is written that checks the file if we cannot.
func (s *Service) count(ctx context.Context, f *File, n int64) error {
	end := f.Received + n
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := setReceived(ctx, tx, f.ID, f.Received, end); err != nil || end < f.Size {
			return err
		}
		return s.Jobs.Enqueue(ctx, tx, checkJob, f.ID, jobs.Key(checkKey(f.ID)), jobs.At(s.Clock.Now().Add(checkDelay)))
	})
	if err == nil {
		f.Received = end
		if end == f.Size {
			f.State = Checking
		}
	}
	return err
}

// occupy keeps an upload for one request at a time.
func (s *Service) occupy(id cinnabar.FileID) (done func(), err error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.busy[id] {
		return nil, errBusy
	}
	s.busy[id] = true
	return func() {
		s.lock.Lock()
		defer s.lock.Unlock()
		delete(s.busy, id)
	}, nil
}
