package form

import (
	"encoding/json"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"cinnabar/internal/platform/errs"
)

// Bounds of what is looked at, whatever a form declares.
const (
	maxRaw    = 64 << 10 // bytes of one text before normalising
	maxPoints = 20_000   // of a drawn signature
	maxSide   = 10_000   // of the drawing area
	maxWrong  = 200      // problems reported
	maxValues = 100_000  // of an Object
	maxDepth  = 16       // of an Object
)

// Check checks entered data (as encoding/json decodes it) against the form at a time. clean holds what was
// asked for and is right, normalised, with numbers as float64; wrong lists every problem at its JSON
// pointer. Fields whose condition does not hold and read-only fields are dropped; names that the form does
// not know are refused. Checking clean again gives the same.
func (s Schema) Check(data map[string]any, at time.Time) (clean map[string]any, wrong []errs.Field) {
	c := checker{at: at}
	clean = c.object(s.Fields, "", data)
	return clean, c.wrong
}

type checker struct {
	at    time.Time
	wrong []errs.Field
}

func (c *checker) report(pointer string, p Problem, params map[string]any) {
	if len(c.wrong) < maxWrong {
		c.wrong = append(c.wrong, errs.Field{Pointer: pointer, Code: string(p), Params: params})
	}
}

// bad reports with what is wanted instead, and returns that there is no value.
func (c *checker) bad(a asked, pointer string, p Problem) (any, bool) {
	c.report(pointer, p, a.params(p))
	return nil, false
}

func (c *checker) object(fields []Field, pointer string, data map[string]any) map[string]any {
	clean, known := map[string]any{}, map[string]bool{}
	for _, f := range fields {
		known[f.Name] = true
		if f.ReadOnly || !f.holds(clean) {
			continue
		}
		like, _ := clean[f.Like].(string)
		if v, ok := c.value(asked{f, like, c.at}, pointer+"/"+f.Name, data[f.Name]); ok {
			clean[f.Name] = v
		}
	}
	for _, name := range slices.Sorted(maps.Keys(data)) {
		if !known[name] {
			c.report(unknownPointer(pointer, name), Unknown, nil)
		}
	}
	return clean
}

var harmlessName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// unknownPointer does not repeat names that could be anything.
func unknownPointer(parent, name string) string {
	if !harmlessName.MatchString(name) {
		return parent
	}
	return parent + "/" + name
}

// holds tells whether the field's condition holds for the right values before it.
func (f Field) holds(clean map[string]any) bool {
	if f.When == nil {
		return true
	}
	switch v := clean[f.When.Field].(type) {
	case string:
		return slices.Contains(f.When.In, v)
	case bool:
		return slices.Contains(f.When.In, strconv.FormatBool(v))
	}
	return false
}

// value returns the normalised value, or false when there is none or a wrong one, which it reports.
func (c *checker) value(a asked, pointer string, v any) (any, bool) {
	if v == nil {
		return c.absent(a, pointer)
	}
	switch a.Kind {
	case Bool, Agreement:
		return c.boolean(a, pointer, v)
	case Integer:
		return c.integer(a, pointer, v)
	case Choices, Files:
		return c.texts(a, pointer, v)
	case List:
		return c.list(a, pointer, v)
	case Drawing:
		return c.drawing(a, pointer, v)
	case Object:
		return c.opaque(a, pointer, v)
	default:
		return c.text(a, pointer, v)
	}
}

func (c *checker) absent(a asked, pointer string) (any, bool) {
	if a.Required {
		c.report(pointer, Missing, nil)
	}
	return nil, false
}

func (c *checker) text(a asked, pointer string, v any) (any, bool) {
	s, ok := v.(string)
	if !ok {
		return c.bad(a, pointer, Malformed)
	}
	r := kinds[a.Kind]
	if len(s) <= maxRaw {
		s = r.normal(s)
	}
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		return c.absent(a, pointer)
	case n > a.length() && !a.free():
		return c.bad(a, pointer, Malformed)
	case n > a.length():
		return c.bad(a, pointer, TooLong)
	case n < a.Min && a.free():
		return c.bad(a, pointer, TooShort)
	}
	if p := r.check(a, s); p != Fine {
		return c.bad(a, pointer, p)
	}
	if a.Kind == Money {
		s = twoDecimals(s)
	}
	return s, true
}

func (c *checker) boolean(a asked, pointer string, v any) (any, bool) {
	b, ok := v.(bool)
	if !ok {
		return c.bad(a, pointer, Malformed)
	}
	if !b && a.Kind == Agreement && a.Required {
		return c.bad(a, pointer, Missing)
	}
	return b, true
}

func (c *checker) integer(a asked, pointer string, v any) (any, bool) {
	n, ok := number(v)
	if !ok || n != math.Trunc(n) || math.Abs(n) > 1<<53 {
		return c.bad(a, pointer, Malformed)
	}
	if n < float64(a.Min) || (a.Max != 0 && n > float64(a.Max)) {
		return c.bad(a, pointer, OutOfRange)
	}
	return n, true
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, !math.IsNaN(n) && !math.IsInf(n, 0)
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	}
	return 0, false
}

// rows checks the number of rows of an array.
func (c *checker) rows(a asked, pointer string, v any) ([]any, bool) {
	rows, ok := v.([]any)
	switch {
	case !ok:
		c.bad(a, pointer, Malformed)
	case len(rows) == 0:
		c.absent(a, pointer)
	case len(rows) > a.length():
		c.bad(a, pointer, TooLong)
	case len(rows) < a.Min:
		c.bad(a, pointer, TooShort)
	default:
		return rows, true
	}
	return nil, false
}

// texts checks an array of options or file ids, none of which may come twice.
func (c *checker) texts(a asked, pointer string, v any) (any, bool) {
	rows, ok := c.rows(a, pointer, v)
	if !ok {
		return nil, false
	}
	one := asked{Field: Field{Kind: Choice, Options: a.Options, Required: true}}
	if a.Kind == Files {
		one.Kind = File
	}
	before, seen, clean := len(c.wrong), map[any]bool{}, make([]any, 0, len(rows))
	for i, row := range rows {
		p := pointer + "/" + strconv.Itoa(i)
		s, ok := c.value(one, p, row)
		if !ok {
			continue
		}
		if seen[s] {
			c.report(p, Duplicate, nil)
		}
		seen[s] = true
		clean = append(clean, s)
	}
	return clean, len(c.wrong) == before
}

func (c *checker) list(a asked, pointer string, v any) (any, bool) {
	rows, ok := c.rows(a, pointer, v)
	if !ok {
		return nil, false
	}
	clean := make([]any, 0, len(rows))
	for i, row := range rows {
		p := pointer + "/" + strconv.Itoa(i)
		data, ok := row.(map[string]any)
		if !ok {
			c.report(p, Malformed, nil)
			continue
		}
		clean = append(clean, c.object(a.Items, p, data))
	}
	return clean, true
}

// opaque passes on what the step itself checks, bounded in depth and number of values.
func (c *checker) opaque(a asked, pointer string, v any) (any, bool) {
	left := maxValues
	if !bounded(v, maxDepth, &left) {
		return c.bad(a, pointer, TooLong)
	}
	switch v.(type) {
	case map[string]any, []any:
		return v, true
	}
	return c.bad(a, pointer, Malformed)
}

func bounded(v any, depth int, left *int) bool {
	if *left--; *left < 0 || depth == 0 {
		return false
	}
	switch v := v.(type) {
	case map[string]any:
		for _, e := range v {
			if !bounded(e, depth-1, left) {
				return false
			}
		}
	case []any:
		for _, e := range v {
			if !bounded(e, depth-1, left) {
				return false
			}
		}
	}
	return true
}
