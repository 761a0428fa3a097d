package edocument

import (
	"context"
	"slices"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// Outcomes of a signer's action.
const (
	waitsForOthers = "waits"
	nextStage      = "next"
	routeDone      = "complete"
)

func (SealDocument) Outcomes() []string { return []string{waitsForOthers, nextStage, routeDone} }
func (Approve) Outcomes() []string      { return []string{waitsForOthers, nextStage, routeDone} }

// Way is a route as it runs: what became of each part. It is kept as a fact of the case.
type Way struct {
	Stages  [][]Part `json:"stages"`
	Current int      `json:"current"`
	Due     int      `json:"due"` // hours that a stage has
	// Who entered what it says. They do not approve or seal it (four eyes), unless its type lets them.
	Makers   []cinnabar.PersonID `json:"makers,omitempty"`
	SelfSign bool                `json:"selfSign,omitempty"`
	// When the departments of the present stage were reminded; zero: not yet.
	Reminded time.Time `json:"reminded,omitzero"`
}

// Part is one department's part and what became of it.
type Part struct {
	Item
	Late bool              `json:"late,omitempty"` // the time was over: the deputy may act
	Done bool              `json:"done,omitempty"`
	By   cinnabar.PersonID `json:"by,omitempty"`
	At   time.Time         `json:"at,omitzero"`
	Used cinnabar.SealID   `json:"used,omitempty"`
}

func (t *Type) way(amount cinnabar.Fen) Way {
	w := Way{Due: int(t.due() / time.Hour), SelfSign: t.SelfSign}
	r := t.route(amount)
	if r == nil {
		return w
	}
	for _, stage := range r.Stages {
		var parts []Part
		for _, item := range stage.Items {
			parts = append(parts, Part{Item: item})
		}
		w.Stages = append(w.Stages, parts)
	}
	return w
}

func (w *Way) due() time.Duration { return time.Duration(w.Due) * time.Hour }

// seals lists the names of all places that will be sealed.
func (w *Way) seals() []Part {
	var out []Part
	for _, stage := range w.Stages {
		for _, p := range stage {
			if p.Seal {
				out = append(out, p)
			}
		}
	}
	return out
}

// sealed tells whether anybody has sealed yet.
func (w *Way) sealed() bool {
	return slices.ContainsFunc(w.seals(), func(p Part) bool { return p.Done })
}

// open are the parts of the present stage that are not done.
func (w *Way) open() []*Part {
	if w.Current >= len(w.Stages) {
		return nil
	}
	var out []*Part
	stage := w.Stages[w.Current]
	for i := range stage {
		if !stage[i].Done {
			out = append(out, &stage[i])
		}
	}
	return out
}

// held are the holders of a part: the department, and its deputy if there is one who may act now.
func (p *Part) held() []procedure.Holder {
	out := []procedure.Holder{p.holder()}
	if p.Deputy != "" && (p.DeputyAtOnce || p.Late) {
		out = append(out, procedure.DepartmentHolder(p.Deputy))
	}
	return out
}

func wayOf(c *procedure.Case) (*Way, error) {
	var w Way
	if !c.Facts.Get(factRoute, &w) {
		return nil, errs.New(errs.Conflict, "no-route", "this document has no route")
	}
	return &w, nil
}

// turns are the parts that an actor is to do now, those of the actor's own departments before those that are taken
// over from others.
func (w *Way) turns(a cinnabar.Actor) (own []*Part) {
	if w.IsOwn(a) {
		return nil
	}
	var others []*Part
	for _, p := range w.open() {
		switch {
		case holds(a, p.holder()):
			own = append(own, p)
		case p.isOf(a):
			others = append(others, p)
		}
	}
	return append(own, others...)
}

// IsOwn tells whether the actor made the document and so is not one to approve or seal it.
func (w *Way) IsOwn(a cinnabar.Actor) bool {
	return !w.SelfSign && a.Person != "" && slices.Contains(w.Makers, a.Person)
}

// partFor finds the part that an actor is to do: the named one, or the first.
func (w *Way) partFor(a cinnabar.Actor, name string, seal bool) (*Part, error) {
	if w.IsOwn(a) {
		return nil, errs.New(errs.Forbidden, "own-document", "you made this document: somebody else of your department is to approve or seal it")
	}
	var wrongKind bool
	for _, p := range w.turns(a) {
		if name != "" && p.Name != name {
			continue
		}
		if p.Seal == seal {
			return p, nil
		}
		wrongKind = true
	}
	switch {
	case wrongKind && seal:
		return nil, errs.New(errs.Conflict, "no-seal-wanted", "your department only looks at this document: approve or send it back")
	case wrongKind:
		return nil, errs.New(errs.Conflict, "seal-wanted", "your department's seal is wanted: seal the document or send it back")
	}
	return nil, errs.New(errs.Conflict, "already-handled", "your department's part of this document is done already")
}

// isOf tells whether a part is the actor's: they belong to a department that holds it.
func (p *Part) isOf(a cinnabar.Actor) bool {
	return slices.ContainsFunc(p.held(), func(h procedure.Holder) bool { return holds(a, h) })
}

// holds tells whether an actor belongs to a department or organisation.
func holds(a cinnabar.Actor, h procedure.Holder) bool {
	return slices.Contains(a.Departments, h.Department()) || (h.Org() != "" && h.Org() == a.Org)
}

// madeBy adds who makes the document to those who made it before, when it was another.
func (w *Way) madeBy(c *procedure.Change) error {
	c.Facts.Get(factMakers, &w.Makers)
	if p := c.Actor.Person; p != "" && !slices.Contains(w.Makers, p) {
		w.Makers = append(w.Makers, p)
	}
	return c.Remember(factMakers, w.Makers)
}

// begin gives the present stage's departments their turn. Who comes later sees nothing before (PLT-21).
func (w *Way) begin(ctx context.Context, tx db.Tx, c *procedure.Change) error {
	for _, p := range w.open() {
		for _, h := range p.held() {
			if err := c.Grant(ctx, tx, procedure.Grant{Role: Signer, Holder: h}); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle marks a part as done, takes the turn from its departments, which can read on, and goes on to the
// next stage when it was the last.
func (w *Way) settle(ctx context.Context, tx db.Tx, c *procedure.Change, p *Part, used cinnabar.SealID) error {
	p.Done, p.By, p.At, p.Used = true, c.Actor.Person, c.At, used
	if err := w.release(ctx, tx, c, p); err != nil {
		return err
	}
	c.Outcome(waitsForOthers)
	if len(w.open()) == 0 {
		w.Current++
		w.Reminded = time.Time{}
		c.Outcome(nextStage)
		if w.Current >= len(w.Stages) {
			c.Outcome(routeDone)
		} else if err := c.Extend(ctx, tx, c.At.Add(w.due())); err != nil {
			return err
		}
		if err := w.begin(ctx, tx, c); err != nil {
			return err
		}
	}
	return c.Remember(factRoute, w)
}

// release takes the turn from the holders of a part, but those who hold another open part. Who did a part reads on.
func (w *Way) release(ctx context.Context, tx db.Tx, c *procedure.Change, p *Part) error {
	for _, h := range p.held() {
		if slices.ContainsFunc(w.open(), func(o *Part) bool { return slices.Contains(o.held(), h) }) {
			continue
		}
		had := slices.ContainsFunc(c.Grants, func(g procedure.Grant) bool { return g.Role == Signer && g.Holder == h })
		if !had {
			continue
		}
		if err := c.Withdraw(ctx, tx, procedure.Grant{Role: Signer, Holder: h}); err != nil {
			return err
		}
		if !w.did(h) {
			continue
		}
		if err := c.Grant(ctx, tx, procedure.Grant{Role: Handled, Holder: h}); err != nil {
			return err
		}
	}
	return nil
}

// did tells whether a holder had a part that is done.
func (w *Way) did(h procedure.Holder) bool {
	return slices.ContainsFunc(slices.Concat(w.Stages...), func(p Part) bool { return p.Done && slices.Contains(p.held(), h) })
}

// stop takes the turn from everybody, when a document goes back to its creator; those who did nothing are told.
func (w *Way) stop(ctx context.Context, tx db.Tx, c *procedure.Change) error {
	for _, g := range c.Grants {
		if g.Role == Signer && !w.did(g.Holder) {
			c.TellAlso(Signer, g.Holder)
		}
	}
	if present := w.Current; present < len(w.Stages) {
		w.Current = len(w.Stages) // nothing is open any more
		for i := range w.Stages[present] {
			if err := w.release(ctx, tx, c, &w.Stages[present][i]); err != nil {
				return err
			}
		}
	}
	return c.Remember(factRoute, nil)
}
