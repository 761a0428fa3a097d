package procedure

import (
	"context"
	"slices"

	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// checkInput checks the body, the sections that are handed in and the asked materials, and reports
// everything that is wrong at once.
func (e *Engine) checkInput(ctx context.Context, tx db.Tx, r *Request) error {
	var fields []errs.Field
	if r.Action.Form != nil {
		clean, wrong := r.Action.Form.Check(r.Body, r.At)
		r.Body = clean
		fields = append(fields, wrong...)
	}
	r.submitted = map[string]map[string]any{}
	for _, id := range r.Action.Submits {
		m := r.materialOf(id)
		if r.Action.OnlyReturned && (m == nil || m.Verdict != Unqualified) {
			continue
		}
		clean, wrong := r.Definition.Section(id).Form.Check(r.Sections[id].Current(), r.At)
		r.submitted[id] = clean
		fields = append(fields, errs.Under("/sections/"+id, wrong)...)
		unusable, err := e.unusableFiles(ctx, tx, r, id)
		if err != nil {
			return err
		}
		fields = append(fields, unusable...)
	}
	if r.Action.Step != nil {
		if c, ok := e.handlers[r.Action.Step.Name].(Checker); ok {
			more, err := c.Check(ctx, tx, r)
			if err != nil {
				return err
			}
			fields = append(fields, slices.DeleteFunc(more, func(f errs.Field) bool {
				return slices.ContainsFunc(fields, func(had errs.Field) bool { return had.Pointer == f.Pointer })
			})...)
		}
	}
	if r.Action.Materials {
		list, err := e.asked(ctx, tx, r.Case, r.Action, r.Section)
		if err != nil {
			return err
		}
		fields = append(fields, r.lackingMaterials(list)...)
	}
	if len(fields) > 0 {
		return errs.Wrong(fields...)
	}
	return nil
}

// unusableFiles are the files that a section names and that cannot be used in the case.
func (e *Engine) unusableFiles(ctx context.Context, tx db.Tx, r *Request, section string) ([]errs.Field, error) {
	var out []errs.Field
	for _, f := range r.Definition.Section(section).Form.Fields {
		var ids []cinnabar.FileID
		at := "/sections/" + section + "/" + f.Name
		switch v := r.submitted[section][f.Name].(type) {
		case string:
			if f.Kind != form.File || v == "" {
				continue
			}
			ids = []cinnabar.FileID{cinnabar.FileID(v)}
		case []any:
			if f.Kind != form.Files {
				continue
			}
			for _, id := range v {
				text, _ := id.(string)
				ids = append(ids, cinnabar.FileID(text))
			}
		default:
			continue
		}
		wrong, err := e.files.Usable(ctx, tx, r.ID, at, ids, f.Accept)
		if err != nil {
			return nil, err
		}
		if f.Kind == form.File && len(wrong) > 0 {
			wrong[0].Pointer = at
		}
		out = append(out, wrong...)
	}
	return out, nil
}

// lackingMaterials are, of the list, the required ones without a file and, in a correction, the unqualified ones that
// nobody changed.
func (r *Request) lackingMaterials(list []*Material) []errs.Field {
	var out []errs.Field
	for _, m := range list {
		returned := r.Action.OnlyReturned && m.Verdict == Unqualified
		switch {
		case m.lacking():
			out = append(out, errs.Field{Pointer: "/materials/" + m.Name, Code: "missing"})
		case returned && m.Section == "" && !m.Changed:
			out = append(out, errs.Field{Pointer: "/materials/" + m.Name, Code: "unchanged"})
		case returned && r.HandsIn(m.Section) && len(r.Definition.Section(m.Section).Form.Changes(r.Data(m.Section), r.Section(m.Section))) == 0:
			out = append(out, errs.Field{Pointer: "/sections/" + m.Section, Code: "unchanged"})
		}
	}
	return out
}

// asked are the materials that an action asks for when the sections hold certain data.
func (e *Engine) asked(ctx context.Context, r db.Reader, c *Case, a *Action, section func(string) map[string]any) ([]*Material, error) {
	if a.Step == nil {
		return c.Materials, nil
	}
	asker, ok := e.handlers[a.Step.Name].(Asker)
	if !ok {
		return c.Materials, nil
	}
	specs, err := asker.Asks(ctx, r, c, section)
	return c.asked(specs), err
}

// sameDrafts tells whether nothing that the action hands in was edited meanwhile.
func (r *Request) sameDrafts(now *Request) bool {
	for id := range r.submitted {
		if revision(r.Sections[id]) != revision(now.Sections[id]) {
			return false
		}
	}
	if r.Action.Materials {
		return slices.EqualFunc(r.Materials, now.Materials, func(a, b *Material) bool { return a.Name == b.Name && a.Revision == b.Revision })
	}
	return true
}

func revision(s *SectionData) int64 {
	if s == nil {
		return 0
	}
	return s.Revision
}
