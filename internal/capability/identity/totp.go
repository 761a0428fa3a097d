package identity

import (
	"context"
	"errors"
	"time"

	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// totpPeriod is the time step of RFC 6238; one step before and after the present one is accepted.
const totpPeriod = 30

var errNoTOTP = errs.New(errs.Conflict, "totp-off", "no second factor is set up")

// totpKey counts the tries at a person's second factor.
func totpKey(id cinnabar.PersonID) string { return "totp/" + string(id) }

// Enrolment is what an authenticator app is set up with. It is shown once.
type Enrolment struct{ Secret, URI string }

// EnrolTOTP makes a new secret, which counts only after ConfirmTOTP. errs.Conflict, code "totp-on", when a
// second factor is in use.
func (s *Service) EnrolTOTP(ctx context.Context, by cinnabar.Actor) (Enrolment, error) {
	p, err := rowByID(ctx, s.DB, by.Person)
	if err != nil {
		return Enrolment{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: s.Issuer, AccountName: p.name, Period: totpPeriod, SecretSize: 20})
	if err != nil {
		return Enrolment{}, err
	}
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		p, err := lockPerson(ctx, tx, by.Person)
		if err != nil {
			return err
		}
		if p.totpOn == 1 {
			return errs.New(errs.Conflict, "totp-on", "switch the present second factor off first")
		}
		sealed, err := s.sealed(ctx, tx, p.id, "totp", key.Secret())
		if err != nil {
			return err
		}
		return setTOTP(ctx, tx, p.id, sealed, 0, 0)
	})
	return Enrolment{Secret: key.Secret(), URI: key.URL()}, err
}

// ConfirmTOTP switches the second factor on by a first code. The session at hand counts as proven by it. The recovery
// codes are returned here and never again.
func (s *Service) ConfirmTOTP(ctx context.Context, by cinnabar.Actor, code string) (recovery []string, err error) {
	err = s.useTOTP(ctx, by.Person, code, func(tx db.Tx, p personRow, step int64) error {
		if err := setTOTP(ctx, tx, p.id, p.totp, 1, step); err != nil {
			return err
		}
		if err := errors.Join(endSessions(ctx, tx, p.id, by.Session), raise(ctx, tx, by.Session)); err != nil {
			return err
		}
		if recovery, err = s.newRecovery(ctx, tx, p.id); err != nil {
			return err
		}
		return s.tell(ctx, tx, by, p.id, "totp-on")
	})
	return recovery, err
}

// StopTOTP switches the second factor off by a last code, or a recovery code.
func (s *Service) StopTOTP(ctx context.Context, by cinnabar.Actor, code string) error {
	return s.useFactor(ctx, by.Person, code, func(tx db.Tx, p personRow, _ int64) error {
		if err := errors.Join(setTOTP(ctx, tx, p.id, nil, 0, 0), dropRecovery(ctx, tx, p.id)); err != nil {
			return err
		}
		return s.tell(ctx, tx, by, p.id, "totp-off")
	})
}

// DropTOTP switches the second factor off without a code, for administrators: the authenticator is lost. Every
// session of the person ends. errs.Conflict, code "totp-off", when there is none.
func (s *Service) DropTOTP(ctx context.Context, by cinnabar.Actor, person cinnabar.PersonID) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		p, err := lockPerson(ctx, tx, person)
		if err != nil {
			return err
		}
		if p.totpOn == 0 {
			return errNoTOTP
		}
		if err := errors.Join(setTOTP(ctx, tx, person, nil, 0, 0), dropRecovery(ctx, tx, person), success(ctx, tx, totpKey(person)), endSessions(ctx, tx, person, "")); err != nil {
			return err
		}
		return s.tell(ctx, tx, by, person, "totp-off")
	})
}

// UseTOTP checks a code as the second factor of an act (signing), once. Recovery codes sign nothing.
func (s *Service) UseTOTP(ctx context.Context, person cinnabar.PersonID, code string) error {
	return s.useTOTP(ctx, person, code, func(tx db.Tx, p personRow, step int64) error {
		return setTOTP(ctx, tx, p.id, p.totp, p.totpOn, step)
	})
}

// FinishTOTP turns a pending sign-in into a session, by a code of the authenticator or a recovery code.
func (s *Service) FinishTOTP(ctx context.Context, pending, code string, from Client) (SignIn, error) {
	row, err := readSession(ctx, s.DB, hashToken(pending))
	if err != nil {
		return SignIn{}, err
	}
	if row.Level != Pending || !s.stands(row, s.Clock.Now()) {
		return SignIn{}, signedOut()
	}
	var out SignIn
	err = s.useFactor(ctx, row.Person, code, func(tx db.Tx, p personRow, step int64) error {
		n, err := tx.Exec(ctx, `DELETE FROM session WHERE id = $1`, row.ID)
		if err != nil {
			return err
		}
		if n == 0 || p.totpOn == 0 {
			return signedOut()
		}
		if err := setTOTP(ctx, tx, p.id, p.totp, 1, step); err != nil {
			return err
		}
		out, err = s.beginIn(ctx, tx, p.id, TOTP, from)
		return err
	})
	return out, err
}

// matching finds the step that a person's code is of.
type matching func(ctx context.Context, tx db.Tx, p personRow, shared, code string) (step int64, ok bool, err error)

func (s *Service) byApp(_ context.Context, _ db.Tx, p personRow, shared, code string) (int64, bool, error) {
	step, ok := matchTOTP(shared, code, s.Clock.Now(), p.totpStep)
	return step, ok, nil
}

// byAppOrRecovery also takes a recovery code, which uses up no step.
func (s *Service) byAppOrRecovery(ctx context.Context, tx db.Tx, p personRow, shared, code string) (int64, bool, error) {
	if step, ok, err := s.byApp(ctx, tx, p, shared, code); ok || err != nil {
		return step, ok, err
	}
	ok, err := s.spendRecovery(ctx, tx, p.id, code)
	return p.totpStep, ok, err
}

// useTOTP takes a code of the authenticator, useFactor also a recovery code.
func (s *Service) useTOTP(ctx context.Context, id cinnabar.PersonID, code string, effect func(db.Tx, personRow, int64) error) error {
	return s.use(ctx, id, code, s.byApp, effect)
}

func (s *Service) useFactor(ctx context.Context, id cinnabar.PersonID, code string, effect func(db.Tx, personRow, int64) error) error {
	return s.use(ctx, id, code, s.byAppOrRecovery, effect)
}

// use counts the try, checks the code against a step that was not used before, and runs effect in the
// transaction that uses the step up. A wrong or used code is errs.Unauthorized, code "wrong-code".
func (s *Service) use(ctx context.Context, id cinnabar.PersonID, code string, match matching, effect func(db.Tx, personRow, int64) error) error {
	key := totpKey(id)
	closed, err := s.count(ctx, key)
	if err != nil {
		return err
	}
	refused := false
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		p, shared, err := s.lockTOTP(ctx, tx, id)
		if err != nil {
			return err
		}
		step, ok, err := match(ctx, tx, p, shared, code)
		if err != nil {
			return err
		}
		if refused = !ok; refused {
			return s.refused(ctx, tx, "sign-in", id, closed, Client{})
		}
		if err := success(ctx, tx, key); err != nil {
			return err
		}
		return effect(tx, p, step)
	})
	if err == nil && refused {
		return wrongCode()
	}
	return err
}

// lockTOTP reads a person's shared secret and holds the row, so that a step is used once.
func (s *Service) lockTOTP(ctx context.Context, tx db.Tx, id cinnabar.PersonID) (personRow, string, error) {
	p, err := lockPerson(ctx, tx, id)
	if err != nil {
		return p, "", err
	}
	if p.totp == nil {
		return p, "", errNoTOTP
	}
	shared, err := s.unsealed(ctx, tx, id, "totp", p.totp)
	return p, shared, err
}

// matchTOTP finds the step whose code this is, later than the last one used (RFC 6238 section 5.2).
func matchTOTP(shared, code string, now time.Time, last int64) (int64, bool) {
	present := now.Unix() / totpPeriod
	for step := present - 1; step <= present+1; step++ {
		if step > last && hotp.Validate(code, uint64(step), shared) {
			return step, true
		}
	}
	return 0, false
}

func raise(ctx context.Context, tx db.Tx, session string) error {
	_, err := tx.Exec(ctx, `UPDATE session SET level = 'totp' WHERE id = $1 AND level IN ('password', 'sms')`, session)
	return err
}
