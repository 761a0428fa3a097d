package pdffont_test

import (
	"encoding/binary"
	"testing"

	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pdffont"
)

// tinyFont is a font of three glyphs: missing, a triangle for A, and one composed of it for B.
func tinyFont() []byte {
	be := binary.BigEndian
	head := make([]byte, 54)
	be.PutUint16(head[18:], 1000)
	hhea := make([]byte, 36)
	be.PutUint16(hhea[4:], 880)
	be.PutUint16(hhea[34:], 3)
	maxp := []byte{0, 1, 0, 0, 0, 3}
	hmtx := []byte{3, 232, 0, 0, 1, 244, 0, 0, 2, 88, 0, 0}
	triangle := []byte{0, 1, 0, 0, 0, 0, 0, 100, 0, 100, 0, 2, 0, 0, 0x37, 0x33, 0x27, 50, 50, 50}
	composed := []byte{0xFF, 0xFF, 0, 0, 0, 0, 0, 100, 0, 100, 0, 2, 0, 1, 0, 0}
	glyf := append(append([]byte{}, triangle...), composed...)
	loca := []byte{0, 0, 0, 0, 0, 10, 0, 18}
	cmap := []byte{0, 0, 0, 1, 0, 3, 0, 10, 0, 0, 0, 12, 0, 12, 0, 0, 0, 0, 0, 28, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 'A', 0, 0, 0, 'B', 0, 0, 0, 1}
	return join(map[string][]byte{"head": head, "hhea": hhea, "maxp": maxp, "hmtx": hmtx, "glyf": glyf, "loca": loca, "cmap": cmap})
}

// join makes a font file of tables.
func join(tables map[string][]byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	out = append(out, 0, byte(len(tables)), 0, 0, 0, 0, 0, 0)
	at := 12 + 16*len(tables)
	var data []byte
	for _, tag := range []string{"cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"} {
		b, ok := tables[tag]
		if !ok {
			continue
		}
		out = append(append(out, tag...), 0, 0, 0, 0)
		out = binary.BigEndian.AppendUint32(out, uint32(at+len(data)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(b)))
		data = append(data, b...)
	}
	return append(out, data...)
}

// reparse reads a subset's font file, which has no cmap, by lending it one.
func reparse(t *testing.T, data []byte) *pdffont.Font {
	t.Helper()
	tables := map[string][]byte{"cmap": {0, 0, 0, 1, 0, 3, 0, 10, 0, 0, 0, 12, 0, 12, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0}}
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		e := data[12+16*i:]
		from, size := binary.BigEndian.Uint32(e[8:]), binary.BigEndian.Uint32(e[12:])
		tables[string(e[:4])] = data[from : from+size]
	}
	f, err := pdffont.Parse(join(tables))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestCompositeGlyphsBringTheirParts(t *testing.T) {
	t.Parallel()
	f, err := pdffont.Parse(tinyFont())
	if err != nil {
		t.Fatal(err)
	}
	if g, ok := f.Glyph('B'); !ok || g != 2 || f.Advance(g) != 600 {
		t.Fatalf("B has glyph %d %v, %v wide", g, ok, f.Advance(g))
	}
	small, _ := embed(t, f, "B")
	// Codes: 0 missing, 1 B, 2 the triangle that B is made of, which brings its own width along.
	if small.Advance(1) != 600 || small.Advance(2) != 500 {
		t.Errorf("widths %v %v, want 600 and the component's 500", small.Advance(1), small.Advance(2))
	}
}

func FuzzParse(f *testing.F) {
	f.Add(tinyFont())
	f.Fuzz(func(t *testing.T, data []byte) {
		font, err := pdffont.Parse(data)
		if err != nil {
			return
		}
		s := pdffont.NewSubset(font)
		for _, r := range "AB甲𠮷" {
			if g, ok := font.Glyph(r); ok {
				font.Advance(g)
				s.Code(r, g)
			}
		}
		w := pdf.NewWriter()
		if err := s.Embed(w, w.Alloc()); err != nil {
			t.Fatal(err)
		}
	})
}
