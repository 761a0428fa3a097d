package identity

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"strings"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// recoveryCodes is how many a person gets, each of 50 random bits.
const recoveryCodes = 10

// RenewRecovery gives new recovery codes in the place of all former ones, by a code of the authenticator. They are
// returned here and never again.
func (s *Service) RenewRecovery(ctx context.Context, by cinnabar.Actor, code string) (out []string, err error) {
	err = s.useTOTP(ctx, by.Person, code, func(tx db.Tx, p personRow, step int64) error {
		if p.totpOn == 0 {
			return errNoTOTP
		}
		if err := setTOTP(ctx, tx, p.id, p.totp, p.totpOn, step); err != nil {
			return err
		}
		if out, err = s.newRecovery(ctx, tx, p.id); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "recovery.renew", string(p.id), nil)
	})
	return out, err
}

// RecoveryLeft is how many of a person's recovery codes were not used yet.
func (s *Service) RecoveryLeft(ctx context.Context, person cinnabar.PersonID) (n int, err error) {
	err = s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM recovery_code WHERE person = $1`, person).Scan(&n)
	return n, err
}

func (s *Service) newRecovery(ctx context.Context, tx db.Tx, person cinnabar.PersonID) ([]string, error) {
	if err := dropRecovery(ctx, tx, person); err != nil {
		return nil, err
	}
	out := make([]string, recoveryCodes)
	for i := range out {
		var b [7]byte
		_, _ = rand.Read(b[:]) // crypto/rand.Read never fails (Go 1.24 and later)
		code := base32.StdEncoding.EncodeToString(b[:])[:10]
		if _, err := tx.Exec(ctx, `INSERT INTO recovery_code (person, hash) VALUES ($1, $2)`, person, s.recoveryHash(person, code)); err != nil {
			return nil, err
		}
		out[i] = code[:5] + "-" + code[5:]
	}
	return out, nil
}

// spendRecovery tells whether a code is one of the person's, uses it up, and tells them.
func (s *Service) spendRecovery(ctx context.Context, tx db.Tx, person cinnabar.PersonID, code string) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE person = $1 AND hash = $2`, person, s.recoveryHash(person, code))
	if err != nil || n == 0 {
		return false, err
	}
	return true, s.tell(ctx, tx, cinnabar.Actor{Kind: cinnabar.Member, Person: person}, person, "recovery-used")
}

func dropRecovery(ctx context.Context, tx db.Tx, person cinnabar.PersonID) error {
	_, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE person = $1`, person)
	return err
}

func (s *Service) recoveryHash(person cinnabar.PersonID, code string) string {
	return s.Vault.Index("recovery/"+string(person), strings.NewReplacer("-", "", " ", "").Replace(strings.ToUpper(code)))
}
