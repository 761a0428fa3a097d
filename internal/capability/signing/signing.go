// Package signing makes signed files of prepared ones (GAS-7, GAS-8, GAS-11, PLT-10, PLT-21): ceremonies in
// which people sign in order, by a key made for the one occasion; seals put on together or not at all; and
// the archive's validation data and time-stamp.
//
// Guaranteed: nobody signs before their turn, without having opened the last page, without a confirmed
// second factor, or another text than the one shown. A ceremony's key signs once and is destroyed. What
// Apply returns carries all the seals that were asked for; what it was given is never changed.
//
// The slow part (Sign, Apply, Archive) uses no database; Record writes its outcome in the caller's
// transaction and fails when the ceremony moved on meanwhile.
package signing

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Certifier certifies the key of one ceremony in the signer's name, bound to the document.
type Certifier interface {
	CertifyCeremony(ctx context.Context, name string, key crypto.PublicKey, ceremony string, document cinnabar.Digest) ([]*x509.Certificate, error)
}

// Confirmation is a verified second factor.
type Confirmation struct {
	Method   string // "sms" or "totp"
	Evidence []byte // JSON for the evidence report: which factor, when sent, when given; its digest is kept

	// Spend uses the factor up, in the transaction that records the signature: one that fails, as when the time-stamp
	// authority does not answer, leaves it good. nil: it is used up already.
	Spend func(ctx context.Context, tx db.Tx) error
}

// Confirmer verifies a code that was asked for this purpose and no other. Errors: Unauthorized, Locked.
type Confirmer interface {
	Confirm(ctx context.Context, p cinnabar.PersonID, purpose, code string) (Confirmation, error)
}

// Validation gives what a verifier needs long after: certificates and revocation lists.
type Validation interface {
	Evidence(ctx context.Context, signed []byte) (pades.Evidence, error)
}

// Deps is what a Service needs.
type Deps struct {
	DB         db.DB
	Clock      clock.Clock
	Certifier  Certifier
	Confirmer  Confirmer
	TSA        pades.Timestamper
	Validation Validation
	Reserve    int // bytes kept in files for a signature with its time-stamp; 0: enough with the built-in authorities
}

// Service signs.
type Service struct{ Deps }

// New makes the Service.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Clock == nil || d.Certifier == nil || d.Confirmer == nil || d.TSA == nil || d.Validation == nil {
		return nil, errors.New("signing: database, clock, certifier, confirmer, TSA and validation are needed")
	}
	return &Service{d}, nil
}

// State is where a ceremony stands.
type State string

const (
	Waiting   State = "waiting"   // for its turn, or to be read
	Shown     State = "shown"     // opened to its last page
	Confirmed State = "confirmed" // the second factor was given
	Signed    State = "signed"
	Declined  State = "declined"
	Expired   State = "expired" // too late, or the document was made anew
)

// Ceremony is one signer's signing of one document.
type Ceremony struct {
	ID     string
	Plan   string
	Order  int // from 1
	Case   cinnabar.CaseID
	Doc    cinnabar.DocID
	Sender cinnabar.PersonID
	Signer cinnabar.PersonID
	Field  string
	Digest cinnabar.Digest // of the file to be signed; zero before this signer's turn
	Pages  int
	State  State

	ShownAt     time.Time
	Method      string
	ConfirmedAt time.Time
	Evidence    cinnabar.Digest
	Drawing     cinnabar.Digest
	Certificate cinnabar.Digest
	Result      cinnabar.Digest
	SignedAt    time.Time
	Reason      string
	ExpiresAt   time.Time
	CreatedAt   time.Time
}

// Purpose is what a confirmation code must have been asked for: it does not serve another document.
func (c Ceremony) Purpose() string { return "sign/" + c.ID + "/" + c.Digest.String() }

// Signer is a person who is to sign, and where.
type Signer struct {
	Person cinnabar.PersonID
	Field  string
}

// Plan is who signs a document, in this order.
type Plan struct {
	Case    cinnabar.CaseID
	Doc     cinnabar.DocID
	Digest  cinnabar.Digest // of the prepared file
	Pages   int
	Sender  cinnabar.PersonID // who is to be told when someone declines
	Signers []Signer
	Expires time.Time
}

// Begin plans the ceremonies of a document; unfinished ones of an earlier text end.
func (s *Service) Begin(ctx context.Context, tx db.Tx, p Plan) ([]Ceremony, error) {
	if len(p.Signers) == 0 || p.Digest.IsZero() || p.Pages < 1 || !p.Expires.After(s.Clock.Now()) {
		return nil, errors.New("signing: a plan needs signers, a digest, pages and a time to come")
	}
	if err := s.Cancel(ctx, tx, p.Doc, "the signing was planned anew"); err != nil {
		return nil, err
	}
	plan := cinnabar.NewID[string]("plan")
	var out []Ceremony
	for i, who := range p.Signers {
		c := Ceremony{
			ID: cinnabar.NewID[string]("ceremony"), Plan: plan, Order: i + 1, Case: p.Case, Doc: p.Doc, Sender: p.Sender,
			Signer: who.Person, Field: who.Field, Pages: p.Pages, State: Waiting, ExpiresAt: p.Expires, CreatedAt: s.Clock.Now(),
		}
		if i == 0 {
			c.Digest = p.Digest
		}
		if err := insertCeremony(ctx, tx, c); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// Turn returns the ceremony that waits for this person to sign a document. Whoever's turn it is not gets
// errs.NotFound: they see nothing before.
func (s *Service) Turn(ctx context.Context, doc cinnabar.DocID, p cinnabar.PersonID) (Ceremony, error) {
	return turn(ctx, s.DB, doc, p)
}

// Of lists the ceremonies of a document, former plans first.
func (s *Service) Of(ctx context.Context, r db.Reader, doc cinnabar.DocID) ([]Ceremony, error) {
	return ceremoniesOf(ctx, r, doc)
}

// ShownToEnd records that the signer opened the last page of the very file that they will sign.
func (s *Service) ShownToEnd(ctx context.Context, tx db.Tx, id string, p cinnabar.PersonID, digest cinnabar.Digest, page int) error {
	c, err := s.mine(ctx, tx, id, p)
	if err != nil {
		return err
	}
	if c.Digest != digest {
		return stale()
	}
	if page < c.Pages {
		return errs.New(errs.Conflict, "not-read", "the document must be opened to its last page before it is signed").
			With("page", page).With("pages", c.Pages)
	}
	if c.State != Waiting {
		return nil // read already
	}
	c.State, c.ShownAt = Shown, s.Clock.Now()
	return updateCeremony(ctx, tx, c, Waiting)
}

// Confirm verifies the signer's second factor for this ceremony; Sign takes the outcome, and Record uses it up.
func (s *Service) Confirm(ctx context.Context, id string, p cinnabar.PersonID, code string) (Confirmation, error) {
	var c Ceremony
	read := func(tx db.Tx) (err error) {
		if c, err = s.mine(ctx, tx, id, p); err != nil {
			return err
		}
		return c.in(Shown, Confirmed)
	}
	if err := s.DB.InTx(ctx, read); err != nil {
		return Confirmation{}, err
	}
	seen := c.Digest
	proof, err := s.Confirmer.Confirm(ctx, p, c.Purpose(), code)
	if err != nil {
		return Confirmation{}, err
	}
	return proof, s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := read(tx); err != nil {
			return err
		}
		if c.Digest != seen {
			return stale()
		}
		was := c.State
		c.State, c.Method, c.ConfirmedAt, c.Evidence = Confirmed, proof.Method, s.Clock.Now(), cinnabar.DigestOf(proof.Evidence)
		return updateCeremony(ctx, tx, c, was)
	})
}

// Decline ends the plan: the signer will not sign, for a reason. It returns who is to be told: the sender and those
// who signed before (PLT-21).
func (s *Service) Decline(ctx context.Context, tx db.Tx, id string, p cinnabar.PersonID, reason string) (tell []cinnabar.PersonID, err error) {
	if reason == "" {
		return nil, errs.Wrong(errs.Field{Pointer: "/reason", Code: "missing"})
	}
	c, err := s.mine(ctx, tx, id, p)
	if err != nil {
		return nil, err
	}
	return s.decline(ctx, tx, c, reason)
}

// DeclineAfter is Decline by whoever was to put something on the document after all have signed, a seal say: they are
// entered as the last of the plan, declined. errs.NotFound when nobody signed the document as it is.
func (s *Service) DeclineAfter(ctx context.Context, tx db.Tx, doc cinnabar.DocID, now cinnabar.Digest, who Signer, reason string) (c Ceremony, tell []cinnabar.PersonID, err error) {
	if reason == "" {
		return c, nil, errs.Wrong(errs.Field{Pointer: "/reason", Code: "missing"})
	}
	list, err := ceremoniesOf(ctx, tx, doc)
	if err != nil {
		return c, nil, err
	}
	last := slices.IndexFunc(list, func(c Ceremony) bool { return c.State == Signed && c.Result == now })
	if last < 0 || who.Person == "" {
		return c, nil, noCeremony()
	}
	was := list[last]
	c = Ceremony{
		ID: cinnabar.NewID[string]("ceremony"), Plan: was.Plan, Order: was.Order + 1, Case: was.Case, Doc: doc, Sender: was.Sender,
		Signer: who.Person, Field: who.Field, Digest: now, Pages: was.Pages, State: Waiting, ExpiresAt: s.Clock.Now(), CreatedAt: s.Clock.Now(),
	}
	if err := insertCeremony(ctx, tx, c); err != nil {
		return c, nil, err
	}
	tell, err = s.decline(ctx, tx, c, reason)
	return c, tell, err
}

func (s *Service) decline(ctx context.Context, tx db.Tx, c Ceremony, reason string) ([]cinnabar.PersonID, error) {
	was := c.State
	c.State, c.Reason = Declined, reason
	if err := updateCeremony(ctx, tx, c, was); err != nil {
		return nil, err
	}
	tell, err := signedBefore(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	if c.Sender != "" {
		tell = append([]cinnabar.PersonID{c.Sender}, tell...)
	}
	return tell, s.Cancel(ctx, tx, c.Doc, "another signer declined")
}

// Cancel ends all unfinished ceremonies of a document.
func (s *Service) Cancel(ctx context.Context, tx db.Tx, doc cinnabar.DocID, reason string) error {
	_, err := tx.Exec(ctx, `UPDATE ceremony SET state = 'expired', reason = $2 WHERE doc_id = $1 AND state IN ('waiting', 'shown', 'confirmed')`,
		string(doc), reason)
	return err
}

// Expire ends the ceremonies whose time is over and returns how many.
func (s *Service) Expire(ctx context.Context, tx db.Tx) (int64, error) {
	return tx.Exec(ctx, `UPDATE ceremony SET state = 'expired', reason = 'too late' WHERE state IN ('waiting', 'shown', 'confirmed') AND expires_at <= $1`,
		db.Millis(s.Clock.Now()))
}

// mine returns the signer's own ceremony when it is their turn and in time.
func (s *Service) mine(ctx context.Context, tx db.Tx, id string, p cinnabar.PersonID) (Ceremony, error) {
	c, err := lockCeremony(ctx, tx, id)
	if err != nil {
		return c, err
	}
	if c.Signer != p || p == "" || c.Digest.IsZero() {
		return c, noCeremony()
	}
	if err := c.in(Waiting, Shown, Confirmed); err != nil {
		return c, err
	}
	if !s.Clock.Now().Before(c.ExpiresAt) {
		return c, errs.New(errs.Conflict, "ceremony-expired", "the time to sign is over")
	}
	return c, nil
}

func (c Ceremony) in(allowed ...State) error {
	for _, a := range allowed {
		if c.State == a {
			return nil
		}
	}
	return errs.New(errs.Conflict, "ceremony-state", "not possible while the signing is %s", string(c.State)).With("state", string(c.State))
}

func stale() error {
	return errs.New(errs.Stale, "stale", "the document was changed meanwhile; read it again")
}

func noCeremony() error {
	return errs.New(errs.NotFound, "no-ceremony", "nothing waits for your signature here")
}
