package sheet

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// Finding is one thing that is wrong with the sheet. It never repeats what stands in the cell.
type Finding struct {
	Line   int            `json:"line" doc:"As spreadsheets number rows."`
	Column string         `json:"column,omitempty" doc:"The letter; empty when no single column is wrong."`
	Title  string         `json:"title,omitempty" doc:"Of the column, or of the field that has none."`
	Field  string         `json:"field,omitempty"`
	Code   string         `json:"code"`
	Params map[string]any `json:"params,omitempty"`
	Text   cinnabar.Text  `json:"text"`
}

// Report is what a check found.
type Report struct {
	Rows     int       `json:"rows" doc:"How many rows there are to be done."`
	Bad      int       `json:"bad" doc:"How many of them have findings."`
	Total    int       `json:"total" doc:"How many findings there are; the list is cut."`
	Findings []Finding `json:"findings"`
}

// maxFindings is how many findings are listed.
const maxFindings = 1000

// Checked is a row that was checked.
type Checked struct {
	Row   Row
	Data  map[string]any // what the form has found right
	Wrong []errs.Field   // pointers into Data
}

// Options say more about a check.
type Options struct {
	At  time.Time // for dates
	Key []string  // fields that together must not repeat within the sheet; a row without any of them does not count
	// Same, when set, is the form in which texts of the key are compared.
	Same func(string) string
	// Also, when set, looks at a row that is right so far, e.g. for what exists already; what it returns is
	// reported like the form's own findings. Its error ends the check.
	Also func(ctx context.Context, c Checked) ([]errs.Field, error)
}

// Check reports everything that is wrong with a sheet under a mapping before anything is made of it. Its
// error is one of the mapping itself (errs.Invalid with fields below /mapping), or of Options.Also.
func Check(ctx context.Context, s *Sheet, m Mapping, f Form, o Options) (Report, error) {
	if err := m.validate(s, f); err != nil {
		return Report{}, err
	}
	c := &checker{sheet: s, mapping: m, form: f, Options: o, seen: map[string]int{}, titles: map[string]Column{}}
	c.Report.Findings = []Finding{}
	for _, l := range m.Columns {
		c.titles[l.Field] = s.Columns[l.Column]
	}
	c.absent = m.unfilled(f)
	for _, r := range s.Rows {
		if err := ctx.Err(); err != nil {
			return Report{}, err
		}
		if r.Hidden && m.Hidden == SkipHidden {
			continue
		}
		if err := c.row(ctx, r); err != nil {
			return Report{}, err
		}
	}
	return c.Report, nil
}

type checker struct {
	Report
	Options
	sheet   *Sheet
	mapping Mapping
	form    Form
	titles  map[string]Column // by field
	absent  map[string]bool   // required fields that nothing fills; true once told
	seen    map[string]int    // line by key
	bad     bool              // the row that is looked at
}

func (c *checker) report(f Finding) {
	c.bad = true
	if c.Total++; len(c.Findings) < maxFindings {
		f.Text = Words(f.Code, f.Params)
		c.Findings = append(c.Findings, f)
	}
}

// unfilled are the required fields that no column and no value fills. Whether they are asked for may hang
// on others, which the rows tell.
func (m Mapping) unfilled(f Form) map[string]bool {
	out := map[string]bool{}
	for _, field := range f.Fields {
		_, column := m.column(field.Name)
		if _, value := m.Values[field.Name]; field.Required && !column && !value {
			out[field.Name] = false
		}
	}
	return out
}

func (c *checker) row(ctx context.Context, r Row) error {
	c.Rows++
	c.bad = false
	if r.Hidden && c.mapping.Hidden == RefuseHidden {
		c.report(Finding{Line: r.Line, Code: codeHidden})
	}
	c.untitled(r)
	done := c.mapping.apply(r, c.form, c.At)
	if len(done.Wrong) == 0 {
		c.repeated(done)
		if c.Also != nil {
			more, err := c.Also(ctx, done)
			if err != nil {
				return fmt.Errorf("row %d: %w", r.Line, err)
			}
			done.Wrong = more
		}
	}
	for _, w := range done.Wrong {
		c.wrong(r.Line, w)
	}
	if c.bad {
		c.Bad++
	}
	return nil
}

// untitled reports cells beyond the header: the row is longer than it should be, as with a stray comma.
func (c *checker) untitled(r Row) {
	for i, cell := range r.Cells {
		if cell.Type != Empty && c.sheet.Columns[i].Title == "" && !c.linked(i) {
			c.report(Finding{Line: r.Line, Column: Letter(i), Code: codeExtra})
		}
	}
}

func (c *checker) linked(column int) bool {
	for _, l := range c.mapping.Columns {
		if l.Column == column {
			return true
		}
	}
	return false
}

// wrong reports a problem of a field at its column. That nothing fills a field is told once, not by row.
func (c *checker) wrong(line int, w errs.Field) {
	c.bad = true
	name, _, _ := strings.Cut(strings.TrimPrefix(w.Pointer, "/"), "/")
	f := Finding{Line: line, Field: name, Code: w.Code, Params: w.Params}
	if told, absent := c.absent[name]; absent && w.Code == "missing" {
		if told {
			return
		}
		c.absent[name] = true
		f.Line, f.Code = c.sheet.HeaderLine, codeColumn
	}
	if column, ok := c.titles[name]; ok {
		f.Column, f.Title = column.Letter(), column.Title
	} else if field := c.form.field(name); field != nil {
		f.Title = field.Title.Zh
	}
	c.report(f)
}

// repeated reports a key that an earlier row has.
func (c *checker) repeated(done Checked) {
	if len(c.Key) == 0 {
		return
	}
	parts, some := make([]any, len(c.Key)), false
	for i, name := range c.Key {
		parts[i] = done.Data[name]
		some = some || parts[i] != nil
		if text, is := parts[i].(string); is && c.Same != nil {
			parts[i] = c.Same(text)
		}
	}
	key, err := json.Marshal(parts)
	if err != nil || !some {
		return
	}
	first, again := c.seen[string(key)]
	if !again {
		c.seen[string(key)] = done.Row.Line
		return
	}
	c.wrong(done.Row.Line, errs.Field{Pointer: "/" + c.Key[0], Code: "duplicate", Params: map[string]any{"line": first}})
}
