package identity

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Faces verifies live faces for sign-in. The challenge is the provider's own text.
type Faces interface {
	// Challenge makes a challenge for a person in front of a camera.
	Challenge(ctx context.Context) (FaceChallenge, error)
	// Learn judges an answer and gives the face's template. An answer that fails is errs.Invalid, field /frames,
	// with the reason as code.
	Learn(ctx context.Context, challenge string, answer FaceAnswer) (template []byte, model string, err error)
	// Comparable is an error, to be shown, where no answer can be compared with a template: it was made by a former
	// model, and the person must bind the device anew.
	Comparable(template []byte) error
	// Recognise tells whether an answer is right and of the template's face; reason says why not.
	Recognise(ctx context.Context, template []byte, challenge string, answer FaceAnswer) (same bool, reason string, err error)
}

// FaceChallenge is what a person is to do.
type FaceChallenge struct {
	Nonce   string
	Steps   []string
	Expires time.Time
	Text    string // the provider's own, for Learn and Recognise
}

// FaceAnswer is what a device recorded, signed with its key.
type FaceAnswer struct {
	Nonce     string
	Frames    []FaceFrame
	Signature string // base64url: r and s of 32 bytes each, as WebCrypto writes it, over SignedFace
	Received  time.Time
}

// FaceFrame is one picture. JPEG is base64 as it was sent, which is what the device signed.
type FaceFrame struct {
	At   time.Duration // since the first
	JPEG string
}

// FaceDevice is a device from which a person signs in by face.
type FaceDevice struct {
	ID        string
	Name      string
	Agent     string
	CreatedAt time.Time
	SeenAt    time.Time // zero: not used yet
}

const (
	maxFaceDevices = 10
	faceKind       = FaceSignInConsent
)

var (
	errFaceOff      = errs.New(errs.Unavailable, "face-off", "this installation verifies no faces; sign in another way")
	errFaceRefused  = errs.New(errs.Unauthorized, "face-refused", "this device or face is not known here; sign in another way")
	errChallenge    = errs.New(errs.Conflict, "face-check-used", "this challenge was answered already, is too old, or another's; begin another one")
	errFaceConsent  = errs.New(errs.Conflict, "consent-missing", "agree to the processing of your face for sign-in first, or sign in another way").With("kind", faceKind)
	errWeakSession  = errs.New(errs.Forbidden, "sign-in-again", "sign in by password or code to do this")
	errFaceLearning = errs.New(errs.Conflict, "too-many-devices", "end another device first")
)

// SignedFace is what a device signs: for what ("bind" or "sign-in"), the challenge's nonce, the device's id ("" while
// binding), and the SHA-256 of the frames' base64 texts, each followed by a line feed.
func SignedFace(what, nonce, device string, frames []FaceFrame) []byte {
	h := sha256.New()
	for _, f := range frames {
		h.Write([]byte(f.JPEG + "\n"))
	}
	return []byte(strings.Join([]string{"cinnabar-face-v1", what, nonce, device, hex.EncodeToString(h.Sum(nil))}, "\n") + "\n")
}

// provesKey tells whether a signature is a P-256 key's over a text.
func provesKey(publicKey string, text []byte, signature string) bool {
	der, err := base64.RawURLEncoding.DecodeString(publicKey)
	if err != nil {
		return false
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	key, ok := parsed.(*ecdsa.PublicKey)
	if err != nil || !ok || key.Curve != elliptic.P256() {
		return false
	}
	sig, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || len(sig) != 64 {
		return false
	}
	digest := sha256.Sum256(text)
	return ecdsa.Verify(key, digest[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]))
}

// ChallengeBinding begins the binding of a device by a person who is signed in and agreed.
func (s *Service) ChallengeBinding(ctx context.Context, by cinnabar.Actor) (FaceChallenge, error) {
	if s.Faces == nil {
		return FaceChallenge{}, errFaceOff
	}
	c, err := s.Faces.Challenge(ctx)
	if err != nil {
		return c, err
	}
	return c, s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := s.mayBind(ctx, tx, by); err != nil {
			return err
		}
		return insertChallenge(ctx, tx, c, by.Person, "")
	})
}

// mayBind asks for the consent, and for a session that rests on more than a face or a link.
func (s *Service) mayBind(ctx context.Context, tx db.Tx, by cinnabar.Actor) error {
	ok, err := s.HasConsent(ctx, tx, by.Person, faceKind)
	if err != nil {
		return err
	}
	if !ok {
		return errFaceConsent
	}
	return notWeak(ctx, tx, by)
}

// notWeak asks for a session that rests on a password or a code.
func notWeak(ctx context.Context, r db.Reader, by cinnabar.Actor) error {
	weak, err := db.Exists(ctx, r, `SELECT 1 FROM session WHERE id = $1 AND level IN ('face', 'link', 'pending')`, by.Session)
	if err == nil && weak {
		err = errWeakSession
	}
	return err
}

// BindFace makes the device that holds the key one from which the person signs in by face.
func (s *Service) BindFace(ctx context.Context, by cinnabar.Actor, name, publicKey string, a FaceAnswer) (FaceDevice, error) {
	d := FaceDevice{ID: cinnabar.NewID[string]("face-dev"), Name: strings.TrimSpace(name), Agent: clip(by.Agent), CreatedAt: s.Clock.Now()}
	if d.Name == "" {
		return d, errs.Wrong(errs.Field{Pointer: "/name", Code: "missing"})
	}
	if !provesKey(publicKey, SignedFace("bind", a.Nonce, "", a.Frames), a.Signature) {
		return d, errs.Wrong(errs.Field{Pointer: "/signature", Code: "mismatch"})
	}
	if s.Faces == nil {
		return d, errFaceOff
	}
	var challenge string
	err := s.DB.InTx(ctx, func(tx db.Tx) (err error) {
		if err = s.mayBind(ctx, tx, by); err == nil {
			challenge, err = claimChallenge(ctx, tx, a.Nonce, by.Person, "", s.Clock.Now())
		}
		return err
	})
	if err != nil {
		return d, err
	}
	template, model, err := s.Faces.Learn(ctx, challenge, a)
	if err != nil {
		return d, err
	}
	return d, s.DB.InTx(ctx, func(tx db.Tx) error {
		if _, err := lockPerson(ctx, tx, by.Person); err != nil {
			return err
		}
		if err := s.mayBind(ctx, tx, by); err != nil {
			return err
		}
		if n, err := countFaceDevices(ctx, tx, by.Person); err != nil || n >= maxFaceDevices {
			return either(err, errFaceLearning)
		}
		sealed, err := s.Vault.Seal(ctx, tx, subject(by.Person), facePlace(d.ID, model), template)
		if err != nil {
			return err
		}
		if err := insertFaceDevice(ctx, tx, d, by.Person, publicKey, model, sealed); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "face-device.bind", d.ID, map[string]any{"model": model})
	})
}

func either(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func facePlace(id, model string) string { return "face_device.face/" + id + "/" + model }

// FaceDevices lists the devices from which a person can sign in by face, newest first.
func (s *Service) FaceDevices(ctx context.Context, person cinnabar.PersonID) ([]FaceDevice, error) {
	return listFaceDevices(ctx, s.DB, person)
}

// EndFaceDevice ends one of the acting person's devices and deletes its template. Its sessions stay: they are ended
// by themselves.
func (s *Service) EndFaceDevice(ctx context.Context, by cinnabar.Actor, id string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		n, err := endFaceDevices(ctx, tx, by.Person, id, s.Clock.Now())
		if err != nil {
			return err
		}
		if n == 0 {
			return notFound("device")
		}
		return s.record(ctx, tx, by, "face-device.end", id, nil)
	})
}

// EndFaceDevices ends all of them, e.g. when the consent is withdrawn.
func (s *Service) EndFaceDevices(ctx context.Context, by cinnabar.Actor) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		n, err := endFaceDevices(ctx, tx, by.Person, "", s.Clock.Now())
		if err != nil || n == 0 {
			return err
		}
		return s.record(ctx, tx, by, "face-device.end-all", string(by.Person), nil)
	})
}
