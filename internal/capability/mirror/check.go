package mirror

import (
	"context"
	"fmt"
	"slices"

	"cinnabar/internal/platform/errs"
)

// Truth pages through the rows that an index database ought to have: those after a key (the zero one begins), at
// most limit, ordered by the bytes of the number, then of the organisation (on PostgreSQL: COLLATE "C"). Fewer
// than limit end it. A row is visible in it from the moment at which the transaction that wrote it with Write is committed.
type Truth func(ctx context.Context, after Key, limit int) ([]Row, error)

// What is wrong with a row of an index database.
const (
	Missing   = "missing"   // it is not there
	Extra     = "extra"     // it is there and ought not to be
	Different = "different" // it says something else, or another version
	More      = "more"      // the findings that were too many to list
)

// Finding is one thing wrong. Want is nil for Extra, Got is nil for Missing.
type Finding struct {
	What string
	Key
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
	c := check{s: s, h: h, database: database, truth: truth, repairs: func(Finding) bool { return repair }}
	if err := c.all(ctx); err != nil {
		return c.found, err
	}
	if c.further > 0 {
		c.found = append(c.found, Finding{What: More, Count: c.further})
	}
	return c.found, nil
}

// Equalise repairs what a Check would find, as far as it is chosen.
func (s *Service) Equalise(ctx context.Context, database string, truth Truth, which func(Finding) bool) error {
	h, err := s.open(ctx, database)
	if err != nil {
		return err
	}
	c := check{s: s, h: h, database: database, truth: truth, repairs: which}
	return c.all(ctx)
}

type check struct {
	s        *Service
	h        *handle
	database string
	truth    Truth
	repairs  func(Finding) bool

	found   []Finding
	further int
}

func (c *check) all(ctx context.Context) (err error) {
	for after, more := (Key{}), true; more; {
		if after, more, err = c.page(ctx, after); err != nil {
			return fmt.Errorf("check of index database %s: %w", c.database, err)
		}
	}
	return nil
}

// page compares the rows after a key, and says where the next page begins.
func (c *check) page(ctx context.Context, after Key) (last Key, more bool, err error) {
	want, err := c.wanted(ctx, after)
	if err != nil {
		return Key{}, false, err
	}
	got, err := c.h.Page(ctx, after, checkPage)
	if err != nil {
		return Key{}, false, err
	}
	// Where a side has more rows than fit on a page, the page ends with its last one.
	wantFull, gotFull := len(want) >= checkPage, len(got) >= checkPage
	switch {
	case wantFull && gotFull:
		last = slices.MinFunc([]Key{want[len(want)-1].Key(), got[len(got)-1].Key()}, Key.Compare)
	case wantFull:
		last = want[len(want)-1].Key()
	case gotFull:
		last = got[len(got)-1].Key()
	}
	suspects := differences(upTo(want, last), upTo(got, last))
	if len(suspects) > 0 {
		if err := c.confirm(ctx, after, last, suspects); err != nil {
			return Key{}, false, err
		}
	}
	return last, last != Key{}, nil
}

// wanted reads the truth and makes sure that it is in order, since a wrong order would show as rows
// missing and extra.
func (c *check) wanted(ctx context.Context, after Key) ([]Row, error) {
	rows, err := c.truth(ctx, after, checkPage)
	if err != nil {
		return nil, err
	}
	for last, i := after, 0; i < len(rows); last, i = rows[i].Key(), i+1 {
		if rows[i].Key().Compare(last) <= 0 {
			return nil, errs.New(errs.Internal, "truth-order", "the rows to compare with are not ordered by the bytes of their keys")
		}
	}
	return rows, nil
}

// upTo cuts rows after last; the zero key is the end of all.
func upTo(rows []Row, last Key) []Row {
	if last == (Key{}) {
		return rows
	}
	n, there := slices.BinarySearchFunc(rows, last, func(r Row, k Key) int { return r.Key().Compare(k) })
	if there {
		n++
	}
	return rows[:n]
}

// differences merges both sides.
func differences(want, got []Row) []Finding {
	var out []Finding
	for len(want) > 0 || len(got) > 0 {
		switch {
		case len(got) == 0 || len(want) > 0 && want[0].Key().Compare(got[0].Key()) < 0:
			out = append(out, Finding{What: Missing, Key: want[0].Key(), Want: &want[0]})
			want = want[1:]
		case len(want) == 0 || got[0].Key().Compare(want[0].Key()) < 0:
			out = append(out, Finding{What: Extra, Key: got[0].Key(), Got: &got[0]})
			got = got[1:]
		default:
			if !want[0].Same(got[0]) {
				out = append(out, Finding{What: Different, Key: want[0].Key(), Want: &want[0], Got: &got[0]})
			}
			want, got = want[1:], got[1:]
		}
	}
	return out
}

// confirm separates what is wrong from what was under way while both sides were read. A row of the truth
// for which nothing waits was delivered before; so a second look at the index database, after the look at
// what waits, must show it. What the index database has beyond the truth must be in the truth read after.
func (c *check) confirm(ctx context.Context, after, last Key, suspects []Finding) error {
	keys := make([]Key, len(suspects))
	for i, f := range suspects {
		keys[i] = f.Key
	}
	waits, err := waitingAmong(ctx, c.s.DB, c.database, keys)
	if err != nil {
		return err
	}
	got, err := byKey(ctx, after, last, keys, c.h.Page)
	if err != nil {
		return err
	}
	want, err := byKey(ctx, after, last, keys, func(ctx context.Context, after Key, _ int) ([]Row, error) { return c.wanted(ctx, after) })
	if err != nil {
		return err
	}
	var wrong []Finding
	for _, f := range suspects {
		if f, is := judge(f, want[f.Key], got[f.Key]); is && !waits[f.Key] {
			wrong = append(wrong, f)
		}
	}
	return c.report(ctx, wrong)
}

// judge looks at a suspect again: want and got were read after it was known that nothing waits, want last.
func judge(f Finding, want, got *Row) (Finding, bool) {
	switch {
	case f.Want != nil && got == nil:
		return Finding{What: Missing, Key: f.Key, Want: f.Want}, true
	case f.Want != nil && (got.Version < f.Want.Version || got.Version == f.Want.Version && !got.Same(*f.Want)):
		return Finding{What: Different, Key: f.Key, Want: f.Want, Got: got}, true
	case got == nil:
		return f, false
	case want == nil:
		return Finding{What: Extra, Key: f.Key, Got: got}, true
	case got.Version > want.Version:
		return Finding{What: Different, Key: f.Key, Want: want, Got: got}, true
	}
	return f, false
}

// byKey reads the rows of some keys in (after, last] again.
func byKey(ctx context.Context, after, last Key, keys []Key, page func(context.Context, Key, int) ([]Row, error)) (map[Key]*Row, error) {
	out := map[Key]*Row{}
	for {
		rows, err := page(ctx, after, checkPage)
		if err != nil {
			return nil, err
		}
		for i, r := range rows {
			if _, asked := slices.BinarySearchFunc(keys, r.Key(), Key.Compare); asked {
				out[r.Key()] = &rows[i]
			}
		}
		if len(rows) < checkPage {
			return out, nil
		}
		if after = rows[len(rows)-1].Key(); last != (Key{}) && after.Compare(last) >= 0 {
			return out, nil
		}
	}
}

func (c *check) report(ctx context.Context, wrong []Finding) error {
	if err := c.mend(ctx, wrong); err != nil {
		return err
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
		if !c.repairs(f) {
			continue
		}
		switch f.What {
		case Missing:
			missing, wrong[i].Repaired = append(missing, *f.Want), true
		case Extra:
			wrong[i].Repaired, err = c.h.Delete(ctx, f.Key, f.Got.Version)
		case Different:
			wrong[i].Repaired, err = c.h.Replace(ctx, f.Got.Version, *f.Want)
		}
		if err != nil {
			return err
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return c.h.Put(ctx, missing)
}
