package edocument

import (
	"context"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// SealDocument puts one department's seal on the document (DOC-7, DOC-8). Body: seal, password
// (none in a batch); item, place and comment as needed.
type SealDocument struct{}

func (SealDocument) StepName() string { return "edoc-seal" }

// sealing is a sealed file before it is entered.
type sealing struct {
	part   string
	sealed *step.Sealed
	filed  Filed
}

// Discard lets go of the key; so does the commit.
func (v *sealing) Discard() { v.sealed.Discard() }

func (s *Service) prepareSeal(ctx context.Context, r *procedure.Request, _ SealDocument) (*sealing, error) {
	w, err := wayOf(r.Case)
	if err != nil {
		return nil, err
	}
	part, err := w.partFor(r.Actor, form.TextOf(r.Body, "item"), true)
	if err != nil {
		return nil, err
	}
	place, err := placeOf(r.Body)
	if err != nil {
		return nil, err
	}
	if place != nil && w.sealed() {
		return nil, errs.New(errs.Conflict, "place-fixed", "another department has sealed already: the places are fixed")
	}
	v := &sealing{part: part.Name}
	kind := r.Facts.Text(step.FactTemplate)
	v.sealed, err = step.SealPaper(ctx, s.Deps.Deps, r, step.Sealing{
		Seal: cinnabar.SealID(form.TextOf(r.Body, "seal")), Org: r.Actor.Org, Kinds: part.kinds(), Field: part.Name,
		Password: form.TextOf(r.Body, "password"), Batch: r.Batch, Place: place,
	})
	if err != nil {
		return nil, err
	}
	var old Filed
	r.Facts.Get(factFile, &old)
	if v.filed, err = s.putAway(ctx, r.Case, old.Store, kind, v.sealed.Number(), v.sealed.Paper); err != nil {
		v.Discard()
		return nil, err
	}
	return v, nil
}

// placeOf reads where the signer wants the seal: page from 1, and the lower left corner in points, as the page is shown.
func placeOf(body map[string]any) (*pades.Field, error) {
	if body["place"] == nil {
		return nil, nil
	}
	m, _ := body["place"].(map[string]any)
	page, okPage := m["page"].(float64)
	x, okX := m["x"].(float64)
	y, okY := m["y"].(float64)
	if !okPage || !okX || !okY || page < 1 || x < 0 || y < 0 {
		return nil, errs.Wrong(errs.Field{Pointer: "/place", Code: "malformed"})
	}
	return &pades.Field{Page: int(page) - 1, Rect: [4]float64{x, y, x + sealSize, y + sealSize}}, nil
}

func (s *Service) applySeal(ctx context.Context, tx db.Tx, c *procedure.Change, _ SealDocument, v *sealing) error {
	w, err := wayOf(c.Case)
	if err != nil {
		return err
	}
	part, err := w.partFor(c.Actor, v.part, true)
	if err != nil {
		return err
	}
	tx.AfterCommit(v.sealed.Close)
	if err := v.sealed.Publish(ctx, tx, s.Deps.Deps, c, document.Sealed); err != nil {
		return err
	}
	if err := s.replaceFile(ctx, tx, c, v.filed); err != nil {
		return err
	}
	return s.handled(ctx, tx, c, w, part, cinnabar.SealID(form.TextOf(c.Body, "seal")), &v.filed, v.sealed.Paper)
}

// Approve says that a department has looked and agrees. Body: item, comment.
type Approve struct{}

func (Approve) StepName() string { return "edoc-approve" }

func (s *Service) approve(ctx context.Context, tx db.Tx, c *procedure.Change, _ Approve, _ struct{}) error {
	w, err := wayOf(c.Case)
	if err != nil {
		return err
	}
	part, err := w.partFor(c.Actor, form.TextOf(c.Body, "item"), false)
	if err != nil {
		return err
	}
	return s.handled(ctx, tx, c, w, part, "", nil, nil)
}

// handled settles a part and writes the entry; the file is the former one when none is given.
func (s *Service) handled(ctx context.Context, tx db.Tx, c *procedure.Change, w *Way, part *Part, used cinnabar.SealID, f *Filed, p *step.Paper) error {
	c.Note("part", part.Name)
	if comment := form.TextOf(c.Body, "comment"); comment != "" {
		c.NotePersonal("comment", comment)
	}
	stage := w.Current
	if err := w.settle(ctx, tx, c, part, used); err != nil {
		return err
	}
	e, err := readEntry(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if w.Current != stage {
		e.Due = c.At.Add(w.due())
	}
	c.Param("number", e.Number)
	state := Routing
	if w.Current >= len(w.Stages) {
		state = Completed
		if err := s.Documents.SetState(ctx, tx, e.Doc, document.Effective, ""); err != nil {
			return err
		}
	}
	if p == nil {
		return s.recordSame(ctx, tx, c, &e, state)
	}
	return s.record(ctx, tx, c, &e, state, p.Blob, *f)
}
