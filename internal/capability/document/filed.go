package document

import (
	"context"
	"fmt"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Amendment is how a document that came in on paper should have been filed.
type Amendment struct {
	Number      string
	Title       string
	EffectiveAt time.Time
	ExpiresAt   time.Time // zero: never
	File        *Version  // instead of the wrong scan; nil: the scan stays
}

// Amend puts right how a document on paper was filed; its code leads to it as before. errs.Conflict: code
// "number-taken", "document-exists" for a scan that another document has, "document-state" for one that is not
// filed as in force or expired.
func (s *Service) Amend(ctx context.Context, tx db.Tx, id cinnabar.DocID, a Amendment) (Document, error) {
	d, err := lockDocument(ctx, tx, id)
	if err != nil {
		return d, err
	}
	if !d.TakenOutAt.IsZero() || (d.State != Effective && d.State != Expired) {
		return d, errs.New(errs.Conflict, "document-state", "a document that is %s cannot be put right", string(d.Shown())).With("state", string(d.Shown()))
	}
	if a.File != nil {
		if err := s.exchange(ctx, tx, &d, *a.File); err != nil {
			return d, err
		}
	}
	former := d.Number
	d.Number, d.Title, d.EffectiveAt, d.ExpiresAt = strings.TrimSpace(a.Number), a.Title, a.EffectiveAt, a.ExpiresAt
	d.State, d.Reason = Effective, ""
	if !d.ExpiresAt.IsZero() && !s.Clock.Now().Before(d.ExpiresAt) {
		d.State, d.Reason = Expired, timeIsOver
	}
	if former == d.Number {
		return d, updateDocument(ctx, tx, d)
	}
	return d, s.renumber(ctx, tx, d, former)
}

// exchange puts another scan in the place of the wrong one, which is no version of any document any more.
func (s *Service) exchange(ctx context.Context, tx db.Tx, d *Document, v Version) error {
	if err := v.check(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO document_misfiled (file_id, doc_id, version, digest, at)
		SELECT file_id, doc_id, version, digest, $2 FROM document_version WHERE doc_id = $1`, string(d.ID), db.Millis(s.Clock.Now()))
	if err != nil {
		return fmt.Errorf("set the wrong scan aside: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM document_version WHERE doc_id = $1`, string(d.ID)); err != nil {
		return err
	}
	d.Version++
	d.Digest = v.Digest
	v.Number, v.Generation, v.State, v.CreatedAt = d.Version, d.Generation, Effective, s.Clock.Now()
	return insertVersion(ctx, tx, d.ID, v)
}

// renumber gives a document its right number. The wrong one is free again, unless it stands in the sequence of
// our own numbers, where it is accounted for as voided.
func (s *Service) renumber(ctx context.Context, tx db.Tx, d Document, former string) error {
	right, err := s.Imported(ctx, tx, d.Org, d.Kind, d.Number, d.Case)
	if err != nil {
		return err
	}
	if err := s.settleNumber(ctx, tx, d.Org, d.Number, "used", ""); err != nil {
		return err
	}
	if err := updateDocument(ctx, tx, d); err != nil {
		return err
	}
	freed, err := tx.Exec(ctx, `DELETE FROM document_number WHERE org = $1 AND number = $2 AND period = $3`, string(d.Org), former, importedPeriod(former))
	if err != nil {
		return fmt.Errorf("free the wrong number: %w", err)
	}
	if freed == 0 {
		_, err = tx.Exec(ctx, `UPDATE document_number SET state = 'voided', reason = $3, token = $4, at = $5 WHERE org = $1 AND number = $2`,
			string(d.Org), former, "the number is "+d.Number, cinnabar.NewID[string]("v"), db.Millis(s.Clock.Now()))
		if err != nil {
			return fmt.Errorf("void the wrong number: %w", err)
		}
	}
	_, err = tx.Exec(ctx, `UPDATE document_number SET token = $3 WHERE org = $1 AND number = $2 AND token = $4`,
		string(d.Org), d.Number, d.Token, right.Token)
	return err
}

// TakeOut takes a document out of the archive: until it is brought back, its file and its code verify as
// "taken-out". Its number stays its own.
func (s *Service) TakeOut(ctx context.Context, tx db.Tx, id cinnabar.DocID) error {
	return s.change(ctx, tx, id, func(d *Document) error {
		d.TakenOutAt = s.Clock.Now()
		return nil
	})
}

// BringBack puts a document back into the archive as it was before.
func (s *Service) BringBack(ctx context.Context, tx db.Tx, id cinnabar.DocID) error {
	return s.change(ctx, tx, id, func(d *Document) error {
		d.TakenOutAt = time.Time{}
		return nil
	})
}

// Misfiled is a scan that was filed with a document by mistake.
type Misfiled struct {
	Version int64
	File    cinnabar.FileID
	Digest  cinnabar.Digest
	At      time.Time // when it was set aside
}

// MisfiledOf lists the wrong scans of a document, oldest first.
func (s *Service) MisfiledOf(ctx context.Context, id cinnabar.DocID) ([]Misfiled, error) {
	rows, err := s.DB.Query(ctx, `SELECT version, file_id, digest, at FROM document_misfiled WHERE doc_id = $1 ORDER BY version`, string(id))
	return db.Collect(rows, err, func(r db.Rows) (m Misfiled, err error) {
		var digest string
		var at int64
		if err := r.Scan(&m.Version, &m.File, &digest, &at); err != nil {
			return m, err
		}
		m.At = db.Time(at)
		m.Digest, err = cinnabar.ParseDigest(digest)
		return m, err
	})
}

// IsMisfiled tells whether a file was filed with a document by mistake. It may be somebody else's contract.
func (s *Service) IsMisfiled(ctx context.Context, id cinnabar.FileID) (bool, error) {
	return db.Exists(ctx, s.DB, `SELECT 1 FROM document_misfiled WHERE file_id = $1`, string(id))
}
