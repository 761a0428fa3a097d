// Package ftpaccount keeps the accounts of the built-in FTP server. An account is a client of an organisation
// (客户端): it sees the inbox/ and outbox/ of its own folder and nothing else.
//
// What lies in an outbox goes after the days that the account says (Sweep).
//
// Guaranteed: passwords are random, 130 bits, shown once, and kept as a keyed digest only; a wrong name and a
// wrong password look alike; a disabled account cannot log in, and its sessions on this replica are ended.
//
// Not guaranteed: sessions on other replicas go on until they are idle.
package ftpaccount

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"cinnabar/internal/capability/filestore/ftpserve"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// Account is a client of the FTP server.
type Account struct {
	Name       string // to log in with; also the ID of the client (ftpserve.Client)
	Org        cinnabar.OrgID
	Folder     string    // below the folder of all clients
	Quota      int64     // bytes in the inbox; 0: no limit
	KeepDays   int       // how long a file lies in the outbox
	DisabledAt time.Time // zero for one that can log in
	CreatedAt  time.Time
	CreatedBy  cinnabar.PersonID
}

// NewAccount is an account to be made. An empty Folder is called like the account.
type NewAccount struct {
	Name     string
	Org      cinnabar.OrgID
	Folder   string
	Quota    int64
	KeepDays int // 0: DefaultKeepDays
}

// How many days files lie in an outbox.
const (
	DefaultKeepDays = 30
	MaxKeepDays     = 3650
)

// Vault makes keyed digests (platform/secret).
type Vault interface {
	Index(purpose, value string) string
}

// Deps is what the service needs.
type Deps struct {
	DB    db.DB
	Clock clock.Clock
	Vault Vault
	Root  string // absolute path of the folder of all clients
	// Ended is told of accounts whose sessions must end (ftpserve.Server.End); optional.
	Ended func(account string)
}

// Service is the accounts.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Clock == nil || d.Vault == nil || !filepath.IsAbs(d.Root) {
		return nil, errors.New("ftpaccount: DB, Clock, Vault and the absolute path Root are needed")
	}
	if d.Ended == nil {
		d.Ended = func(string) {}
	}
	return &Service{d}, nil
}

// simple are names that mean the same on every system.
var simple = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,39}$`)

// Create makes an account and returns its password, which nobody can learn again. Errors: errs.Invalid with
// fields /name, /org, /folder, /quota, /keepDays; errs.Conflict, code "account-exists", when name or folder are taken.
func (s *Service) Create(ctx context.Context, by cinnabar.PersonID, n NewAccount) (Account, secret.Secret, error) {
	a := Account{Name: n.Name, Org: n.Org, Folder: n.Folder, Quota: n.Quota, KeepDays: cmp.Or(n.KeepDays, DefaultKeepDays), CreatedAt: s.Clock.Now(), CreatedBy: by}
	if a.Folder == "" {
		a.Folder = a.Name
	}
	if err := a.check(); err != nil {
		return Account{}, "", err
	}
	password := newPassword()
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		made, err := insert(ctx, tx, a, s.digest(a.Name, password))
		if err == nil && !made {
			err = errs.New(errs.Conflict, "account-exists", "there is an account with this name or folder already")
		}
		return err
	})
	if err != nil {
		return Account{}, "", err
	}
	return a, password, nil
}

func (a Account) check() error {
	var wrong []errs.Field
	refuse := func(bad bool, pointer, code string) {
		if bad {
			wrong = append(wrong, errs.Field{Pointer: pointer, Code: code})
		}
	}
	refuse(!simple.MatchString(a.Name), "/name", "malformed")
	refuse(!simple.MatchString(a.Folder), "/folder", "malformed")
	refuse(a.Org == "", "/org", "missing")
	refuse(a.Quota < 0, "/quota", "malformed")
	refuse(a.KeepDays < 1 || a.KeepDays > MaxKeepDays, "/keepDays", "out-of-range")
	if len(wrong) > 0 {
		return errs.Wrong(wrong...)
	}
	return nil
}

// newPassword is 26 letters and digits, 130 random bits.
func newPassword() secret.Secret { return secret.Secret(strings.ToLower(rand.Text())) }

// digest is what is kept of a password. It is random, so that nothing slower is needed.
func (s *Service) digest(name string, password secret.Secret) string {
	return s.Vault.Index("ftp-account", name+"\x00"+password.Reveal())
}

// Reset gives an account another password, and ends its sessions; errs.NotFound, code "no-such-account".
func (s *Service) Reset(ctx context.Context, name string) (secret.Secret, error) {
	password := newPassword()
	return password, s.change(ctx, name, func(tx db.Tx) error { return setPassword(ctx, tx, name, s.digest(name, password)) })
}

// Change sets how much an account may send and how long its files wait in the outbox. Errors: errs.Invalid with
// fields /quota, /keepDays; errs.NotFound, code "no-such-account".
func (s *Service) Change(ctx context.Context, name string, quota int64, keepDays int) (Account, error) {
	var a Account
	err := s.DB.InTx(ctx, func(tx db.Tx) (err error) {
		if a, _, err = read(ctx, tx, name); err != nil {
			return err
		}
		a.Quota, a.KeepDays = quota, keepDays
		if err := a.check(); err != nil {
			return err
		}
		return setLimits(ctx, tx, a)
	})
	return a, err
}

// Disable keeps an account from logging in, and ends its sessions. Its files stay.
func (s *Service) Disable(ctx context.Context, name string) error {
	return s.change(ctx, name, func(tx db.Tx) error { return setDisabled(ctx, tx, name, s.Clock.Now()) })
}

// Enable lets a disabled account log in again, with its former password.
func (s *Service) Enable(ctx context.Context, name string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error { return setDisabled(ctx, tx, name, time.Time{}) })
}

func (s *Service) change(ctx context.Context, name string, f func(db.Tx) error) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		tx.AfterCommit(func() { s.Ended(name) })
		return f(tx)
	})
}

// List lists the accounts of an organisation, or of all when it is empty, by name.
func (s *Service) List(ctx context.Context, org cinnabar.OrgID) ([]Account, error) {
	return list(ctx, s.DB, org)
}

// Get describes an account; errs.NotFound, code "no-such-account".
func (s *Service) Get(ctx context.Context, name string) (Account, error) {
	a, _, err := read(ctx, s.DB, name)
	return a, err
}

// Dir is where the folder of an account is on the disk. inbox/ and outbox/ are made when they are first needed.
func (s *Service) Dir(a Account) string { return filepath.Join(s.Root, a.Folder) }

// Open implements ftpserve.Accounts.
func (s *Service) Open(ctx context.Context, user, password string) (ftpserve.Client, error) {
	a, digest, err := read(ctx, s.DB, user)
	right := hmac.Equal([]byte(digest), []byte(s.digest(user, secret.Secret(password))))
	switch {
	case err != nil && !errors.Is(err, errs.NotFound):
		return ftpserve.Client{}, err
	case err != nil || !right || !a.DisabledAt.IsZero():
		return ftpserve.Client{}, errs.New(errs.Unauthorized, "wrong-login", "name or password are wrong, or the account is disabled")
	}
	return ftpserve.Client{ID: a.Name, Root: s.Dir(a), Access: ftpserve.Mailbox, Quota: a.Quota}, nil
}
