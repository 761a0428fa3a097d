package mirror

import (
	"context"
	"fmt"
	"slices"

	"cinnabar/internal/platform/errs"
)

// Truth pages through the rows that an index database ought to have: those after a number ("" begins), at
// most limit, ordered by the bytes of the number (on PostgreSQL: COLLATE "C"). Fewer than limit end it. A
// row is visible in it from the moment at which the transaction that wrote it with Write is committed.
type Truth func(ctx context.Context, after string, limit int) ([]Row, error)

// What is wrong with a row of an index database.
const (
	Missing   = "missing"   // it is not there
	Extra     = "extra"     // it is there and ought not to be
	Different = "different" // it says something else, or another version
	More      = "more"      // the findings that were too many to list
)

// Finding is one thing wrong. Want is nil for Extra, Got is nil for Missing.
type Finding struct {
	What     string
	Number   string
	Want     *Row
	Got      *Row
	Repaired bool
	Count    int // of More: how many there are
}

// MaxFindings is how many findings are listed; one of the kind More says how many others there are.
const MaxFindings = 1000

// checkPage is how many rows of each side are in memory at a time.
const checkPage = 1000

// Check compares an index database with the truth and returns every difference that is not merely on its
// way. With repair it makes both equal: what is missing is added, what is extra is deleted, what is
// different is overwritten, each only if nobody has changed it meanwhile. It may run while rows are
// written and delivered.
func (s *Service) Check(ctx context.Context, database string, truth Truth, repair bool) ([]Finding, error) {
	if none(database) {
		return nil, nil
	}
	h, err := s.open(ctx, database)
	if err != nil {
		return nil, err
	}
	c := check{s: s, h: h, database: database, truth: truth, repair: repair}
	for after, more := "", true; more; {
		if after, more, err = c.page(ctx, after); err != nil {
			return c.found, fmt.Errorf("check of index database %s: %w", database, err)
		}
	}
	if c.further > 0 {
		c.found = append(c.found, Finding{What: More, Count: c.further})
	}
	return c.found, nil
}

type check struct {
	s        *Service
	h        *handle
	database string
	truth    Truth
	repair   bool

	found   []Finding
	further int
}

// page compares the rows after a number, and says where the next page begins.
func (c *check) page(ctx context.Context, after string) (last string, more bool, err error) {
	want, err := c.wanted(ctx, after)
	if err != nil {
		return "", false, err
	}
	got, err := c.h.Page(ctx, after, checkPage)
	if err != nil {
		return "", false, err
	}
	// Where a side has more rows than fit on a page, the page ends with its last one.
	wantFull, gotFull := len(want) >= checkPage, len(got) >= checkPage
	switch {
	case wantFull && gotFull:
		last = min(want[len(want)-1].Number, got[len(got)-1].Number)
	case wantFull:
		last = want[len(want)-1].Number
	case gotFull:
		last = got[len(got)-1].Number
	}
	suspects := differences(upTo(want, last), upTo(got, last))
	if len(suspects) > 0 {
		if err := c.confirm(ctx, after, last, suspects); err != nil {
			return "", false, err
		}
	}
	return last, last != "", nil
}

// wanted reads the truth and makes sure that it is in order, since a wrong order would show as rows
// missing and extra.
func (c *check) wanted(ctx context.Context, after string) ([]Row, error) {
	rows, err := c.truth(ctx, after, checkPage)
	if err != nil {
		return nil, err
	}
	for last, i := after, 0; i < len(rows); last, i = rows[i].Number, i+1 {
		if rows[i].Number <= last {
			return nil, errs.New(errs.Internal, "truth-order", "the rows to compare with are not ordered by the bytes of the number")
		}
	}
	return rows, nil
}

// upTo cuts rows after last; "" is the end of all.
func upTo(rows []Row, last string) []Row {
	if last == "" {
		return rows
	}
	n, _ := slices.BinarySearchFunc(rows, last+"\x00", func(r Row, s string) int {
		if r.Number < s {
			return -1
		}
		return 1
	})
	return rows[:n]
}

// differences merges both sides.
func differences(want, got []Row) []Finding {
	var out []Finding
	for len(want) > 0 || len(got) > 0 {
		switch {
		case len(got) == 0 || len(want) > 0 && want[0].Number < got[0].Number:
			out = append(out, Finding{What: Missing, Number: want[0].Number, Want: &want[0]})
			want = want[1:]
		case len(want) == 0 || got[0].Number < want[0].Number:
			out = append(out, Finding{What: Extra, Number: got[0].Number, Got: &got[0]})
			got = got[1:]
		default:
			if !want[0].Same(got[0]) {
				out = append(out, Finding{What: Different, Number: want[0].Number, Want: &want[0], Got: &got[0]})
			}
			want, got = want[1:], got[1:]
		}
	}
	return out
}

// confirm separates what is wrong from what was under way while both sides were read. A row of the truth
// for which nothing waits was delivered before; so a second look at the index database, after the look at
// what waits, must show it. What the index database has beyond the truth must be in the truth read after.
func (c *check) confirm(ctx context.Context, after, last string, suspects []Finding) error {
	numbers := make([]string, len(suspects))
	for i, f := range suspects {
		numbers[i] = f.Number
	}
	waits, err := waitingAmong(ctx, c.s.DB, c.database, numbers)
	if err != nil {
		return err
	}
	got, err := byNumber(ctx, after, last, numbers, c.h.Page)
	if err != nil {
		return err
	}
	want, err := byNumber(ctx, after, last, numbers, func(ctx context.Context, after string, _ int) ([]Row, error) { return c.wanted(ctx, after) })
	if err != nil {
		return err
	}
	var wrong []Finding
	for _, f := range suspects {
		if f, is := judge(f, want[f.Number], got[f.Number]); is && !waits[f.Number] {
			wrong = append(wrong, f)
		}
	}
	return c.report(ctx, wrong)
}

// judge looks at a suspect again: want and got were read after it was known that nothing waits, want last.
func judge(f Finding, want, got *Row) (Finding, bool) {
	switch {
	case f.Want != nil && got == nil:
		return Finding{What: Missing, Number: f.Number, Want: f.Want}, true
	case f.Want != nil && (got.Version < f.Want.Version || got.Version == f.Want.Version && !got.Same(*f.Want)):
		return Finding{What: Different, Number: f.Number, Want: f.Want, Got: got}, true
	case got == nil:
		return f, false
	case want == nil:
		return Finding{What: Extra, Number: f.Number, Got: got}, true
	case got.Version > want.Version:
		return Finding{What: Different, Number: f.Number, Want: want, Got: got}, true
	}
	return f, false
}

// byNumber reads the rows of some numbers in (after, last] again.
func byNumber(ctx context.Context, after, last string, numbers []string, page func(context.Context, string, int) ([]Row, error)) (map[string]*Row, error) {
	out := map[string]*Row{}
	for {
		rows, err := page(ctx, after, checkPage)
		if err != nil {
			return nil, err
		}
		for i, r := range rows {
			if _, asked := slices.BinarySearch(numbers, r.Number); asked {
				out[r.Number] = &rows[i]
			}
		}
		if len(rows) < checkPage {
			return out, nil
		}
		if after = rows[len(rows)-1].Number; last != "" && after >= last {
			return out, nil
		}
	}
}

func (c *check) report(ctx context.Context, wrong []Finding) error {
	if c.repair {
		if err := c.mend(ctx, wrong); err != nil {
			return err
		}
	}
	listed := min(len(wrong), MaxFindings-len(c.found))
	c.found = append(c.found, wrong[:listed]...)
	c.further += len(wrong) - listed
	return nil
}

// mend adds what is missing at once: that is how a new database is filled.
func (c *check) mend(ctx context.Context, wrong []Finding) (err error) {
	var missing []Row
	for i, f := range wrong {
		switch f.What {
		case Missing:
			missing, wrong[i].Repaired = append(missing, *f.Want), true
		case Extra:
			wrong[i].Repaired, err = c.h.Delete(ctx, f.Number, f.Got.Version)
		case Different:
			wrong[i].Repaired, err = c.h.Replace(ctx, f.Got.Version, *f.Want)
		}
		if err != nil {
			return err
		}
	}
	return c.h.Put(ctx, missing)
}
