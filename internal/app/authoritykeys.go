package app

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"cinnabar/internal/capability/pki"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/secret"
)

// vault seals the authority's keys (platform/secret).
type vault interface {
	Seal(ctx context.Context, tx db.Tx, s secret.Subject, place string, plain []byte) ([]byte, error)
	Open(ctx context.Context, r db.Reader, s secret.Subject, place string, sealed []byte) ([]byte, error)
}

// systemSubject is under whose key the program's own secrets are sealed; it is never forgotten.
const systemSubject secret.Subject = "system"

// authorityKeys keeps the authorities' keys and certificates.
type authorityKeys struct {
	vault vault
	clock clock.Clock
}

const (
	rootRole      = "root"
	issuingRole   = "issuing"
	timeStampRole = "time-stamp"
)

// openOrMake reads the authorities, or makes them for an operator who has none.
func (k authorityKeys) openOrMake(ctx context.Context, tx db.Tx, operator string) (*pki.Bundle, error) {
	// Replicas that start together make one authority.
	var number int64
	if err := tx.QueryRow(ctx, `SELECT number FROM authority_list WHERE id = 1`+tx.Dialect().ForUpdate()).Scan(&number); err != nil {
		return nil, err
	}
	b := &pki.Bundle{}
	pairs := map[string]*pki.KeyPair{rootRole: &b.Root, issuingRole: &b.Issuing, timeStampRole: &b.TimeStamp}
	found := 0
	for role, pair := range pairs {
		err := k.read(ctx, tx, role, pair)
		if errors.Is(err, db.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s key: %w", role, err)
		}
		found++
	}
	switch found {
	case len(pairs):
		return b, nil
	case 0:
		return k.make(ctx, tx, operator)
	}
	return nil, errors.New("some of the keys are missing; restore the database from its backup")
}

func (k authorityKeys) read(ctx context.Context, tx db.Tx, role string, into *pki.KeyPair) error {
	var certificate, sealed []byte
	if err := tx.QueryRow(ctx, `SELECT certificate, sealed FROM authority_key WHERE role = $1`, role).Scan(&certificate, &sealed); err != nil {
		return err
	}
	var err error
	if into.Certificate, err = x509.ParseCertificate(certificate); err != nil {
		return err
	}
	plain, err := k.vault.Open(ctx, tx, systemSubject, keyPlace(role), sealed)
	if err != nil {
		return err
	}
	defer clear(plain)
	into.Signer, err = pki.ParsePrivateKey(plain)
	return err
}

func (k authorityKeys) make(ctx context.Context, tx db.Tx, operator string) (*pki.Bundle, error) {
	keys, err := pki.NewKeys()
	if err != nil {
		return nil, err
	}
	b, err := pki.Create(operator, keys, k.clock)
	if err != nil {
		return nil, err
	}
	for role, pair := range map[string]pki.KeyPair{rootRole: b.Root, issuingRole: b.Issuing, timeStampRole: b.TimeStamp} {
		if err := k.write(ctx, tx, role, pair); err != nil {
			return nil, fmt.Errorf("keep the %s key: %w", role, err)
		}
	}
	return b, nil
}

func (k authorityKeys) write(ctx context.Context, tx db.Tx, role string, pair pki.KeyPair) error {
	plain, err := pki.MarshalPrivateKey(pair.Signer)
	if err != nil {
		return err
	}
	defer clear(plain)
	sealed, err := k.vault.Seal(ctx, tx, systemSubject, keyPlace(role), plain)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO authority_key (role, certificate, sealed, created_at) VALUES ($1, $2, $3, $4)`,
		role, pair.Certificate.Raw, sealed, db.Millis(k.clock.Now()))
	return err
}

func keyPlace(role string) string { return "authority_key.sealed/" + role }
