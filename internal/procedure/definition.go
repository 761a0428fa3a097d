// Package procedure is the engine: it runs cases of declared procedures and knows no business.
//
// A Definition is data: states, roles, forms, and actions whose behaviour is named as a step with
// parameters. A case keeps to the definition, by digest, under which it began.
//
// Guaranteed: an action's checks, new state, timeline entry, deadlines, messages and jobs commit
// together or not at all; a repeated request with the same idempotency key gets the first answer; a
// stale version is refused and nothing happened; what an actor may not see does not exist for them.
//
// Not guaranteed: that a step's slow part (Prepare) runs only once. It must leave nothing behind but
// unreferenced, content-addressed data.
package procedure

import (
	"encoding/json"
	"fmt"
	"time"

	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
)

// Definition declares a procedure (业务). Its canonical JSON form is its identity.
type Definition struct {
	ID       string        `json:"id"`
	Version  int           `json:"version"`
	Prefix   string        `json:"prefix"` // of case numbers
	Title    cinnabar.Text `json:"title"`
	Summary  cinnabar.Text `json:"summary"`
	Roles    []Role        `json:"roles"`
	Stages   []Stage       `json:"stages"`
	Sections []Section     `json:"sections"`
	States   []State       `json:"states"` // the first one is where a case begins
	Actions  []Action      `json:"actions"`

	// Registered procedures keep a register beside their cases: a case is begun by its business alone, which
	// enters it there (Start.With). It says nothing about how cases run, and so is no part of the identity.
	Registered bool `json:"-"`
}

// Role is what an actor can be in a case.
type Role struct {
	ID    string        `json:"id"`
	Title cinnabar.Text `json:"title"`

	// Operator roles belong to the organisation that runs the business, the others to its customers.
	Operator bool `json:"operator,omitempty"`
	// Needs are the organisation's roles of which a member must hold one; none: any member.
	Needs []string `json:"needs,omitempty"`
	// ApartFrom lists roles whose holders, and their organisations' members, may not hold this one
	// (four-eyes).
	ApartFrom []string `json:"apartFrom,omitempty"`
	// Starts tells that a holder may begin a case.
	Starts bool `json:"starts,omitempty"`
	// ForOrg tells that a holder begins a case for an organisation only: whose seals it asks for, say.
	ForOrg bool `json:"forOrg,omitempty"`
	// Assigned roles are given to departments, organisations or persons in the course of a case; the
	// operator's other ones are the whole organisation's from its start.
	Assigned bool `json:"assigned,omitempty"`
}

// Stage is a step of the way as people see it; several states can lie in one.
type Stage struct {
	ID    string        `json:"id"`
	Title cinnabar.Text `json:"title"`
	Needs cinnabar.Text `json:"needs"` // what one should have at hand
}

// Section is a form of the case that is kept as a draft until an action hands it in.
type Section struct {
	ID    string        `json:"id"`
	Title cinnabar.Text `json:"title"`
	Form  form.Schema   `json:"form"`
	// Judged sections are materials: a reviewer gives them a verdict.
	Judged bool `json:"judged,omitempty"`
	// Sees are the roles that may read the section; none: all.
	Sees []string `json:"sees,omitempty"`
}

// State is where a case can be.
type State struct {
	ID       string        `json:"id"`
	Title    cinnabar.Text `json:"title"`
	Stage    string        `json:"stage,omitempty"`    // of a final state: empty where the way was left before its end
	WaitsFor []string      `json:"waitsFor,omitempty"` // roles
	Deadline *Deadline     `json:"deadline,omitempty"`
	Final    bool          `json:"final,omitempty"`
	// Aside is a final state whose cases are left out of lists, searches and counts that do not ask for it.
	Aside bool `json:"aside,omitempty"`
}

// Deadline fires an action as the system when a case has been in its state for so long.
type Deadline struct {
	After  time.Duration `json:"after"`
	Action string        `json:"action"`
	Title  cinnabar.Text `json:"title"`
	// Warn is said so long before, or after half of the time where that is shorter; once for each deadline.
	Ahead time.Duration `json:"ahead,omitempty"`
	Warn  []Tell        `json:"warn,omitempty"`
}

// Action is what roles can do in some states (操作). It moves the case or is refused.
type Action struct {
	Name  string        `json:"name"`
	Title cinnabar.Text `json:"title"`
	Help  cinnabar.Text `json:"help,omitzero"`
	From  []string      `json:"from"`
	By    []string      `json:"by"` // roles; "system" for deadlines and jobs
	// To is the new state by the step's outcome; the outcome of an action without a step is "done". An
	// empty state means that the case stays where it is.
	To map[string]string `json:"to"`

	Form *form.Schema `json:"form,omitempty"` // of the request's body
	Step *StepRef     `json:"step,omitempty"`
	// Amends is the section that the action puts right after it was handed in: its form begins with what
	// stands there.
	Amends string `json:"amends,omitempty"`

	// Submits are the sections that the action hands in; with Materials also the asked materials. While
	// the action is open its roles may edit them; OnlyReturned limits that to what was judged
	// unqualified.
	Submits      []string `json:"submits,omitempty"`
	Materials    bool     `json:"materials,omitempty"`
	OnlyReturned bool     `json:"onlyReturned,omitempty"`

	Tell map[string][]Tell `json:"tell,omitempty"` // by outcome

	Primary bool          `json:"primary,omitempty"`
	Danger  bool          `json:"danger,omitempty"`
	Confirm cinnabar.Text `json:"confirm,omitzero"`
	// Hidden actions are for programs or for links and are not offered among a case's buttons.
	Hidden bool `json:"hidden,omitempty"`
	// Racing actions are not bound to the version that the actor has seen, only to being open: several
	// people take them at the same time (each with their own seal password).
	Racing bool `json:"racing,omitempty"`
	// Link lets somebody else take the action by a one-time link.
	Link *Link `json:"link,omitempty"`
}

// Link is whom a one-time link goes to, and what it lets them do: a single action of a single case.
type Link struct {
	From    string        `json:"from"`    // the role in which it is sent
	Role    string        `json:"role"`    // that it gives
	Seal    string        `json:"seal"`    // of the sealing instruction: it goes to a holder of that one
	Wording cinnabar.Text `json:"wording"` // what it is for, in the message
}

// Tell has a message sent to a role's holders.
type Tell struct {
	Role     string   `json:"role"`
	Template string   `json:"template"`
	Channels []string `json:"channels,omitempty"` // none: in-site only
}

// StepRef names a step and its parameters.
type StepRef struct {
	Name   string          `json:"name"`
	Params json.RawMessage `json:"params,omitempty"`
}

// Step is a typed way to write a StepRef: a value whose JSON form is the parameters.
type Step interface{ StepName() string }

// Use refers to a step by its typed parameters. It panics when they cannot be written as JSON, which
// is a mistake in the declaration.
func Use(s Step) *StepRef {
	params, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("parameters of step %s: %v", s.StepName(), err))
	}
	return &StepRef{Name: s.StepName(), Params: params}
}

// SystemRole stands in Action.By for the program itself.
const SystemRole = "system"

// Done is the outcome of a step that has only one.
const Done = "done"

// Digest identifies the definition by its canonical form.
func (d *Definition) Digest() (cinnabar.Digest, []byte, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return cinnabar.Digest{}, nil, fmt.Errorf("definition %s: %w", d.ID, err)
	}
	return cinnabar.DigestOf(body), body, nil
}

// Lookups return nil when there is no such thing.

func (d *Definition) Role(id string) *Role {
	return find(d.Roles, func(r *Role) bool { return r.ID == id })
}

func (d *Definition) State(id string) *State {
	return find(d.States, func(s *State) bool { return s.ID == id })
}

func (d *Definition) Section(id string) *Section {
	return find(d.Sections, func(s *Section) bool { return s.ID == id })
}

func (d *Definition) Action(name string) *Action {
	return find(d.Actions, func(a *Action) bool { return a.Name == name })
}

// ActionOf is the first action that takes a step.
func (d *Definition) ActionOf(s Step) *Action {
	return find(d.Actions, func(a *Action) bool { return a.Step != nil && a.Step.Name == s.StepName() })
}

func find[T any](list []T, is func(*T) bool) *T {
	for i := range list {
		if is(&list[i]) {
			return &list[i]
		}
	}
	return nil
}
