package pdffont

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
)

// whole are the tables that are kept in memory: small ones, and those that every rune is looked up in.
func whole(tag string) bool {
	return slices.Contains([]string{"OS/2", "cmap", "cvt ", "fpgm", "head", "hhea", "hmtx", "loca", "maxp", "name", "post", "prep"}, tag)
}

// directory finds the tables of a font file, and reads those that are wanted whole.
func (f *Font) directory(file Source) error {
	head, err := section(file, 0, min(12, file.Size()))
	if err != nil {
		return err
	}
	switch u32(head, 0) {
	case 0x00010000, 0x74727565: // 1.0, "true"
	case 0x74746366:
		return broken("a font collection (TTC) has to be split first")
	case 0x4F54544F:
		return broken("its outlines are CFF; glyf outlines are needed")
	default:
		return broken("unknown file type")
	}
	f.tables, f.glyf = make(map[string][]byte), io.NewSectionReader(file, 0, 0)
	for i := range int64(u16(head, 4)) {
		entry, err := section(file, 12+16*i, 16)
		if err != nil {
			return broken("the table directory is cut off")
		}
		if err := f.table(file, string(entry[:4]), int64(u32(entry, 8)), int64(u32(entry, 12))); err != nil {
			return err
		}
	}
	return nil
}

func (f *Font) table(file Source, tag string, from, size int64) (err error) {
	switch {
	case from+size > file.Size():
		return broken("table %q lies outside of the file", tag)
	case tag == "glyf":
		f.glyf = io.NewSectionReader(file, from, size)
	case whole(tag) && f.tables[tag] == nil: // a table named twice is read once
		f.tables[tag], err = section(file, from, size)
	}
	return err
}

// section reads a part of the file.
func section(file Source, from, size int64) ([]byte, error) {
	if from+size > file.Size() {
		return nil, broken("it is cut off")
	}
	b := make([]byte, size)
	if n, err := file.ReadAt(b, from); n < len(b) {
		return nil, fmt.Errorf("pdffont: read: %w", err)
	}
	return b, nil
}

func (f *Font) readHead() error {
	head := f.tables["head"]
	if len(head) < 54 {
		return broken("no head table")
	}
	f.unitsPerEm = int(u16(head, 18))
	if f.unitsPerEm < 16 || f.unitsPerEm > 16384 {
		return broken("%d units per em", f.unitsPerEm)
	}
	f.box = [4]int{i16(head, 36), i16(head, 38), i16(head, 40), i16(head, 42)}
	f.longLoca = u16(head, 50) == 1
	return nil
}

func (f *Font) readHhea() error {
	hhea := f.tables["hhea"]
	if len(hhea) < 36 {
		return broken("no hhea table")
	}
	f.ascent, f.descent = i16(hhea, 4), i16(hhea, 6)
	f.numHMetric = int(u16(hhea, 34))
	return nil
}

func (f *Font) readMaxp() error {
	maxp := f.tables["maxp"]
	if len(maxp) < 6 {
		return broken("no maxp table")
	}
	f.numGlyphs = int(u16(maxp, 4))
	return nil
}

// checkSizes makes sure that every glyph below numGlyphs has a place and a width.
func (f *Font) checkSizes() error {
	entry := 2
	if f.longLoca {
		entry = 4
	}
	switch {
	case f.numGlyphs == 0 || len(f.tables["loca"]) < entry*(f.numGlyphs+1):
		return broken("its loca table is too short")
	case f.numHMetric == 0 || len(f.tables["hmtx"]) < 4*f.numHMetric:
		return broken("its hmtx table is too short")
	case f.glyf.Size() == 0:
		return broken("no glyf table")
	}
	return nil
}

// readCmap takes the Unicode subtables of formats 4 and 12; where both map a rune, 12 wins.
func (f *Font) readCmap() error {
	cmap := f.tables["cmap"]
	var four, twelve []byte
	for i := range int(u16(cmap, 2)) {
		platform, encoding, at := u16(cmap, 4+8*i), u16(cmap, 6+8*i), int(u32(cmap, 8+8*i))
		if platform != 0 && (platform != 3 || encoding != 1 && encoding != 10) || at >= len(cmap) {
			continue
		}
		switch sub := cmap[at:]; u16(sub, 0) {
		case 4:
			four = sub
		case 12:
			twelve = sub
		}
	}
	if four == nil && twelve == nil {
		return broken("no Unicode cmap of format 4 or 12")
	}
	f.basic = make([]GlyphID, 0x10000)
	f.readFormat4(four)
	f.readFormat12(twelve)
	return nil
}

func (f *Font) readFormat4(b []byte) {
	segments := int(u16(b, 6)) / 2
	ends, starts := 14, 16+2*segments
	deltas, offsets := starts+2*segments, starts+4*segments
	last := -1
	for s := range segments {
		from, to := int(u16(b, starts+2*s)), int(u16(b, ends+2*s))
		if from <= last || to < from {
			return // segments must ascend: the rest of a damaged table is not believed
		}
		last = to
		delta, offset := u16(b, deltas+2*s), int(u16(b, offsets+2*s))
		for c := from; c <= to && c < 0xFFFF; c++ {
			g := uint16(c)
			if offset != 0 {
				// The offset counts from its own place in the table (format 4, idRangeOffset).
				if g = u16(b, offsets+2*s+offset+2*(c-from)); g == 0 {
					continue
				}
			}
			f.set(rune(c), GlyphID(g+delta))
		}
	}
}

func (f *Font) readFormat12(b []byte) {
	last := rune(-1)
	for i := range int(u32(b, 12)) {
		at := 16 + 12*i
		if at+12 > len(b) {
			return
		}
		from, to, g := u32(b, at), u32(b, at+4), u32(b, at+8)
		if from > to || to > 0x10FFFF || rune(from) <= last {
			return // groups must ascend: the rest of a damaged table is not believed
		}
		last = rune(to)
		for ; from <= to && from <= 0xFFFF; from, g = from+1, g+1 {
			f.set(rune(from), GlyphID(g))
		}
		if from <= to && uint64(g)+uint64(to-from) < uint64(f.numGlyphs) {
			f.beyond = append(f.beyond, runeRange{rune(from), rune(to), GlyphID(g)})
		}
	}
}

func (f *Font) set(r rune, g GlyphID) {
	if int(g) < f.numGlyphs {
		f.basic[r] = g
	}
}

func (f *Font) readOS2() {
	os2 := f.tables["OS/2"]
	f.capHeight = i16(os2, 88)
	if len(os2) < 90 || f.capHeight == 0 {
		f.capHeight = f.ascent * 7 / 10
	}
}

func (f *Font) readPost() {
	f.italicAngle = float64(int32(u32(f.tables["post"], 4))) / 65536
}

// readName takes the PostScript name (name id 6), cleaned of what a PDF font name may not hold.
func (f *Font) readName() {
	b := f.tables["name"]
	storage := int(u16(b, 4))
	for i := range int(u16(b, 2)) {
		at := 6 + 12*i
		if at+12 > len(b) || u16(b, at) != 3 || u16(b, at+6) != 6 {
			continue
		}
		from := storage + int(u16(b, at+10))
		var units []uint16
		for k := 0; k < int(u16(b, at+8)); k += 2 {
			units = append(units, u16(b, from+k))
		}
		f.name = psName(string(utf16.Decode(units)))
	}
	if f.name == "" {
		f.name = "Font"
	}
}

func psName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < '!' || r > '~' || slices.Contains([]rune("[](){}<>/%"), r) {
			return -1
		}
		return r
	}, s)
	return s[:min(len(s), 63)] // ISO 14496-22, name id 6
}
