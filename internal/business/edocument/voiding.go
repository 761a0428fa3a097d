package edocument

import (
	"context"
	"slices"
	"time"

	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/procedure"
)

// Voiding is a request to void a complete document, which stays in force until every department that sealed it has
// agreed (PLT-23).
type Voiding struct {
	Asked time.Time `json:"askedAt"`
	Parts []Consent `json:"parts" doc:"The departments that sealed it."`
}

// Consent is a department's word on a voiding.
type Consent struct {
	Name       string                `json:"name" doc:"The part of the route."`
	Department cinnabar.DepartmentID `json:"department,omitempty"`
	Org        cinnabar.OrgID        `json:"org,omitempty"`
	Agreed     bool                  `json:"agreed"`
}

// Outcomes of a voiding's actions.
const (
	voidingWaits = "waits"
	voidingDone  = "voided"
)

func (AskVoid) Outcomes() []string   { return []string{voidingWaits, voidingDone} }
func (AgreeVoid) Outcomes() []string { return []string{voidingWaits, voidingDone} }

// A voiding is asked for while none is, and answered once by each department while one is.

func (AskVoid) Offered(c *procedure.Case, _ cinnabar.Actor) bool      { return VoidingOf(c) == nil }
func (WithdrawVoid) Offered(c *procedure.Case, _ cinnabar.Actor) bool { return VoidingOf(c) != nil }
func (AgreeVoid) Offered(c *procedure.Case, a cinnabar.Actor) bool {
	return VoidingOf(c).waitsFor(c, a)
}

func (DeclineVoid) Offered(c *procedure.Case, a cinnabar.Actor) bool {
	return VoidingOf(c).waitsFor(c, a)
}

// AskVoid asks the departments that sealed a complete document whether it may be voided; where none did it is
// voided at once. Body: reason.
type AskVoid struct{}

func (AskVoid) StepName() string { return "edoc-ask-void" }

func (s *Service) askVoid(ctx context.Context, tx db.Tx, c *procedure.Change, _ AskVoid, _ struct{}) error {
	reason := form.TextOf(c.Body, "reason")
	w := WayOf(c.Facts)
	v := Voiding{Asked: c.At}
	for _, p := range w.seals() {
		v.Parts = append(v.Parts, Consent{Name: p.Name, Department: p.Department, Org: p.Org})
	}
	if len(v.Parts) == 0 {
		c.Outcome(voidingDone)
		return s.end(ctx, tx, c, reason)
	}
	c.Outcome(voidingWaits)
	c.NotePersonal("reason", reason)
	c.Param("reason", reason)
	if err := c.Remember(factVoiding, v); err != nil {
		return err
	}
	return s.noteReason(ctx, tx, c, reason)
}

// AgreeVoid is the word of one department; with the last one the document is voided.
type AgreeVoid struct{}

func (AgreeVoid) StepName() string { return "edoc-agree-void" }

func (s *Service) agreeVoid(ctx context.Context, tx db.Tx, c *procedure.Change, _ AgreeVoid, _ struct{}) error {
	v := VoidingOf(c.Case)
	var agreed []string
	for _, i := range v.open(c.Case, c.Actor) {
		v.Parts[i].Agreed = true
		agreed = append(agreed, v.Parts[i].Name)
	}
	c.Note("parts", agreed)
	if slices.ContainsFunc(v.Parts, func(p Consent) bool { return !p.Agreed }) {
		c.Outcome(voidingWaits)
		return c.Remember(factVoiding, v)
	}
	c.Outcome(voidingDone)
	e, err := readEntry(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	c.Param("reason", e.Reason)
	return s.end(ctx, tx, c, e.Reason)
}

// DeclineVoid leaves the document in force. Body: reason.
type DeclineVoid struct{}

func (DeclineVoid) StepName() string { return "edoc-decline-void" }

func (s *Service) declineVoid(ctx context.Context, tx db.Tx, c *procedure.Change, _ DeclineVoid, _ struct{}) error {
	reason := form.TextOf(c.Body, "reason")
	c.NotePersonal("reason", reason)
	c.Param("reason", reason)
	return s.keep(ctx, tx, c)
}

// WithdrawVoid takes the request back.
type WithdrawVoid struct{}

func (WithdrawVoid) StepName() string { return "edoc-withdraw-void" }

func (s *Service) withdrawVoid(ctx context.Context, tx db.Tx, c *procedure.Change, _ WithdrawVoid, _ struct{}) error {
	return s.keep(ctx, tx, c)
}

// keep ends a voiding that does not come about.
func (s *Service) keep(ctx context.Context, tx db.Tx, c *procedure.Change) error {
	if err := c.Remember(factVoiding, nil); err != nil {
		return err
	}
	return s.noteReason(ctx, tx, c, "")
}

// noteReason writes why a document is to be voided; its state is the former one, and nobody is told of a new one.
func (s *Service) noteReason(ctx context.Context, tx db.Tx, c *procedure.Change, reason string) error {
	e, err := readEntry(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	e.Reason, e.Updated = reason, c.At
	if err := updateEntry(ctx, tx, &e); err != nil {
		return err
	}
	t, err := s.TypeOf(ctx, tx, c.Operator, e.Type)
	if err != nil {
		return err
	}
	return s.index(ctx, tx, t, &e)
}

// VoidingOf is the request to void a document that waits for answers; nil when there is none.
func VoidingOf(c *procedure.Case) *Voiding {
	var v Voiding
	if c.State.ID != Completed || !c.Facts.Get(factVoiding, &v) {
		return nil
	}
	return &v
}

// waitsFor tells whether a department of the actor has yet to speak; not when there is no voiding.
func (v *Voiding) waitsFor(c *procedure.Case, a cinnabar.Actor) bool {
	return v != nil && len(v.open(c, a)) > 0
}

// open are the places of the parts for which the actor can speak: of a department that sealed, or of its deputy
// who could.
func (v *Voiding) open(c *procedure.Case, a cinnabar.Actor) (out []int) {
	w := WayOf(c.Facts)
	for _, p := range w.seals() {
		i := slices.IndexFunc(v.Parts, func(x Consent) bool { return x.Name == p.Name && !x.Agreed })
		if i >= 0 && p.isOf(a) {
			out = append(out, i)
		}
	}
	return out
}
