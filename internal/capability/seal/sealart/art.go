package sealart

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"math"

	"golang.org/x/image/vector"

	"cinnabar/internal/pdf"
)

// The red of seals.
const red, green, blue = 0xD7, 0x00, 0x0F

// pointsPerMillimetre converts to PDF's unit.
const pointsPerMillimetre = 72 / 25.4

// Art is a drawn seal. It does not change and may be shared. Keep what its methods return: they are much
// slower than the signing that uses them.
type Art struct {
	path        *path
	picture     *image.NRGBA // instead of path
	wide, high  float64
	millimetres float64 // width on paper
}

// Size is the seal's size on paper in points.
func (a *Art) Size() (wide, high float64) {
	w := a.millimetres * pointsPerMillimetre
	return w, w * a.high / a.wide
}

// Form returns the seal as form XObject of its size on paper, multiplied with what is beneath.
func (a *Art) Form() *pdf.Stream {
	wide, high := a.Size()
	state := pdf.Dict{"Type": pdf.Name("ExtGState"), "BM": pdf.Name("Multiply"), "ca": 0.85, "CA": 0.85}
	resources := pdf.Dict{"ExtGState": pdf.Dict{"G": state}}
	var content []byte
	if a.picture != nil {
		resources["XObject"] = pdf.Dict{"I": imageObject(a.picture)}
		content = fmt.Appendf(nil, "/G gs q %.2f 0 0 %.2f 0 0 cm /I Do Q\n", wide, high)
	} else {
		content = fmt.Appendf(nil, "/G gs %.3f %.3f %.3f rg\n", red/255.0, green/255.0, blue/255.0)
		content = append(content, a.path.operators(wide/a.wide)...)
		content = append(content, "f\n"...)
	}
	return form(wide, high, resources, content)
}

func form(wide, high float64, resources pdf.Dict, content []byte) *pdf.Stream {
	return &pdf.Stream{
		Dict: pdf.Dict{
			"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "Filter": pdf.Name("FlateDecode"),
			"BBox": pdf.Array{0.0, 0.0, wide, high}, "Resources": resources,
		},
		Data: pdf.Deflate(content),
	}
}

// Slice is the part of a straddle seal (骑缝章) that one page shows at its right edge.
type Slice struct {
	Form       *pdf.Stream
	Wide, High float64 // points
}

// maxSlices is how many pages one seal is laid across; of a longer document every so many pages carry a
// whole seal, for slices below 3 mm show nothing.
const maxSlices = 12

// Slices cuts the seal into upright strips for the pages of a document, in order. All strips use the one
// form whole, so that a file holds the seal once, as the same stream for the same whole.
func Slices(whole *pdf.Stream, a *Art, pages int) []Slice {
	var out []Slice
	groups := (pages + maxSlices - 1) / maxSlices
	for g := range groups {
		size := pages/groups + boolInt(g < pages%groups)
		for i := range size {
			out = append(out, slice(whole, a, i, size))
		}
	}
	return out
}

func slice(whole *pdf.Stream, a *Art, i, of int) Slice {
	wide, high := a.Size()
	strip := wide / float64(of)
	content := fmt.Appendf(nil, "q 1 0 0 1 %.3f 0 cm /S Do Q\n", -strip*float64(i))
	resources := pdf.Dict{"XObject": pdf.Dict{"S": whole}}
	return Slice{Form: form(strip, high, resources, content), Wide: strip, High: high}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// SVG returns the seal as a document of its size on paper.
func (a *Art) SVG() string {
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%gmm" height="%gmm" viewBox="0 0 %g %g">`,
		a.millimetres, math.Round(a.millimetres*a.high/a.wide*100)/100, a.wide, a.high)
	if a.picture != nil {
		var b bytes.Buffer
		_ = png.Encode(&b, a.picture) // a buffer takes everything
		return head + fmt.Sprintf(`<image width="%g" height="%g" href="data:image/png;base64,%s"/></svg>`,
			a.wide, a.high, base64.StdEncoding.EncodeToString(b.Bytes()))
	}
	return head + fmt.Sprintf(`<path fill="#%02x%02x%02x" d="%s"/></svg>`, red, green, blue, a.path.svg(a.high))
}

// PNG returns the seal on a transparent ground, px pixels wide (16 to 4096).
func (a *Art) PNG(px int) ([]byte, error) {
	if px < 16 || px > 4096 {
		return nil, fmt.Errorf("sealart: %d pixels", px)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, a.image(px)); err != nil {
		return nil, fmt.Errorf("sealart: encode picture: %w", err)
	}
	return b.Bytes(), nil
}

func (a *Art) image(px int) *image.NRGBA {
	py := int(math.Round(float64(px) * a.high / a.wide))
	if a.picture != nil {
		return scale(a.picture, px, py)
	}
	z := vector.NewRasterizer(px, py)
	a.path.raster(z, float64(px)/a.wide, a.high)
	mask := image.NewAlpha(image.Rect(0, 0, px, py))
	z.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	out := image.NewNRGBA(mask.Bounds())
	for i, alpha := range mask.Pix {
		copy(out.Pix[i*4:], []byte{red, green, blue, alpha})
	}
	return out
}
