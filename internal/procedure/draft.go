package procedure

import (
	"context"
	"slices"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Draft is a request to keep a section's draft.
type Draft struct {
	Case     cinnabar.CaseID
	Section  string
	Revision int64 // of the section as the actor has seen it; 0 when there was none
	Data     map[string]any
	Actor    cinnabar.Actor
}

// maxDraft bounds a draft's entries, nested ones not counted.
const maxDraft = 200

var (
	errSectionNotFound  = errs.New(errs.NotFound, "section-not-found", "this procedure has no such section")
	errMaterialNotFound = errs.New(errs.NotFound, "material-not-found", "no such material is asked for")
	errNotEditable      = errs.New(errs.Conflict, "not-editable", "this cannot be changed now")
)

// SaveDraft keeps a draft and reports what is still missing or malformed in it; the draft is kept
// either way.
func (e *Engine) SaveDraft(ctx context.Context, d Draft) (revision int64, wrong []errs.Field, err error) {
	if len(d.Data) > maxDraft {
		return 0, nil, errs.New(errs.TooLarge, "draft-too-large", "a draft has at most %d entries", maxDraft)
	}
	err = e.db.InTx(ctx, func(tx db.Tx) error {
		v, err := e.lockedView(ctx, tx, d.Case, d.Actor)
		if err != nil {
			return err
		}
		section := v.Definition.Section(d.Section)
		switch {
		case section == nil || !section.MaySee(v.Roles):
			return errSectionNotFound
		case !v.EditableSection(d.Section):
			return errNotEditable
		}
		s := v.Sections[d.Section]
		if s == nil {
			s = &SectionData{ID: d.Section}
		}
		if s.Revision != d.Revision {
			return errStale
		}
		s.Draft = d.Data
		_, wrong = section.Form.Check(d.Data, e.clock.Now())
		err = e.saveSection(ctx, tx, d.Case, s)
		revision = s.Revision
		return err
	})
	return revision, wrong, err
}

// SetFiles gives a material its files, instead of those that it had.
func (e *Engine) SetFiles(ctx context.Context, id cinnabar.CaseID, material string, files []cinnabar.FileID, a cinnabar.Actor) (*Material, error) {
	var m *Material
	err := e.db.InTx(ctx, func(tx db.Tx) error {
		v, err := e.lockedView(ctx, tx, id, a)
		if err != nil {
			return err
		}
		m = v.Material(material)
		switch {
		case m == nil:
			return errMaterialNotFound
		case !v.EditableMaterial(m):
			return errNotEditable
		}
		if most := m.mostFiles(); len(files) > most {
			return errs.Wrong(errs.Field{Pointer: "/files", Code: "too-long", Params: map[string]any{"max": most}})
		}
		wrong, err := e.files.Usable(ctx, tx, id, "/files", files, m.Accept)
		if err != nil {
			return err
		}
		if len(wrong) > 0 {
			return errs.Wrong(wrong...)
		}
		if slices.Equal(m.Files, files) {
			return nil
		}
		m.Files, m.Changed, m.Revision = files, true, m.Revision+1
		return saveMaterial(ctx, tx, id, m, slices.Index(v.Materials, m))
	})
	return m, err
}

func (s MaterialSpec) mostFiles() int {
	if s.MaxFiles > 0 {
		return s.MaxFiles
	}
	return 10
}

// lockedView is view with the case's row locked until the end of the transaction.
func (e *Engine) lockedView(ctx context.Context, tx db.Tx, id cinnabar.CaseID, a cinnabar.Actor) (*View, error) {
	var one string
	if err := tx.QueryRow(ctx, `SELECT id FROM bcase WHERE id = $1`+tx.Dialect().ForUpdate(), string(id)).Scan(&one); err != nil {
		return nil, errNotFound
	}
	return e.view(ctx, tx, id, a)
}
