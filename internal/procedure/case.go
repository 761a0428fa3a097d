package procedure

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
)

// Case is one run of a procedure (办件), as read at one moment.
type Case struct {
	ID         cinnabar.CaseID
	Number     string
	Definition *Definition
	Operator   cinnabar.OrgID
	State      *State
	Version    int64
	Title      string // names of the parties, masked
	Facts      Facts
	Assignee   cinnabar.PersonID
	Origin     cinnabar.CaseID
	Created    time.Time
	Updated    time.Time
	Entered    time.Time // its state
	Due        time.Time // of the state's deadline; zero for none

	Sections  map[string]*SectionData
	Materials []*Material // in the order in which they are asked
	Grants    []Grant

	dueIn time.Duration // see Change.DueIn
}

// Facts are what steps remember about a case in clear: outcomes, identifiers of documents and checks.
// Personal data never stands here.
type Facts map[string]json.RawMessage

// Get reads a fact into out and tells whether it was there.
func (f Facts) Get(name string, out any) bool {
	raw, ok := f[name]
	return ok && json.Unmarshal(raw, out) == nil
}

// Text reads a fact that is a string; "" when it is not there.
func (f Facts) Text(name string) string {
	var s string
	f.Get(name, &s)
	return s
}

// SectionData is what a case holds for one of its sections.
type SectionData struct {
	ID        string
	Revision  int64
	Draft     map[string]any // nil when nothing differs from Submitted
	Submitted map[string]any // nil before it was first handed in
	Former    map[string]any // what was handed in before, to show what changed
	Updated   time.Time
}

// Current is the draft where there is one, else what was handed in.
func (s *SectionData) Current() map[string]any {
	if s == nil {
		return nil
	}
	if s.Draft != nil {
		return s.Draft
	}
	return s.Submitted
}

// Data returns what was handed in for a section; nil before that.
func (c *Case) Data(section string) map[string]any {
	if s := c.Sections[section]; s != nil {
		return s.Submitted
	}
	return nil
}

// Text reads a text entry of what was handed in.
func (c *Case) Text(section, field string) string {
	s, _ := c.Data(section)[field].(string)
	return s
}

// Verdict is a reviewer's judgement of one material.
type Verdict string

const (
	Unjudged    Verdict = ""
	Qualified   Verdict = "qualified"
	Unqualified Verdict = "unqualified"
)

// MaterialSpec is what is asked for.
type MaterialSpec struct {
	Name     string        `json:"name"`
	Title    cinnabar.Text `json:"title"`
	Help     cinnabar.Text `json:"help,omitzero"`
	Required bool          `json:"required"`
	Accept   []string      `json:"accept,omitempty"`   // MIME types; none: pictures and PDF
	MaxFiles int           `json:"maxFiles,omitempty"` // 0: 10
	Section  string        `json:"section,omitempty"`  // set when the material is a form section
}

// Material is something asked for that a reviewer judges (材料).
type Material struct {
	MaterialSpec
	Revision int64
	Files    []cinnabar.FileID
	Former   []cinnabar.FileID // what was judged last
	Verdict  Verdict
	Reason   string
	Changed  bool // since it was judged last
}

// Material finds a material by name; nil when it is not asked for.
func (c *Case) Material(name string) *Material {
	i := slices.IndexFunc(c.Materials, func(m *Material) bool { return m.Name == name })
	if i < 0 {
		return nil
	}
	return c.Materials[i]
}

// asked are the materials of what is asked for, as far as they are there with what was handed in.
func (c *Case) asked(specs []MaterialSpec) []*Material {
	var out []*Material
	for _, s := range specs {
		m := Material{}
		if had := c.Material(s.Name); had != nil {
			m = *had
		}
		m.MaterialSpec = s
		out = append(out, &m)
	}
	return out
}

// materialOf finds the material that stands for a section.
func (c *Case) materialOf(section string) *Material {
	i := slices.IndexFunc(c.Materials, func(m *Material) bool { return m.Section == section })
	if i < 0 {
		return nil
	}
	return c.Materials[i]
}

// Holder is who holds a role in a case: a person, an organisation, or a department.
type Holder string

// PersonHolder, OrgHolder and DepartmentHolder make holders.
func PersonHolder(id cinnabar.PersonID) Holder         { return "person:" + Holder(id) }
func OrgHolder(id cinnabar.OrgID) Holder               { return "org:" + Holder(id) }
func DepartmentHolder(id cinnabar.DepartmentID) Holder { return "dept:" + Holder(id) }

// Person returns the person that holds, or "".
func (h Holder) Person() cinnabar.PersonID {
	if len(h) > 7 && h[:7] == "person:" {
		return cinnabar.PersonID(h[7:])
	}
	return ""
}

// Org returns the organisation that holds, or "".
func (h Holder) Org() cinnabar.OrgID {
	if len(h) > 4 && h[:4] == "org:" {
		return cinnabar.OrgID(h[4:])
	}
	return ""
}

// Department returns the department that holds, or "".
func (h Holder) Department() cinnabar.DepartmentID {
	if id, ok := strings.CutPrefix(string(h), "dept:"); ok {
		return cinnabar.DepartmentID(id)
	}
	return ""
}

// Grant is a row of the one table that says who may see and do what.
type Grant struct {
	Role   string
	Holder Holder
	Until  time.Time // zero: without end
}
