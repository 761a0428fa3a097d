package procedure

import (
	"context"
	"errors"
	"slices"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// officers are the operator's roles for which cases wait in the state.
func (d *Definition) officers(s *State) []string {
	return slices.DeleteFunc(slices.Clone(s.WaitsFor), func(id string) bool { r := d.Role(id); return r == nil || !r.Operator })
}

// ForOfficers tells whether cases in a state wait for the operator's people, one of whom can handle it then.
func (d *Definition) ForOfficers(s *State) bool { return len(d.officers(s)) > 0 }

// Handles tells whether an actor who sees the case has a role at the operator for which it waits.
func (r Row) Handles(a cinnabar.Actor) bool {
	return a.Org == r.Operator && slices.ContainsFunc(r.Definition.officers(r.State), func(id string) bool { return qualifies(a, r.Definition.Role(id)) })
}

// MayHandle tells whether a person handles the case in its present state, or can: a member of the operator with a role
// for which it waits.
func (e *Engine) MayHandle(ctx context.Context, r db.Reader, c *Case, person cinnabar.PersonID) (bool, error) {
	wanted := c.Definition.officers(c.State)
	if len(wanted) == 0 || person == "" {
		return false, nil
	}
	a, err := e.members.ActorIn(ctx, r, c.Operator, person)
	if errors.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	held, err := e.roles(ctx, r, c, a)
	return intersects(wanted, held), err
}

// MayHandle is Engine.MayHandle.
func (c *Change) MayHandle(ctx context.Context, tx db.Tx, person cinnabar.PersonID) (bool, error) {
	return c.engine.MayHandle(ctx, tx, c.Case, person)
}

// keepHandler leaves the case with who handles it when it comes into another state, unless it waits there for officers
// among whom they are not: then any of these can claim it.
func (c *Change) keepHandler(ctx context.Context, tx db.Tx, old *State) error {
	if c.Assignee == "" || c.State == old || !c.Definition.ForOfficers(c.State) {
		return nil
	}
	may, err := c.MayHandle(ctx, tx, c.Assignee)
	if err == nil && !may {
		c.Note("released", c.Assignee)
		c.Assign("")
	}
	return err
}
