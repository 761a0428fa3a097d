package sealart_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"cinnabar/internal/asset"
	"cinnabar/internal/capability/seal/sealart"
	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pdftest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/testtool"
)

var face = sync.OnceValues(func() (*sealart.Face, error) {
	font, err := asset.Read(asset.SerifBold)
	if err != nil {
		return nil, err
	}
	return sealart.NewFace(font)
})

func theFace(tb testing.TB) *sealart.Face {
	tb.Helper()
	f, err := face()
	must(tb, err)
	return f
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// sheet lays forms on one page, in rows of four.
func sheet(t *testing.T, forms []*pdf.Stream) []byte {
	t.Helper()
	doc, err := pdf.Open(context.Background(), pdftest.Blank(), pdf.Limits{})
	must(t, err)
	u, err := doc.Update(1 << 20)
	must(t, err)
	content := "BT /F 9 Tf 0 g 12 TL 20 830 Td " + strings.Repeat("(The quick brown fox jumps over the lazy dog, and the seal lies over its text.) Tj T* ", 66) + "ET\n"
	xobjects := pdf.Dict{}
	for i, f := range forms {
		name := fmt.Sprintf("X%d", i)
		xobjects[pdf.Name(name)] = f
		content += fmt.Sprintf("q 1 0 0 1 %d %d cm /%s Do Q\n", 20+(i%4)*140, 700-(i/4)*135, name)
	}
	font := pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name("Helvetica")}
	u.Put(pdf.Ref{Num: 3}, pdf.Dict{
		"Type": pdf.Name("Page"), "Parent": pdf.Ref{Num: 2}, "MediaBox": pdf.Array{int64(0), int64(0), int64(595), int64(842)},
		"Resources": pdf.Dict{"XObject": xobjects, "Font": pdf.Dict{"F": font}},
		"Contents":  &pdf.Stream{Dict: pdf.Dict{}, Data: []byte(content)},
	})
	return u.Finish()
}

// The seals of a page, checked by other tools; SEALART_KEEP names a folder to look at them.
// Proves GAS-8.
func TestSealsRenderElsewhere_GAS8(t *testing.T) {
	t.Parallel()
	f := theFace(t)
	var arts []*sealart.Art
	for _, c := range []sealart.Company{
		{Name: "示例市燃气有限公司", Kind: "合同专用章", Number: "3701000000001"},
		{Name: "示例市某某餐饮管理服务有限责任公司第一分公司", Kind: "合同专用章(1)"},
		{Name: "某某公证处"},
		{Name: strings.Repeat("长", 40), Kind: "业务专用章", Number: "3701000000001"},
		{Name: "印"},
	} {
		a, err := sealart.Round(f, c)
		must(t, err)
		arts = append(arts, a)
	}
	for _, name := range []string{"张三", "王小明", "欧阳小明", "买买提·艾力", "印", "阿卜杜热合曼·阿卜杜热依木", "诸葛小小明"} {
		a, err := sealart.Square(f, name)
		must(t, err)
		arts = append(arts, a)
	}
	photo, err := sealart.Picture(scan(t, arts[0]), 42)
	must(t, err)
	arts = append(arts, photo)
	var forms []*pdf.Stream
	for _, a := range arts {
		forms = append(forms, a.Form())
	}
	for _, s := range sealart.Slices(forms[0], arts[0], 3) {
		forms = append(forms, s.Form)
	}
	path := filepath.Join(t.TempDir(), "seals.pdf")
	if dir := os.Getenv("SEALART_KEEP"); dir != "" {
		path = filepath.Join(dir, "seals.pdf")
		p, err := arts[0].PNG(600)
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, "round.png"), p, 0o600))
		must(t, os.WriteFile(filepath.Join(dir, "round.svg"), []byte(arts[0].SVG()), 0o600))
	}
	must(t, os.WriteFile(path, sheet(t, forms), 0o600))
	testtool.Need(t, "qpdf")
	if out, err := exec.Command("qpdf", "--check", path).CombinedOutput(); err != nil {
		t.Errorf("qpdf: %v %s", err, out)
	}
}

// scan is a seal as it comes from a scanner: JPEG on paper that is not quite white.
func scan(t *testing.T, a *sealart.Art) []byte {
	t.Helper()
	data, err := a.PNG(500)
	must(t, err)
	m, err := png.Decode(bytes.NewReader(data))
	must(t, err)
	out := image.NewRGBA(image.Rect(0, 0, 700, 700))
	for y := range 700 {
		for x := range 700 {
			r, g, b, alpha := m.At(x-100, y-100).RGBA()
			mix := func(c uint32) uint8 { return uint8((c + 0xF5F5*(0xFFFF-alpha)/0xFFFF) >> 8) }
			out.Set(x, y, color.RGBA{mix(r), mix(g), mix(b), 255})
		}
	}
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, out, &jpeg.Options{Quality: 85}))
	return b.Bytes()
}

// Any name of 1 to 40 characters gives numbers only, the same ones each time.
func TestAnyLengthOfNameDraws(t *testing.T) {
	t.Parallel()
	f := theFace(t)
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.StringOfN(rapid.SampledFrom([]rune("示例市燃气有限公司张王李赵欧阳ABC0（）·")), 1, 40, -1).Draw(rt, "name")
		number := rapid.StringMatching(`([0-9]{13})?`).Draw(rt, "number")
		for _, draw := range []func() (*sealart.Art, error){
			func() (*sealart.Art, error) {
				return sealart.Round(f, sealart.Company{Name: name, Kind: "章", Number: number})
			},
			func() (*sealart.Art, error) { return sealart.Square(f, name) },
		} {
			one, err := draw()
			if err != nil {
				rt.Fatalf("%q: %v", name, err)
			}
			two, err := draw()
			if err != nil || one.SVG() != two.SVG() || !bytes.Equal(one.Form().Data, two.Form().Data) {
				rt.Fatalf("%q is drawn in two ways (%v)", name, err)
			}
			if s := one.SVG(); strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
				rt.Fatalf("%q: %s", name, s)
			}
		}
	})
}

func TestUncoveredCharactersAreRefusedByName(t *testing.T) {
	t.Parallel()
	f := theFace(t)
	for _, name := range []string{"示例\U0003FFFD公司", "示例 公司"} {
		_, err := sealart.Round(f, sealart.Company{Name: name})
		if e := errs.As(err); err == nil || e.Code != sealart.CodeUncovered || e.Params["rune"] == "" {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := sealart.Square(f, ""); !errors.Is(err, errs.Invalid) {
		t.Errorf("empty name: %v", err)
	}
	if _, err := sealart.Round(f, sealart.Company{Name: strings.Repeat("长", 41)}); !errors.Is(err, errs.Invalid) {
		t.Errorf("41 characters: %v", err)
	}
}

func TestPicturesAreBounded(t *testing.T) {
	t.Parallel()
	var huge bytes.Buffer
	must(t, png.Encode(&huge, image.NewGray(image.Rect(0, 0, 7000, 50))))
	var blank bytes.Buffer
	white := image.NewGray(image.Rect(0, 0, 100, 100))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	must(t, png.Encode(&blank, white))
	for name, data := range map[string][]byte{
		"wide": huge.Bytes(), "blank": blank.Bytes(), "text": []byte("<svg/>"), "empty": nil, "cut": blank.Bytes()[:60],
	} {
		if _, err := sealart.Picture(data, 42); err == nil || errs.As(err).Code != sealart.CodePicture {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Proves GAS-11.
func TestSlicesCoverEveryPage_GAS11(t *testing.T) {
	t.Parallel()
	a, err := sealart.Square(theFace(t), "张三")
	must(t, err)
	whole := a.Form()
	wide, _ := a.Size()
	for pages := 1; pages <= 60; pages++ {
		slices := sealart.Slices(whole, a, pages)
		total := 0.0
		for _, s := range slices {
			total += s.Wide
		}
		groups := (pages + 11) / 12
		if len(slices) != pages || total < wide*float64(groups)-0.01 || total > wide*float64(groups)+0.01 {
			t.Errorf("%d pages: %d slices of %f together", pages, len(slices), total)
		}
	}
}

func BenchmarkRound(b *testing.B) {
	f := theFace(b)
	for b.Loop() {
		a, err := sealart.Round(f, sealart.Company{Name: "示例市某某餐饮管理有限责任公司", Kind: "合同专用章", Number: "3701000000001"})
		must(b, err)
		a.Form()
	}
}
