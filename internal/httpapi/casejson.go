package httpapi

import (
	"encoding/json"
	"slices"
	"time"

	"cinnabar/internal/capability/registry"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// Titled is an identifier with its wording.
type Titled struct {
	ID    string        `json:"id"`
	Title cinnabar.Text `json:"title"`
}

// CaseRow is a case in a list.
type CaseRow struct {
	ID        cinnabar.CaseID `json:"id"`
	Number    string          `json:"number"`
	Procedure Titled          `json:"procedure"`
	Title     string          `json:"title" doc:"Names of the parties, masked."`
	State     CaseState       `json:"state"`
	Version   int64           `json:"version"`
	WaitsFor  []Titled        `json:"waitsFor"`
	Deadline  *time.Time      `json:"deadline,omitempty"`
	Assignee  *PersonRef      `json:"assignee,omitempty"`
	CreatedAt time.Time       `json:"createdAt"`
	UpdatedAt time.Time       `json:"updatedAt"`
	EnteredAt time.Time       `json:"enteredAt" doc:"Since when the case is in its state."`
	Officers  bool            `json:"waitsForOfficers" doc:"Whether the case waits for the operator's people, one of whom can have it."`
	Handles   bool            `json:"handles" doc:"Whether the case waits for an officer's role that the caller has: nobody else can claim it."`
}

// CaseState is where a case is.
type CaseState struct {
	ID    string        `json:"id"`
	Title cinnabar.Text `json:"title"`
	Stage string        `json:"stage" doc:"Empty in a final state in which the way was left before its end."`
	Final bool          `json:"final"`
	Aside bool          `json:"aside,omitempty" doc:"Left out of lists that do not ask for the state."`
}

// PersonRef names a person.
type PersonRef struct {
	ID   cinnabar.PersonID `json:"id"`
	Name string            `json:"name"`
}

// Case is a case as the caller sees it.
type Case struct {
	CaseRow
	Operator   cinnabar.OrgID             `json:"operator" doc:"The organisation that runs the business."`
	Roles      []string                   `json:"roles" doc:"Of the caller in the case."`
	Stages     []StageView                `json:"stages"`
	Parties    []Party                    `json:"parties"`
	Handler    *HandlerRef                `json:"handler,omitempty" doc:"Who handles the case."`
	ExpectedAt *time.Time                 `json:"expectedAt,omitempty" doc:"Until when the officer whose turn it is is to answer; none while it is the customer's turn."`
	Deadlines  []DeadlineView             `json:"deadlines"`
	Assurance  *Assurance                 `json:"assurance,omitempty"`
	Registry   *registry.Outcome          `json:"registry,omitempty" doc:"What a register of companies says of the applicant's data: unverified, match, differs (and in which fields), unknown."`
	Sections   []SectionView              `json:"sections"`
	Materials  []MaterialView             `json:"materials"`
	Documents  []DocumentView             `json:"documents"`
	Actions    []ActionView               `json:"actions" doc:"Open to the caller now."`
	From       cinnabar.CaseID            `json:"from,omitempty"`
	Masked     bool                       `json:"masked" doc:"Personal entries and pictures are masked for the caller until they take the action unmask, which asks for a reason."`
	Facts      map[string]json.RawMessage `json:"facts" doc:"What the steps remember, without personal data."`
}

// StageView is a stage of the way.
type StageView struct {
	ID     string        `json:"id"`
	Title  cinnabar.Text `json:"title"`
	Needs  cinnabar.Text `json:"needs"`
	Status string        `json:"status" enum:"done,current,later"`
}

// Party is somebody with a role in the case.
type Party struct {
	Role  string        `json:"role"`
	Title cinnabar.Text `json:"title"`
	Name  string        `json:"name"`
	Org   bool          `json:"org"`
}

// HandlerRef says whom to ask.
type HandlerRef struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Org   string `json:"org"`
}

// DeadlineView is a running deadline.
type DeadlineView struct {
	Name  string        `json:"name"`
	Title cinnabar.Text `json:"title"`
	Due   time.Time     `json:"due"`
}

// Assurance is how surely the applicant's identity is known, and what that rests on.
type Assurance struct {
	Level     string        `json:"level"`
	Basis     string        `json:"basis,omitempty" enum:"pictures,video,counter" doc:"What an officer's decision rests on."`
	Score     *float64      `json:"score,omitempty" doc:"How alike the faces are, where they were compared."`
	Threshold float64       `json:"threshold,omitempty"`
	Text      cinnabar.Text `json:"text"`
}

// SectionView is a form of the case.
type SectionView struct {
	ID       string          `json:"id"`
	Title    cinnabar.Text   `json:"title"`
	Schema   json.RawMessage `json:"schema"`
	UI       json.RawMessage `json:"ui"`
	Data     map[string]any  `json:"data" doc:"What was handed in last; personal entries are masked unless the section is editable."`
	Draft    map[string]any  `json:"draft,omitempty"`
	Former   map[string]any  `json:"former,omitempty" doc:"What was handed in before, to show what changed."`
	Revision int64           `json:"revision"`
	Editable bool            `json:"editable"`
	Complete bool            `json:"complete"`
	Errors   []errs.Field    `json:"errors"`
	Judged   *VerdictView    `json:"judged,omitempty"`
}

// VerdictView is a reviewer's judgement.
type VerdictView struct {
	Material string            `json:"material"`
	Verdict  procedure.Verdict `json:"verdict"`
	Reason   string            `json:"reason"`
	Changed  bool              `json:"changed" doc:"Since it was judged last."`
}

// MaterialView is something asked for.
type MaterialView struct {
	Name     string        `json:"name"`
	Title    cinnabar.Text `json:"title"`
	Help     cinnabar.Text `json:"help"`
	Required bool          `json:"required"`
	Accept   []string      `json:"accept"`
	MaxFiles int           `json:"maxFiles"`
	Status   string        `json:"status" enum:"missing,given,qualified,unqualified"`
	Reason   string        `json:"reason,omitempty"`
	Changed  bool          `json:"changed"`
	Files    []FileView    `json:"files"`
	Former   []FileView    `json:"former" doc:"The files that were judged last."`
	Section  string        `json:"section,omitempty"`
	Revision int64         `json:"revision"`
	Editable bool          `json:"editable"`
}

// ActionView is an action open to the caller.
type ActionView struct {
	Name    string             `json:"name"`
	Title   cinnabar.Text      `json:"title"`
	Help    cinnabar.Text      `json:"help"`
	By      string             `json:"by" doc:"The role in which the caller takes it."`
	Form    *FormView          `json:"form,omitempty"`
	Step    *procedure.StepRef `json:"step,omitempty"`
	Submits []string           `json:"submits"`
	Amends  string             `json:"amends,omitempty" doc:"The section that the action puts right: its form begins with what stands there."`
	Primary bool               `json:"primary"`
	Danger  bool               `json:"danger"`
	Confirm *cinnabar.Text     `json:"confirm,omitempty"`
	Link    *LinkOffer         `json:"link,omitempty" doc:"The caller can have the other one take it by a one-time link (POST /cases/{id}/links)."`
}

// LinkOffer is what a one-time link would give.
type LinkOffer struct {
	Role string `json:"role"`
}

// FormView is a form as JSON Schema with hints for the screen.
type FormView struct {
	Schema json.RawMessage `json:"schema"`
	UI     json.RawMessage `json:"ui"`
}

func rowJSON(r procedure.Row, a cinnabar.Actor, names map[cinnabar.PersonID]string) CaseRow {
	out := CaseRow{
		ID: r.ID, Number: r.Number, Procedure: Titled{r.Definition.ID, r.Definition.Title}, Title: r.Title, Version: r.Version,
		State: stateJSON(r.State), WaitsFor: rolesJSON(r.Definition, r.State.WaitsFor), Deadline: optional(r.Due),
		CreatedAt: r.Created, UpdatedAt: r.Updated, EnteredAt: r.Entered, Officers: r.Definition.ForOfficers(r.State), Handles: r.Handles(a),
	}
	if r.Assignee != "" {
		out.Assignee = &PersonRef{r.Assignee, names[r.Assignee]}
	}
	return out
}

func stateJSON(s *procedure.State) CaseState {
	return CaseState{ID: s.ID, Title: s.Title, Stage: s.Stage, Final: s.Final, Aside: s.Aside}
}

func rolesJSON(d *procedure.Definition, roles []string) []Titled {
	out := []Titled{}
	for _, id := range roles {
		if r := d.Role(id); r != nil {
			out = append(out, Titled{r.ID, r.Title})
		}
	}
	return out
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func stagesJSON(c *procedure.Case) []StageView {
	current := slices.IndexFunc(c.Definition.Stages, func(s procedure.Stage) bool { return s.ID == c.State.Stage })
	out := make([]StageView, 0, len(c.Definition.Stages))
	for i, s := range c.Definition.Stages {
		status := "later"
		switch {
		case i < current || (i == current && c.State.Final):
			status = "done"
		case i == current:
			status = "current"
		}
		out = append(out, StageView{s.ID, s.Title, s.Needs, status})
	}
	return out
}

// sectionsJSON shows the sections that the viewer may read. Personal entries are masked except in what
// the viewer is editing, or has unmasked.
func sectionsJSON(v *procedure.View, unmasked bool, now time.Time) []SectionView {
	out := []SectionView{}
	for i := range v.Definition.Sections {
		d := &v.Definition.Sections[i]
		if !d.MaySee(v.Roles) {
			continue
		}
		out = append(out, sectionJSON(v, d, unmasked, now))
	}
	return out
}

func sectionJSON(v *procedure.View, d *procedure.Section, unmasked bool, now time.Time) SectionView {
	out := SectionView{
		ID: d.ID, Title: d.Title, Schema: d.Form.JSONSchema(), UI: d.Form.UISchema(), Editable: v.EditableSection(d.ID), Errors: []errs.Field{},
	}
	s := v.Sections[d.ID]
	if s == nil {
		s = &procedure.SectionData{ID: d.ID}
	}
	shown := d.Form.Mask
	if unmasked {
		shown = d.Form.Unmasked
	}
	out.Revision, out.Data, out.Former = s.Revision, shown(s.Submitted), shown(s.Former)
	_, wrong := d.Form.Check(s.Current(), now)
	out.Complete = len(wrong) == 0
	if out.Editable {
		out.Data, out.Draft = s.Submitted, s.Draft
		out.Errors = append(out.Errors, wrong...)
	}
	for _, m := range v.Materials {
		if m.Section == d.ID {
			out.Judged = &VerdictView{m.Name, m.Verdict, m.Reason, m.Changed}
		}
	}
	return out
}

func materialJSON(v *procedure.View, m *procedure.Material, files map[cinnabar.FileID]FileView) MaterialView {
	out := MaterialView{
		Name: m.Name, Title: m.Title, Help: m.Help, Required: m.Required, Accept: m.Accept, MaxFiles: m.MaxFiles, Reason: m.Reason,
		Changed: m.Changed, Section: m.Section, Revision: m.Revision, Editable: v.EditableMaterial(m),
		Files: pick(files, m.Files), Former: pick(files, m.Former), Status: "given",
	}
	switch {
	case m.Verdict != procedure.Unjudged && !m.Changed:
		out.Status = string(m.Verdict)
	case m.Section == "" && len(m.Files) == 0:
		out.Status = "missing"
	}
	if out.Accept == nil {
		out.Accept = []string{}
	}
	return out
}

func pick(files map[cinnabar.FileID]FileView, ids []cinnabar.FileID) []FileView {
	out := make([]FileView, 0, len(ids))
	for _, id := range ids {
		if f, ok := files[id]; ok {
			out = append(out, f)
		}
	}
	return out
}

func actionsJSON(v *procedure.View) []ActionView {
	out := []ActionView{}
	for _, a := range v.Open {
		if a.Hidden {
			continue
		}
		view := ActionView{Name: a.Name, Title: a.Title, Help: a.Help, Step: a.Step, Primary: a.Primary, Danger: a.Danger, Submits: a.Submits, Amends: a.Amends}
		if view.Submits == nil {
			view.Submits = []string{}
		}
		for _, r := range a.By {
			if slices.Contains(v.Roles, r) {
				view.By = r
				break
			}
		}
		if a.Form != nil {
			view.Form = &FormView{a.Form.JSONSchema(), a.Form.UISchema()}
		}
		if a.Confirm.Zh != "" {
			view.Confirm = &a.Confirm
		}
		if a.Link != nil && slices.Contains(v.Roles, a.Link.From) {
			view.Link = &LinkOffer{a.Link.Role}
		}
		out = append(out, view)
	}
	return out
}
