package procedure

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Change is what a step's Apply may do to its case. The case's row is locked; everything is written in
// the action's transaction.
type Change struct {
	*Request
	engine   *Engine
	outcome  string
	detail   map[string]any // of the timeline entry
	personal map[string]any // of the timeline entry, erasable
	result   map[string]any // of the answer
	params   map[string]any // of the messages
	also     map[string][]Holder
}

// Outcome sets how the action ended; the definition says where that leads.
func (c *Change) Outcome(o string) { c.outcome = o }

// Note adds to the timeline entry what anyone with a role in the case may read.
func (c *Change) Note(key string, value any) { c.detail[key] = value }

// NotePersonal adds to the timeline entry what must be erasable.
func (c *Change) NotePersonal(key string, value any) { c.personal[key] = value }

// Answer adds to the action's answer, which must hold no personal data.
func (c *Change) Answer(key string, value any) { c.result[key] = value }

// Param sets a value for the messages that the action sends.
func (c *Change) Param(key string, value any) {
	if c.params == nil {
		c.params = map[string]any{}
	}
	c.params[key] = value
}

// TellAlso has others told what the action tells the holders of a role, whether they hold it or not; nobody is told
// twice.
func (c *Change) TellAlso(role string, others ...Holder) {
	if c.also == nil {
		c.also = map[string][]Holder{}
	}
	c.also[role] = append(c.also[role], others...)
}

// Remember keeps a fact about the case; nil forgets it. It must hold no personal data.
func (c *Change) Remember(name string, value any) error {
	if value == nil {
		delete(c.Facts, name)
		return nil
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("fact %s: %w", name, err)
	}
	c.Facts[name] = raw
	return nil
}

// SetTitle names the case in lists; personal names must be masked.
func (c *Change) SetTitle(title string) { c.Title = title }

// Assign says which officer has the case; "" is nobody.
func (c *Change) Assign(p cinnabar.PersonID) { c.Assignee = p }

// SetSection hands in a section on behalf of a step.
func (c *Change) SetSection(ctx context.Context, tx db.Tx, id string, data map[string]any) error {
	s := c.Sections[id]
	if s == nil {
		s = &SectionData{ID: id}
		c.Sections[id] = s
	}
	s.Former, s.Submitted, s.Draft = s.Submitted, data, nil
	return c.engine.saveSection(ctx, tx, c.ID, s)
}

// Amend puts right a section that was handed in. What stood there is no former version of it: the timeline
// tells what was changed.
func (c *Change) Amend(ctx context.Context, tx db.Tx, id string, data map[string]any) error {
	s := c.Sections[id]
	if s == nil {
		return fmt.Errorf("section %s of %s was not handed in", id, c.Number)
	}
	s.Draft, s.Submitted, s.Former = nil, data, nil
	return c.engine.saveSection(ctx, tx, c.ID, s)
}

// Grant gives a role to a holder and marks customers' holders as parties.
func (c *Change) Grant(ctx context.Context, tx db.Tx, g Grant) error {
	role := c.Definition.Role(g.Role)
	if role == nil {
		return fmt.Errorf("procedure %s has no role %q", c.Definition.ID, g.Role)
	}
	c.Grants = append(c.Grants, g)
	if err := saveGrant(ctx, tx, c.ID, g); err != nil || role.Operator {
		return err
	}
	return saveParty(ctx, tx, c.ID, g.Role, string(g.Holder))
}

// Withdraw takes a role from a holder.
func (c *Change) Withdraw(ctx context.Context, tx db.Tx, g Grant) error {
	c.Grants = slices.DeleteFunc(c.Grants, func(have Grant) bool { return have.Role == g.Role && have.Holder == g.Holder })
	_, err := tx.Exec(ctx, `DELETE FROM case_grant WHERE case_id = $1 AND role = $2 AND holder = $3`, string(c.ID), g.Role, string(g.Holder))
	return err
}

// Disown takes a role from a holder who was named a party by mistake, and is none.
func (c *Change) Disown(ctx context.Context, tx db.Tx, g Grant) error {
	if err := c.Withdraw(ctx, tx, g); err != nil {
		return err
	}
	return dropParty(ctx, tx, c.ID, g.Role, string(g.Holder))
}

// MarkParty makes whoever has a number recognisable as a party; purpose is that of its index (secret.IndexMobile, say).
func (c *Change) MarkParty(ctx context.Context, tx db.Tx, role, purpose, number string) error {
	return saveParty(ctx, tx, c.ID, role, NumberMark(c.engine.vault.Index(purpose, number)))
}

// UnmarkParty undoes MarkParty for a number that was wrong.
func (c *Change) UnmarkParty(ctx context.Context, tx db.Tx, role, purpose, number string) error {
	return dropParty(ctx, tx, c.ID, role, NumberMark(c.engine.vault.Index(purpose, number)))
}

// Search sets the text by which the case is found: names, addresses, a document's words; never
// identity numbers, phones or accounts, which go into Index.
func (c *Change) Search(ctx context.Context, tx db.Tx, text string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM case_search WHERE case_id = $1`, string(c.ID)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO case_search (body, case_id) VALUES ($1, $2)`, db.Bigrams(c.Number+" "+text), string(c.ID))
	return err
}

// Index makes the case findable by the exact value of something that is not searchable text.
func (c *Change) Index(ctx context.Context, tx db.Tx, kind, value string) error {
	_, err := tx.Exec(ctx, `INSERT INTO case_index (case_id, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
		string(c.ID), c.engine.vault.Index("case-"+kind, value))
	return err
}

// Unindex undoes Index for a value that was wrong.
func (c *Change) Unindex(ctx context.Context, tx db.Tx, kind, value string) error {
	_, err := tx.Exec(ctx, `DELETE FROM case_index WHERE case_id = $1 AND value = $2`, string(c.ID), c.engine.vault.Index("case-"+kind, value))
	return err
}

// AskMaterials sets what is asked for. Materials that are asked for no more go with their files'
// references; those that stay keep theirs.
func (c *Change) AskMaterials(ctx context.Context, tx db.Tx, specs []MaterialSpec) error {
	next := c.asked(specs)
	for i, m := range next {
		if err := saveMaterial(ctx, tx, c.ID, m, i); err != nil {
			return err
		}
	}
	for _, m := range c.Materials {
		if !slices.ContainsFunc(next, func(one *Material) bool { return one.Name == m.Name }) {
			if _, err := tx.Exec(ctx, `DELETE FROM case_material WHERE case_id = $1 AND name = $2`, string(c.ID), m.Name); err != nil {
				return err
			}
		}
	}
	c.Materials = next
	return nil
}

// Judgement is a reviewer's verdict on one material.
type Judgement struct {
	Material string  `json:"material"`
	Verdict  Verdict `json:"verdict"`
	Reason   string  `json:"reason"`
}

// Judge writes verdicts. Every material must be judged that was not judged before or changed since;
// an unqualified one needs a reason. It tells whether all are qualified now.
func (c *Change) Judge(ctx context.Context, tx db.Tx, list []Judgement) (allQualified bool, err error) {
	if fields := c.checkJudgements(list); len(fields) > 0 {
		return false, errs.Wrong(fields...)
	}
	for _, j := range list {
		m := c.Material(j.Material)
		m.Verdict, m.Reason, m.Changed = j.Verdict, j.Reason, false
		m.Former = m.Files
		if j.Verdict == Qualified {
			m.Reason = ""
		}
	}
	allQualified = true
	for i, m := range c.Materials {
		if err := saveMaterial(ctx, tx, c.ID, m, i); err != nil {
			return false, err
		}
		allQualified = allQualified && (m.Verdict == Qualified || m.empty())
	}
	return allQualified, nil
}

// lacking tells whether a file was to be handed in and none was.
func (m *Material) lacking() bool { return m.Section == "" && m.Required && len(m.Files) == 0 }

// empty tells whether nothing was handed in for an optional material, so that nothing is to be judged.
func (m *Material) empty() bool { return m.Section == "" && !m.Required && len(m.Files) == 0 }

func (c *Change) checkJudgements(list []Judgement) []errs.Field {
	var out []errs.Field
	judged := map[string]bool{}
	for i, j := range list {
		at := fmt.Sprintf("/verdicts/%d", i)
		switch m := c.Material(j.Material); {
		case m == nil:
			out = append(out, errs.Field{Pointer: at + "/material", Code: "unknown"})
		case judged[j.Material]:
			out = append(out, errs.Field{Pointer: at + "/material", Code: "duplicate"})
		case j.Verdict != Qualified && j.Verdict != Unqualified:
			out = append(out, errs.Field{Pointer: at + "/verdict", Code: "missing"})
		case j.Verdict == Qualified && m.lacking():
			out = append(out, errs.Field{Pointer: at + "/verdict", Code: "nothing-to-judge"})
		case j.Verdict == Unqualified && j.Reason == "":
			out = append(out, errs.Field{Pointer: at + "/reason", Code: "missing"})
		}
		judged[j.Material] = true
	}
	for _, m := range c.Materials {
		if !judged[m.Name] && !m.empty() && (m.Verdict == Unjudged || m.Changed) {
			out = append(out, errs.Field{Pointer: "/verdicts", Code: "missing", Params: map[string]any{"material": m.Name}})
		}
	}
	return out
}

// handIn turns the drafts of the action's sections into what was handed in.
func (c *Change) handIn(ctx context.Context, tx db.Tx) error {
	for _, id := range c.Action.Submits {
		data, ok := c.submitted[id]
		if !ok {
			continue
		}
		if err := c.SetSection(ctx, tx, id, data); err != nil {
			return err
		}
		if m := c.materialOf(id); m != nil {
			m.Changed, m.Revision = true, m.Revision+1
			if err := saveMaterial(ctx, tx, c.ID, m, slices.Index(c.Materials, m)); err != nil {
				return err
			}
		}
	}
	return nil
}
