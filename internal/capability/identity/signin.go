package identity

import (
	"context"
	"errors"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// SignInPassword signs in by login, mobile number or mail address, and password. Five wrong tries lock for
// 30 minutes, twice as long each further time (errs.Locked). An unknown or closed account answers in the
// same words, after the same work, and locks alike.
func (s *Service) SignInPassword(ctx context.Context, login, password string, from Client) (SignIn, error) {
	p, err := s.rowByLogin(ctx, s.DB, login)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return SignIn{}, err
	}
	known := err == nil && p.disabledAt == 0
	hash, key := "", "password/unknown/"+s.Vault.Index("login", login)
	if err == nil {
		key = passwordKey(p.id)
	}
	if known {
		hash = p.hash
	}
	ok, err := s.tryPassword(ctx, key, p.id, hash, password, from)
	if err != nil {
		return SignIn{}, err
	}
	if !ok {
		return SignIn{}, errs.New(errs.Unauthorized, "wrong-credentials", "the account or the password is wrong")
	}
	if s.Passwords.Outdated(hash) {
		if err := s.rehash(ctx, p.id, password); err != nil {
			return SignIn{}, err
		}
	}
	return s.begin(ctx, p.id, levelOf(p, Password), from)
}

func passwordKey(id cinnabar.PersonID) string { return "password/" + string(id) }

// levelOf asks for the second factor of whoever has set one up.
func levelOf(p personRow, proven Level) Level {
	if p.totpOn == 1 {
		return Pending
	}
	return proven
}

// tryPassword counts the try, then makes it. The holder is told when it closes the lock.
func (s *Service) tryPassword(ctx context.Context, key string, id cinnabar.PersonID, hash, password string, from Client) (bool, error) {
	closed, err := s.count(ctx, key)
	if err != nil {
		return false, err
	}
	ok, err := s.Passwords.Verify(ctx, hash, password)
	if err != nil {
		return false, err
	}
	return ok, s.DB.InTx(ctx, func(tx db.Tx) error {
		if ok {
			return success(ctx, tx, key)
		}
		return s.refused(ctx, tx, "sign-in", id, closed, from)
	})
}

// refused records a wrong try at what, and tells the holder of the account, if there is one, of the lock.
func (s *Service) refused(ctx context.Context, tx db.Tx, what string, id cinnabar.PersonID, closed bool, from Client) error {
	if err := s.record(ctx, tx, from.actor(), what+".refused", string(id), map[string]any{"locked": closed}); err != nil {
		return err
	}
	if !closed || id == "" {
		return nil
	}
	return s.Sender.SendNotice(ctx, tx, id, what+"-locked")
}

func (s *Service) rehash(ctx context.Context, id cinnabar.PersonID, password string) error {
	hash, err := s.Passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error { return setPassword(ctx, tx, id, hash) })
}

// SignInCode signs in by a code for "sign-in" sent to a mobile number. Without an account it is
// errs.Unauthorized, code "not-registered": the caller has proven the number and may know.
func (s *Service) SignInCode(ctx context.Context, mobile, code string, from Client) (SignIn, error) {
	if err := s.UseCode(ctx, mobile, purposeAtLogin, code); err != nil {
		return SignIn{}, err
	}
	p, err := s.rowByLogin(ctx, s.DB, mobile)
	if errors.Is(err, errs.NotFound) || (err == nil && p.disabledAt != 0) {
		return SignIn{}, errs.New(errs.Unauthorized, "not-registered", "there is no account with this mobile number; register first")
	}
	if err != nil {
		return SignIn{}, err
	}
	return s.begin(ctx, p.id, levelOf(p, SMS), from)
}

// ChangePassword changes the acting person's own password. The current one is needed where there is one;
// without, the session must rest on a code. All other sessions end, and the person is told.
func (s *Service) ChangePassword(ctx context.Context, by cinnabar.Actor, current, next string) error {
	p, err := rowByID(ctx, s.DB, by.Person)
	if err != nil {
		return err
	}
	if p.hash == "" {
		if err := notWeak(ctx, s.DB, by); err != nil {
			return err
		}
	} else {
		ok, err := s.tryPassword(ctx, passwordKey(p.id), p.id, p.hash, current, Client{by.Address, by.Agent})
		if err != nil {
			return err
		}
		if !ok {
			return wrongPassword("/current")
		}
	}
	return s.replacePassword(ctx, by, p, "/next", next, by.Session, "password-changed")
}

// wrongPassword names the entry of a password that is not the present one.
func wrongPassword(pointer string) error {
	e := errs.New(errs.Invalid, "wrong-password", "the password is wrong")
	e.Fields = []errs.Field{{Pointer: pointer, Code: "mismatch"}}
	return e
}

// SetPassword sets a person's password from the machine itself (cinnabar user). All sessions end, and the
// person is told. Keys of seals do not hang on it: they stay closed to whoever knows this password.
func (s *Service) SetPassword(ctx context.Context, by cinnabar.Actor, person cinnabar.PersonID, next string) error {
	p, err := rowByID(ctx, s.DB, person)
	if err != nil {
		return err
	}
	return s.replacePassword(ctx, by, p, "/password", next, "", "password-reset")
}

// ResetPassword takes a person's password away, for administrators: who resets it never knows a password
// that opens the account. The person signs in by a code sent to the own mobile number and sets a new one.
// An account without a mobile number cannot be reset so: errs.Conflict, code "no-mobile".
func (s *Service) ResetPassword(ctx context.Context, by cinnabar.Actor, person cinnabar.PersonID) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		p, err := lockPerson(ctx, tx, person)
		if err != nil {
			return err
		}
		if p.mobile == nil {
			return errs.New(errs.Conflict, "no-mobile", "this account has no mobile number to sign in with")
		}
		return s.storePassword(ctx, tx, by, person, "", "", "password-reset")
	})
}

func (s *Service) replacePassword(ctx context.Context, by cinnabar.Actor, p personRow, pointer, next, keep, notice string) error {
	full, err := s.person(ctx, s.DB, p)
	if err != nil {
		return err
	}
	hash, err := s.newHash(ctx, pointer, next, p.name, p.login, full.Mobile.Reveal())
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error { return s.storePassword(ctx, tx, by, p.id, hash, keep, notice) })
}

func (s *Service) storePassword(ctx context.Context, tx db.Tx, by cinnabar.Actor, id cinnabar.PersonID, hash, keep, notice string) error {
	if err := setPassword(ctx, tx, id, hash); err != nil {
		return err
	}
	if err := errors.Join(endSessions(ctx, tx, id, keep), success(ctx, tx, passwordKey(id))); err != nil {
		return err
	}
	return s.tell(ctx, tx, by, id, notice)
}
