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
// The account's id stays, so that timelines and audit entries keep their subject. Whether the law wants
// the data kept is the caller's to decide before.
func (s *Service) Erase(ctx context.Context, by cinnabar.Actor, id cinnabar.PersonID) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if _, err := lockPerson(ctx, tx, id); err != nil {
			return err
		}
		login := strings.ReplaceAll(string(id), "_", "-") // nobody can choose it: ids are random
		_, err := tx.Exec(ctx, `UPDATE person SET name = $2, login = $3, mobile = NULL, mobile_index = NULL, email = NULL,
			email_index = NULL, password_hash = '', totp_on = 0, totp = NULL, disabled_at = $4 WHERE id = $1`,
			id, erasedName, login, db.Millis(s.Clock.Now()))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE consent SET address = '' WHERE person = $1`, id); err != nil {
			return err
		}
		if _, err := endFaceDevices(ctx, tx, id, "", s.Clock.Now()); err != nil {
			return err
		}
		return errors.Join(endSessions(ctx, tx, id, ""), s.Vault.Forget(ctx, tx, subject(id)),
			s.record(ctx, tx, by, "person.erase", string(id), nil))
	})
}
