package sheet

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// Field is an entry of a form that a column may fill. Kinds are those of package form.
type Field struct {
	Name     string
	Kind     string
	Title    cinnabar.Text
	Required bool
	Aliases  []string // other titles that columns have for it
	Options  []Option
}

// Option is a choice of a Field.
type Option struct {
	Value string
	Title cinnabar.Text
}

// Form is what every row must fit, a form.Schema for one.
type Form struct {
	Fields []Field
	// Check returns what is right of data, normalised, and every problem at its JSON pointer.
	Check func(data map[string]any, at time.Time) (clean map[string]any, wrong []errs.Field)
}

func (f Form) field(name string) *Field {
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			return &f.Fields[i]
		}
	}
	return nil
}

// fillable tells whether a cell can hold what the field wants.
func (f Field) fillable() bool {
	switch f.Kind {
	case "file", "files", "drawing", "seal", "list", "object", "password", "code":
		return false
	}
	return true
}

// What is done with rows that are hidden in the sheet.
const (
	RefuseHidden = ""     // reported: who sends them may not know that they are there
	SkipHidden   = "skip" // left out
	TakeHidden   = "take" // like all others
)

// Mapping says which column fills which field.
type Mapping struct {
	Columns []Link         `json:"columns"`
	Values  map[string]any `json:"values,omitempty" doc:"The same for all rows: entries of fields that no column fills."`
	Hidden  string         `json:"hidden,omitempty" enum:",skip,take" doc:"What is done with hidden rows; by default they are reported."`
}

// Link is one column of a Mapping.
type Link struct {
	Column int    `json:"column" minimum:"0" doc:"From 0."`
	Field  string `json:"field"`
}

// column is the column that fills a field.
func (m Mapping) column(field string) (int, bool) {
	for _, l := range m.Columns {
		if l.Field == field {
			return l.Column, true
		}
	}
	return 0, false
}

// validate tells what is wrong with the mapping itself.
func (m Mapping) validate(s *Sheet, f Form) error {
	var wrong []errs.Field
	fields, columns := map[string]bool{}, map[int]bool{}
	for i, l := range m.Columns {
		at := "/mapping/columns/" + itoa(i)
		target := f.field(l.Field)
		switch {
		case target == nil || !target.fillable():
			wrong = append(wrong, errs.Field{Pointer: at + "/field", Code: "unknown"})
		case fields[l.Field]:
			wrong = append(wrong, errs.Field{Pointer: at + "/field", Code: "duplicate"})
		}
		if l.Column < 0 || l.Column >= len(s.Columns) {
			wrong = append(wrong, errs.Field{Pointer: at + "/column", Code: "unknown"})
		}
		fields[l.Field], columns[l.Column] = true, true
	}
	for name := range m.Values {
		if f.field(name) == nil || fields[name] {
			wrong = append(wrong, errs.Field{Pointer: "/mapping/values", Code: "unknown"})
		}
	}
	if len(m.Columns) == 0 {
		wrong = append(wrong, errs.Field{Pointer: "/mapping/columns", Code: "missing"})
	}
	if len(wrong) > 0 {
		return errs.Wrong(wrong...)
	}
	return nil
}

// Propose maps columns to fields by their titles: a field's name, its title in either language, or an alias;
// first titles that are the same, then such without what stands in brackets, then such of which one holds
// the other, where only one does. Hidden columns are not proposed.
func Propose(s *Sheet, f Form) Mapping {
	p := &proposal{taken: map[int]bool{}, given: map[string]bool{}}
	for _, like := range []func(title, name string) bool{
		func(title, name string) bool { return plain(title) == plain(name) },
		func(title, name string) bool { return plain(unbracketed(title)) == plain(unbracketed(name)) },
	} {
		p.each(s, f, func(c Column, field Field) bool { return field.named(c.Title, like) })
	}
	holds := func(title, name string) bool {
		title, name = plain(title), plain(name)
		return len([]rune(title)) > 1 && len([]rune(name)) > 1 && (strings.Contains(title, name) || strings.Contains(name, title))
	}
	p.each(s, f, func(c Column, field Field) bool {
		return field.named(c.Title, holds) && p.only(s, f, c, field, holds)
	})
	slices.SortFunc(p.links, func(a, b Link) int { return a.Column - b.Column })
	return Mapping{Columns: append([]Link{}, p.links...)}
}

// proposal is a mapping in the making.
type proposal struct {
	taken map[int]bool
	given map[string]bool
	links []Link
}

func (p *proposal) free(c Column, f Field) bool {
	return !p.taken[c.At] && !c.Hidden && c.Title != "" && !p.given[f.Name] && f.fillable()
}

func (p *proposal) each(s *Sheet, f Form, fits func(Column, Field) bool) {
	for _, field := range f.Fields {
		for _, c := range s.Columns {
			if p.free(c, field) && fits(c, field) {
				p.taken[c.At], p.given[field.Name] = true, true
				p.links = append(p.links, Link{c.At, field.Name})
			}
		}
	}
}

// only tells that neither the column nor the field fits another as well.
func (p *proposal) only(s *Sheet, f Form, c Column, field Field, like func(title, name string) bool) bool {
	for _, other := range f.Fields {
		if other.Name != field.Name && p.free(c, other) && other.named(c.Title, like) {
			return false
		}
	}
	for _, other := range s.Columns {
		if other.At != c.At && p.free(other, field) && field.named(other.Title, like) {
			return false
		}
	}
	return true
}

func (f Field) named(title string, like func(title, name string) bool) bool {
	for _, name := range append([]string{f.Name, f.Title.Zh, f.Title.En}, f.Aliases...) {
		if name != "" && like(title, name) {
			return true
		}
	}
	return false
}

// plain is a title without case, width, blanks and signs.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

// unbracketed is a title without units and remarks in brackets: "金额（元）".
func unbracketed(s string) string {
	s = norm.NFKC.String(s)
	for {
		from := strings.IndexAny(s, "([【")
		to := strings.IndexAny(s, ")]】")
		if from < 0 || to < from {
			return s
		}
		_, width := nextRune(s[to:])
		s = s[:from] + s[to+width:]
	}
}
