package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
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
