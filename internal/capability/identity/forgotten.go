package identity

import (
	"bytes"
	"context"
	"errors"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// PurposeForgotten is what a code that replaces a forgotten password is for.
const PurposeForgotten = "forgotten-password"

// Forgotten is what replaces a forgotten password: the code for PurposeForgotten that came to the account's mobile
// number, the one-time password of whoever has set up a second factor, and the password to be.
type Forgotten struct{ Mobile, Code, TOTP, Password string }

// ReplaceForgotten sets a new password for whoever holds the account's mobile number. All sessions end, the lock of
// the password opens, and the person is told.
//
// Five wrong codes lock for 30 minutes, twice as long each further time (errs.Locked); the holder is told. A number
// without an account answers in the same words, after the same work, and locks alike; only who has proven the number
// learns that there is none (errs.Unauthorized, code "not-registered") or that the second factor is wanted
// (errs.Forbidden, code "totp-required"). Such an answer leaves the code good. Wrong entries are errs.Invalid with
// their fields.
func (s *Service) ReplaceForgotten(ctx context.Context, f Forgotten, from Client) error {
	if !mobileShape.MatchString(f.Mobile) {
		return errs.Wrong(errs.Field{Pointer: "/mobile", Code: "malformed"})
	}
	if err := s.Passwords.Check("/password", f.Password, f.Mobile); err != nil {
		return err
	}
	p, err := s.rowByLogin(ctx, s.DB, f.Mobile)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return err
	}
	if p.disabledAt != 0 {
		p = personRow{}
	}
	code, hash, err := s.tryForgotten(ctx, f, p.id, from)
	if err != nil {
		return err
	}
	if p.id == "" {
		return errs.New(errs.Unauthorized, "not-registered", "there is no account with this mobile number; register first")
	}
	if err := s.Passwords.Check("/password", f.Password, p.name, p.login); err != nil {
		return err
	}
	return s.finishForgotten(ctx, f, p, code, hash, from)
}

// tryForgotten counts the try, hashes the password, and then judges the code: every answer costs one derivation, as
// at sign-in. It returns the id of the right code, which is not used up yet.
func (s *Service) tryForgotten(ctx context.Context, f Forgotten, id cinnabar.PersonID, from Client) (code, hash string, err error) {
	key := "forgotten/" + s.mobileIndex(f.Mobile)
	closed, err := s.count(ctx, key)
	if err != nil {
		return "", "", err
	}
	if hash, err = s.Passwords.Hash(ctx, f.Password); err != nil {
		return "", "", err
	}
	code, wrong := s.checkCode(ctx, f.Mobile, PurposeForgotten, f.Code)
	if wrong != nil && !errors.Is(wrong, errs.Unauthorized) {
		return "", "", wrong
	}
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		if wrong == nil {
			return success(ctx, tx, key)
		}
		return s.refused(ctx, tx, "password-forgotten", id, closed, from)
	})
	return code, hash, errors.Join(err, at("/code", wrong))
}

// finishForgotten asks for the second factor of whoever has one, and sets the password.
func (s *Service) finishForgotten(ctx context.Context, f Forgotten, p personRow, code, hash string, from Client) error {
	by := from.actor()
	by.Kind, by.Person = cinnabar.Member, p.id
	set := func(tx db.Tx, now personRow) error {
		if now.disabledAt != 0 || now.totpOn != p.totpOn || !bytes.Equal(now.mobile, p.mobile) {
			return errs.New(errs.Stale, "stale", "the account was changed meanwhile; begin again") // it is no longer the account that was asked about
		}
		if err := s.SpendCode(ctx, tx, code); err != nil {
			return err
		}
		return s.storePassword(ctx, tx, by, p.id, hash, "", "password-forgotten")
	}
	switch {
	case p.totpOn == 0:
		return s.DB.InTx(ctx, func(tx db.Tx) error {
			now, err := lockPerson(ctx, tx, p.id)
			if err != nil {
				return err
			}
			return set(tx, now)
		})
	case f.TOTP == "":
		return errs.New(errs.Forbidden, "totp-required", "enter the one-time password of your authenticator app, too")
	}
	return at("/totp", s.useFactor(ctx, p.id, f.TOTP, func(tx db.Tx, now personRow, step int64) error {
		if err := setTOTP(ctx, tx, p.id, now.totp, now.totpOn, step); err != nil {
			return err
		}
		return set(tx, now)
	}))
}

// at names the entry that a wrong code stands in; it is no matter of being signed in. Other errors stay.
func at(pointer string, err error) error {
	if !errors.Is(err, errs.Unauthorized) {
		return err
	}
	e := *errs.As(err)
	e.Kind, e.Fields = errs.Invalid, []errs.Field{{Pointer: pointer, Code: "mismatch"}}
	return &e
}
