package app

import (
	"context"
	"fmt"
	"io"
	"sync"

	"cinnabar/internal/asset"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/capability/seal/sealart"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/errs"
)

// maxDrawings is how many drawn seals stay in memory, at about 100 KB each.
const maxDrawings = 256

// artist draws seals, from their text or from an uploaded picture, and cuts straddle seals. A drawing never
// changes, so those of the seals in use are kept.
type artist struct {
	face  *sealart.Face
	files *filestore.Service

	mu   sync.Mutex
	made map[seal.Art]*drawn
}

type drawn struct {
	art  *sealart.Art
	look *seal.Drawing
}

// newArtist loads the typeface of seals; fs.ErrNotExist when this build has none.
func newArtist(files *filestore.Service) (*artist, error) {
	var fonts []io.ReaderAt
	for _, name := range []string{asset.SerifBold, asset.SerifTraditional, asset.SerifJapanese} {
		font, err := asset.Open(name)
		if err != nil {
			return nil, err
		}
		fonts = append(fonts, font)
	}
	face, err := sealart.OpenFace(fonts...)
	if err != nil {
		return nil, err
	}
	return &artist{face: face, files: files, made: map[seal.Art]*drawn{}}, nil
}

// Draw implements seal.Artist.
func (a *artist) Draw(ctx context.Context, what seal.Art) (*seal.Drawing, error) {
	d, err := a.draw(ctx, what)
	if err != nil {
		return nil, err
	}
	return d.look, nil
}

// Slices implements step.Straddler.
func (a *artist) Slices(ctx context.Context, what seal.Art, pages int) ([]pades.Appearance, error) {
	d, err := a.draw(ctx, what)
	if err != nil {
		return nil, err
	}
	var out []pades.Appearance
	for _, s := range sealart.Slices(d.look.Form, d.art, pages) {
		out = append(out, pades.Appearance{Form: s.Form})
	}
	return out, nil
}

func (a *artist) draw(ctx context.Context, what seal.Art) (*drawn, error) {
	a.mu.Lock()
	d := a.made[what]
	a.mu.Unlock()
	if d != nil {
		return d, nil
	}
	art, err := a.make(ctx, what)
	if err != nil {
		return nil, err
	}
	wide, high := art.Size()
	d = &drawn{art, &seal.Drawing{SVG: []byte(art.SVG()), Form: art.Form(), Width: wide, Height: high}}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.made) >= maxDrawings {
		clear(a.made)
	}
	a.made[what] = d
	return d, nil
}

// Customary widths of seals on paper in millimetres, for uploaded pictures.
const (
	companyWide  = 42
	personalWide = 20
)

func (a *artist) make(ctx context.Context, what seal.Art) (*sealart.Art, error) {
	personal := what.Kind == seal.LegalRep || what.Kind == seal.Name
	switch {
	case what.Picture != "" && personal:
		return a.picture(ctx, what.Picture, personalWide)
	case what.Picture != "":
		return a.picture(ctx, what.Picture, companyWide)
	case personal:
		return sealart.Square(a.face, what.Text)
	case what.Kind == seal.Contract:
		return sealart.Round(a.face, sealart.Company{Name: what.Text, Kind: "合同专用章", Number: what.Number})
	case what.Kind == seal.Official:
		return sealart.Round(a.face, sealart.Company{Name: what.Text, Number: what.Number})
	}
	return nil, errs.Wrong(errs.Field{Pointer: "/kind", Code: "unknown"})
}

func (a *artist) picture(ctx context.Context, id cinnabar.FileID, millimetres float64) (*sealart.Art, error) {
	_, r, err := a.files.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read the seal picture %s: %w", id, err)
	}
	return sealart.Picture(data, millimetres)
}
