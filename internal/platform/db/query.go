package db

import (
	"fmt"
	"strconv"
	"strings"

	"cinnabar/internal/platform/errs"
)

// Query collects the conditions of a SELECT and their parameters. The zero value has none.
type Query struct {
	Conditions []string
	Args       []any
}

// Arg adds a parameter and returns how it is written.
func (q *Query) Arg(v any) string {
	q.Args = append(q.Args, v)
	return "$" + strconv.Itoa(len(q.Args))
}

// And adds a condition.
func (q *Query) And(format string, args ...any) {
	q.Conditions = append(q.Conditions, fmt.Sprintf(format, args...))
}

// Where is all conditions together.
func (q *Query) Where() string { return strings.Join(q.Conditions, " AND ") }

// In writes the list behind an IN, of parameters that arg adds (Query.Arg).
func In[T ~string](arg func(any) string, values []T) string {
	marks := make([]string, len(values))
	for i, v := range values {
		marks[i] = arg(string(v))
	}
	return "(" + strings.Join(marks, ", ") + ")"
}

// Cursor is a place in a list that is ordered by a time, in milliseconds, and by an id.
type Cursor struct {
	At int64
	ID string
}

func (c Cursor) String() string { return strconv.FormatInt(c.At, 10) + "." + c.ID }

// ParseCursor reads what String wrote. errs.Invalid, code "cursor-malformed".
func ParseCursor(text string) (Cursor, error) {
	at, id, ok := strings.Cut(text, ".")
	ms, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil {
		return Cursor{}, errs.New(errs.Invalid, "cursor-malformed", "this cursor is not one that was given out")
	}
	return Cursor{ms, id}, nil
}
