// Package document is the register of documents: their numbers, versions, states, and whether a file that
// somebody holds is in force (GAS-14, PLT-12, PLT-23).
//
// Guaranteed: every number that was given out is reserved, used or voided with a reason, and the running
// numbers of a period have no gap, also under concurrency and after crashes. A new version takes the place
// of exactly the version it was made from. A version's digest finds its document for ever, unless it was the
// scan of another paper, filed by mistake.
package document

import (
	"errors"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// State is where a document stands.
type State string

const (
	Draft      State = "draft"
	Signed     State = "signed"
	Sealed     State = "sealed"
	Effective  State = "effective"
	Superseded State = "superseded"
	Voided     State = "voided"
	Expired    State = "expired"
)

// TakenOut is what a document that was taken out of the archive is shown as; it keeps its own state meanwhile.
const TakenOut State = "taken-out"

// next says which states may follow; a state may always follow itself (a further signature, an archive
// time-stamp). Back to draft means that the document is made anew (GAS-10).
func (s State) next() []State {
	switch s {
	case Draft:
		return []State{Signed, Sealed, Effective, Voided}
	case Signed:
		return []State{Draft, Sealed, Effective, Voided}
	case Sealed:
		return []State{Draft, Effective, Voided}
	case Effective:
		return []State{Superseded, Voided, Expired}
	case Expired:
		return []State{Voided, Superseded}
	}
	return nil
}

// Document is one document as it is now.
type Document struct {
	ID          cinnabar.DocID
	Org         cinnabar.OrgID // whose numbers it has
	Kind        string
	Number      string
	Case        cinnabar.CaseID
	Title       string
	State       State
	Version     int64
	Generation  int64
	Digest      cinnabar.Digest // of the current version
	Token       string          // in the QR code
	Reason      string          // of the last change of state
	StateAt     time.Time       // of the last change of state; zero: before this was kept
	Successor   cinnabar.DocID  // what superseded it
	EffectiveAt time.Time
	ExpiresAt   time.Time // zero: never
	CreatedAt   time.Time
	TakenOutAt  time.Time // zero: it is in the archive
}

// Shown is the state as lists and screens have it.
func (d Document) Shown() State {
	if !d.TakenOutAt.IsZero() {
		return TakenOut
	}
	return d.State
}

// Version is one file of a document.
type Version struct {
	Number     int64
	Generation int64
	File       cinnabar.FileID
	Digest     cinnabar.Digest
	Size       int64
	Pages      int
	State      State // of the document with this version
	Reason     string
	CreatedAt  time.Time
}

// NoteSigner signs a text that ends with a line feed as a C2SP signed note.
type NoteSigner interface {
	SignNote(text string) (string, error)
}

// Deps is what a Service needs.
type Deps struct {
	DB     db.DB
	Clock  clock.Clock
	Signer NoteSigner
	Rules  map[string]Rule // numbering by kind where an organisation has no rule of its own
	Zone   *time.Location  // of the dates in numbers; nil: China standard time
}

// Service is the register.
type Service struct{ Deps }

// New makes the register.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Clock == nil || d.Signer == nil {
		return nil, errors.New("document: database, clock and signer are needed")
	}
	for _, r := range d.Rules {
		if err := r.check(); err != nil {
			return nil, err
		}
	}
	if d.Zone == nil {
		d.Zone = cinnabar.China
	}
	return &Service{d}, nil
}

func notFound() error {
	return errs.New(errs.NotFound, "document-not-found", "there is no such document")
}
