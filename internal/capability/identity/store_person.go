package identity

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/secret"
)

// personRow is a row of table person as it stands.
type personRow struct {
	id                  cinnabar.PersonID
	name, login         string
	mobile, email, totp []byte
	language, hash      string
	totpOn, totpStep    int64
	disabledAt          int64
	createdAt           int64
}

const personColumns = `id, name, COALESCE(login, ''), mobile, email, totp, language, password_hash,
	totp_on, totp_step, disabled_at, created_at`

func scanPerson(row db.Row) (p personRow, err error) {
	err = row.Scan(&p.id, &p.name, &p.login, &p.mobile, &p.email, &p.totp, &p.language, &p.hash,
		&p.totpOn, &p.totpStep, &p.disabledAt, &p.createdAt)
	if errors.Is(err, db.ErrNoRows) {
		err = notFound("person")
	}
	return p, err
}

func rowByID(ctx context.Context, r db.Reader, id cinnabar.PersonID) (personRow, error) {
	return scanPerson(r.QueryRow(ctx, `SELECT `+personColumns+` FROM person WHERE id = $1`, id))
}

// namesOf are the names of persons, by id; of those that there are not it has none.
func namesOf(ctx context.Context, r db.Reader, ids []cinnabar.PersonID) (map[cinnabar.PersonID]string, error) {
	out := map[cinnabar.PersonID]string{}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id cinnabar.PersonID) bool { return id == "" })
	if len(ids) == 0 {
		return out, nil
	}
	q := &db.Query{}
	rows, err := r.Query(ctx, `SELECT id, name FROM person WHERE id IN `+db.In(q.Arg, ids), q.Args...)
	_, err = db.Collect(rows, err, func(r db.Rows) (id cinnabar.PersonID, err error) {
		var name string
		err = r.Scan(&id, &name)
		out[id] = name
		return id, err
	})
	return out, err
}

// lockPerson reads a row that is going to be changed.
func lockPerson(ctx context.Context, tx db.Tx, id cinnabar.PersonID) (personRow, error) {
	return scanPerson(tx.QueryRow(ctx, `SELECT `+personColumns+` FROM person WHERE id = $1`+tx.Dialect().ForUpdate(), id))
}

func (s *Service) rowByLogin(ctx context.Context, r db.Reader, login string) (personRow, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	column, value := "login", login
	switch {
	case mobileShape.MatchString(login):
		column, value = "mobile_index", s.mobileIndex(login)
	case strings.Contains(login, "@"):
		column, value = "email_index", s.Vault.Index("email", login)
	}
	return scanPerson(r.QueryRow(ctx, `SELECT `+personColumns+` FROM person WHERE `+column+` = $1`, value))
}

func (s *Service) mobileIndex(mobile string) string { return s.Vault.Index(secret.IndexMobile, mobile) }

func (s *Service) readPerson(ctx context.Context, r db.Reader, id cinnabar.PersonID) (Person, error) {
	row, err := rowByID(ctx, r, id)
	if err != nil {
		return Person{}, err
	}
	return s.person(ctx, r, row)
}

func (s *Service) person(ctx context.Context, r db.Reader, p personRow) (Person, error) {
	mobile, err1 := s.unsealed(ctx, r, p.id, "mobile", p.mobile)
	email, err2 := s.unsealed(ctx, r, p.id, "email", p.email)
	return Person{
		ID: p.id, Name: p.name, Login: p.login, Mobile: secret.PII(mobile), Email: secret.PII(email), Language: p.language,
		TOTP: p.totpOn == 1, HasPassword: p.hash != "", Disabled: p.disabledAt != 0, CreatedAt: db.Time(p.createdAt),
	}, errors.Join(err1, err2)
}

func listPersons(ctx context.Context, r db.Reader, after cinnabar.PersonID, limit int) ([]personRow, error) {
	rows, err := r.Query(ctx, `SELECT `+personColumns+` FROM person WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
	return db.Collect(rows, err, func(r db.Rows) (personRow, error) { return scanPerson(r) })
}

// orNull stores nothing as NULL, so that uniqueness does not see it.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// blobOrNull stores no bytes as NULL on either engine.
func blobOrNull(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

func (s *Service) indexOrNull(purpose, value string) any {
	if value == "" {
		return nil
	}
	return s.Vault.Index(purpose, value)
}

func (s *Service) insertPerson(ctx context.Context, tx db.Tx, by cinnabar.Actor, id cinnabar.PersonID, n NewPerson, hash string) error {
	mobile, err := s.sealed(ctx, tx, id, "mobile", n.Mobile)
	if err != nil {
		return err
	}
	email, err := s.sealed(ctx, tx, id, "email", n.Email)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO person
		(id, name, login, mobile, mobile_index, email, email_index, language, password_hash, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		id, n.Name, orNull(n.Login), blobOrNull(mobile), s.indexOrNull(secret.IndexMobile, n.Mobile), blobOrNull(email), s.indexOrNull("email", n.Email),
		n.Language, hash, db.Millis(s.Clock.Now()))
	if err != nil {
		return err
	}
	return s.record(ctx, tx, by, "person.create", string(id), nil)
}

// unclaimed finds and locks the account that an invitation made for a mobile number and nobody has signed in to since;
// "" when there is none.
func (s *Service) unclaimed(ctx context.Context, tx db.Tx, mobile string) (id cinnabar.PersonID, err error) {
	err = tx.QueryRow(ctx, `SELECT id FROM person WHERE mobile_index = $1 AND unclaimed = 1 AND disabled_at = 0`+tx.Dialect().ForUpdate(),
		s.mobileIndex(mobile)).Scan(&id)
	if errors.Is(err, db.ErrNoRows) {
		err = nil
	}
	return id, err
}

// claim makes an unclaimed account that of whoever holds its number.
func (s *Service) claim(ctx context.Context, tx db.Tx, by cinnabar.Actor, id cinnabar.PersonID, n NewPerson, hash string) error {
	if err := errors.Join(s.updatePerson(ctx, tx, id, n), setPassword(ctx, tx, id, hash)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE person SET login = $2 WHERE id = $1`, id, orNull(n.Login)); err != nil {
		return err
	}
	return s.record(ctx, tx, by, "person.claim", string(id), nil)
}

func (s *Service) updatePerson(ctx context.Context, tx db.Tx, id cinnabar.PersonID, n NewPerson) error {
	email, err := s.sealed(ctx, tx, id, "email", n.Email)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE person SET name = $2, email = $3, email_index = $4, language = $5, unclaimed = 0 WHERE id = $1`,
		id, n.Name, blobOrNull(email), s.indexOrNull("email", n.Email), n.Language)
	return err
}

func setDisabled(ctx context.Context, tx db.Tx, id cinnabar.PersonID, at time.Time) error {
	n, err := tx.Exec(ctx, `UPDATE person SET disabled_at = $2 WHERE id = $1`, id, db.Millis(at))
	if err == nil && n == 0 {
		return notFound("person")
	}
	return err
}

func (s *Service) setMobile(ctx context.Context, tx db.Tx, id cinnabar.PersonID, mobile string) error {
	sealed, err := s.sealed(ctx, tx, id, "mobile", mobile)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE person SET mobile = $2, mobile_index = $3 WHERE id = $1`, id, sealed, s.mobileIndex(mobile))
	return err
}

func setPassword(ctx context.Context, tx db.Tx, id cinnabar.PersonID, hash string) error {
	_, err := tx.Exec(ctx, `UPDATE person SET password_hash = $2, unclaimed = 0 WHERE id = $1`, id, hash)
	return err
}

func setTOTP(ctx context.Context, tx db.Tx, id cinnabar.PersonID, sealed []byte, on, step int64) error {
	_, err := tx.Exec(ctx, `UPDATE person SET totp = $2, totp_on = $3, totp_step = $4 WHERE id = $1`, id, blobOrNull(sealed), on, step)
	return err
}
