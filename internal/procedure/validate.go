package procedure

import (
	"errors"
	"fmt"
	"slices"

	"cinnabar/internal/capability/form"
)

// Validate reports everything in the definition that refers to something undeclared, cannot be
// reached, or cannot be left.
func (d *Definition) Validate() error {
	v := validation{d: d}
	if d.ID == "" || d.Version < 1 || d.Prefix == "" || len(d.States) == 0 {
		v.fault("a definition needs an id, a version, a number prefix and states")
	}
	v.unique("role", names(d.Roles, func(r Role) string { return r.ID }))
	v.unique("stage", names(d.Stages, func(s Stage) string { return s.ID }))
	v.unique("section", names(d.Sections, func(s Section) string { return s.ID }))
	v.unique("state", names(d.States, func(s State) string { return s.ID }))
	v.unique("action", names(d.Actions, func(a Action) string { return a.Name }))
	for _, r := range d.Roles {
		v.declared("role "+r.ID+": apart from", r.ApartFrom)
	}
	for _, s := range d.Sections {
		v.declared("section "+s.ID+": seen by", s.Sees)
		v.form("section "+s.ID, &s.Form)
	}
	for _, s := range d.States {
		v.state(s)
	}
	for _, a := range d.Actions {
		v.action(a)
	}
	v.reachable()
	return errors.Join(v.faults...)
}

type validation struct {
	d      *Definition
	faults []error
}

func (v *validation) fault(format string, args ...any) {
	v.faults = append(v.faults, fmt.Errorf("procedure %s: "+format, append([]any{v.d.ID}, args...)...))
}

func (v *validation) unique(what string, ids []string) {
	seen := map[string]bool{}
	for _, id := range ids {
		if id == "" || seen[id] {
			v.fault("%s %q is empty or declared twice", what, id)
		}
		seen[id] = true
	}
}

func (v *validation) roles(where string, roles []string) {
	for _, r := range roles {
		if r != SystemRole && v.d.Role(r) == nil {
			v.fault("%s: no role %q", where, r)
		}
	}
}

// declared roles are those that people hold.
func (v *validation) declared(where string, roles []string) {
	for _, r := range roles {
		if v.d.Role(r) == nil {
			v.fault("%s: no role %q", where, r)
		}
	}
}

func (v *validation) form(where string, f *form.Schema) {
	if err := f.Validate(); err != nil {
		v.fault("%s: its form: %w", where, err)
	}
}

func (v *validation) state(s State) {
	where := "state " + s.ID
	v.roles(where, s.WaitsFor)
	left := s.Final && s.Stage == ""
	if !left && find(v.d.Stages, func(g *Stage) bool { return g.ID == s.Stage }) == nil {
		v.fault("%s: no stage %q", where, s.Stage)
	}
	if s.Deadline != nil {
		a := v.d.Action(s.Deadline.Action)
		if a == nil || !slices.Contains(a.From, s.ID) || !slices.Contains(a.By, SystemRole) {
			v.fault("%s: its deadline's action %q is not open to the system there", where, s.Deadline.Action)
		}
		for _, t := range s.Deadline.Warn {
			v.declared(where+": warns", []string{t.Role})
		}
	}
	if s.Aside && !s.Final {
		v.fault("%s is aside and not final", where)
	}
	leaves := slices.ContainsFunc(v.d.Actions, func(a Action) bool { return slices.Contains(a.From, s.ID) && a.moves() })
	if !leaves && !s.Final {
		v.fault("%s cannot be left and is not final", where)
	}
}

// moves tells whether some outcome changes the state.
func (a *Action) moves() bool {
	for _, to := range a.To {
		if to != "" {
			return true
		}
	}
	return false
}

func (v *validation) action(a Action) {
	where := "action " + a.Name
	v.roles(where, a.By)
	if a.Link != nil && (v.d.Role(a.Link.From) == nil || !slices.Contains(a.By, a.Link.Role) || a.Link.Wording.Zh == "") {
		v.fault("%s: its link is from nobody, gives a role that cannot take the action, or has no wording", where)
	}
	if len(a.By) == 0 || len(a.From) == 0 || len(a.To) == 0 {
		v.fault("%s needs roles, states to be open in, and outcomes", where)
	}
	for _, s := range a.From {
		if v.d.State(s) == nil {
			v.fault("%s: no state %q", where, s)
		}
	}
	for outcome, s := range a.To {
		if s != "" && v.d.State(s) == nil {
			v.fault("%s: outcome %q leads to no state %q", where, outcome, s)
		}
	}
	if _, plain := a.To[Done]; a.Step == nil && !plain {
		v.fault("%s has no step and so needs the outcome %q", where, Done)
	}
	if a.Form != nil {
		v.form(where, a.Form)
	}
	for _, s := range a.Submits {
		if v.d.Section(s) == nil {
			v.fault("%s: no section %q", where, s)
		}
	}
	if a.Amends != "" && v.d.Section(a.Amends) == nil {
		v.fault("%s: no section %q", where, a.Amends)
	}
	for outcome, tells := range a.Tell {
		if _, ok := a.To[outcome]; !ok {
			v.fault("%s: tells on outcome %q, which it does not have", where, outcome)
		}
		for _, t := range tells {
			v.declared(where+": tells", []string{t.Role})
		}
	}
}

func (v *validation) reachable() {
	if len(v.d.States) == 0 {
		return
	}
	seen := map[string]bool{v.d.States[0].ID: true}
	for grown := true; grown; {
		grown = false
		for _, a := range v.d.Actions {
			if !slices.ContainsFunc(a.From, func(s string) bool { return seen[s] }) {
				continue
			}
			for _, to := range a.To {
				if to != "" && !seen[to] {
					seen[to], grown = true, true
				}
			}
		}
	}
	for _, s := range v.d.States {
		if !seen[s.ID] {
			v.fault("state %s cannot be reached", s.ID)
		}
	}
}

func names[T any](list []T, name func(T) string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = name(v)
	}
	return out
}
