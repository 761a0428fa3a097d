package signing

import (
	"context"
	"errors"
	"fmt"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

const columns = `id, plan, ord, case_id, doc_id, sender, signer, field, digest, pages, state, shown_at, method, confirmed_at,
	evidence, drawing, certificate, result, signed_at, reason, expires_at, created_at`

func scanCeremony(r db.Row) (c Ceremony, err error) {
	var digest, evidence, drawing, certificate, result string
	var shown, confirmed, signed, expires, created int64
	if err := r.Scan(&c.ID, &c.Plan, &c.Order, &c.Case, &c.Doc, &c.Sender, &c.Signer, &c.Field, &digest, &c.Pages, &c.State, &shown,
		&c.Method, &confirmed, &evidence, &drawing, &certificate, &result, &signed, &c.Reason, &expires, &created); err != nil {
		return c, err
	}
	c.ShownAt, c.ConfirmedAt, c.SignedAt = db.Time(shown), db.Time(confirmed), db.Time(signed)
	c.ExpiresAt, c.CreatedAt = db.Time(expires), db.Time(created)
	to := []*cinnabar.Digest{&c.Digest, &c.Evidence, &c.Drawing, &c.Certificate, &c.Result}
	for i, text := range []string{digest, evidence, drawing, certificate, result} {
		if text == "" {
			continue
		}
		if *to[i], err = cinnabar.ParseDigest(text); err != nil {
			return c, fmt.Errorf("ceremony %s: %w", c.ID, err)
		}
	}
	return c, nil
}

func scanCeremonyRow(r db.Rows) (Ceremony, error) { return scanCeremony(r) }

// text is a digest as it stands in the database: empty when not set.
func text(d cinnabar.Digest) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func insertCeremony(ctx context.Context, tx db.Tx, c Ceremony) error {
	_, err := tx.Exec(ctx, `INSERT INTO ceremony (`+columns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '', 0, '', '', '', '', 0, '', $12, $13)`,
		c.ID, c.Plan, c.Order, string(c.Case), string(c.Doc), string(c.Sender), string(c.Signer), c.Field, text(c.Digest), c.Pages,
		string(c.State), db.Millis(c.ExpiresAt), db.Millis(c.CreatedAt))
	if err != nil {
		return fmt.Errorf("plan ceremony: %w", err)
	}
	return nil
}

// updateCeremony writes what may change, if the ceremony still is in the state that it was read in.
func updateCeremony(ctx context.Context, tx db.Tx, c Ceremony, was State) error {
	n, err := tx.Exec(ctx, `UPDATE ceremony SET state = $3, shown_at = $4, method = $5, confirmed_at = $6, evidence = $7, drawing = $8,
		certificate = $9, result = $10, signed_at = $11, reason = $12 WHERE id = $1 AND state = $2`,
		c.ID, string(was), string(c.State), db.Millis(c.ShownAt), c.Method, db.Millis(c.ConfirmedAt), text(c.Evidence), text(c.Drawing),
		text(c.Certificate), text(c.Result), db.Millis(c.SignedAt), c.Reason)
	if err == nil && n == 0 {
		return stale()
	}
	return err
}

// giveTurn lets the next signer see what is to be signed.
func giveTurn(ctx context.Context, tx db.Tx, c Ceremony, signed cinnabar.Digest) error {
	_, err := tx.Exec(ctx, `UPDATE ceremony SET digest = $3 WHERE plan = $1 AND ord = $2 AND state = 'waiting'`, c.Plan, c.Order+1, signed.String())
	return err
}

func lockCeremony(ctx context.Context, tx db.Tx, id string) (Ceremony, error) {
	c, err := scanCeremony(tx.QueryRow(ctx, `SELECT `+columns+` FROM ceremony WHERE id = $1`+tx.Dialect().ForUpdate(), id))
	if errors.Is(err, db.ErrNoRows) {
		return c, noCeremony()
	}
	return c, err
}

func turn(ctx context.Context, r db.Reader, doc cinnabar.DocID, p cinnabar.PersonID) (Ceremony, error) {
	c, err := scanCeremony(r.QueryRow(ctx, `SELECT `+columns+` FROM ceremony WHERE doc_id = $1 AND signer = $2 AND digest <> ''
		AND state IN ('waiting', 'shown', 'confirmed')`, string(doc), string(p)))
	if errors.Is(err, db.ErrNoRows) {
		return c, noCeremony()
	}
	return c, err
}

func ceremoniesOf(ctx context.Context, r db.Reader, doc cinnabar.DocID) ([]Ceremony, error) {
	rows, err := r.Query(ctx, `SELECT `+columns+` FROM ceremony WHERE doc_id = $1 ORDER BY created_at, plan, ord`, string(doc))
	return db.Collect(rows, err, scanCeremonyRow)
}

func signedBefore(ctx context.Context, r db.Reader, c Ceremony) ([]cinnabar.PersonID, error) {
	rows, err := r.Query(ctx, `SELECT signer FROM ceremony WHERE plan = $1 AND state = 'signed' ORDER BY ord`, c.Plan)
	return db.Collect(rows, err, func(r db.Rows) (p cinnabar.PersonID, err error) { return p, r.Scan(&p) })
}
