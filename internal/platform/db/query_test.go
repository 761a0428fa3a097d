package db_test

import (
	"errors"
	"slices"
	"testing"

	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

func TestQueryNumbersItsParameters(t *testing.T) {
	t.Parallel()
	q := &db.Query{Args: []any{"first"}}
	q.And("a = %s", q.Arg(2))
	q.And("b IN %s", db.In(q.Arg, []string{"x", "y"}))
	if got := q.Where(); got != "a = $2 AND b IN ($3, $4)" || !slices.Equal(q.Args, []any{"first", 2, "x", "y"}) {
		t.Errorf("%s with %v", got, q.Args)
	}
}

func TestCursorsComeBackAsTheyWereGiven(t *testing.T) {
	t.Parallel()
	for _, c := range []db.Cursor{{0, ""}, {-1, "case_1"}, {1 << 50, "a.b"}} {
		if got, err := db.ParseCursor(c.String()); err != nil || got != c {
			t.Errorf("%v comes back as %v (%v)", c, got, err)
		}
	}
	for _, text := range []string{"", "1", "x.case_1", "99999999999999999999.x"} {
		if c, err := db.ParseCursor(text); !errors.Is(err, errs.Invalid) || errs.As(err).Code != "cursor-malformed" {
			t.Errorf("%q is %v (%v)", text, c, err)
		}
	}
}
