package identity

import (
	"context"
	"errors"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Purposes of the codes that change a mobile number; the id of the person follows them, so that a code is good for
// who asked for it only.
const (
	PurposeNewMobile = "new-mobile:" // goes to the number to be
	PurposeOldMobile = "old-mobile:" // goes to the present number
)

// Parties knows the cases in which somebody is a party by a mobile number.
type Parties interface {
	// Renumber makes whoever is a party by one number a party by another, and reports in how many cases.
	Renumber(ctx context.Context, tx db.Tx, from, to string) (int64, error)
}

// SendMobileCode sends a code to the number that the acting person wants to have, or with none to the present one. It
// answers alike whether the number belongs to an account.
func (s *Service) SendMobileCode(ctx context.Context, by cinnabar.Actor, mobile string) error {
	if mobile == "" {
		return s.SendCodeTo(ctx, by.Person, PurposeOldMobile+string(by.Person))
	}
	p, err := s.Person(ctx, s.DB, by.Person)
	if err != nil {
		return err
	}
	if mobile == p.Mobile.Reveal() {
		return errSameMobile
	}
	return s.sendCode(ctx, mobile, PurposeNewMobile+string(by.Person), p.Language, string(by.Person))
}

var errSameMobile = errs.Wrong(errs.Field{Pointer: "/mobile", Code: "unchanged"})

// NewMobile changes a mobile number. Current is the password; of whoever has none, a one-time password where a second
// factor is set up, or else the code that came to the present number.
type NewMobile struct{ Mobile, Code, Current string }

// ChangeMobile changes the acting person's own mobile number, proven by a code sent to it. The person is told on all
// channels and at the old number, other sessions end, and cases that know the person by the old number know them by
// the new one. A number that another account has is errs.Conflict, code "mobile-taken": the caller has proven the
// number and may know. Wrong entries are errs.Invalid with their fields; wrong passwords lock as at sign-in.
func (s *Service) ChangeMobile(ctx context.Context, by cinnabar.Actor, n NewMobile) error {
	row, err := rowByID(ctx, s.DB, by.Person)
	if err != nil {
		return err
	}
	old, err := s.unsealed(ctx, s.DB, row.id, "mobile", row.mobile)
	if err != nil {
		return err
	}
	switch {
	case !mobileShape.MatchString(n.Mobile):
		return errs.Wrong(errs.Field{Pointer: "/mobile", Code: "malformed"})
	case n.Mobile == old:
		return errSameMobile
	}
	code, err := s.checkCode(ctx, n.Mobile, PurposeNewMobile+string(row.id), n.Code)
	if err != nil {
		return at("/code", err)
	}
	err = s.proveCurrent(ctx, by, row, old, n.Current, func(tx db.Tx) error {
		if err := s.SpendCode(ctx, tx, code); err != nil {
			return err
		}
		return s.moveMobile(ctx, tx, by, row, old, n.Mobile)
	})
	if db.IsUnique(err) {
		err = errs.New(errs.Conflict, "mobile-taken", "another account has this mobile number").Because(err)
	}
	return err
}

// proveCurrent checks what the person has at present, and then runs effect. What can be used once is used up with it.
func (s *Service) proveCurrent(ctx context.Context, by cinnabar.Actor, p personRow, old, current string, effect func(db.Tx) error) error {
	switch {
	case p.hash != "":
		ok, err := s.tryPassword(ctx, passwordKey(p.id), p.id, p.hash, current, Client{by.Address, by.Agent})
		if err != nil {
			return err
		}
		if !ok {
			return wrongPassword("/current")
		}
		return s.DB.InTx(ctx, effect)
	case p.totpOn == 1:
		return at("/current", s.useTOTP(ctx, p.id, current, func(tx db.Tx, now personRow, step int64) error {
			if err := setTOTP(ctx, tx, p.id, now.totp, now.totpOn, step); err != nil {
				return err
			}
			return effect(tx)
		}))
	}
	code, err := s.checkCode(ctx, old, PurposeOldMobile+string(p.id), current)
	if err != nil {
		return at("/current", err)
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := s.SpendCode(ctx, tx, code); err != nil {
			return err
		}
		return effect(tx)
	})
}

// moveMobile puts the new number in the place of the old one, wherever the person is known by it.
func (s *Service) moveMobile(ctx context.Context, tx db.Tx, by cinnabar.Actor, p personRow, old, mobile string) error {
	if err := s.absorb(ctx, tx, by, p.id, mobile); err != nil {
		return err
	}
	if err := s.setMobile(ctx, tx, p.id, mobile); err != nil {
		return err
	}
	cases, err := s.renumber(ctx, tx, old, mobile)
	if err != nil {
		return err
	}
	if err := endSessions(ctx, tx, p.id, by.Session); err != nil {
		return err
	}
	if err := s.record(ctx, tx, by, "mobile-changed", string(p.id), map[string]any{"cases": cases}); err != nil {
		return err
	}
	err = s.Sender.SendNotice(ctx, tx, p.id, "mobile-changed")
	if old != "" {
		err = errors.Join(err, s.Sender.SendNoticeTo(ctx, tx, old, "mobile-left", p.language))
	}
	return err
}

// absorb hands a person the invitations that came to the number under an account that nobody has claimed; that one goes.
func (s *Service) absorb(ctx context.Context, tx db.Tx, by cinnabar.Actor, id cinnabar.PersonID, mobile string) error {
	waiting, err := s.unclaimed(ctx, tx, mobile)
	if err != nil || waiting == "" {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE invitation SET person = $2 WHERE person = $1 AND org NOT IN
		(SELECT org FROM invitation WHERE person = $2 UNION SELECT org FROM member WHERE person = $2)`, waiting, id)
	return errors.Join(err, s.erase(ctx, tx, by, waiting))
}

func (s *Service) renumber(ctx context.Context, tx db.Tx, from, to string) (int64, error) {
	if from == "" || s.Parties == nil {
		return 0, nil
	}
	return s.Parties.Renumber(ctx, tx, s.mobileIndex(from), s.mobileIndex(to))
}
