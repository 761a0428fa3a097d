package edocument

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// MakeDocument makes the file of a document, puts it on its file server and sends it on its way (DOC-1,
// DOC-4, DOC-5).
type MakeDocument struct{}

func (MakeDocument) StepName() string { return "edoc-make" }

// Outcomes of MakeDocument.
const (
	madeToRoute  = "to-route"
	madeInBatch  = "to-route-in-batch" // signers are told by the batch
	madeComplete = "complete"          // nobody needs to look at it
)

// made is a document's file before it is entered.
type made struct {
	kind    *Type
	number  document.Reservation
	summary Summary
	upload  string // the finished PDF that it is
	way     Way
	lines   []string // its words, for search
	paper   *step.Paper
	filed   Filed
}

// Filed is where a version stands on the file server.
type Filed struct {
	Item  string `json:"item"` // of the depot
	Store string `json:"store"`
	Path  string `json:"path"`
}

type makeHandler struct{ *Service }

// Outcomes tells how an action ends.
func (makeHandler) Outcomes(*procedure.Action) ([]string, error) {
	return []string{madeToRoute, madeInBatch, madeComplete}, nil
}

// Open refuses another type than the document was begun with, and reserves the number.
func (h makeHandler) Open(ctx context.Context, tx db.Tx, r *procedure.Request) error {
	e, err := readEntry(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	if form.TextOf(r.Section(SectionData), "type") != e.Type { // another type would take another way
		return errs.Wrong(errs.Field{Pointer: "/sections/data/type", Code: "not-allowed"})
	}
	t, err := h.TypeOf(ctx, tx, r.Operator, e.Type)
	if err != nil {
		return err
	}
	return step.ReserveNumber(ctx, tx, h.Deps.Deps, r, t.Kind(), "制单未完成")
}

func (h makeHandler) Prepare(ctx context.Context, r *procedure.Request) (any, error) {
	number, err := step.ReservedNumber(ctx, h.Deps.Deps, r)
	if err != nil {
		return nil, err
	}
	data := r.Section(SectionData)
	t, err := h.TypeOf(ctx, h.DB, r.Operator, form.TextOf(data, "type"))
	if err != nil {
		return nil, err
	}
	m := &made{kind: t, number: number}
	file, pages, err := h.file(ctx, r, m, data)
	if err != nil {
		return nil, err
	}
	if m.paper, err = step.PutPaper(ctx, h.Deps.Deps, file, pages); err != nil {
		return nil, err
	}
	m.filed, err = h.putAway(ctx, r.Case, t.Store, t.ID, number.Number, m.paper)
	return m, err
}

// file makes or takes the PDF, with an empty field for every seal of its way.
func (h makeHandler) file(ctx context.Context, r *procedure.Request, m *made, data map[string]any) (file []byte, pages int, err error) {
	values, _ := data["values"].(map[string]any)
	m.summary = m.kind.summarise(data, values)
	if err := m.kind.admits(data, values, "/sections/data"); err != nil {
		return nil, 0, err
	}
	m.way = m.kind.way(m.summary.Amount)
	var fields []pades.Field
	if m.upload = form.TextOf(data, "upload"); m.upload != "" {
		if !m.kind.Uploads {
			return nil, 0, errs.Wrong(errs.Field{Pointer: "/sections/data/upload", Code: "not-allowed"})
		}
		var f finished
		f, err = h.uploaded(ctx, r, cinnabar.FileID(m.upload), len(m.way.seals()) > 0)
		if err != nil {
			return nil, 0, err
		}
		file, pages, fields = f.data, len(f.pages), defaultPlaces(m.way.seals(), f.pages)
		m.lines = append(m.lines, f.words)
	} else {
		var d *template.Document
		if d, err = h.render(ctx, r, m, values); err == nil {
			file, pages, fields = d.PDF, d.Pages, templatePlaces(d, m.way.seals())
			for _, line := range d.Lines {
				m.lines = append(m.lines, line.Text)
			}
		}
	}
	if err != nil || len(fields) == 0 {
		return file, pages, err
	}
	file, err = pades.Prepare(ctx, file, fields)
	return file, pages, err
}

func (h makeHandler) render(ctx context.Context, r *procedure.Request, m *made, values map[string]any) (*template.Document, error) {
	if m.kind.Template == "" {
		return nil, errs.Wrong(errs.Field{Pointer: "/sections/data/upload", Code: "missing"})
	}
	t, err := h.template(m.kind)
	if err != nil {
		return nil, err
	}
	clean, wrong := m.kind.formOf(t).Check(values, r.At)
	if len(wrong) > 0 {
		return nil, errs.Wrong(errs.Under("/sections/data/values", wrong)...)
	}
	org, err := h.Identity.Org(ctx, r.Operator)
	if err != nil {
		return nil, err
	}
	d, err := t.Render(ctx, printable(t.Fields(), clean), template.RenderOptions{
		Fonts: h.Fonts, Number: m.number.Number, VerifyURL: h.PublicURL + "/v/" + m.number.Token, Now: r.At, Author: org.Name,
	})
	var e *errs.Error
	if errors.As(err, &e) && len(e.Fields) > 0 {
		return nil, errs.Wrong(errs.Under("/sections/data/values", e.Fields)...)
	}
	return d, err
}

// folderOf is the folder of all versions of a document: its type and the month in which it was begun, the month in
// China as in its number.
func folderOf(c *procedure.Case, kind string) string {
	return path.Join(kind, c.Created.In(cinnabar.China).Format("2006/01"))
}

// putAway puts a version on the file server: TYPE/2026/11/NUMBER-digest.pdf. Every version has a path of
// its own, so that none ever overwrites another.
func (s *Service) putAway(ctx context.Context, c *procedure.Case, store, kind, number string, p *step.Paper) (Filed, error) {
	at := path.Join(folderOf(c, kind), fmt.Sprintf("%s-%s.pdf", number, p.Blob.Digest.String()[:16]))
	item, err := s.Depot.Put(ctx, store, at, p.Data, p.Blob.Digest)
	return Filed{Item: item.ID, Store: store, Path: at}, err
}

func (h makeHandler) Apply(ctx context.Context, tx db.Tx, c *procedure.Change, prepared any) error {
	m := prepared.(*made)
	if err := h.enter(ctx, tx, c, m); err != nil {
		return err
	}
	c.SetTitle(m.summary.Title)
	c.Note("number", m.number.Number)
	c.Note("digest", m.paper.Blob.Digest)
	c.Note("path", m.filed.Path)
	c.Param("number", m.number.Number)
	c.Answer("number", m.number.Number)
	if err := errors.Join(c.Remember(step.FactNumber, m.number.Number), c.Remember(factUpload, m.upload)); err != nil {
		return err
	}
	if err := c.Search(ctx, tx, strings.Join(append(m.lines, m.number.Number, m.summary.Title, m.summary.Key, m.summary.Party), "\n")); err != nil {
		return err
	}
	return h.sendOff(ctx, tx, c, m)
}

// enter puts the file into the register, as a new document or anew under the same number.
func (s *Service) enter(ctx context.Context, tx db.Tx, c *procedure.Change, m *made) error {
	_, err := step.EnterPaper(ctx, tx, s.Deps.Deps, c, m.paper, document.NewDocument{Kind: m.kind.Kind(), Number: m.number.Number, Title: m.summary.Title})
	if err != nil {
		return err
	}
	return s.replaceFile(ctx, tx, c, m.filed)
}

// replaceFile makes a file on the file server visible in the place of the former one.
func (s *Service) replaceFile(ctx context.Context, tx db.Tx, c *procedure.Change, f Filed) error {
	if err := s.Depot.Settle(ctx, tx, f.Item); err != nil {
		return err
	}
	var old Filed
	if c.Facts.Get(factFile, &old) && old.Item != f.Item {
		if err := s.Depot.Withdraw(ctx, tx, old.Item); err != nil {
			return err
		}
	}
	return c.Remember(factFile, f)
}

// sendOff begins the way and writes the entry that queries and index databases read.
func (s *Service) sendOff(ctx context.Context, tx db.Tx, c *procedure.Change, m *made) error {
	state := Routing
	switch {
	case len(m.way.Stages) == 0:
		state = Completed
		c.Outcome(madeComplete)
	case c.Batch != "":
		c.Outcome(madeInBatch)
	default:
		c.Outcome(madeToRoute)
	}
	c.DueIn(m.way.due())
	if err := m.way.madeBy(c); err != nil {
		return err
	}
	if err := m.way.begin(ctx, tx, c); err != nil {
		return err
	}
	if err := c.Remember(factRoute, m.way); err != nil {
		return err
	}
	if err := c.Remember(step.FactTemplate, m.kind.ID); err != nil {
		return err
	}
	e, err := readEntry(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if matchKey(m.summary.Key) != matchKey(e.Key) {
		if other, err := entryByKey(ctx, tx, c.Operator, m.kind.ID, m.summary.Key); err == nil && m.summary.Key != "" {
			return taken(other, c.Actor)
		}
	}
	e.Summary, e.Number, e.Reason = m.summary, m.number.Number, ""
	e.Due = c.At.Add(m.way.due())
	e.Doc = cinnabar.DocID(c.Facts.Text(step.FactDocument))
	return s.record(ctx, tx, c, &e, state, m.paper.Blob, m.filed)
}

// record writes a new state and version of a document for queries and index databases, and brings it back
// to its creator when the creator has something to do or to get.
func (s *Service) record(ctx context.Context, tx db.Tx, c *procedure.Change, e *Entry, state string, b filestore.Blob, f Filed) error {
	e.State, e.Item, e.Path, e.Digest, e.Size, e.Updated = state, f.Item, f.Path, b.Digest.String(), b.Size, c.At
	if err := updateEntry(ctx, tx, e); err != nil {
		return err
	}
	t, err := s.TypeOf(ctx, tx, c.Operator, e.Type)
	if err != nil {
		return err
	}
	if err := s.index(ctx, tx, t, e); err != nil {
		return err
	}
	return s.giveBack(ctx, tx, t, e)
}
