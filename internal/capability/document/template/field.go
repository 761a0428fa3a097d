package template

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/typeset"
	"cinnabar/internal/platform/errs"
)

// Type is what a field holds.
type Type string

const (
	TextField Type = "text"
	Integer   Type = "integer"
	Decimal   Type = "decimal" // a number as it is written, e.g. 12.5
	Money     Type = "money"   // fen, as a whole number
	Date      Type = "date"    // YYYY-MM-DD
	Bool      Type = "bool"
	Choice    Type = "choice" // one of Choices
	List      Type = "list"   // rows with Columns
)

// Field is one declared entry of the form.
type Field struct {
	Name     string         `json:"name"`
	Title    cinnabar.Text  `json:"title"`
	Type     Type           `json:"type"`
	Required bool           `json:"required"`
	Printed  bool           `json:"printed"` // a change of its value means a new document
	Choices  []ChoiceOption `json:"choices,omitempty"`
	Columns  []Field        `json:"columns,omitempty"` // of a List
	Example  string         `json:"example,omitempty"`
}

// ChoiceOption is one value of a Choice and how it is printed.
type ChoiceOption struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Bounds of values.
const (
	maxText = 4000 // runes
	maxRows = 500
)

// parseType reads a type; a choice is written choice(commercial=商业, industrial=工业).
func parseType(s string) (Type, []ChoiceOption, error) {
	if inner, ok := strings.CutPrefix(s, "choice("); ok && strings.HasSuffix(inner, ")") {
		var options []ChoiceOption
		for part := range strings.SplitSeq(strings.TrimSuffix(inner, ")"), ",") {
			value, label, found := strings.Cut(strings.TrimSpace(part), "=")
			if !found {
				label = value
			}
			if value == "" || label == "" {
				return "", nil, fmt.Errorf("%q has an empty choice", s)
			}
			options = append(options, ChoiceOption{value, label})
		}
		return Choice, options, nil
	}
	switch t := Type(s); t {
	case TextField, Integer, Decimal, Money, Date, Bool, List:
		return t, nil, nil
	}
	return "", nil, fmt.Errorf("there is no field type %q", s)
}

// chosen is the value of a Choice.
type chosen struct{ value, label string }

// day is the value of a Date.
type day time.Time

func (t *Template) check(data map[string]any) (map[string]any, []errs.Field) {
	var wrong []errs.Field
	return readAll(t.head.fields, data, "", &wrong), wrong
}

// values are the checked values of data that is known to be right.
func (t *Template) values(data map[string]any) map[string]any {
	v, _ := t.check(data)
	return v
}

func readAll(fields []Field, data map[string]any, at string, wrong *[]errs.Field) map[string]any {
	out := make(map[string]any, len(fields)+3)
	for _, f := range fields {
		out[f.Name] = f.read(data[f.Name], at+"/"+f.Name, wrong)
	}
	return out
}

// read turns a value into what the body sees, and notes at its pointer what is wrong with it.
func (f Field) read(v any, at string, wrong *[]errs.Field) any {
	if blank(v) {
		if f.Required {
			*wrong = append(*wrong, errs.Field{Pointer: at, Code: "missing"})
		}
		return f.empty()
	}
	if f.Type == List {
		return f.readRows(v, at, wrong)
	}
	out, ok := f.readOne(v)
	if s, isText := out.(string); ok && isText && utf8.RuneCountInString(s) > maxText {
		*wrong = append(*wrong, errs.Field{Pointer: at, Code: "too-long", Params: map[string]any{"max": maxText}})
		return f.empty()
	}
	if !ok {
		*wrong = append(*wrong, errs.Field{Pointer: at, Code: "malformed"})
		return f.empty()
	}
	return out
}

func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case []map[string]any:
		return len(v) == 0
	}
	return false
}

// empty is the value of an optional field that was left out; {{if}} takes it for false.
func (f Field) empty() any {
	switch f.Type {
	case Bool:
		return false
	case List:
		return []any{}
	}
	return nil
}

func (f Field) readRows(v any, at string, wrong *[]errs.Field) any {
	var rows []any
	switch v := v.(type) {
	case []any:
		rows = v
	case []map[string]any:
		for _, r := range v {
			rows = append(rows, r)
		}
	default:
		*wrong = append(*wrong, errs.Field{Pointer: at, Code: "malformed"})
		return f.empty()
	}
	if len(rows) > maxRows {
		*wrong = append(*wrong, errs.Field{Pointer: at, Code: "too-long", Params: map[string]any{"max": maxRows}})
		return f.empty()
	}
	out := make([]any, len(rows))
	for i, r := range rows {
		row, ok := r.(map[string]any)
		if !ok {
			*wrong = append(*wrong, errs.Field{Pointer: fmt.Sprintf("%s/%d", at, i), Code: "malformed"})
			continue
		}
		out[i] = readAll(f.Columns, row, fmt.Sprintf("%s/%d", at, i), wrong)
	}
	return out
}

var isDecimal = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,6})?$`)

func (f Field) readOne(v any) (any, bool) {
	switch f.Type {
	case TextField:
		s, ok := v.(string)
		return s, ok && utf8.ValidString(s) && !strings.ContainsFunc(s, isControl)
	case Integer:
		return whole(v)
	case Money:
		n, ok := whole(v)
		return cinnabar.Fen(n), ok
	case Decimal:
		s, ok := decimal(v)
		return s, ok && isDecimal.MatchString(s)
	case Date:
		s, _ := v.(string)
		d, err := time.Parse(time.DateOnly, s)
		return day(d), err == nil
	case Bool:
		b, ok := v.(bool)
		return b, ok
	case Choice:
		for _, c := range f.Choices {
			if c.Value == v {
				return &chosen{c.Value, c.Label}, true
			}
		}
	}
	return nil, false
}

// isControl finds what cannot be printed. Line feeds may stand in a text.
func isControl(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7F }

// whole accepts what JSON decoding and Go code give for a whole number.
func whole(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case cinnabar.Fen:
		return int64(n), true
	case float64:
		return int64(n), n == math.Trunc(n) && math.Abs(n) < 1<<53
	case json.Number:
		i, err := n.Int64()
		return i, err == nil
	}
	return 0, false
}

func decimal(v any) (string, bool) {
	switch n := v.(type) {
	case string:
		return strings.TrimSpace(n), true
	case float64:
		return strconv.FormatFloat(n, 'f', -1, 64), true
	case json.Number:
		return n.String(), true
	}
	n, ok := whole(v)
	return strconv.FormatInt(n, 10), ok
}

// unprintable finds the text values with a character that no font has, so that the entry can be named.
func (t *Template) unprintable(values map[string]any, fonts *typeset.Fonts) []errs.Field {
	var wrong []errs.Field
	for _, f := range t.head.fields {
		if !f.Printed {
			continue
		}
		check := func(v any, at string) {
			s, _ := v.(string)
			for _, r := range s {
				if _, _, err := fonts.Serif.Find(r); err != nil && !strings.ContainsRune("\n\r\t", r) {
					wrong = append(wrong, errs.Field{Pointer: at, Code: "no-glyph", Params: map[string]any{"character": fmt.Sprintf("U+%04X", r)}})
					return
				}
			}
		}
		check(values[f.Name], "/"+f.Name)
		rows, _ := values[f.Name].([]any)
		for i, r := range rows {
			row, _ := r.(map[string]any)
			for _, c := range f.Columns {
				check(row[c.Name], fmt.Sprintf("/%s/%d/%s", f.Name, i, c.Name))
			}
		}
	}
	return wrong
}
