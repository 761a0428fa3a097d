package identity

import (
	"context"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Kinds of consents, each for one purpose: one can be withdrawn and another stand.
const (
	FaceConsent        = "face"         // to be verified by face in cases
	FaceSignInConsent  = "face-sign-in" // to sign in by face
	FingerprintConsent = "fingerprint"
)

// Consent is a person's agreement to one kind of processing, to the wording whose
// digest it names (PIPL art. 29: sensitive data need a separate consent).
type Consent struct {
	Kind        string
	Version     int // of the wording
	Text        cinnabar.Digest
	GivenAt     time.Time
	WithdrawnAt time.Time // zero while it stands
}

var errOtherWording = errs.New(errs.Conflict, "consent-changed", "this is not the present wording; read that and agree to it")

// GiveConsent records a consent to one of the present wordings of its kind. One that stands for another wording is
// replaced.
func (s *Service) GiveConsent(ctx context.Context, by cinnabar.Actor, kind string, text cinnabar.Digest) error {
	wording := s.consentText(kind, text)
	if wording == nil || !wording.Current {
		return errOtherWording
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if _, err := lockPerson(ctx, tx, by.Person); err != nil {
			return err
		}
		stands, err := db.Exists(ctx, tx, `SELECT 1 FROM consent WHERE person = $1 AND kind = $2 AND text_digest = $3 AND withdrawn_at = 0`,
			by.Person, kind, text.String())
		if err != nil || stands {
			return err
		}
		if _, err := withdraw(ctx, tx, by.Person, kind, s.Clock.Now()); err != nil {
			return err
		}
		id := cinnabar.NewID[string]("consent")
		_, err = tx.Exec(ctx, `INSERT INTO consent (id, person, kind, version, text_digest, given_at, address) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			id, by.Person, kind, wording.Version, text.String(), db.Millis(s.Clock.Now()), by.Address)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, by, "consent.give", id, map[string]any{"kind": kind, "version": wording.Version, "text": text.String()})
	})
}

// WithdrawConsent ends a consent; errs.NotFound when none stands.
func (s *Service) WithdrawConsent(ctx context.Context, by cinnabar.Actor, kind string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		n, err := withdraw(ctx, tx, by.Person, kind, s.Clock.Now())
		if err != nil {
			return err
		}
		if n == 0 {
			return notFound("consent")
		}
		return s.record(ctx, tx, by, "consent.withdraw", string(by.Person), map[string]any{"kind": kind})
	})
}

func withdraw(ctx context.Context, tx db.Tx, person cinnabar.PersonID, kind string, now time.Time) (int64, error) {
	return tx.Exec(ctx, `UPDATE consent SET withdrawn_at = $3 WHERE person = $1 AND kind = $2 AND withdrawn_at = 0`,
		person, kind, db.Millis(now))
}

// HasConsent tells whether a consent to the present version of a kind stands, within the transaction that relies on it.
func (s *Service) HasConsent(ctx context.Context, r db.Reader, person cinnabar.PersonID, kind string) (bool, error) {
	return db.Exists(ctx, r, `SELECT 1 FROM consent WHERE person = $1 AND kind = $2 AND version = $3 AND withdrawn_at = 0`, person, kind, s.consentVersion(kind))
}

// Covers tells whether a consent stands and is to the present version.
func (s *Service) Covers(c Consent) bool {
	return c.WithdrawnAt.IsZero() && c.Version > 0 && c.Version == s.consentVersion(c.Kind)
}

// Consents lists all that a person ever gave, newest first.
func (s *Service) Consents(ctx context.Context, person cinnabar.PersonID) ([]Consent, error) {
	rows, err := s.DB.Query(ctx, `SELECT kind, version, text_digest, given_at, withdrawn_at FROM consent
		WHERE person = $1 ORDER BY given_at DESC, id`, person)
	return db.Collect(rows, err, func(r db.Rows) (c Consent, err error) {
		var digest string
		var given, withdrawn int64
		if err := r.Scan(&c.Kind, &c.Version, &digest, &given, &withdrawn); err != nil {
			return c, err
		}
		c.GivenAt, c.WithdrawnAt = db.Time(given), db.Time(withdrawn)
		c.Text, err = cinnabar.ParseDigest(digest)
		return c, err
	})
}
