package device

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"time"

	"cinnabar/internal/capability/device/protocol"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// State is where a request for a picture stands.
type State string

const (
	Asked    State = "asked"
	Captured State = "captured" // the picture is here and was not taken out yet
	Failed   State = "failed"   // Reason says why
	Used     State = "used"
)

// Capture is a picture that was asked of a device.
type Capture struct {
	ID       string
	Device   string
	AskedBy  cinnabar.PersonID
	Position int
	Nonce    string
	State    State
	Reason   string // timeout, unplugged, refused, fault
	Reader   string
	DPI      int
	Quality  int
	Created  time.Time
	Expires  time.Time
	Taken    time.Time
}

var (
	errNoCapture  = errs.New(errs.NotFound, "capture-not-found", "there is no such request for a picture")
	errNotFresh   = errs.New(errs.Conflict, "capture-over", "this request for a picture was answered already, or is too old; ask again")
	errNotProven  = errs.New(errs.Forbidden, "capture-not-proven", "the picture is not signed by the device that was asked")
	errNoPicture  = errs.New(errs.Conflict, "capture-missing", "there is no picture yet, or it was used already")
	errDeviceBusy = errs.New(errs.TooMany, "device-busy", "this device has other pictures to take first")
)

// Ask requests a picture of a device of the organisation acted for.
func (s *Service) Ask(ctx context.Context, by cinnabar.Actor, device string, position int) (Capture, error) {
	if position < 0 || position > 10 {
		return Capture{}, errs.Wrong(errs.Field{Pointer: "/position", Code: "unknown"})
	}
	var nonce [32]byte
	_, _ = rand.Read(nonce[:]) // crypto/rand.Read never fails (Go 1.24 and later)
	now := s.Clock.Now()
	c := Capture{
		ID: cinnabar.NewID[string]("cap"), Device: device, AskedBy: by.Person, Position: position, Nonce: base64.RawURLEncoding.EncodeToString(nonce[:]),
		State: Asked, Created: now, Expires: now.Add(captureLife),
	}
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		d, _, err := getDevice(ctx, tx, device)
		if err != nil {
			return err
		}
		if by.Org == "" || d.Org != by.Org || !d.RevokedAt.IsZero() {
			return errNoDevice
		}
		waiting, err := waitingAt(ctx, tx, device, now)
		if err != nil {
			return err
		}
		if len(waiting) >= askedAtOnce {
			return errDeviceBusy
		}
		tx.AfterCommit(func() { s.Live.Publish(Topic(device), now.UnixMilli()) })
		return insertCapture(ctx, tx, c)
	})
	return c, err
}

// Waiting are the pictures that a device is to take, oldest first.
func (s *Service) Waiting(ctx context.Context, device string) ([]protocol.Request, error) {
	list, err := waitingAt(ctx, s.DB, device, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	out := []protocol.Request{}
	for _, c := range list {
		out = append(out, protocol.Request{ID: c.ID, Nonce: c.Nonce, Position: c.Position, Expires: c.Expires})
	}
	return out, nil
}

// Get gives a request to whoever asked; errs.NotFound to everybody else.
func (s *Service) Get(ctx context.Context, by cinnabar.Actor, id string) (Capture, error) {
	c, err := getCapture(ctx, s.DB, id)
	if err == nil && (by.Person == "" || c.AskedBy != by.Person) {
		err = errNoCapture
	}
	return c, err
}

// HandIn takes a picture in. It comes from the device itself or through the page of whoever asked; either way the
// device's signature decides.
func (s *Service) HandIn(ctx context.Context, by cinnabar.Actor, id string, in protocol.Capture) error {
	picture, err := base64.StdEncoding.DecodeString(in.Picture)
	if err != nil || len(picture) == 0 {
		return errs.Wrong(errs.Field{Pointer: "/picture", Code: "malformed"})
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		c, d, err := s.answerable(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if in.Request != c.ID || in.Nonce != c.Nonce || in.Device != c.Device || in.Position != c.Position ||
			in.Digest != cinnabar.DigestOf(picture) || !protocol.Verify(d.publicKey, in.Message(), in.Signature) {
			return errNotProven
		}
		if in.Taken.Before(c.Created.Add(-clockSkew)) || in.Taken.After(s.Clock.Now().Add(clockSkew)) {
			return errNotFresh
		}
		sealed, err := s.Vault.Seal(ctx, tx, subject(d.Org), picturePlace(id), picture)
		if err != nil {
			return err
		}
		return takeIn(ctx, tx, id, in, sealed, s.Clock.Now())
	})
}

func picturePlace(id string) string { return "device_capture.picture/" + id }

// Fail notes why a device gives no picture.
func (s *Service) Fail(ctx context.Context, by cinnabar.Actor, id, reason string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if _, _, err := s.answerable(ctx, tx, by, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE device_capture SET state = 'failed', reason = $2 WHERE id = $1 AND state = 'asked'`, id, reason)
		return err
	})
}

// answerable is a request that can still be answered by the device or through the page of whoever asked.
func (s *Service) answerable(ctx context.Context, tx db.Tx, by cinnabar.Actor, id string) (Capture, Device, error) {
	c, err := getCapture(ctx, tx, id)
	if err != nil {
		return c, Device{}, err
	}
	asker := by.Kind == cinnabar.Member && by.Person == c.AskedBy
	if !asker && !(by.Kind == cinnabar.Device && by.Key == c.Device) {
		return c, Device{}, errNoCapture
	}
	if c.State != Asked || !s.Clock.Now().Before(c.Expires) {
		return c, Device{}, errNotFresh
	}
	d, _, err := getDevice(ctx, tx, c.Device)
	if err == nil && !d.RevokedAt.IsZero() {
		err = errNoDevice
	}
	return c, d, err
}

// Take gives the picture out, once, to whoever asked, and deletes it.
func (s *Service) Take(ctx context.Context, by cinnabar.Actor, id string) (c Capture, picture []byte, err error) {
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		c, err = getCapture(ctx, tx, id)
		if err != nil {
			return err
		}
		if by.Person == "" || c.AskedBy != by.Person {
			return errNoCapture
		}
		d, _, err := getDevice(ctx, tx, c.Device)
		if err != nil {
			return err
		}
		sealed, err := takeOut(ctx, tx, id, s.Clock.Now())
		if err != nil {
			return err
		}
		picture, err = s.Vault.Open(ctx, tx, subject(d.Org), picturePlace(id), sealed)
		return err
	})
	return c, picture, err
}
