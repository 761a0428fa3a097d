package step

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/pdf/typeset"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// archiveFields are the invisible fields of the time-stamps over the whole file: the first for the archive,
// the others for renewing it when its algorithms or certificates age.
func archiveFields() []string { return []string{"archive-1", "archive-2", "archive-3"} }

func straddleField(page int) string { return fmt.Sprintf("straddle-%d", page) }

// A4 in points.
const (
	a4Wide = 210 * 72 / 25.4
	a4High = 297 * 72 / 25.4
)

// Straddle seals (骑缝章) lie at the right edge, at this height of the page.
const (
	straddleHigh   = 42 * 72 / 25.4 // points: the seal's height
	straddleMiddle = 0.55           // of the page's height
)

// LayFields prepares a finished document for its signatures: a field at every place, one per page for the
// straddle seal, and those of the archive time-stamps. The last signer's field locks the document.
func LayFields(ctx context.Context, data []byte, pages int, places []typeset.Place, last string) ([]byte, error) {
	var fields []pades.Field
	for page := range pages {
		name := straddleField(page + 1)
		strip := straddleHigh / float64(min(pages, 12))
		middle := a4High * straddleMiddle
		fields = append(fields, pades.Field{
			Name: name, Page: page,
			Rect: [4]float64{a4Wide - strip, middle - straddleHigh/2, a4Wide, middle + straddleHigh/2},
		})
	}
	for _, p := range places {
		f := pades.Field{Name: p.Name, Page: p.Page - 1, Rect: [4]float64{p.Rect.X0, p.Rect.Y0, p.Rect.X1, p.Rect.Y1}}
		if p.Name == last {
			f.Lock = &pades.Lock{Except: archiveFields()}
		}
		fields = append(fields, f)
	}
	for _, name := range archiveFields() {
		fields = append(fields, pades.Field{Name: name})
	}
	return pades.Prepare(ctx, data, fields)
}

// Sizes are the widths and heights of a document's places in points, kept as the fact FactPlaces.
func Sizes(places []typeset.Place) map[string][2]float64 {
	out := map[string][2]float64{}
	for _, p := range places {
		out[p.Name] = [2]float64{p.Rect.X1 - p.Rect.X0, p.Rect.Y1 - p.Rect.Y0}
	}
	return out
}

// Paper is a version of a document that is put but not yet entered.
type Paper struct {
	Data  []byte
	Blob  filestore.Blob
	Pages int
}

// put keeps a document's bytes; nothing refers to them yet.
func (s *steps) put(ctx context.Context, data []byte, pages int) (*Paper, error) {
	b, err := s.Files.Put(ctx, bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("keep the document: %w", err)
	}
	return &Paper{Data: data, Blob: b, Pages: pages}, nil
}

// PutPaper is put for businesses that make documents.
func PutPaper(ctx context.Context, d Deps, data []byte, pages int) (*Paper, error) {
	return (&steps{d}).put(ctx, data, pages)
}

// Version enters a paper as a file of the case and describes it for the register.
func (p *Paper) Version(ctx context.Context, tx db.Tx, d Deps, c *procedure.Change, number string, to document.State) (document.Version, error) {
	f, err := d.Files.Add(ctx, tx, filestore.NewFile{Blob: p.Blob, Name: number + ".pdf", MIME: "application/pdf", Case: c.ID, By: c.Actor})
	if err != nil {
		return document.Version{}, err
	}
	return document.Version{File: f.ID, Digest: p.Blob.Digest, Size: p.Blob.Size, Pages: p.Pages, State: to}, nil
}

// replace makes a paper the current version of the document that it was made from.
func (s *steps) replace(ctx context.Context, tx db.Tx, c *procedure.Change, was *opened, p *Paper, to document.State) error {
	v, err := p.Version(ctx, tx, s.Deps, c, was.doc.Number, to)
	if err != nil {
		return err
	}
	_, err = s.Documents.Replace(ctx, tx, was.doc.ID, was.doc.Digest, v)
	return err
}

// opened is the case's document with its bytes.
type opened struct {
	doc     document.Document
	version document.Version
	data    []byte
}

// current reads the case's document.
func (s *steps) current(ctx context.Context, c *procedure.Case) (*opened, error) {
	id := cinnabar.DocID(c.Facts.Text(FactDocument))
	if id == "" {
		return nil, errs.New(errs.Conflict, "no-document", "this case has no document yet")
	}
	d, err := s.Documents.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	v, err := s.Documents.Current(ctx, s.DB, id)
	if err != nil {
		return nil, err
	}
	data, err := s.content(ctx, v.File)
	if err != nil {
		return nil, err
	}
	if cinnabar.DigestOf(data) != v.Digest {
		return nil, errors.New("the document's file does not have its digest")
	}
	return &opened{d, v, data}, nil
}

// content reads a whole file. Files are bounded when they are taken in.
func (s *steps) content(ctx context.Context, id cinnabar.FileID) ([]byte, error) {
	_, r, err := s.Files.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read file %s: %w", id, err)
	}
	return b, nil
}

// VoidDocument declares the case's document void (作废). Body: reason.
type VoidDocument struct{}

func (VoidDocument) StepName() string { return "void-document" }

func (s *steps) void(ctx context.Context, tx db.Tx, c *procedure.Change, _ VoidDocument, none struct{}) error {
	if err := s.Documents.Void(ctx, tx, cinnabar.DocID(c.Facts.Text(FactDocument)), form.TextOf(c.Body, "reason")); err != nil {
		return err
	}
	return s.reason(ctx, tx, c, Reason{}, none)
}

// EndDocument ends what a case has begun when the case ends before its document came into force: the
// document is void, its running ceremonies are over, and a number that was reserved is accounted for.
// Body: reason (may be empty).
type EndDocument struct {
	Why string `json:"why"` // stands with the document and the number
}

func (EndDocument) StepName() string { return "end-document" }

func (s *steps) end(ctx context.Context, tx db.Tx, c *procedure.Change, p EndDocument, none struct{}) error {
	if err := errors.Join(s.Documents.VoidReserved(ctx, tx, c.ID, p.Why), s.eraseFrame(ctx, tx, c)); err != nil {
		return err
	}
	if id := cinnabar.DocID(c.Facts.Text(FactDocument)); id != "" {
		if err := s.Signing.Cancel(ctx, tx, id, p.Why); err != nil {
			return err
		}
		if err := s.Documents.Void(ctx, tx, id, p.Why); err != nil {
			return err
		}
	}
	return s.reason(ctx, tx, c, Reason{}, none)
}
