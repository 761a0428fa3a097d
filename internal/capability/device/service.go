// Package device knows the machines of organisations that act for themselves: agents beside fingerprint readers.
// An administrator makes a one-time code, the agent becomes a device with a key of its own, members ask it for
// pictures, and it hands them in signed.
//
// Guaranteed: a code makes one device; of codes only digests are kept; a picture is taken in once, only while its
// request is fresh, only with the signature of the device that was asked, and only if that was not revoked in the
// meantime; it is given out once, to whoever asked, and deleted then or soon after; pictures are sealed.
//
// Not guaranteed: that a finger is alive, or that the reader was not tampered with. The signature says which
// machine answered.
package device

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"cinnabar/internal/capability/device/protocol"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/audit"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// How long things stand.
const (
	codeLife    = 15 * time.Minute
	captureLife = 2 * time.Minute
	clockSkew   = 2 * time.Minute // by which a device's clock may be wrong
	seenEvery   = 30 * time.Second
	askedAtOnce = 4 // captures that may wait at one device
)

// Live is told when a device has something to do.
type Live interface {
	Publish(topic string, seq int64)
}

// Topic is on which a device's requests are announced.
func Topic(device string) string { return "device/" + device }

// Deps is what a Service needs.
type Deps struct {
	DB    db.DB
	Clock clock.Clock
	Vault *secret.Vault
	Live  Live
}

// Service is safe for use by many goroutines.
type Service struct{ Deps }

// New makes a Service.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Clock == nil || d.Vault == nil || d.Live == nil {
		return nil, errors.New("device: database, clock, vault and live updates are needed")
	}
	return &Service{d}, nil
}

// Device is an enrolled agent.
type Device struct {
	ID         string
	Org        cinnabar.OrgID
	Name       string
	Readers    []protocol.Reader
	EnrolledAt time.Time
	SeenAt     time.Time // zero: never
	RevokedAt  time.Time // zero while it stands

	publicKey string
}

var (
	errNoCode   = errs.New(errs.Unauthorized, "code-invalid", "this enrolment code is wrong, used or too old; ask an administrator for another one")
	errNoDevice = errs.New(errs.NotFound, "device-not-found", "there is no such device, or it was revoked")
)

// NewCode makes a code by which one agent becomes a device of the organisation acted for. It is returned here and
// never again.
func (s *Service) NewCode(ctx context.Context, by cinnabar.Actor) (code string, expires time.Time, err error) {
	code = newCode()
	now := s.Clock.Now()
	expires = now.Add(codeLife)
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := insertCode(ctx, tx, hash(code), by, now, expires); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "device.code", string(by.Org), nil)
	})
	return code, expires, err
}

// newCode is 100 random bits in groups that can be read out over the telephone.
func newCode() string {
	const letters = "0123456789abcdefghjkmnpqrstvwxyz"
	var b [20]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails (Go 1.24 and later)
	var out strings.Builder
	for i, v := range b {
		if i > 0 && i%5 == 0 {
			out.WriteByte('-')
		}
		out.WriteByte(letters[v&31])
	}
	return out.String()
}

// hash digests a code as people type it: without case and separators.
func hash(code string) string {
	plain := strings.NewReplacer("-", "", " ", "").Replace(strings.ToLower(code))
	sum := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(sum[:])
}

// Enrol makes a device of an agent that knows a code and holds the key.
func (s *Service) Enrol(ctx context.Context, e protocol.Enrolment, address string) (Device, error) {
	if !protocol.Verify(e.PublicKey, e.Message(), e.Signature) {
		return Device{}, errs.Wrong(errs.Field{Pointer: "/signature", Code: "mismatch"})
	}
	d := Device{ID: cinnabar.NewID[string]("dev"), Name: strings.TrimSpace(e.Name), Readers: e.Readers, EnrolledAt: s.Clock.Now(), publicKey: e.PublicKey}
	if d.Name == "" {
		return Device{}, errs.Wrong(errs.Field{Pointer: "/name", Code: "missing"})
	}
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		org, by, err := useCode(ctx, tx, hash(e.Code), d.EnrolledAt)
		if err != nil {
			return err
		}
		d.Org = org
		sealed, err := s.Vault.Seal(ctx, tx, subject(d.Org), "device.local_token/"+d.ID, []byte(e.LocalToken))
		if err != nil {
			return err
		}
		if err := insertDevice(ctx, tx, d, sealed, by); err != nil {
			return err
		}
		actor := cinnabar.Actor{Kind: cinnabar.Device, Org: org, Key: d.ID, Address: address}
		return s.record(ctx, tx, actor, "device.enrol", d.ID, map[string]any{"org": org, "code-by": by})
	})
	return d, err
}

func subject(org cinnabar.OrgID) secret.Subject { return secret.Subject("org/" + org) }

// List gives the devices of an organisation, revoked ones too, newest first.
func (s *Service) List(ctx context.Context, org cinnabar.OrgID) ([]Device, error) {
	return listDevices(ctx, s.DB, org)
}

// Revoke ends a device of the organisation acted for: from now on nothing that it signs counts.
func (s *Service) Revoke(ctx context.Context, by cinnabar.Actor, id string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE device SET revoked_at = $3 WHERE id = $1 AND org = $2 AND revoked_at = 0`, id, string(by.Org), db.Millis(s.Clock.Now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return errNoDevice
		}
		return s.record(ctx, tx, by, "device.revoke", id, nil)
	})
}

// LocalToken is what a page must show to the agent on its machine, for members of its organisation.
func (s *Service) LocalToken(ctx context.Context, by cinnabar.Actor, id string) (string, error) {
	d, sealed, err := getDevice(ctx, s.DB, id)
	if err != nil {
		return "", err
	}
	if d.Org != by.Org || !d.RevokedAt.IsZero() {
		return "", errNoDevice
	}
	token, err := s.Vault.Open(ctx, s.DB, subject(d.Org), "device.local_token/"+id, sealed)
	return string(token), err
}

// Authenticate finds out which device sent a request. Everything that does not prove it is errs.Unauthorized.
func (s *Service) Authenticate(ctx context.Context, p protocol.Proof, method, target string, body []byte) (cinnabar.Actor, error) {
	refused := errs.New(errs.Unauthorized, "device-unknown", "this device is not enrolled, was revoked, or its clock is wrong by more than two minutes")
	d, _, err := getDevice(ctx, s.DB, p.Device)
	if errors.Is(err, errs.NotFound) {
		return cinnabar.Actor{}, refused
	}
	if err != nil {
		return cinnabar.Actor{}, err
	}
	now := s.Clock.Now()
	if !d.RevokedAt.IsZero() || now.Sub(p.Time).Abs() > clockSkew ||
		!protocol.Verify(d.publicKey, protocol.ProofMessage(p.Device, method, target, p.Time, body), p.Signature) {
		return cinnabar.Actor{}, refused
	}
	if now.Sub(d.SeenAt) > seenEvery {
		err = s.DB.InTx(ctx, func(tx db.Tx) error { return touch(ctx, tx, d.ID, now) })
	}
	return cinnabar.Actor{Kind: cinnabar.Device, Org: d.Org, Key: d.ID, Name: d.Name}, err
}

// Sweep deletes pictures that nobody took and codes that nobody used.
func (s *Service) Sweep(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error { return sweep(ctx, tx, s.Clock.Now()) })
}

func (s *Service) record(ctx context.Context, tx db.Tx, by cinnabar.Actor, action, object string, detail map[string]any) error {
	return audit.Record(ctx, tx, audit.Entry{At: s.Clock.Now(), Actor: by, Action: action, Object: object, Detail: detail})
}
