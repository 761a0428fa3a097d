package edocument

import (
	"context"
	"errors"
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

// finished is a finished PDF as it is entered.
type finished struct {
	data  []byte
	pages []pdf.Page
	words string // for search
}

// longestWords bounds by how much of its text a finished PDF is found, in bytes.
const longestWords = 256 << 10

// uploaded reads a finished PDF that is the actor's own upload, or the one of which the document was made before.
func (s *Service) uploaded(ctx context.Context, r *procedure.Request, id cinnabar.FileID, sealed bool) (finished, error) {
	const at = "/sections/data/upload"
	f, err := s.Files.Get(ctx, id)
	if err != nil || (f.Uploader != filestore.Uploader(r.Actor) && string(id) != r.Facts.Text(factUpload)) {
		return finished{}, errs.Wrong(errs.Field{Pointer: at, Code: "unknown"})
	}
	if f.MIME != "application/pdf" {
		return finished{}, errs.Wrong(errs.Field{Pointer: at, Code: "not-allowed"})
	}
	return s.finishedPDF(ctx, id, at, sealed)
}

// finishedPDF reads one; what is wrong with it is told at its field. One that will be sealed is rewritten into the
// plain form on which signatures stand; so it must not bear any yet.
func (s *Service) finishedPDF(ctx context.Context, id cinnabar.FileID, at string, sealed bool) (finished, error) {
	unfit := func(code string) (finished, error) {
		return finished{}, errs.Wrong(errs.Field{Pointer: at, Code: code})
	}
	_, body, err := s.Files.Open(ctx, id)
	if err != nil {
		return finished{}, err
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		return finished{}, fmt.Errorf("read upload: %w", err)
	}
	out, err := readFinished(ctx, data, sealed)
	switch e := errs.As(err); {
	case err == nil && len(out.pages) == 0:
		return unfit("pdf-no-pages")
	case err == nil || errors.Is(err, errs.Internal) || errors.Is(err, errs.Unavailable):
		return out, err
	case e.Code == normalise.CodeSigned:
		return unfit("pdf-signed")
	case e.Code == pdf.CodeEncrypted:
		return unfit("pdf-encrypted")
	case e.Code == normalise.CodeActive:
		return unfit("pdf-active-content")
	case e.Code == pdf.CodeTooLarge:
		return unfit("pdf-too-large")
	}
	return unfit("pdf-malformed")
}

func readFinished(ctx context.Context, data []byte, sealed bool) (out finished, err error) {
	if sealed {
		if data, err = normalise.Unsigned(ctx, data, pdf.Limits{}); err != nil {
			return out, err
		}
	}
	doc, err := pdf.Open(ctx, data, pdf.Limits{Text: longestWords})
	if err != nil {
		return out, err
	}
	pages, err := doc.Pages()
	if err != nil {
		return out, err
	}
	words, err := doc.Words()
	if ctx.Err() != nil {
		return out, err
	}
	return finished{data, pages, words}, nil // a page whose text cannot be read is a page still
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

// defaultPlaces lays the seals of a finished PDF in rows at the foot of its last page, as that is shown.
func defaultPlaces(seals []Part, pages []pdf.Page) []pades.Field {
	const most, margin, gap = 4, 30.0, 10.0
	last := pages[len(pages)-1]
	width, _ := last.Shown()
	perRow := max(1, min(most, int((width-2*margin+gap)/(sealSize+gap))))
	var out []pades.Field
	for i, part := range seals {
		x, y := margin+float64(i%perRow)*(sealSize+gap), margin+float64(i/perRow)*(sealSize+gap)
		out = append(out, pades.Field{Name: part.Name, Page: len(pages) - 1, Rect: last.FromShown([4]float64{x, y, x + sealSize, y + sealSize})})
	}
	return out
}
