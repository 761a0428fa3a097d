package procedure

import (
	"context"
	"slices"
	"strings"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Marks are what identifies a person as a party beyond the account: organisations that the person
// belongs to, keyed digests of numbers.
type Marks interface {
	// Marks returns the marks of a person, as OrgHolder and NumberMark make them.
	Marks(ctx context.Context, r db.Reader, person cinnabar.PersonID) ([]string, error)
}

const byNumber = "idx:"

// NumberMark is the mark of whoever has a number, by the vault's index of it.
func NumberMark(index string) string { return byNumber + index }

// errNotFound is the answer for what does not exist and for what one may not see: they are the same.
var errNotFound = errs.New(errs.NotFound, "case-not-found", "there is no such case")

// holders are the names under which an actor can hold a role. A person acting for an organisation
// holds what the organisation and the person's departments there hold and what was given to the person in person.
func holders(a cinnabar.Actor) []Holder {
	var out []Holder
	if a.Person != "" {
		out = append(out, PersonHolder(a.Person))
	}
	if a.Org != "" {
		out = append(out, OrgHolder(a.Org))
	}
	for _, d := range a.Departments {
		out = append(out, DepartmentHolder(d))
	}
	return out
}

// HoldersOf are the holders of what an actor may see: whoever tells of changes to these tells the actor.
func HoldersOf(a cinnabar.Actor) []Holder { return holders(a) }

// heldBy are the holders by which the actor has a role: in person whatever the membership, by an organisation or a
// department with one of the roles there that it needs.
func heldBy(a cinnabar.Actor, role *Role) []Holder {
	if qualifies(a, role) {
		return holders(a)
	}
	return slices.DeleteFunc(holders(a), func(h Holder) bool { return h.Person() == "" })
}

// rule says by which holders an actor has which roles in the cases of a procedure, unless they are a party as apart.
type rule struct {
	procedure string
	roles     []string
	holders   []Holder
	apart     []string
}

// rules are those of the roles of a procedure ("": of all), as its newest version has them; role "" is any.
func (e *Engine) rules(a cinnabar.Actor, procedure, role string) (out []rule) {
	if a.Kind != cinnabar.Member && a.Kind != cinnabar.APIKey {
		return nil
	}
	for _, d := range e.Definitions() {
		for i := range d.Roles {
			r := &d.Roles[i]
			mine := heldBy(a, r)
			if len(mine) == 0 || (procedure != "" && d.ID != procedure) || (role != "" && r.ID != role) {
				continue
			}
			same := slices.IndexFunc(out, func(x rule) bool {
				return x.procedure == d.ID && slices.Equal(x.holders, mine) && slices.Equal(x.apart, r.ApartFrom)
			})
			if same < 0 {
				out, same = append(out, rule{procedure: d.ID, holders: mine, apart: r.ApartFrom}), len(out)
			}
			out[same].roles = append(out[same].roles, r.ID)
		}
	}
	return out
}

// byHolders joins rules of the same holders, whatever their procedure and whoever is kept apart.
func byHolders(rules []rule) (out []rule) {
	for _, r := range rules {
		same := slices.IndexFunc(out, func(x rule) bool { return slices.Equal(x.holders, r.holders) })
		if same < 0 {
			out, same = append(out, rule{holders: r.holders}), len(out)
		}
		for _, role := range r.roles {
			if !slices.Contains(out[same].roles, role) {
				out[same].roles = append(out[same].roles, role)
			}
		}
	}
	return out
}

// roles decides which roles an actor has in a case: showing and acting come here. Lists ask the database the same by
// the same rules.
func (e *Engine) roles(ctx context.Context, r db.Reader, c *Case, a cinnabar.Actor) ([]string, error) {
	switch a.Kind {
	case cinnabar.System:
		return []string{SystemRole}, nil
	case cinnabar.Link:
		if a.Case == c.ID {
			return []string{a.Role}, nil
		}
		return nil, nil
	case cinnabar.Member, cinnabar.APIKey:
	default:
		return nil, nil
	}
	var out []string
	now := e.clock.Now()
	for _, g := range c.Grants {
		role := c.Definition.Role(g.Role)
		if role == nil || !slices.Contains(heldBy(a, role), g.Holder) || (!g.Until.IsZero() && !g.Until.After(now)) {
			continue
		}
		apart, err := e.isApart(ctx, r, c, role, a)
		if err != nil {
			return nil, err
		}
		if apart && !slices.Contains(out, g.Role) {
			out = append(out, g.Role)
		}
	}
	return out, nil
}

// qualifies tells whether a member's roles in the organisation are enough for a role of the case.
func qualifies(a cinnabar.Actor, role *Role) bool {
	return len(role.Needs) == 0 || slices.ContainsFunc(role.Needs, a.HasRole)
}

// isApart enforces four-eyes: the actor is no party in a role from which this one is kept apart.
func (e *Engine) isApart(ctx context.Context, r db.Reader, c *Case, role *Role, a cinnabar.Actor) (bool, error) {
	if len(role.ApartFrom) == 0 {
		return true, nil
	}
	marks, err := e.marksOf(ctx, r, a)
	if err != nil {
		return false, err
	}
	// An organisation is no party to its own business by running it.
	marks = slices.DeleteFunc(marks, func(m string) bool { return m == string(OrgHolder(c.Operator)) })
	parties, err := parties(ctx, r, c.ID)
	if err != nil {
		return false, err
	}
	for _, p := range parties {
		if slices.Contains(role.ApartFrom, p.role) && slices.Contains(marks, p.mark) {
			return false, nil
		}
	}
	return true, nil
}

// marksOf are all the marks by which an actor is recognised as a party.
func (e *Engine) marksOf(ctx context.Context, r db.Reader, a cinnabar.Actor) ([]string, error) {
	if a.Person == "" {
		return names(holders(a), func(h Holder) string { return string(h) }), nil
	}
	marks, err := e.marks.Marks(ctx, r, a.Person)
	return append(marks, string(PersonHolder(a.Person))), err
}

// ByNumber tells whether the actor is a party in a role by a number of their own (MarkParty), and not only by belonging
// to an organisation.
func (c *Change) ByNumber(ctx context.Context, tx db.Tx, role string) (bool, error) {
	marks, err := c.engine.marksOf(ctx, tx, c.Actor)
	if err != nil {
		return false, err
	}
	list, err := parties(ctx, tx, c.ID)
	return slices.ContainsFunc(list, func(p party) bool {
		return p.role == role && strings.HasPrefix(p.mark, byNumber) && slices.Contains(marks, p.mark)
	}), err
}

// openActions are those that an actor with these roles can take in the case now.
func (e *Engine) openActions(c *Case, roles []string, a cinnabar.Actor) []*Action {
	var out []*Action
	for i := range c.Definition.Actions {
		action := &c.Definition.Actions[i]
		if intersects(action.By, roles) && e.isOffered(c, action, a) {
			out = append(out, action)
		}
	}
	return out
}

// isOffered tells whether an action leads anywhere in the case now.
func (e *Engine) isOffered(c *Case, action *Action, a cinnabar.Actor) bool {
	if !slices.Contains(action.From, c.State.ID) {
		return false
	}
	if action.Step == nil {
		return true
	}
	o, ok := e.handlers[action.Step.Name].(Offering)
	return !ok || o.Offered(c, action, a)
}

func intersects(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// View is a case as one actor sees it.
type View struct {
	*Case
	Roles []string  // of the actor in the case
	Open  []*Action // to the actor, in the present state
}

// View reads a case for an actor. It fails with errs.NotFound when the case does not exist or the
// actor has no role in it.
func (e *Engine) View(ctx context.Context, id cinnabar.CaseID, a cinnabar.Actor) (*View, error) {
	return e.view(ctx, e.db, id, a)
}

func (e *Engine) view(ctx context.Context, r db.Reader, id cinnabar.CaseID, a cinnabar.Actor) (*View, error) {
	c, err := e.load(ctx, r, id, "")
	if err != nil {
		return nil, err
	}
	roles, err := e.roles(ctx, r, c, a)
	if err != nil {
		return nil, err
	}
	if len(roles) == 0 {
		return nil, errNotFound
	}
	v := &View{Case: c, Roles: roles, Open: e.openActions(c, roles, a)}
	for _, action := range v.Open {
		if action.Materials { // those of the drafts: who edits them sees what they lead to
			c.Materials, err = e.asked(ctx, r, c, action, func(id string) map[string]any { return c.Sections[id].Current() })
		}
	}
	return v, err
}

// MaySee tells whether roles may read a section.
func (s *Section) MaySee(roles []string) bool {
	return len(s.Sees) == 0 || intersects(s.Sees, roles)
}

// EditableSection tells whether the viewer may now edit a section.
func (v *View) EditableSection(id string) bool {
	return slices.ContainsFunc(v.Open, func(a *Action) bool {
		if !slices.Contains(a.Submits, id) {
			return false
		}
		m := v.materialOf(id)
		return !a.OnlyReturned || (m != nil && m.Verdict == Unqualified)
	})
}

// EditableMaterial tells whether the viewer may now change the files of a material: in a correction of the unqualified
// ones, and of those that the correction itself asks for.
func (v *View) EditableMaterial(m *Material) bool {
	return m.Section == "" && slices.ContainsFunc(v.Open, func(a *Action) bool {
		return a.Materials && (!a.OnlyReturned || m.Verdict == Unqualified || (m.Verdict == Unjudged && m.Required))
	})
}

// CanTake tells whether an action is open to the viewer.
func (v *View) CanTake(action string) bool { return slices.Contains(v.OpenNames(), action) }

// OpenNames are the names of the actions open to the viewer.
func (v *View) OpenNames() []string { return actionNames(v.Open) }
