package step

import (
	"context"
	"slices"
	"time"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/audit"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// Judge is a reviewer's verdicts on the materials (GAS-9). Body: verdicts.
type Judge struct{}

func (Judge) StepName() string { return "judge" }

// Outcomes of Judge.
const (
	Qualified   = "qualified"
	Unqualified = "unqualified"
)

func (Judge) Outcomes() []string { return []string{Qualified, Unqualified} }

func (s *steps) judge(ctx context.Context, tx db.Tx, c *procedure.Change, _ Judge, _ struct{}) error {
	var list []procedure.Judgement
	var returned []map[string]any
	rows, _ := c.Body["verdicts"].([]any)
	for _, row := range rows {
		entry, _ := row.(map[string]any)
		j := procedure.Judgement{Material: form.TextOf(entry, "material"), Verdict: procedure.Verdict(form.TextOf(entry, "verdict")), Reason: form.TextOf(entry, "reason")}
		list = append(list, j)
	}
	all, err := c.Judge(ctx, tx, list)
	if err != nil {
		return err
	}
	for _, m := range c.Materials {
		if m.Verdict == procedure.Unqualified {
			returned = append(returned, map[string]any{"name": m.Name, "title": m.Title, "reason": m.Reason})
		}
	}
	c.Note("verdicts", list)
	c.Outcome(Qualified)
	if !all {
		c.Outcome(Unqualified)
		c.Param("materials", returned)
	}
	return nil
}

// Reason is an action whose reason stands on the timeline and in the message. Body: reason.
type Reason struct{}

func (Reason) StepName() string { return "reason" }

func (s *steps) reason(_ context.Context, _ db.Tx, c *procedure.Change, _ Reason, _ struct{}) error {
	if reason := form.TextOf(c.Body, "reason"); reason != "" {
		c.NotePersonal("reason", reason)
		c.Param("reason", reason)
	}
	return nil
}

// Assign gives the case to an officer for whose role it waits: to oneself, or by MayReassign to another; an empty name
// gives it back (GAS-15). Body: to.
type Assign struct {
	MayReassign string `json:"mayReassign"` // the role that may give cases to others
}

func (Assign) StepName() string { return "assign" }

// By tells whether somebody with these roles gives cases to others.
func (p Assign) By(roles []string) bool { return slices.Contains(roles, p.MayReassign) }

func (s *steps) assign(ctx context.Context, tx db.Tx, c *procedure.Change, p Assign, _ struct{}) error {
	to := cinnabar.PersonID(form.TextOf(c.Body, "to"))
	if to == "me" {
		to = c.Actor.Person
	}
	own := to == c.Actor.Person && c.Assignee == ""
	release := to == "" && c.Assignee == c.Actor.Person
	if !own && !release && !p.By(c.Roles) {
		return errs.New(errs.Forbidden, "not-yours-to-assign", "only a supervisor gives a case from one officer to another")
	}
	if to != "" {
		may, err := c.MayHandle(ctx, tx, to)
		if err != nil {
			return err
		}
		if !may {
			return errs.Wrong(errs.Field{Pointer: "/to", Code: "not-allowed"})
		}
	}
	c.Note("to", to)
	c.Assign(to)
	return nil
}

// Unmask shows somebody what is masked in the case, entries and pictures, for a day: who and why stand on the timeline and
// in the audit log (PLT-3), and only then is it shown. Body: reason.
type Unmask struct{}

func (Unmask) StepName() string { return "unmask" }

// unmaskedFor is how long one reason opens a case.
const unmaskedFor = 24 * time.Hour

func (s *steps) unmask(ctx context.Context, tx db.Tx, c *procedure.Change, _ Unmask, none struct{}) error {
	since := map[string]time.Time{}
	c.Facts.Get(FactUnmasked, &since)
	since[filestore.Uploader(c.Actor)] = c.At
	if err := c.Remember(FactUnmasked, since); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, audit.Entry{At: c.At, Actor: c.Actor, Action: "case.unmask", Object: string(c.ID)}); err != nil {
		return err
	}
	return s.reason(ctx, tx, c, Reason{}, none)
}

// Unmasked tells whether the actor has said lately why they look at what is masked in the case.
func Unmasked(c *procedure.Case, a cinnabar.Actor, now time.Time) bool {
	since := map[string]time.Time{}
	return c.Facts.Get(FactUnmasked, &since) && now.Before(since[filestore.Uploader(a)].Add(unmaskedFor))
}
