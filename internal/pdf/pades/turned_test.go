package pades_test

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"testing"

	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/normalise"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/pdf/pdftest"
)

// oddPage is a page whose boxes begin anywhere and which is shown turned.
func oddPage(boxes string) []byte {
	return pdftest.File("", pdftest.Catalog, "<</Type/Pages/Kids[3 0 R]/Count 1"+boxes+">>", "<</Type/Page/Parent 2 0 R/Resources<<>>>>")
}

// A seal stands where it was put on the page as it is shown, and upright, wherever the page's boxes begin and however
// it is turned.
// Proves DOC-7.
func TestASealStandsUprightWhereItWasPut_DOC7(t *testing.T) {
	t.Parallel()
	// Red in the upper left quarter, blue in the others.
	look := &pdf.Stream{
		Dict: pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{int64(0), int64(0), int64(10), int64(10)}, "Resources": pdf.Dict{}},
		Data: []byte("0 0 1 rg 0 0 10 10 re f 1 0 0 rg 0 5 5 5 re f"),
	}
	const x, y, size = 30, 40, 100
	w := newWorld(t)
	key, chain := w.seal("Sample", false)
	for _, boxes := range []string{
		"/MediaBox[0 0 300 400]", "/MediaBox[-100 50 200 450]", "/MediaBox[200 450 -100 50]", "/MediaBox[-100 50 400 650]/CropBox[0 100 300 500]",
		"/MediaBox[10 10 310 410]/CropBox[-50 -50 310 900]",
	} {
		for _, rotate := range []int{0, 90, 180, 270, -90, 450} {
			t.Run(fmt.Sprint(boxes, rotate), func(t *testing.T) {
				t.Parallel()
				data, err := normalise.Unsigned(t.Context(), oddPage(fmt.Sprint(boxes, "/Rotate ", rotate)), pdf.Limits{}) // as uploads are
				must(t, err)
				doc, err := pdf.Open(t.Context(), data, pdf.Limits{})
				must(t, err)
				pages, err := doc.Pages()
				must(t, err)
				width, height := pages[0].Shown()
				data, err = pades.Prepare(t.Context(), data, []pades.Field{{Name: "A", Rect: pages[0].FromShown([4]float64{x, y, x + size, y + size})}})
				must(t, err)
				data, err = pades.Sign(t.Context(), data, pades.SignRequest{Field: "A", Signer: key, Chain: chain, TSA: w.tsa, Time: w.clock.Now(), Appearance: look})
				must(t, err)
				file := store(t, "sealed.pdf", data)
				tool(t, "mutool", "draw", "-q", "-r", "72", "-o", file+".png", file)
				raw, err := os.ReadFile(file + ".png")
				must(t, err)
				picture, err := png.Decode(bytes.NewReader(raw))
				must(t, err)
				if b := picture.Bounds(); b.Dx() != int(width) || b.Dy() != int(height) {
					t.Fatalf("the page is shown %v, not %v by %v", b, width, height)
				}
				for at, want := range map[[2]int][3]uint32{
					{x + size/4, y + 3*size/4}: {0xff, 0, 0}, {x + 3*size/4, y + 3*size/4}: {0, 0, 0xff}, {x + size/4, y + size/4}: {0, 0, 0xff},
					{x + 3*size/4, y + size/4}: {0, 0, 0xff}, {x - 5, y + 50}: {0xff, 0xff, 0xff}, {x + size + 5, y + 50}: {0xff, 0xff, 0xff}, {x + 50, y - 5}: {0xff, 0xff, 0xff},
				} {
					r, g, b, _ := picture.At(at[0], int(height)-at[1]).RGBA()
					if got := [3]uint32{r >> 8, g >> 8, b >> 8}; got != want {
						t.Errorf("at %v from the lower left it shows %v, want %v", at, got, want)
					}
				}
			})
		}
	}
}
