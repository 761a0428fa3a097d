package sheet

import (
	"encoding/xml"
	"errors"
	"path"
	"strconv"
	"strings"
)

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
