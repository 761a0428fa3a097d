package seal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

const sealColumns = `s.id, s.org, s.owner, s.holder, s.kind, s.text, s.number, s.picture, s.svg, s.state,
	s.key_version, s.needs_approval, s.applicant, COALESCE(s.replaces, ''), s.created_at,
	COALESCE(t.tries, 0), COALESCE(t.locked_until, 0), COALESCE(k.ends_at, 0)
	FROM seal s LEFT JOIN seal_try t ON t.seal_id = s.id
	LEFT JOIN seal_key k ON k.seal_id = s.id AND k.version = s.key_version AND k.revoked_at = 0`

func scanSeal(r db.Row) (Seal, error) {
	var s Seal
	var approval, created, locked, ends int64
	err := r.Scan(&s.ID, &s.Org, &s.Owner, &s.Holder, &s.Kind, &s.Text, &s.Number, &s.Picture, &s.SVG, &s.State,
		&s.KeyVersion, &approval, &s.Applicant, &s.Replaces, &created, &s.Tries, &locked, &ends)
	s.NeedsApproval, s.CreatedAt, s.LockedUntil = approval == 1, db.Time(created), db.Time(locked)
	s.EndsAt = db.Time(ends)
	return s, err
}

func scanSealRow(r db.Rows) (Seal, error) { return scanSeal(r) }

func getSeal(ctx context.Context, r db.Reader, id cinnabar.SealID) (Seal, error) {
	s, err := scanSeal(r.QueryRow(ctx, `SELECT `+sealColumns+` WHERE s.id = $1`, string(id)))
	if errors.Is(err, db.ErrNoRows) {
		return s, noSeal()
	}
	return s, err
}

func noSeal() error { return errs.New(errs.NotFound, "seal-not-found", "there is no such seal") }

func sealsOf(ctx context.Context, r db.Reader, org cinnabar.OrgID) ([]Seal, error) {
	rows, err := r.Query(ctx, `SELECT `+sealColumns+` WHERE s.org = $1 ORDER BY s.created_at, s.id`, string(org))
	return db.Collect(rows, err, scanSealRow)
}

func sealsHeld(ctx context.Context, r db.Reader, p cinnabar.PersonID) ([]Seal, error) {
	rows, err := r.Query(ctx, `SELECT `+sealColumns+` WHERE s.holder = $1 OR EXISTS (SELECT 1 FROM seal_holder h
		WHERE h.seal_id = s.id AND h.version = s.key_version AND h.person = $1) ORDER BY s.created_at, s.id`, string(p))
	return db.Collect(rows, err, scanSealRow)
}

// lockSeal reads a seal and keeps others from changing it until the end of the transaction.
func lockSeal(ctx context.Context, tx db.Tx, id cinnabar.SealID) (Seal, error) {
	var one string
	err := tx.QueryRow(ctx, `SELECT id FROM seal WHERE id = $1`+tx.Dialect().ForUpdate(), string(id)).Scan(&one)
	if errors.Is(err, db.ErrNoRows) {
		return Seal{}, noSeal()
	}
	if err != nil {
		return Seal{}, err
	}
	return getSeal(ctx, tx, id)
}

func insertSeal(ctx context.Context, tx db.Tx, s Seal) error {
	var replaces any
	if s.Replaces != "" {
		replaces = string(s.Replaces)
	}
	approval := 0
	if s.NeedsApproval {
		approval = 1
	}
	if _, err := tx.Exec(ctx, `INSERT INTO seal (id, org, owner, holder, kind, text, number, picture, svg, state,
		key_version, needs_approval, applicant, replaces, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12, $13, $14)`,
		string(s.ID), string(s.Org), string(s.Owner), string(s.Holder), string(s.Kind), s.Text, s.Number,
		string(s.Picture), s.SVG, string(s.State), approval, string(s.Applicant), replaces, db.Millis(s.CreatedAt)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO seal_try (seal_id, tries, locks, locked_until) VALUES ($1, 0, 0, 0)`, string(s.ID))
	return err
}

func setState(ctx context.Context, tx db.Tx, id cinnabar.SealID, to State) error {
	_, err := tx.Exec(ctx, `UPDATE seal SET state = $2 WHERE id = $1`, string(id), string(to))
	return err
}

func setHolder(ctx context.Context, tx db.Tx, id cinnabar.SealID, p cinnabar.PersonID) error {
	_, err := tx.Exec(ctx, `UPDATE seal SET holder = $2 WHERE id = $1`, string(id), string(p))
	return err
}

// addEvent writes a line on the seal's log. The caller has locked the seal, so the numbers have no gap.
func (s *Service) addEvent(ctx context.Context, tx db.Tx, id cinnabar.SealID, e Event) error {
	e.At = s.Clock.Now()
	err := tx.QueryRow(ctx, `INSERT INTO seal_event (seal_id, seq, at, kind, person, reason, case_id, doc_id, digest, detail)
		SELECT $1, COALESCE(MAX(seq), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9 FROM seal_event WHERE seal_id = $1 RETURNING seq`,
		string(id), db.Millis(e.At), e.Kind, string(e.Person), e.Reason, string(e.Case), string(e.Doc), e.Digest, e.Detail).Scan(&e.Seq)
	if err != nil {
		return fmt.Errorf("seal log: %w", err)
	}
	return s.Evidence.Append(ctx, tx, id, e.Seq, e.digest(id))
}

const eventColumns = "seq, at, kind, person, reason, case_id, doc_id, digest, detail"

// eventsOf reads lines from a number on, at most limit.
func eventsOf(ctx context.Context, r db.Reader, id cinnabar.SealID, from int64, limit int) ([]Event, error) {
	rows, err := r.Query(ctx, `SELECT `+eventColumns+` FROM seal_event WHERE seal_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3`, string(id), from, limit)
	return db.Collect(rows, err, scanEvent)
}

// logOf reads a page of the log, the newest line first.
func logOf(ctx context.Context, r db.Reader, id cinnabar.SealID, p LogPage) ([]Event, error) {
	q := &db.Query{}
	q.And("seal_id = %s", q.Arg(string(id)))
	if p.Before > 0 {
		q.And("seq < %s", q.Arg(p.Before))
	}
	if !p.From.IsZero() {
		q.And("at >= %s", q.Arg(db.Millis(p.From)))
	}
	if !p.To.IsZero() {
		q.And("at < %s", q.Arg(db.Millis(p.To)))
	}
	text := `SELECT ` + eventColumns + ` FROM seal_event WHERE ` + q.Where() + ` ORDER BY seq DESC`
	if p.Limit > 0 {
		text += " LIMIT " + q.Arg(p.Limit)
	}
	rows, err := r.Query(ctx, text, q.Args...)
	return db.Collect(rows, err, scanEvent)
}

func scanEvent(r db.Rows) (e Event, err error) {
	var at int64
	err = r.Scan(&e.Seq, &at, &e.Kind, &e.Person, &e.Reason, &e.Case, &e.Doc, &e.Digest, &e.Detail)
	e.At = db.Time(at)
	return e, err
}

// tryRow counts wrong passwords.
type tryRow struct {
	tries, locks int
	lockedUntil  time.Time
}

func getTry(ctx context.Context, tx db.Tx, id cinnabar.SealID) (t tryRow, err error) {
	var until int64
	err = tx.QueryRow(ctx, `SELECT tries, locks, locked_until FROM seal_try WHERE seal_id = $1`+tx.Dialect().ForUpdate(),
		string(id)).Scan(&t.tries, &t.locks, &until)
	t.lockedUntil = db.Time(until)
	return t, err
}

func putTry(ctx context.Context, tx db.Tx, id cinnabar.SealID, t tryRow) error {
	_, err := tx.Exec(ctx, `UPDATE seal_try SET tries = $2, locks = $3, locked_until = $4 WHERE seal_id = $1`,
		string(id), t.tries, t.locks, db.Millis(t.lockedUntil))
	return err
}
