package app

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"time"

	"cinnabar/internal/capability/pki"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
)

// listFor is how long a revocation list counts. Lists are made for a document when it is archived.
const listFor = 24 * time.Hour

// authority is the built-in certificate and time-stamp authority: it certifies seals and ceremonies,
// stamps times, and says what was revoked. Its keys stand in the database, sealed by the vault.
type authority struct {
	bundle *pki.Bundle
	tsa    pades.Timestamper // its own, or the outside one
	trust  pki.Trust
	db     db.DB
	clock  clock.Clock
}

// newAuthority opens the operator's authority, which is made when there is none.
func newAuthority(ctx context.Context, d db.DB, v vault, c clock.Clock, operator string) (*authority, error) {
	a := &authority{db: d, clock: c}
	keys := authorityKeys{vault: v, clock: c}
	err := d.InTx(ctx, func(tx db.Tx) (err error) {
		a.bundle, err = keys.openOrMake(ctx, tx, operator)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	a.trust.Signers = []*x509.Certificate{a.bundle.Root.Certificate}
	a.tsa, err = pki.NewTSA(pki.TSADeps{Pair: a.bundle.TimeStamp, Clock: c})
	return a, err
}

// TrustAnchorPEM are the root certificates that verifiers need.
func (a *authority) TrustAnchorPEM() []byte { return a.trust.PEM() }

// Roots are whom verification trusts to certify signers.
func (a *authority) Roots() *x509.CertPool { return a.trust.SignerRoots() }

// TimeStampRoots are whom verification trusts to certify time-stamp authorities.
func (a *authority) TimeStampRoots() *x509.CertPool { return a.trust.TimeStampRoots() }

// Issue implements seal.Issuer.
func (a *authority) Issue(_ context.Context, s seal.Subject, key crypto.PublicKey) ([]*x509.Certificate, error) {
	subject := pki.Subject{Name: s.Text}
	if s.Owner == "" {
		subject.Organization = s.Text
	}
	c, err := a.bundle.IssueForSeal(subject, key, a.clock)
	if err != nil {
		return nil, err
	}
	return a.bundle.Chain(c), nil
}

// Revoke implements seal.Issuer. Revoking twice leaves the first time.
func (a *authority) Revoke(ctx context.Context, tx db.Tx, c *x509.Certificate, reason string) error {
	_, err := tx.Exec(ctx, `INSERT INTO authority_revocation (serial, reason, revoked_at) VALUES ($1, $2, $3) ON CONFLICT (serial) DO NOTHING`,
		c.SerialNumber.String(), reason, db.Millis(a.clock.Now()))
	return err
}

// CertifyCeremony implements signing.Certifier.
func (a *authority) CertifyCeremony(_ context.Context, name string, key crypto.PublicKey, ceremony string, document cinnabar.Digest) ([]*x509.Certificate, error) {
	c, err := a.bundle.IssueForCeremony(pki.Subject{Name: name}, key, pki.Ceremony{ID: ceremony, Document: document}, a.clock)
	if err != nil {
		return nil, err
	}
	return a.bundle.Chain(c), nil
}

// Timestamp implements pades.Timestamper.
func (a *authority) Timestamp(ctx context.Context, imprint []byte) ([]byte, error) {
	return a.tsa.Timestamp(ctx, imprint)
}

// Evidence implements signing.Validation: the authorities' certificates and fresh revocation lists, which
// cover every certificate that they issued.
func (a *authority) Evidence(ctx context.Context, _ []byte) (pades.Evidence, error) {
	e := pades.Evidence{Certificates: []*x509.Certificate{a.bundle.Root.Certificate, a.bundle.Issuing.Certificate, a.bundle.TimeStamp.Certificate}}
	number, revoked, err := a.nextList(ctx)
	if err != nil {
		return e, err
	}
	issuing, err := a.bundle.CRL(number, revoked, listFor, a.clock)
	if err != nil {
		return e, err
	}
	root, err := a.bundle.RootCRL(number, nil, listFor, a.clock)
	e.CRLs = [][]byte{issuing, root}
	return e, err
}

// nextList takes the next number and reads what is revoked, both at one moment.
func (a *authority) nextList(ctx context.Context) (number int64, revoked []pki.Revoked, err error) {
	err = a.db.InTx(ctx, func(tx db.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE authority_list SET number = number + 1 WHERE id = 1`); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT number FROM authority_list WHERE id = 1`).Scan(&number); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT serial, revoked_at FROM authority_revocation ORDER BY revoked_at, serial`)
		revoked, err = db.Collect(rows, err, scanRevoked)
		return err
	})
	if err != nil {
		return 0, nil, fmt.Errorf("revocation list: %w", err)
	}
	return number, revoked, nil
}

func scanRevoked(r db.Rows) (pki.Revoked, error) {
	var serial string
	var at int64
	if err := r.Scan(&serial, &at); err != nil {
		return pki.Revoked{}, err
	}
	n, ok := new(big.Int).SetString(serial, 10)
	if !ok {
		return pki.Revoked{}, errors.New("a revoked certificate has no number")
	}
	return pki.Revoked{Serial: n, Time: db.Time(at)}, nil
}
