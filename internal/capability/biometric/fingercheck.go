package biometric

import (
	"context"
	"errors"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// EnrolledFinger is what is known of an enrolled finger without opening its template.
type EnrolledFinger struct {
	Position   int
	Quality    int
	Model      string
	EnrolledAt time.Time
}

// Enrolled lists a person's enrolled fingers for a purpose.
func (f *Fingers) Enrolled(ctx context.Context, who cinnabar.PersonID, purpose string) ([]EnrolledFinger, error) {
	rows, err := f.DB.Query(ctx, `SELECT position, quality, model, enrolled_at FROM bio_template WHERE subject = $1 AND purpose = $2 ORDER BY position`,
		string(subjectOf(who)), purpose)
	return db.Collect(rows, err, func(r db.Rows) (e EnrolledFinger, err error) {
		var at int64
		err = r.Scan(&e.Position, &e.Quality, &e.Model, &at)
		e.EnrolledAt = db.Time(at)
		return e, err
	})
}

// Check is Verify with its tries counted: before the comparison, so that a crash is no free try. After MaxFailures
// within Window it rests (errs.Locked, code "finger-resting"). source says where the print came from. It also
// returns how many failures are left.
func (f *Fingers) Check(ctx context.Context, who cinnabar.PersonID, purpose, source string, print ReadPrint) (*FingerResult, int, error) {
	id, err := f.count(ctx, who, purpose, source, print)
	if err != nil {
		return nil, 0, err
	}
	r, err := f.Verify(ctx, who, purpose, print)
	if err != nil { // a fault, or nothing to compare with, is no failed try
		return nil, 0, errors.Join(err, f.DB.InTx(ctx, func(tx db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM bio_finger_check WHERE id = $1`, id)
			return err
		}))
	}
	var failures int
	err = f.DB.InTx(ctx, func(tx db.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE bio_finger_check SET state = $2, score = $3, threshold = $4, position = $5 WHERE id = $1`,
			id, string(r.State), r.Score, r.Threshold, r.Position); err != nil {
			return err
		}
		failures, _, err = f.failures(ctx, tx, who, purpose)
		return err
	})
	return r, max(0, MaxFailures-failures), err
}

// count writes a try down, unless tries rest.
func (f *Fingers) count(ctx context.Context, who cinnabar.PersonID, purpose, source string, print ReadPrint) (id string, err error) {
	id = cinnabar.NewID[string]("print")
	err = f.DB.InTx(ctx, func(tx db.Tx) error {
		n, first, err := f.failures(ctx, tx, who, purpose)
		if err != nil {
			return err
		}
		if n >= MaxFailures {
			return errs.New(errs.Locked, "finger-resting", "too many failed checks; wait").With("until", first.Add(Window))
		}
		_, err = tx.Exec(ctx, `INSERT INTO bio_finger_check (id, subject, purpose, source, model, state, created_at) VALUES ($1, $2, $3, $4, $5, 'submitted', $6)`,
			id, string(subjectOf(who)), purpose, source, print.template.Model(), db.Millis(f.Clock.Now()))
		return err
	})
	return id, err
}

// failures counts what is not known to have matched within the window.
func (f *Fingers) failures(ctx context.Context, r db.Reader, who cinnabar.PersonID, purpose string) (n int, first time.Time, err error) {
	var at int64
	err = r.QueryRow(ctx, `SELECT count(*), coalesce(min(created_at), 0) FROM bio_finger_check
		WHERE subject = $1 AND purpose = $2 AND state <> 'match' AND created_at > $3`,
		string(subjectOf(who)), purpose, db.Millis(f.Clock.Now().Add(-Window))).Scan(&n, &at)
	return n, db.Time(at), err
}
