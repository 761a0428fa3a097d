package identity

import (
	"context"
	"errors"
	"strings"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// erasedName stands where a name was.
const erasedName = "已注销"

// Erase closes an account for good and destroys what is known of the person here: name, mobile number,
// mail address, second factor, and all else that was sealed under "person/<id>" anywhere (PIPL art. 47).
// The account's id stays, so that timelines and audit entries keep their subject; memberships and invitations end.
// Whether the law wants the data kept is the caller's to decide before. What others need a person for is handed over
// before: errs.Conflict, code "last-admin" of an organisation, or "seal-held".
func (s *Service) Erase(ctx context.Context, by cinnabar.Actor, id cinnabar.PersonID) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if s.Holdings != nil {
			if err := s.Holdings.MayGo(ctx, tx, id); err != nil {
				return err
			}
		}
		orgs, err := orgsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, m := range orgs {
			if err := s.removeMember(ctx, tx, by, m.Org.ID, id); err != nil {
				return err
			}
		}
		return s.erase(ctx, tx, by, id)
	})
}

// Holdings knows what cannot be without the person who holds it.
type Holdings interface {
	// MayGo is errs.Conflict, code "seal-held", for whoever holds a seal that is not over.
	MayGo(ctx context.Context, r db.Reader, person cinnabar.PersonID) error
}

func (s *Service) erase(ctx context.Context, tx db.Tx, by cinnabar.Actor, id cinnabar.PersonID) error {
	if _, err := lockPerson(ctx, tx, id); err != nil {
		return err
	}
	login := strings.ReplaceAll(string(id), "_", "-") // nobody can choose it: ids are random
	_, err := tx.Exec(ctx, `UPDATE person SET name = $2, login = $3, mobile = NULL, mobile_index = NULL, email = NULL,
		email_index = NULL, password_hash = '', totp_on = 0, totp = NULL, unclaimed = 0, disabled_at = $4 WHERE id = $1`,
		id, erasedName, login, db.Millis(s.Clock.Now()))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE consent SET address = '' WHERE person = $1`, id); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM invitation WHERE person = $1`, id); err != nil {
		return err
	}
	if err := dropRecovery(ctx, tx, id); err != nil {
		return err
	}
	if _, err := endFaceDevices(ctx, tx, id, "", s.Clock.Now()); err != nil {
		return err
	}
	return errors.Join(endSessions(ctx, tx, id, ""), s.Vault.Forget(ctx, tx, subject(id)),
		s.record(ctx, tx, by, "person.erase", string(id), nil))
}
