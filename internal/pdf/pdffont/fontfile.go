package pdffont

import (
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf16"
)

// fontFile builds a TrueType file with just the subset's glyphs, numbered by their codes.
func (s *Subset) fontFile() []byte {
	glyf := make([]byte, 0, 300*len(s.ids))
	loca := make([]byte, 0, 4*len(s.ids)+64)
	for c := 0; c < len(s.ids); c++ { // grows while components are added
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, s.glyph(s.ids[c])...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))

	head := slices.Clone(s.font.tables["head"])
	binary.BigEndian.PutUint32(head[8:], 0)  // checkSumAdjustment: not looked at in an embedded font
	binary.BigEndian.PutUint16(head[50:], 1) // indexToLocFormat: long
	hhea := slices.Clone(s.font.tables["hhea"])
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(s.ids)))
	maxp := slices.Clone(s.font.tables["maxp"])
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(s.ids)))

	tables := []table{
		{"cvt ", s.font.tables["cvt "]},
		{"fpgm", s.font.tables["fpgm"]},
		{"glyf", glyf},
		{"head", head},
		{"hhea", hhea},
		{"hmtx", s.hmtx()},
		{"loca", loca},
		{"maxp", maxp},
		{"prep", s.font.tables["prep"]},
	}
	return sfnt(slices.DeleteFunc(tables, func(t table) bool { return len(t.data) == 0 }))
}

func (s *Subset) hmtx() []byte {
	src := s.font.tables["hmtx"]
	out := make([]byte, 0, 4*len(s.ids))
	for _, g := range s.ids {
		i, n := int(g), s.font.numHMetric
		advance, bearing := u16(src, 4*min(i, n-1)), u16(src, 4*i+2)
		if i >= n {
			bearing = u16(src, 4*n+2*(i-n))
		}
		out = binary.BigEndian.AppendUint16(out, advance)
		out = binary.BigEndian.AppendUint16(out, bearing)
	}
	return out
}

type table struct {
	tag  string
	data []byte
}

// sfnt joins tables, which are sorted by tag, to a font file.
func sfnt(tables []table) []byte {
	n, power, size := len(tables), 1, 12+16*len(tables)
	for 2*power <= n {
		power *= 2
	}
	for _, t := range tables {
		size += len(t.data) + 3
	}
	out := make([]byte, 0, size)
	out = binary.BigEndian.AppendUint32(out, 0x00010000)
	for _, v := range []int{n, 16 * power, log2(power), 16 * (n - power)} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	at := 12 + 16*n
	for _, t := range tables {
		out = append(out, t.tag...)
		for _, v := range []uint32{checksum(t.data), uint32(at), uint32(len(t.data))} {
			out = binary.BigEndian.AppendUint32(out, v)
		}
		at += (len(t.data) + 3) &^ 3
	}
	for _, t := range tables {
		out = append(out, t.data...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	return out
}

func log2(power int) (n int) {
	for ; power > 1; power /= 2 {
		n++
	}
	return n
}

func checksum(b []byte) (sum uint32) {
	for ; len(b) >= 4; b = b[4:] {
		sum += binary.BigEndian.Uint32(b)
	}
	var rest [4]byte
	copy(rest[:], b)
	return sum + binary.BigEndian.Uint32(rest[:])
}

// toUnicode writes the CMap from codes to text (ISO 32000-1 9.10.3); runes above U+FFFF are surrogate pairs.
func toUnicode(runes []rune) []byte {
	b := []byte("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for at := 1; at < len(runes); {
		end := min(at+100, len(runes)) // at most 100 entries in a block
		b = fmt.Appendf(b, "%d beginbfchar\n", end-at)
		for ; at < end; at++ {
			b = appendHex(append(b, '<'), uint16(at))
			b = append(b, "> <"...)
			for _, u := range utf16.AppendRune(nil, runes[at]) {
				b = appendHex(b, u)
			}
			b = append(b, ">\n"...)
		}
		b = append(b, "endbfchar\n"...)
	}
	return append(b, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"...)
}

func appendHex(b []byte, v uint16) []byte {
	const digits = "0123456789ABCDEF"
	return append(b, digits[v>>12], digits[v>>8&15], digits[v>>4&15], digits[v&15])
}
