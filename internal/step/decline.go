package step

import (
	"context"
	"errors"
	"slices"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/signing"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
	"cinnabar/internal/procedure"
)

// Decline is a refusal to sign the document (PLT-21): the ceremony is declined and nothing more can be signed of it.
// The messages know "by" and "reason". Body: reason.
type Decline struct {
	Field string `json:"field"` // that would have been signed
	Tells string `json:"tells"` // a role that the action tells: the sender and those who signed are told the same
}

func (Decline) StepName() string { return "decline" }

func (s *steps) decline(ctx context.Context, tx db.Tx, c *procedure.Change, p Decline, _ struct{}) error {
	id, v, err := s.declinable(ctx, tx, c)
	if err != nil {
		return err
	}
	ceremony, err := s.ceremony(ctx, tx, c, id, v, p.Field)
	if err != nil {
		return err
	}
	tell, err := s.Signing.Decline(ctx, tx, ceremony.ID, c.Actor.Person, form.TextOf(c.Body, "reason"))
	if err != nil {
		return err
	}
	return s.declined(ctx, tx, c, ceremony, p.Tells, tell)
}

// DeclineSeal is a refusal to put a seal on what is signed: like Decline, and the sealing instruction ends with what was
// unlocked for it, so that no seal is put on alone (GAS-8). Body: reason.
type DeclineSeal struct {
	Tells string `json:"tells"` // as in Decline
}

func (DeclineSeal) StepName() string { return "decline-seal" }

// whoseSeal names the seal of the instruction that the actor holds; "" when they hold none, or none is chosen yet.
func (s *steps) whoseSeal(ctx context.Context, r *procedure.Request, _ DeclineSeal) (string, error) {
	var i Instruction
	r.Facts.Get(FactSealing, &i)
	for _, name := range i.order() {
		holders, err := s.Seals.Holders(ctx, i.Seals[name])
		if err != nil {
			return "", err
		}
		if slices.Contains(holders, r.Actor.Person) {
			return name, nil
		}
	}
	return "", nil
}

func (s *steps) declineSeal(ctx context.Context, tx db.Tx, c *procedure.Change, p DeclineSeal, seal string) error {
	id, v, err := s.declinable(ctx, tx, c)
	if err != nil {
		return err
	}
	var i Instruction
	if c.Facts.Get(FactSealing, &i) {
		tx.AfterCommit(func() { s.Seals.Close(i.purpose(c.Case), i.ids()...) })
	}
	who := signing.Signer{Person: c.Actor.Person, Field: i.Fields[seal]}
	ceremony, tell, err := s.Signing.DeclineAfter(ctx, tx, id, v.Digest, who, form.TextOf(c.Body, "reason"))
	if err != nil {
		return err
	}
	if seal != "" {
		c.Note("seal", seal)
	}
	return s.declined(ctx, tx, c, ceremony, p.Tells, tell)
}

// declinable is the document that lies before the actor, who must be a person.
func (s *steps) declinable(ctx context.Context, tx db.Tx, c *procedure.Change) (cinnabar.DocID, document.Version, error) {
	if c.Actor.Person == "" {
		return "", document.Version{}, errs.New(errs.Forbidden, "not-the-signer", "only a person declines to sign")
	}
	id := cinnabar.DocID(c.Facts.Text(FactDocument))
	v, err := s.Documents.Current(ctx, tx, id)
	return id, v, err
}

// declined says on the timeline and in the messages who declined what and why, and forgets what was begun.
func (s *steps) declined(ctx context.Context, tx db.Tx, c *procedure.Change, ceremony signing.Ceremony, tells string, tell []cinnabar.PersonID) error {
	for _, p := range tell {
		c.TellAlso(tells, procedure.PersonHolder(p))
	}
	c.Note("ceremony", ceremony.ID)
	c.Note("digest", ceremony.Digest)
	c.Param("by", secret.MaskName(c.Actor.Name))
	if err := errors.Join(c.Remember(FactSealing, nil), c.Remember(FactRead, nil)); err != nil {
		return err
	}
	return s.reason(ctx, tx, c, Reason{}, struct{}{})
}
