package seal

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Application asks for a seal.
type Application struct {
	Org           cinnabar.OrgID
	Kind          Kind
	Text          string            // company name, or the person's name
	Number        string            // 防伪编码
	Picture       cinnabar.FileID   // uploaded; empty: drawn
	Owner         cinnabar.PersonID // whose name it bears; for personal seals
	Holder        cinnabar.PersonID // who will set the password; empty: the owner
	NeedsApproval bool
	Replaces      cinnabar.SealID // the seal that ends when this one comes into use
	Reason        string
}

func (a *Application) check() error {
	a.Text = strings.TrimSpace(a.Text)
	if a.Holder == "" {
		a.Holder = a.Owner
	}
	var wrong []errs.Field
	if !a.Kind.known() {
		wrong = append(wrong, errs.Field{Pointer: "/kind", Code: "unknown"})
	}
	if a.Text == "" {
		wrong = append(wrong, errs.Field{Pointer: "/text", Code: "missing"})
	}
	if a.Kind.personal() != (a.Owner != "") {
		wrong = append(wrong, errs.Field{Pointer: "/owner", Code: "mismatch"})
	}
	if a.Holder == "" {
		wrong = append(wrong, errs.Field{Pointer: "/holder", Code: "missing"})
	}
	if len(wrong) > 0 {
		return errs.Wrong(wrong...)
	}
	return nil
}

// Apply draws the seal and applies for it.
func (s *Service) Apply(ctx context.Context, by cinnabar.Actor, a Application) (Seal, error) {
	if err := a.check(); err != nil {
		return Seal{}, err
	}
	drawing, err := s.Artist.Draw(ctx, Art{Kind: a.Kind, Text: a.Text, Number: a.Number, Picture: a.Picture})
	if err != nil {
		return Seal{}, err
	}
	v := Seal{
		ID: cinnabar.NewID[cinnabar.SealID]("seal"), Org: a.Org, Owner: a.Owner, Holder: a.Holder,
		Kind: a.Kind, Text: a.Text, Number: a.Number, Picture: a.Picture, SVG: string(drawing.SVG), State: Applied,
		NeedsApproval: a.NeedsApproval, Applicant: by.Person, Replaces: a.Replaces, CreatedAt: s.Clock.Now(),
	}
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		if v.Replaces != "" {
			if err := canReplace(ctx, tx, v); err != nil {
				return err
			}
		}
		if err := insertSeal(ctx, tx, v); err != nil {
			return err
		}
		return s.addEvent(ctx, tx, v.ID, Event{Kind: string(Applied), Person: by.Person, Reason: a.Reason})
	})
	return v, err
}

func canReplace(ctx context.Context, tx db.Tx, v Seal) error {
	old, err := getSeal(ctx, tx, v.Replaces)
	if err != nil {
		return err
	}
	if old.Org != v.Org || old.Kind != v.Kind || old.Owner != v.Owner {
		return errs.New(errs.Invalid, "seal-mismatch", "a seal can replace only one of the same kind and owner")
	}
	return inState(old, InUse, Suspended)
}

// Replacement is what differs in a seal that takes the place of another; empty: as the old one.
type Replacement struct {
	Text    string            // the present name of whom it bears
	Picture cinnabar.FileID   // one with an old name is not taken over
	Holder  cinnabar.PersonID // who sets its password; the old one's must still be a member (errs.Invalid at /holder)
	Reason  string
}

// ApplyReplacement applies for a seal like an old one, which stays in use until the new one is activated.
func (s *Service) ApplyReplacement(ctx context.Context, by cinnabar.Actor, id cinnabar.SealID, r Replacement) (Seal, error) {
	if err := needsReason(r.Reason); err != nil {
		return Seal{}, err
	}
	old, err := getSeal(ctx, s.DB, id)
	if err != nil {
		return Seal{}, err
	}
	if r.Holder, err = s.nextHolder(ctx, s.DB, old, r.Holder); err != nil {
		return Seal{}, err
	}
	if r.Text = cmp.Or(r.Text, old.Text); r.Text == old.Text {
		r.Picture = cmp.Or(r.Picture, old.Picture)
	}
	return s.Apply(ctx, by, Application{
		Org: old.Org, Kind: old.Kind, Text: r.Text, Number: old.Number, Picture: r.Picture, Owner: old.Owner,
		Holder: r.Holder, NeedsApproval: old.NeedsApproval, Replaces: id, Reason: r.Reason,
	})
}

// Approve lets the holder set the password. Nobody approves their own application.
func (s *Service) Approve(ctx context.Context, by cinnabar.Actor, id cinnabar.SealID, reason string) error {
	return s.move(ctx, by, id, reason, Approved, func(_ db.Tx, v Seal) error {
		if v.Applicant == by.Person {
			return errs.New(errs.Forbidden, "four-eyes", "somebody else must approve a seal that you applied for")
		}
		return nil
	}, Applied)
}

// Refuse ends an application.
func (s *Service) Refuse(ctx context.Context, by cinnabar.Actor, id cinnabar.SealID, reason string) error {
	return s.moveBecause(ctx, by, id, reason, Refused, nil, Applied)
}

// Suspend takes a seal out of use for a time.
func (s *Service) Suspend(ctx context.Context, by cinnabar.Actor, id cinnabar.SealID, reason string) error {
	return s.moveBecause(ctx, by, id, reason, Suspended, s.closing, InUse)
}

// Resume takes a suspended seal into use again.
func (s *Service) Resume(ctx context.Context, by cinnabar.Actor, id cinnabar.SealID, reason string) error {
	return s.moveBecause(ctx, by, id, reason, InUse, nil, Suspended)
}

// Revoke ends a seal; its certificate goes on the revocation list and its key is destroyed.
func (s *Service) Revoke(ctx context.Context, by cinnabar.Actor, id cinnabar.SealID, reason string) error {
	return s.moveBecause(ctx, by, id, reason, Revoked, func(tx db.Tx, v Seal) error {
		return s.endKey(ctx, tx, v, reason)
	}, Approved, InUse, Suspended)
}

// Reissue follows a forgotten password, or a holder who left: the key and its certificate end, the holder sets a new
// password by Activate, and holders are told. Nobody, whatever their rights, gets the old key back (A14). holder is
// as in a Replacement.
func (s *Service) Reissue(ctx context.Context, by cinnabar.Actor, id cinnabar.SealID, holder cinnabar.PersonID, reason string) error {
	return s.moveBecause(ctx, by, id, reason, Approved, func(tx db.Tx, v Seal) error {
		holders, err := holdersOf(ctx, tx, v)
		if err != nil {
			return err
		}
		next, err := s.nextHolder(ctx, tx, v, holder)
		if err != nil {
			return err
		}
		if !slices.Contains(holders, next) {
			holders = append(holders, next)
		}
		if err := setHolder(ctx, tx, v.ID, next); err != nil {
			return err
		}
		if err := s.endKey(ctx, tx, v, reason); err != nil {
			return err
		}
		if err := putTry(ctx, tx, v.ID, tryRow{}); err != nil {
			return err
		}
		if err := s.addEvent(ctx, tx, v.ID, Event{Kind: EventReissue, Person: by.Person, Reason: reason, Detail: "for " + string(next)}); err != nil {
			return err
		}
		return s.Notifier.SealReissued(ctx, tx, v, holders)
	}, InUse, Suspended)
}

// endKey revokes the current certificate and makes its key unusable for everyone.
func (s *Service) endKey(ctx context.Context, tx db.Tx, v Seal, reason string) error {
	if v.KeyVersion == 0 {
		return nil
	}
	k, err := getKey(ctx, tx, v.ID, v.KeyVersion)
	if errs.As(err).Code == "seal-no-key" {
		return nil // ended before, by a reissue
	}
	if err != nil {
		return err
	}
	if err := s.Issuer.Revoke(ctx, tx, k.chain[0], reason); err != nil {
		return fmt.Errorf("revoke the seal's certificate: %w", err)
	}
	tx.AfterCommit(func() { s.open.closeSeal(v.ID) })
	return destroyKey(ctx, tx, v.ID, v.KeyVersion, s.Clock.Now())
}

func (s *Service) closing(tx db.Tx, v Seal) error {
	tx.AfterCommit(func() { s.open.closeSeal(v.ID) })
	return nil
}

func needsReason(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return errs.Wrong(errs.Field{Pointer: "/reason", Code: "missing"})
	}
	return nil
}

func (s *Service) moveBecause(ctx context.Context, by cinnabar.Actor, id cinnabar.SealID, reason string, to State, also func(db.Tx, Seal) error, from ...State) error {
	if err := needsReason(reason); err != nil {
		return err
	}
	return s.move(ctx, by, id, reason, to, also, from...)
}

// move changes the state, with who and why, and whatever else belongs to it.
func (s *Service) move(ctx context.Context, by cinnabar.Actor, id cinnabar.SealID, reason string, to State, also func(db.Tx, Seal) error, from ...State) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		v, err := lockSeal(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := inState(v, from...); err != nil {
			return err
		}
		if also != nil {
			if err := also(tx, v); err != nil {
				return err
			}
		}
		if err := setState(ctx, tx, id, to); err != nil {
			return err
		}
		return s.addEvent(ctx, tx, id, Event{Kind: string(to), Person: by.Person, Reason: reason})
	})
}

func inState(v Seal, allowed ...State) error {
	if slices.Contains(allowed, v.State) {
		return nil
	}
	return errs.New(errs.Conflict, "seal-state", "not possible while the seal is %s", string(v.State)).With("state", string(v.State))
}

// Get returns a seal.
func (s *Service) Get(ctx context.Context, r db.Reader, id cinnabar.SealID) (Seal, error) {
	return getSeal(ctx, r, id)
}

// Of lists an organisation's seals.
func (s *Service) Of(ctx context.Context, org cinnabar.OrgID) ([]Seal, error) {
	return sealsOf(ctx, s.DB, org)
}

// Holders lists who has a password for the seal's present key.
func (s *Service) Holders(ctx context.Context, id cinnabar.SealID) ([]cinnabar.PersonID, error) {
	v, err := getSeal(ctx, s.DB, id)
	if err != nil {
		return nil, err
	}
	return holdersOf(ctx, s.DB, v)
}

// LogPage selects lines of a seal's log. The zero value selects all.
type LogPage struct {
	From, To time.Time // from the one, before the other; zero: open
	Before   int64     // the number of the line before which the page begins; 0: from the newest on
	Limit    int       // 0: all
}

// Log returns what happened to a seal, the newest first.
func (s *Service) Log(ctx context.Context, id cinnabar.SealID, p LogPage) ([]Event, error) {
	return logOf(ctx, s.DB, id, p)
}

// Certificate returns the present certificate and those above it. errs.Conflict before the first password.
func (s *Service) Certificate(ctx context.Context, id cinnabar.SealID) ([]*x509.Certificate, error) {
	v, err := getSeal(ctx, s.DB, id)
	if err != nil {
		return nil, err
	}
	k, err := getKey(ctx, s.DB, id, v.KeyVersion)
	return k.chain, err
}

// Draw draws a seal as it looks on documents.
func (s *Service) Draw(ctx context.Context, id cinnabar.SealID) (*Drawing, error) {
	v, err := getSeal(ctx, s.DB, id)
	if err != nil {
		return nil, err
	}
	return s.Artist.Draw(ctx, v.Art())
}

// Preview draws a seal that does not exist.
func (s *Service) Preview(ctx context.Context, a Art) (*Drawing, error) { return s.Artist.Draw(ctx, a) }
