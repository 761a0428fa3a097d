// Package seal keeps electronic seals (电子印章): their life, their keys, and the log of every use
// (GAS-8, PLT-11, PLT-24).
//
// Guaranteed: a seal's private key is encrypted under a random data key, and that only under a key made
// of a holder's password and a pepper outside the database. Database, disk and an administrator's account
// together do not open it. A wrong password is counted before it is tried; five lock the seal for half an
// hour, longer each time. An unlocked key lives in this process's memory only, for minutes, bound to the
// documents it was unlocked for. Unlocking and use stand on the seal's log.
//
// Not guaranteed: whoever reads this process's memory while a seal is unlocked has its key. Unlocked keys
// are not shared between replicas: both passwords of a contract must reach the same one.
package seal

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/secret"
)

// Kind is what a seal is for.
type Kind string

const (
	Contract Kind = "contract"  // 合同专用章
	Official Kind = "official"  // 公章
	LegalRep Kind = "legal-rep" // 法人章
	Name     Kind = "name"      // 个人名章
)

// personal tells whether the seal bears a person's name.
func (k Kind) personal() bool { return k == LegalRep || k == Name }

func (k Kind) known() bool { return k == Contract || k == Official || k.personal() }

// State is where a seal stands in its life.
type State string

const (
	Applied   State = "applied"
	Refused   State = "refused"
	Approved  State = "approved" // waits for its holder's password
	InUse     State = "in-use"
	Suspended State = "suspended"
	Revoked   State = "revoked"
	Replaced  State = "replaced"
)

// Art says what a seal looks like.
type Art struct {
	Kind    Kind
	Text    string          // company or person
	Number  string          // 防伪编码, may be empty
	Picture cinnabar.FileID // an uploaded picture; empty: drawn from the text
}

// Drawing is a drawn seal.
type Drawing struct {
	SVG    []byte
	Form   *pdf.Stream // form XObject in the seal's true size
	Width  float64     // points
	Height float64
}

// Artist draws seals. The same Art gives the same Drawing. Errors: errs.Invalid for a text or picture
// that cannot be a seal.
type Artist interface {
	Draw(ctx context.Context, a Art) (*Drawing, error)
}

// Subject is whom a seal's certificate is for.
type Subject struct {
	Seal  cinnabar.SealID
	Kind  Kind
	Org   cinnabar.OrgID
	Owner cinnabar.PersonID // set when the seal bears a person's name
	Text  string
}

// Issuer certifies seal keys.
type Issuer interface {
	// Issue returns the certificate and those above it.
	Issue(ctx context.Context, s Subject, key crypto.PublicKey) ([]*x509.Certificate, error)
	// Revoke puts the certificate on the revocation list.
	Revoke(ctx context.Context, tx db.Tx, c *x509.Certificate, reason string) error
}

// Notifier tells people about their seal; it writes messages within the transaction.
type Notifier interface {
	SealLocked(ctx context.Context, tx db.Tx, s Seal, holders []cinnabar.PersonID, until time.Time) error
	SealReissued(ctx context.Context, tx db.Tx, s Seal, holders []cinnabar.PersonID) error
	// SealEnding says that the certificate ends; a holder renews it by their password.
	SealEnding(ctx context.Context, tx db.Tx, s Seal, holders []cinnabar.PersonID) error
	SealOffered(ctx context.Context, tx db.Tx, s Seal, to cinnabar.PersonID, until time.Time) error
	// UseAsked tells those who decide on uses of the seal that somebody asked to put it on so many documents.
	UseAsked(ctx context.Context, tx db.Tx, s Seal, by cinnabar.PersonID, documents int, reason string) error
	// UseDecided tells who asked.
	UseDecided(ctx context.Context, tx db.Tx, s Seal, to cinnabar.PersonID, approved bool, reason string) error
}

// Deps is what a Service needs.
type Deps struct {
	DB       db.DB
	Clock    clock.Clock
	KDF      *secret.KDF
	Pepper   []byte      // 32 bytes from outside the database: Vault.Key("seal-pepper")
	Cost     secret.Cost // zero: secret.SealCost
	Artist   Artist
	Issuer   Issuer
	Notifier Notifier
	Evidence Log
	Members  Members
}

// Service is the seals.
type Service struct {
	Deps
	custody custody
	open    handles
}

// New makes the Service.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Clock == nil || d.KDF == nil || d.Artist == nil || d.Issuer == nil || d.Notifier == nil || d.Evidence == nil || d.Members == nil {
		return nil, errors.New("seal: database, clock, KDF, artist, issuer, notifier, evidence log and members are needed")
	}
	if len(d.Pepper) != keySize {
		return nil, errors.New("seal: the pepper must have 32 bytes")
	}
	if d.Cost == (secret.Cost{}) {
		d.Cost = secret.SealCost()
	}
	c, err := newCustody(d.KDF, d.Pepper)
	if err != nil {
		return nil, err
	}
	return &Service{Deps: d, custody: c}, nil
}

// Seal is one seal as everybody may know it.
type Seal struct {
	ID            cinnabar.SealID
	Org           cinnabar.OrgID
	Owner         cinnabar.PersonID
	Holder        cinnabar.PersonID
	Kind          Kind
	Text          string
	Number        string
	Picture       cinnabar.FileID
	SVG           string
	State         State
	KeyVersion    int64 // 0 before the first password
	NeedsApproval bool  // every use needs a use approval (用印审批)
	Applicant     cinnabar.PersonID
	Replaces      cinnabar.SealID
	CreatedAt     time.Time

	Tries       int // wrong ones in a row
	LockedUntil time.Time
	EndsAt      time.Time // of the present certificate; zero: there is none
}

// Art is what the seal looks like.
func (s Seal) Art() Art { return Art{Kind: s.Kind, Text: s.Text, Number: s.Number, Picture: s.Picture} }

// Usable tells whether the seal can be unlocked at that time.
func (s Seal) Usable(now time.Time) bool {
	return s.State == InUse && !s.LockedUntil.After(now) && s.EndsAt.After(now)
}

// Event is one line of a seal's log.
type Event struct {
	Seq    int64
	At     time.Time
	Kind   string
	Person cinnabar.PersonID
	Reason string
	Case   cinnabar.CaseID
	Doc    cinnabar.DocID
	Digest string
	Detail string
}

// Kinds of events beside the states a seal moves to.
const (
	EventWrong       = "wrong-password"
	EventLocked      = "locked"
	EventUnlocked    = "unlocked"
	EventUsed        = "used"
	EventPassword    = "password-changed"
	EventReissue     = "reissue"
	EventRenewed     = "renewed"
	EventOffered     = "handover-offered"
	EventHolder      = "holder-added"
	EventHolderGone  = "holder-removed"
	EventGrant       = "granted"
	EventAsked       = "approval-asked"
	EventUseApproved = "approval-given"
	EventUseRefused  = "approval-refused"
	EventCompared    = "compared" // tried whether another seal's new password opens this one
)
