package typeset_test

import (
	"bytes"
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

	"cinnabar/internal/pdf/typeset"
	"cinnabar/internal/platform/testtool"

	qrcode "github.com/skip2/go-qrcode"
)

// tool runs a Debian program on the file.
func tool(t *testing.T, pdf []byte, name string, args ...string) string {
	t.Helper()
	testtool.Need(t, name)
	file := filepath.Join(t.TempDir(), "d.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		if a == "FILE" {
			args[i] = file
		}
	}
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// repeated counts how often the text stands on the file's pages, artifacts included.
func repeated(t *testing.T, pdf []byte, text string) int {
	t.Helper()
	return strings.Count(tool(t, pdf, "pdftotext", "-raw", "FILE", "-"), text)
}

// Proves PLT-9.
func TestFileIsSound_PLT9(t *testing.T) {
	t.Parallel()
	if out := tool(t, render(t, sample()).PDF, "qpdf", "--check", "FILE"); !strings.Contains(out, "No syntax or stream encoding errors") {
		t.Error(out)
	}
}

// Text is real text, in reading order, with the rare characters of names, and without spaces that
// justification might have brought in.
// Proves PLT-9.
func TestTextCanBeCopied_PLT9(t *testing.T) {
	t.Parallel()
	out := tool(t, render(t, sample()).PDF, "pdftotext", "-raw", "FILE", "-")
	for _, want := range []string{
		"甲方：𬭎𠮷燃气有限公司", "第一条", "向乙方持续、稳定地供应符合国家标准《天然气》", "高峰月日均用气量", "第1页/共1页",
	} {
		if !strings.Contains(strings.ReplaceAll(out, " ", ""), want) {
			t.Errorf("the text lacks %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "持 续") || strings.Contains(out, "𬭎 𠮷") {
		t.Errorf("spaces between Chinese characters:\n%s", out)
	}
}

// Proves PLT-9.
func TestFontsAreSubsets_PLT9(t *testing.T) {
	t.Parallel()
	out := tool(t, render(t, sample()).PDF, "pdffonts", "FILE")
	lines := strings.Split(strings.TrimSpace(out), "\n")[2:]
	if len(lines) < 3 {
		t.Fatalf("want Regular, Bold and a fallback:\n%s", out)
	}
	for _, l := range lines {
		if !strings.Contains(l, "CID TrueType") || !strings.Contains(l, "yes yes yes") {
			t.Errorf("not embedded as a subset with ToUnicode: %s", l)
		}
	}
}

// Proves PLT-9.
func TestFileIsTagged_PLT9(t *testing.T) {
	t.Parallel()
	pdf := render(t, sample()).PDF
	if out := tool(t, pdf, "pdfinfo", "FILE"); !strings.Contains(out, "Tagged:          yes") || !strings.Contains(out, "天然气供用气合同") {
		t.Error(out)
	}
	out := tool(t, pdf, "pdfinfo", "-struct-text", "FILE")
	for _, want := range []string{"Document", "H1", "H2", "Table", "TR", "/RowSpan 2", "Figure", `"高峰月日均用气量"`} {
		if !strings.Contains(out, want) {
			t.Errorf("the structure lacks %s:\n%s", want, out)
		}
	}
	if strings.Contains(out, "RQ-2026-000001") {
		t.Error("the page header is tagged as content")
	}
}

// The drawn QR code has, module for module, the pattern of the encoder.
// Proves GAS-6.
func TestQRIsDrawnTrue_GAS6(t *testing.T) {
	t.Parallel()
	const link = "https://gas.example.com/v/RQ-2026-000001"
	code, err := qrcode.New(link, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	code.DisableBorder = true
	modules := code.Bitmap()
	n := len(modules)
	// 8 pixels a module at 72 pixels an inch.
	r := render(t, typeset.Document{NoPageNumbers: true, Body: []typeset.Block{typeset.QR{Content: link, Size: float64(8 * n)}}})
	out := tool(t, r.PDF, "pdftoppm", "-r", "72", "-gray", "-png", "FILE")
	img, err := png.Decode(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	left, top := darkest(img)
	for y, line := range modules {
		for x, dark := range line {
			g := color.GrayModel.Convert(img.At(left+8*x+4, top+8*y+4)).(color.Gray)
			if (g.Y < 128) != dark {
				t.Fatalf("module %d,%d is drawn with gray %d", x, y, g.Y)
			}
		}
	}
}

// darkest is the upper left corner of what is drawn.
func darkest(img image.Image) (left, top int) {
	b := img.Bounds()
	left, top = b.Max.X, b.Max.Y
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y < 100 {
				left, top = min(left, x), min(top, y)
			}
		}
	}
	return left, top
}

// Many documents are made at once from one set of fonts; run with -race.
func TestFontsAreShared(t *testing.T) {
	t.Parallel()
	want := render(t, sample()).PDF
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r, err := typeset.Make(fonts(t), withTime(sample()))
			if err != nil || !bytes.Equal(r.PDF, want) {
				t.Errorf("made beside others, the document differs (%v)", err)
			}
		})
	}
	wg.Wait()
}

func TestPicturesAreEmbedded(t *testing.T) {
	t.Parallel()
	img := image.NewNRGBA(image.Rect(0, 0, 20, 10))
	for x := range 20 {
		for y := range 10 {
			img.SetNRGBA(x, y, color.NRGBA{R: 200, G: uint8(10 * x), A: uint8(25 * y)})
		}
	}
	var transparent, photo bytes.Buffer
	if err := png.Encode(&transparent, img); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&photo, img, nil); err != nil {
		t.Fatal(err)
	}
	r := render(t, typeset.Document{Body: []typeset.Block{
		typeset.Picture{Data: transparent.Bytes(), Width: 100, Alt: "签名"},
		typeset.Picture{Data: photo.Bytes(), Height: 50, Align: typeset.Center, Alt: "照片"},
		typeset.Picture{Data: photo.Bytes(), Alt: "照片"}, // the same again is stored once
	}})
	out := tool(t, r.PDF, "pdfimages", "-list", "FILE")
	for _, want := range []string{"smask", "jpeg"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s:\n%s", want, out)
		}
	}
	if n := bytes.Count(r.PDF, []byte("DCTDecode")); n != 1 {
		t.Errorf("the JPEG is stored %d times", n)
	}
	if !bytes.Contains(r.PDF, photo.Bytes()) {
		t.Error("the JPEG was not passed through as it is")
	}
}

func TestHeadingsAreBookmarks(t *testing.T) {
	t.Parallel()
	out := tool(t, render(t, sample()).PDF, "qpdf", "--json", "--json-key=outlines", "FILE")
	if !strings.Contains(out, "第一条") || !strings.Contains(out, "\"destpageposfrom1\": 1") {
		t.Error(out)
	}
}
