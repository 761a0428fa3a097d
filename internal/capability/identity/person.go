package identity

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// Person is an account.
type Person struct {
	ID          cinnabar.PersonID
	Name        string
	Login       string // a name to sign in with, or ""
	Mobile      secret.PII
	Email       secret.PII
	Language    string // "zh" or "en"
	TOTP        bool   // a second factor is set up
	HasPassword bool
	Disabled    bool
	CreatedAt   time.Time
}

// NewPerson is an account to be made. At least one of Login, Mobile, Email is needed.
type NewPerson struct {
	Name, Login, Mobile, Email, Language string
	Password                             string // "" for one who signs in by code only
}

var (
	loginShape  = regexp.MustCompile(`^[a-z][a-z0-9._-]{1,63}$`)
	mobileShape = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	emailShape  = regexp.MustCompile(`^[^@\s]{1,64}@[^@\s]{1,189}\.[^@\s.]{2,}$`)
)

func (n *NewPerson) normalise() error {
	n.Name, n.Login = strings.TrimSpace(n.Name), strings.ToLower(strings.TrimSpace(n.Login))
	n.Mobile, n.Email = strings.TrimSpace(n.Mobile), strings.ToLower(strings.TrimSpace(n.Email))
	if n.Language != "en" {
		n.Language = "zh"
	}
	var wrong []errs.Field
	if n.Name == "" {
		wrong = append(wrong, errs.Field{Pointer: "/name", Code: "missing"})
	} else if len(n.Name) > 200 {
		wrong = append(wrong, errs.Field{Pointer: "/name", Code: "too-long"})
	}
	for _, e := range []struct {
		pointer, value string
		shape          *regexp.Regexp
	}{{"/login", n.Login, loginShape}, {"/mobile", n.Mobile, mobileShape}, {"/email", n.Email, emailShape}} {
		if e.value != "" && !e.shape.MatchString(e.value) {
			wrong = append(wrong, errs.Field{Pointer: e.pointer, Code: "malformed"})
		}
	}
	if n.Login+n.Mobile+n.Email == "" {
		wrong = append(wrong, errs.Field{Pointer: "/mobile", Code: "missing"})
	}
	if len(wrong) > 0 {
		return errs.Wrong(wrong...)
	}
	return nil
}

// CreatePerson makes an account. A login, mobile number or mail address that is taken is errs.Conflict,
// code "taken"; a password outside the policy errs.Invalid.
func (s *Service) CreatePerson(ctx context.Context, by cinnabar.Actor, n NewPerson) (Person, error) {
	return s.createPerson(ctx, by, n, func(db.Tx, cinnabar.PersonID) error { return nil })
}

// createPerson makes an account and does with it what belongs to the making, or neither. An account that an invitation
// made for the mobile number becomes this one.
func (s *Service) createPerson(ctx context.Context, by cinnabar.Actor, n NewPerson, with func(db.Tx, cinnabar.PersonID) error) (Person, error) {
	if err := n.normalise(); err != nil {
		return Person{}, err
	}
	hash := ""
	if n.Password != "" {
		var err error
		if hash, err = s.newHash(ctx, "/password", n.Password, n.Name, n.Login, n.Mobile); err != nil {
			return Person{}, err
		}
	}
	var id cinnabar.PersonID
	err := s.DB.InTx(ctx, func(tx db.Tx) (err error) {
		if id, err = s.unclaimed(ctx, tx, n.Mobile); err != nil {
			return err
		}
		if id != "" {
			err = s.claim(ctx, tx, by, id, n, hash)
		} else {
			id = cinnabar.NewID[cinnabar.PersonID]("person")
			err = s.insertPerson(ctx, tx, by, id, n, hash)
		}
		if err != nil {
			return err
		}
		return with(tx, id)
	})
	if db.IsUnique(err) {
		return Person{}, errs.New(errs.Conflict, "taken", "somebody has an account with this login, mobile number or mail address").Because(err)
	}
	if err != nil {
		return Person{}, err
	}
	return s.Person(ctx, s.DB, id)
}

// Register makes an account for whoever holds a mobile number, proven by a code for "sign-in". The code stays good when
// the number has an account: it signs in.
func (s *Service) Register(ctx context.Context, n NewPerson, code string, from Client) (SignIn, error) {
	if n.Login = ""; n.Mobile == "" {
		return SignIn{}, errs.Wrong(errs.Field{Pointer: "/mobile", Code: "missing"})
	}
	if err := n.normalise(); err != nil {
		return SignIn{}, err
	}
	if err := s.Passwords.Check("/password", n.Password, n.Name, n.Mobile); err != nil {
		return SignIn{}, err
	}
	id, err := s.checkCode(ctx, n.Mobile, purposeAtLogin, code)
	if err != nil {
		return SignIn{}, err
	}
	p, err := s.createPerson(ctx, from.actor(), n, func(tx db.Tx, _ cinnabar.PersonID) error { return s.SpendCode(ctx, tx, id) })
	if err != nil {
		return SignIn{}, err
	}
	return s.begin(ctx, p.ID, SMS, from)
}

// newHash checks a chosen password and hashes it, outside any transaction.
func (s *Service) newHash(ctx context.Context, pointer, password string, own ...string) (string, error) {
	if err := s.Passwords.Check(pointer, password, own...); err != nil {
		return "", err
	}
	return s.Passwords.Hash(ctx, password)
}

func subject(id cinnabar.PersonID) secret.Subject { return secret.Subject("person/" + id) }

func place(column string, id cinnabar.PersonID) string { return "person." + column + "/" + string(id) }

// sealed seals a value of a person's row; nothing stays nothing.
func (s *Service) sealed(ctx context.Context, tx db.Tx, id cinnabar.PersonID, column, value string) ([]byte, error) {
	if value == "" {
		return nil, nil
	}
	return s.Vault.Seal(ctx, tx, subject(id), place(column, id), []byte(value))
}

func (s *Service) unsealed(ctx context.Context, r db.Reader, id cinnabar.PersonID, column string, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	plain, err := s.Vault.Open(ctx, r, subject(id), place(column, id), sealed)
	return string(plain), err
}

// Person reads an account; errs.NotFound when there is none.
func (s *Service) Person(ctx context.Context, r db.Reader, id cinnabar.PersonID) (Person, error) {
	return s.readPerson(ctx, r, id)
}

// PersonBy finds an account by mobile number, mail address or login; errs.NotFound when there is none.
func (s *Service) PersonBy(ctx context.Context, login string) (Person, error) {
	row, err := s.rowByLogin(ctx, s.DB, login)
	if err != nil {
		return Person{}, err
	}
	return s.person(ctx, s.DB, row)
}

// Persons lists accounts by id, after one of them; "" starts.
func (s *Service) Persons(ctx context.Context, after cinnabar.PersonID, limit int) ([]Person, error) {
	rows, err := listPersons(ctx, s.DB, after, limit)
	if err != nil {
		return nil, err
	}
	out := make([]Person, 0, len(rows))
	for _, r := range rows {
		p, err := s.person(ctx, s.DB, r)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// Change is what a person may change of the own account; nil leaves as it is.
type Change struct{ Name, Email, Language *string }

// ChangePerson changes the acting person's own account.
func (s *Service) ChangePerson(ctx context.Context, by cinnabar.Actor, c Change) (Person, error) {
	p, err := s.Person(ctx, s.DB, by.Person)
	if err != nil {
		return p, err
	}
	n := NewPerson{Name: p.Name, Login: p.Login, Mobile: p.Mobile.Reveal(), Email: p.Email.Reveal(), Language: p.Language}
	var changed []string
	for _, e := range []struct {
		name string
		from *string
		to   *string
	}{{"name", c.Name, &n.Name}, {"email", c.Email, &n.Email}, {"language", c.Language, &n.Language}} {
		if e.from != nil {
			*e.to = *e.from
			changed = append(changed, e.name)
		}
	}
	if err := n.normalise(); err != nil {
		return p, err
	}
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := s.updatePerson(ctx, tx, by.Person, n); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "person.change", string(by.Person), map[string]any{"fields": changed})
	})
	if db.IsUnique(err) {
		return p, errs.New(errs.Conflict, "taken", "somebody has an account with this mail address").Because(err)
	}
	if err != nil {
		return p, err
	}
	return s.Person(ctx, s.DB, by.Person)
}

// Disable closes an account: its sessions end, nothing signs in with it any more, and its holder is told.
func (s *Service) Disable(ctx context.Context, by cinnabar.Actor, id cinnabar.PersonID) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := setDisabled(ctx, tx, id, s.Clock.Now()); err != nil {
			return err
		}
		return errors.Join(endSessions(ctx, tx, id, ""), s.tell(ctx, tx, by, id, "account-disabled"))
	})
}

// Enable opens a closed account again.
func (s *Service) Enable(ctx context.Context, by cinnabar.Actor, id cinnabar.PersonID) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := setDisabled(ctx, tx, id, time.Time{}); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "account-enabled", string(id), nil)
	})
}

// tell records what happened to an account and tells its holder.
func (s *Service) tell(ctx context.Context, tx db.Tx, by cinnabar.Actor, id cinnabar.PersonID, notice string) error {
	if err := s.record(ctx, tx, by, notice, string(id), nil); err != nil {
		return err
	}
	return s.Sender.SendNotice(ctx, tx, id, notice)
}
