package edocument

import (
	"context"
	"slices"
	"time"

	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
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

// AskVoid asks the departments that sealed a complete document whether it may be voided; where none did it is
// voided at once. Body: reason.
type AskVoid struct{}

func (AskVoid) StepName() string { return "edoc-ask-void" }

func (s *Service) askVoid(ctx context.Context, tx db.Tx, c *procedure.Change, _ AskVoid, _ struct{}) error {
	if VoidingOf(c.Case) != nil {
		return errs.New(errs.Conflict, "voiding-asked", "this was asked already, and some departments have not answered")
	}
	reason := form.TextOf(c.Body, "reason")
	w := WayOf(c.Case)
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
	v, err := voidingFor(c)
	if err != nil {
		return err
	}
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
	if _, err := voidingFor(c); err != nil {
		return err
	}
	reason := form.TextOf(c.Body, "reason")
	c.NotePersonal("reason", reason)
	c.Param("reason", reason)
	return s.keep(ctx, tx, c)
}

// WithdrawVoid takes the request back.
type WithdrawVoid struct{}

func (WithdrawVoid) StepName() string { return "edoc-withdraw-void" }

func (s *Service) withdrawVoid(ctx context.Context, tx db.Tx, c *procedure.Change, _ WithdrawVoid, _ struct{}) error {
	if VoidingOf(c.Case) == nil {
		return errNoVoiding
	}
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
	return s.Mirror.Write(ctx, tx, t.Database, e.mirrored())
}

var errNoVoiding = errs.New(errs.Conflict, "no-voiding", "nobody asks to void this document")

// VoidingOf is the request to void a document that waits for answers; nil when there is none.
func VoidingOf(c *procedure.Case) *Voiding {
	var v Voiding
	if c.State.ID != Completed || !c.Facts.Get(factVoiding, &v) {
		return nil
	}
	return &v
}

// voidingFor is the request in which the actor's department has yet to speak.
func voidingFor(c *procedure.Change) (*Voiding, error) {
	v := VoidingOf(c.Case)
	switch {
	case v == nil:
		return nil, errNoVoiding
	case !v.waitsFor(c.Case, c.Actor):
		return nil, errs.New(errs.Conflict, "already-handled", "your department has answered already, or did not seal this document")
	}
	return v, nil
}

// waitsFor tells whether a department of the actor has yet to speak.
func (v *Voiding) waitsFor(c *procedure.Case, a cinnabar.Actor) bool { return len(v.open(c, a)) > 0 }

// OpenActions names the actions that are open to an actor and lead anywhere now: in one state a voiding is asked
// for, and another answered.
func OpenActions(v *procedure.View, a cinnabar.Actor) []string {
	now := VoidingOf(v.Case)
	return slices.DeleteFunc(append([]string{}, v.OpenNames()...), func(action string) bool {
		switch action {
		case "ask-void":
			return now != nil
		case "withdraw-void":
			return now == nil
		case "agree-void", "decline-void":
			return now == nil || !now.waitsFor(v.Case, a)
		}
		return false
	})
}

// open are the places of the parts for which the actor can speak: of a department that sealed, or of its deputy
// who could.
func (v *Voiding) open(c *procedure.Case, a cinnabar.Actor) (out []int) {
	w := WayOf(c)
	for _, p := range w.seals() {
		i := slices.IndexFunc(v.Parts, func(x Consent) bool { return x.Name == p.Name && !x.Agreed })
		if i >= 0 && slices.ContainsFunc(p.held(), func(h procedure.Holder) bool { return holds(a, h) }) {
			out = append(out, i)
		}
	}
	return out
}
