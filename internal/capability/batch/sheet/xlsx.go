package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"cinnabar/internal/platform/errs"
)

// maxParts is how many parts a workbook may have.
const maxParts = 10_000

// errBudget ends reading a part that is larger than allowed.
var errBudget = errors.New("the parts are too large")

// workbook is an XLSX (ECMA-376) whose parts are read one after the other within one budget of bytes.
type workbook struct {
	parts  map[string]*zip.File // by name in lower case: writers differ
	budget int64
	most   int

	shared   []string // texts that cells refer to
	sharedBy int      // bytes of them
	dates    []bool   // by style: whether numbers are dates
	date1904 bool
}

// readXLSX reads the first sheet that is shown.
func (t *table) readXLSX(raw []byte) error {
	if bytes.Count(raw, []byte("PK\x01\x02")) > maxParts {
		return tooLarge(maxParts)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return malformed(err)
	}
	w := &workbook{parts: map[string]*zip.File{}, budget: int64(t.limits.Unpacked), most: t.limits.Unpacked}
	for _, f := range z.File {
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))
		if w.parts[name] == nil {
			w.parts[name] = f
		}
	}
	if err := w.read(t); err != nil {
		return w.fault(err)
	}
	return nil
}

func (w *workbook) read(t *table) error {
	main, err := w.main()
	if err != nil {
		return err
	}
	links, err := w.links(main)
	if err != nil {
		return err
	}
	sheetPart, err := w.firstSheet(main, links, t)
	if err != nil {
		return err
	}
	for _, one := range []struct {
		part string
		read func(*xml.Decoder) error
	}{
		{links.byType("/styles"), w.readStyles},
		{links.byType("/sharedStrings"), func(d *xml.Decoder) error { return w.readShared(d, t.limits) }},
	} {
		if one.part == "" || w.parts[strings.ToLower(one.part)] == nil {
			continue
		}
		if err := w.part(one.part, one.read); err != nil {
			return err
		}
	}
	s := &sheetReader{w: w, t: t}
	if err := w.part(sheetPart, s.read); err != nil {
		return err
	}
	return s.fillMerged()
}

// fault is what is told of an error: those of the limits as they are.
func (w *workbook) fault(err error) error {
	var e *errs.Error
	switch {
	case errors.Is(err, errBudget):
		return tooLarge(w.most)
	case errors.As(err, &e):
		return err
	}
	return malformed(err)
}

// part reads a part token by token.
func (w *workbook) part(name string, read func(*xml.Decoder) error) error {
	f := w.parts[strings.ToLower(name)]
	if f == nil {
		return errors.New("a part is missing: " + name)
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(&budgeted{r, w})
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("not in UTF-8") }
	return read(d)
}

// budgeted counts what all parts together unpack to.
type budgeted struct {
	io.Reader
	w *workbook
}

func (b *budgeted) Read(p []byte) (int, error) {
	if b.w.budget <= 0 {
		return 0, errBudget
	}
	n, err := b.Reader.Read(p[:min(int64(len(p)), b.w.budget)])
	b.w.budget -= int64(n)
	return n, err
}

// maxTokens bounds the time of reading a part: twice what a sheet of the most cells has.
const maxTokens = 12_000_000

// each calls f with the tokens of a part to its end, or until f returns io.EOF. Raw tokens keep no stack, so
// that depth costs nothing; prefixes of names are cut off.
func each(d *xml.Decoder, f func(xml.Token) error) error {
	for range maxTokens {
		tok, err := d.RawToken()
		if err == nil {
			err = f(tok)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return errBudget
}

// starts calls f with the beginning of every element.
func starts(f func(name string, attr func(string) string)) func(*xml.Decoder) error {
	return func(d *xml.Decoder) error {
		return each(d, func(tok xml.Token) error {
			if e, ok := tok.(xml.StartElement); ok {
				f(e.Name.Local, func(name string) string { return attr(e.Attr, name) })
			}
			return nil
		})
	}
}

func attr(all []xml.Attr, name string) string {
	for _, a := range all {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func isTrue(s string) bool { return s == "1" || s == "true" }

// links are the relations of the main part.
type links []struct{ id, kind, target string }

func (l links) byType(end string) string {
	for _, one := range l {
		if strings.HasSuffix(one.kind, end) {
			return one.target
		}
	}
	return ""
}

func (l links) byID(id string) string {
	for _, one := range l {
		if one.id == id {
			return one.target
		}
	}
	return ""
}

// main finds the main part of the package.
func (w *workbook) main() (string, error) {
	found := ""
	err := w.part("_rels/.rels", starts(func(name string, attr func(string) string) {
		if name == "Relationship" && strings.HasSuffix(attr("Type"), "/officeDocument") && found == "" {
			found = strings.TrimPrefix(attr("Target"), "/")
		}
	}))
	if err == nil && found == "" {
		err = errors.New("no workbook")
	}
	return found, err
}

// maxLinks bounds the relations that are kept.
const maxLinks = 4096

func (w *workbook) links(main string) (links, error) {
	dir, file := path.Split(main)
	var out links
	err := w.part(dir+"_rels/"+file+".rels", starts(func(name string, attr func(string) string) {
		if name != "Relationship" || len(out) == maxLinks {
			return
		}
		target := attr("Target")
		if strings.HasPrefix(target, "/") {
			target = target[1:]
		} else {
			target = path.Join(dir, target)
		}
		out = append(out, struct{ id, kind, target string }{attr("Id"), attr("Type"), target})
	}))
	return out, err
}

// firstSheet is the part of the first sheet that is shown.
func (w *workbook) firstSheet(main string, l links, t *table) (string, error) {
	found := ""
	err := w.part(main, starts(func(name string, attr func(string) string) {
		switch name {
		case "workbookPr":
			w.date1904 = isTrue(attr("date1904"))
		case "sheet":
			if state := attr("state"); found == "" && state != "hidden" && state != "veryHidden" {
				found, t.name = l.byID(attr("id")), attr("name")
			}
		}
	}))
	if err == nil && found == "" {
		err = errors.New("no sheet is shown")
	}
	return found, err
}

// readStyles learns which styles show numbers as dates.
func (w *workbook) readStyles(d *xml.Decoder) error {
	custom, inCells := map[string]bool{}, false
	return each(d, func(tok xml.Token) error {
		switch e := tok.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "numFmt":
				if len(custom) < maxLinks {
					custom[attr(e.Attr, "numFmtId")] = isDateFormat(attr(e.Attr, "formatCode"))
				}
			case "cellXfs":
				inCells = true
			case "xf":
				if id := attr(e.Attr, "numFmtId"); inCells && len(w.dates) < 1<<16 {
					date, known := custom[id]
					w.dates = append(w.dates, (known && date) || (!known && isBuiltInDate(id)))
				}
			}
		case xml.EndElement:
			if e.Name.Local == "cellXfs" {
				inCells = false
			}
		}
		return nil
	})
}

// isBuiltInDate tells whether a format without a code of its own is one of dates: ECMA-376 part 1, 18.8.30,
// those of Chinese and Japanese workbooks included.
func isBuiltInDate(id string) bool {
	n, err := strconv.Atoi(id)
	return err == nil && ((n >= 14 && n <= 22) || (n >= 27 && n <= 36) || (n >= 45 && n <= 47) || (n >= 50 && n <= 58))
}

// isDateFormat tells whether a format's code shows dates or times: letters of these outside of quotes,
// brackets and escapes.
func isDateFormat(code string) bool {
	code, _, _ = strings.Cut(code, ";") // the format of positive numbers
	quoted, bracketed, skip := false, false, false
	for _, c := range strings.ToLower(code) {
		switch {
		case skip:
			skip = false
		case c == '\\' || c == '_' || c == '*':
			skip = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			bracketed = true
		case c == ']':
			bracketed = false
		case bracketed:
		case strings.ContainsRune("ymdhs", c):
			return !strings.Contains(strings.ToLower(code), "general")
		}
	}
	return false
}

// readShared reads the texts that cells refer to.
func (w *workbook) readShared(d *xml.Decoder, l Limits) error {
	var text strings.Builder
	in, phonetic := false, 0
	return each(d, func(tok xml.Token) error {
		switch e := tok.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "si":
				text.Reset()
			case "rPh":
				phonetic++
			case "t":
				in = true
			}
		case xml.CharData:
			if in && phonetic == 0 {
				text.Write(e)
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "t":
				in = false
			case "rPh":
				phonetic--
			case "si":
				w.shared = append(w.shared, unescape(text.String()))
				if w.sharedBy += text.Len(); w.sharedBy > l.Texts || len(w.shared) > maxCells {
					return errBudget
				}
			}
		}
		return nil
	})
}
