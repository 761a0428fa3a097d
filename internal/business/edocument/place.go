package edocument

import (
	"context"
	"fmt"
	"io"

	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/normalise"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// uploaded reads a finished PDF. It is the actor's own upload, or the one of which the document was made
// before. One that will be sealed is rewritten into the plain form on which signatures stand; so it must not
// bear any yet.
func (s *Service) uploaded(ctx context.Context, r *procedure.Request, id cinnabar.FileID, sealed bool) ([]byte, int, error) {
	unknown := errs.Wrong(errs.Field{Pointer: "/sections/data/upload", Code: "unknown"})
	f, body, err := s.Files.Open(ctx, id)
	if err != nil {
		return nil, 0, unknown
	}
	defer body.Close()
	if f.Uploader != filestore.Uploader(r.Actor) && string(id) != r.Facts.Text(factUpload) {
		return nil, 0, unknown
	}
	if f.MIME != "application/pdf" {
		return nil, 0, errs.Wrong(errs.Field{Pointer: "/sections/data/upload", Code: "not-allowed"})
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return nil, 0, fmt.Errorf("read upload: %w", err)
	}
	if sealed {
		if data, err = normalise.Unsigned(ctx, data, pdf.Limits{}); err != nil {
			return nil, 0, err
		}
	}
	doc, err := pdf.Open(ctx, data, pdf.Limits{})
	if err != nil {
		return nil, 0, err
	}
	pages, err := doc.Pages()
	return data, len(pages), err
}

// templatePlaces are the template's places of the seals that the way wants.
func templatePlaces(d *template.Document, seals []Part) []pades.Field {
	var out []pades.Field
	for _, p := range d.Places {
		for _, part := range seals {
			if part.Name == p.Name {
				out = append(out, pades.Field{Name: p.Name, Page: p.Page - 1, Rect: [4]float64{p.Rect.X0, p.Rect.Y0, p.Rect.X1, p.Rect.Y1}})
			}
		}
	}
	return out
}

// sealSize is 42 mm in points, the size of a company's round seal.
const sealSize = 42 * 72 / 25.4

// defaultPlaces lays the seals of a finished PDF in rows at the foot of its last page.
func defaultPlaces(seals []Part, pages int) []pades.Field {
	const perRow, margin = 4, 30.0
	var out []pades.Field
	for i, part := range seals {
		x, y := margin+float64(i%perRow)*(sealSize+10), margin+float64(i/perRow)*(sealSize+10)
		out = append(out, pades.Field{Name: part.Name, Page: pages - 1, Rect: [4]float64{x, y, x + sealSize, y + sealSize}})
	}
	return out
}
