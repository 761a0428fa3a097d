package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"cinnabar/internal/platform/errs"
)

// readCSV reads a table of text (RFC 4180) in UTF-8, UTF-16 with a byte order mark, or GB 18030, divided by
// commas, semicolons or tabs.
func (t *table) readCSV(raw []byte) error {
	text, err := decode(raw)
	if err != nil {
		return err
	}
	if !bytes.ContainsRune(text, '\n') { // lines as old Macs end them
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	comma, skipped := divider(text)
	if skipped > 0 {
		text = text[skipped:]
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = comma, -1, true
	before := 0
	if skipped > 0 {
		before = 1
	}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return csvFault(err, before)
		}
		if len(fields) > t.limits.Columns && !blank(fields[t.limits.Columns:]) {
			line, _ := r.FieldPos(0)
			return tooMany("too-many-columns", "columns", t.limits.Columns, line+before)
		}
		line, _ := r.FieldPos(0)
		if err := t.add(Row{Line: line + before, Cells: texts(fields, t.limits.Columns)}); err != nil {
			return err
		}
	}
}

func blank(fields []string) bool { return strings.TrimSpace(strings.Join(fields, "")) == "" }

func texts(fields []string, most int) []Cell {
	fields = fields[:min(len(fields), most)]
	cells := make([]Cell, len(fields))
	for i, f := range fields {
		if f = strings.TrimSpace(f); f != "" {
			cells[i] = Cell{Text, strings.Clone(f)} // not the whole line
		}
	}
	return cells
}

func csvFault(err error, before int) error {
	e := errs.New(errs.Invalid, "sheet-malformed", "the file is no readable table; save it anew as XLSX or CSV")
	var at *csv.ParseError
	if errors.As(err, &at) {
		e = e.With("line", at.Line+before)
	}
	return e.Because(err)
}

// decode returns the text in UTF-8 without a mark.
func decode(raw []byte) ([]byte, error) {
	var err error
	switch {
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		raw = raw[3:]
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		raw, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(raw)
	case !utf8.Valid(raw):
		raw, err = simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
		if bytes.ContainsRune(raw, utf8.RuneError) {
			err = errors.New("neither UTF-8 nor GB 18030")
		}
	}
	if err == nil && (bytes.IndexByte(raw, 0) >= 0 || !utf8.Valid(raw)) {
		err = errors.New("no text")
	}
	if err != nil {
		return nil, errs.New(errs.Invalid, "sheet-encoding", "the table is no text in UTF-8 or GB 18030; save it as XLSX or “CSV UTF-8”").Because(err)
	}
	return raw, nil
}

// divider finds what divides the cells: what the first line says ("sep=;", as spreadsheets write it; its
// length is returned to be passed over), or what occurs most in the first record outside of quotes.
func divider(text []byte) (comma rune, skipped int) {
	if rest, ok := bytes.CutPrefix(text, []byte("sep=")); ok && len(rest) > 1 && bytes.IndexByte([]byte(",;\t"), rest[0]) >= 0 {
		if end := bytes.IndexByte(rest, '\n'); end == 1 || (end == 2 && rest[1] == '\r') {
			return rune(rest[0]), len("sep=") + end + 1
		}
	}
	count, quoted := map[byte]int{}, false
	for _, c := range text {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\n' && !quoted && len(count) > 0:
			return most(count), 0
		case !quoted:
			if c == ',' || c == ';' || c == '\t' {
				count[c]++
			}
		}
	}
	return most(count), 0
}

func most(count map[byte]int) rune {
	best := byte(',')
	for _, c := range []byte{'\t', ';'} {
		if count[c] > count[best] {
			best = c
		}
	}
	return rune(best)
}
