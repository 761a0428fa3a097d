package abuse_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/pdf/pdftest"
)

// deflated packs a text that is repeated until it has so many bytes, twice over.
func deflated(t *testing.T, text string, size int) string {
	t.Helper()
	var once, twice bytes.Buffer
	w := zlib.NewWriter(&once)
	block := bytes.Repeat([]byte(text), 1<<20/len(text))
	for n := 0; n < size; n += len(block) {
		if _, err := w.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	again := zlib.NewWriter(&twice)
	_ = w.Close()
	_, _ = again.Write(once.Bytes())
	_ = again.Close()
	return twice.String()
}

// packedReferences is a PDF whose cross-reference stream swells.
func packedReferences(data string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n")
	at := b.Len()
	fmt.Fprintf(&b, "3 0 obj\n<</Type/XRef/Size 4/W[1 4 2]/Index[0 100000000]/Root 1 0 R/Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", len(data), data, at)
	return b.Bytes()
}

// bombs are small files that loop or swell where a reader is careless.
func bombs(t *testing.T) map[string][]byte {
	t.Helper()
	const pages, page = "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
	const catalog = "<</Type/Catalog/Pages 2 0 R>>"
	swollen := deflated(t, "1 0 2 0 ", 1<<30)
	stream := func(dict, data string) string {
		return fmt.Sprintf("<<%s/Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%s\nendstream", dict, len(data), data)
	}
	sig := "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]/Contents<" + strings.Repeat("30", 200_000) + ">>>"
	wide := make([]string, 0, 60)
	for n := range 50 {
		wide = append(wide, fmt.Sprintf("<</Type/Pages/Kids[%s]/Count 1>>", strings.Repeat(fmt.Sprintf("%d 0 R ", n+3), 10)))
	}
	return map[string][]byte{
		"cross-references that lead to themselves":    pdftest.File("/Prev %XREF%", catalog, pages, page),
		"cross-references in a stream that swells":    packedReferences(swollen),
		"objects in a stream that swells":             pdftest.File("/XRefStm %XREF%", catalog, pages, page, stream("/Type/ObjStm/N 100000000/First 10", swollen)),
		"a page tree within itself":                   pdftest.File("", catalog, "<</Type/Pages/Kids[2 0 R]/Count 1>>"),
		"pages without end":                           pdftest.File("", append([]string{catalog}, append(wide, page)...)...),
		"a field within itself":                       pdftest.File("", "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>", pages, page, "<</FT/Sig/T(a)/Kids[4 0 R]>>"),
		"a reference to itself":                       pdftest.File("", catalog, "<</Type/Pages/Kids 4 0 R/Count 1>>", page, "4 0 R"),
		"a length that is its own":                    pdftest.File("", catalog, pages, page, "<</Length 4 0 R>>stream\nx\nendstream"),
		"a signature of nothing but brackets":         pdftest.File("", "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>", pages, page, "<</FT/Sig/T(a)/V 5 0 R>>", sig),
		"a number of a million digits":                pdftest.File("/X "+strings.Repeat("9", 1_000_000), catalog, pages, page),
		"names without end":                           pdftest.File("", "<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Kids[4 0 R]>>>>>>", pages, page, "<</Kids[4 0 R 4 0 R 4 0 R]>>"),
		"cross-references in the middle of an object": pdftest.File("/Prev 9/XRefStm 9", catalog, pages, page),
	}
}

// Files that loop or swell are answered within seconds and in little memory, by upload and by verification. It runs
// alone, since it measures memory.
// Proves PLT-12, PLT-18.
func TestAbuse23PDFBombs_PLT12_PLT18(t *testing.T) {
	w := newWorld(t)
	agent := w.as("agent1")
	measured := func(name string, attack func()) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := w.clock.Now()
		attack()
		took := w.clock.Now().Sub(start)
		runtime.ReadMemStats(&after)
		grew := (after.TotalAlloc - before.TotalAlloc) >> 20
		if took > 4*time.Second || grew > 512 { // two seconds of work, and the turn of a busy machine
			t.Errorf("%s: %v, %d MiB allocated in all", name, took, grew)
		}
		t.Logf("%s: %v, %d MiB", name, took.Round(time.Millisecond), grew)
	}
	for name, file := range bombs(t) {
		w.clock.Advance(time.Minute) // verification is rationed
		measured("verified: "+name, func() {
			a := w.nobody().send("POST", "/api/v1/verify", file, "Content-Type", "application/pdf")
			if v := a.object()["verdict"]; a.status == 200 && v != "broken" && v != "unsigned" || a.status != 200 && a.status != 413 && a.status != 422 {
				t.Errorf("verified: %s: %d %.200s", name, a.status, a.body)
			}
		})
		measured("uploaded: "+name, func() { agent.comesIn("", "x.pdf", "application/pdf", file) })
	}
	for name, picture := range map[string][]byte{
		"a JPEG of 65,500 by 65,500": hugeJPEG(t), "a PNG that swells": swollenPicture(t),
	} {
		measured("uploaded: "+name, func() {
			if _, ok := agent.comesIn("", "x", "image/jpeg", picture); ok {
				t.Errorf("%s came in", name)
			}
		})
	}
	if _, ok := agent.comesIn("", "合同.pdf", "application/pdf", paper("", "")); !ok { // control
		t.Error("an honest PDF is refused")
	}
}

// hugeJPEG says that it has more pixels than it holds.
func hugeJPEG(t *testing.T) []byte {
	t.Helper()
	out := photo(t)
	at := bytes.Index(out, []byte{0xff, 0xc0}) // start of frame: length, precision, height, width
	if at < 0 {
		t.Fatal("no frame")
	}
	binary.BigEndian.PutUint16(out[at+5:], 65_500)
	binary.BigEndian.PutUint16(out[at+7:], 65_500)
	return out
}

// swollenPicture is a PNG of few pixels with a gigabyte behind them.
func swollenPicture(t *testing.T) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	for range 256 {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 30_000), 30_000)
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 0, 0, 0, 0))...)
	return append(append(out, chunk("IDAT", packed.Bytes())...), chunk("IEND", nil)...)
}
