// Package identity knows persons, organisations and their members, and decides who somebody is: sign-in by
// password, code, or face from a device bound before, second factor, sessions, API keys, one-time links, and consents (PLT-1, PLT-3).
//
// Guaranteed: of tokens, codes and passwords only digests are kept; every try is counted and committed before
// it is judged; an unknown account answers like a wrong password; whoever is no longer a member has no role
// from the next request on; each change of who may do what leaves an audit entry in its own transaction.
//
// Not guaranteed: limits per address when callers hand in a forged address.
package identity

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/audit"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// Sender brings codes, links and notices to people. What it queues belongs to the transaction.
type Sender interface {
	// SendCode sends a code of six digits by SMS.
	SendCode(ctx context.Context, tx db.Tx, mobile, purpose, code, lang string) error
	// SendLink sends a one-time link's token by SMS; purpose says what it is for.
	SendLink(ctx context.Context, tx db.Tx, mobile, purpose, token, lang string) error
	// SendNotice tells a person on all channels that something happened to the account: "password-reset",
	// "password-changed", "password-forgotten", "password-forgotten-locked", "mobile-changed", "sign-in-locked",
	// "totp-on", "totp-off", "recovery-used", "account-disabled".
	SendNotice(ctx context.Context, tx db.Tx, person cinnabar.PersonID, notice string) error
	// SendInvitation tells a person on all channels that an organisation of this name asks them to be a member.
	SendInvitation(ctx context.Context, tx db.Tx, person cinnabar.PersonID, org string) error
	// SendNoticeTo tells whoever holds a number by SMS: "mobile-left", that it is no longer an account's.
	SendNoticeTo(ctx context.Context, tx db.Tx, mobile, notice, lang string) error
}

// Deps is what the service needs. Idle and Life are those of a session; zero means 20 minutes and 12 hours.
type Deps struct {
	DB        db.DB
	Vault     *secret.Vault
	Passwords *secret.Passwords
	Clock     clock.Clock
	Sender    Sender
	ValidUSCC func(string) bool // GB 32100
	Faces     Faces             // nil: nobody signs in by face
	Parties   Parties           // nil: nobody is known by a number elsewhere
	Holdings  Holdings          // nil: nobody holds seals
	Consents  fs.FS             // the wordings of consents; nil: those that are built in
	Issuer    string            // how authenticator apps name us; "" is Cinnabar
	Idle      time.Duration
	Life      time.Duration
}

// Service is safe for use by many goroutines.
type Service struct {
	Deps
	consents []ConsentText // never changed
}

// New checks that everything needed is there.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Vault == nil || d.Passwords == nil || d.Clock == nil || d.Sender == nil || d.ValidUSCC == nil {
		return nil, errors.New("identity: a dependency is missing")
	}
	if d.Idle == 0 {
		d.Idle = 20 * time.Minute
	}
	if d.Life == 0 {
		d.Life = 12 * time.Hour
	}
	if d.Issuer == "" {
		d.Issuer = "Cinnabar"
	}
	if d.Consents == nil {
		d.Consents = wordings
	}
	consents, err := readConsents(d.Consents)
	return &Service{d, consents}, err
}

// record writes an audit entry at the present time.
func (s *Service) record(ctx context.Context, tx db.Tx, by cinnabar.Actor, action, object string, detail map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{At: s.Clock.Now(), Actor: by, Action: action, Object: object, Detail: detail})
}

// Sweep deletes what is long over: sessions, codes, links never used, forgotten tries. Call it daily.
func (s *Service) Sweep(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error { return sweep(ctx, tx, s.Clock.Now()) })
}

func notFound(what string) error {
	return errs.New(errs.NotFound, "not-found", "there is no such %s", what)
}
