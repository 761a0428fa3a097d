package procedure_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/procedure"
)

// many is more than the engine looks up one by one.
const many = 4500

// plain is a case as a naive search sees it.
type plain struct {
	id            cinnabar.CaseID
	number, state string
	words         []string
	updated       int64
	final         int64
	grants        []string // role and holder
	apart         bool     // the librarian p_lib is a party
}

func plainCase(i int) plain {
	c := plain{
		id: cinnabar.CaseID(fmt.Sprintf("case_%04d", i*7919%10000)), number: fmt.Sprintf("LB-20260101-%06d", i), updated: int64(1000 + i/3),
		state: []string{"asked", "lent", "overdue", "returned"}[i%4], words: []string{"常见", "见词"}, grants: []string{"librarian org:org_library"},
		apart: i%50 == 7,
	}
	if c.state == "returned" {
		c.final = 1
	}
	if i%2 == 0 {
		c.words = append(c.words, "half")
	}
	if i < 40 {
		c.words = append(c.words, "冷僻", fmt.Sprintf("n%d", i))
	}
	if i%1000 == 3 {
		c.words = append(c.words, "李𬭎")
	}
	if i%100 == 0 {
		c.grants = append(c.grants, "reader person:p_reader")
	}
	return c
}

func insertCases(ctx context.Context, tx db.Tx, cases []plain) error {
	var definition string
	if err := tx.QueryRow(ctx, `SELECT digest FROM definition`).Scan(&definition); err != nil {
		return err
	}
	var rows, grants, parties, before, texts [][]any
	for _, c := range cases {
		id := string(c.id)
		rows = append(rows, []any{id, c.number, "lending", definition, "org_other", c.state, 1, c.final, c.updated, c.updated})
		for _, g := range c.grants {
			role, holder, _ := strings.Cut(g, " ")
			grants = append(grants, []any{id, role, holder})
		}
		if c.apart {
			parties = append(parties, []any{id, "reader", "person:p_lib"})
		}
		before = append(before, []any{id, "früher"})
		texts = append(texts, []any{id, strings.Join(c.words, " ")})
	}
	forget := func(string, [][]any) error { // what was indexed before
		_, err := tx.Exec(ctx, `DELETE FROM case_search WHERE case_id LIKE 'case%'`)
		return err
	}
	put := func(into string, rows [][]any) error { return dbtest.Insert(ctx, tx, into, rows) }
	for _, one := range []struct {
		do   func(string, [][]any) error
		into string
		rows [][]any
	}{
		{put, "bcase (id, number, procedure, definition, operator, state, version, final, created_at, updated_at)", rows},
		{put, "case_grant (case_id, role, holder)", grants},
		{put, "case_party (case_id, role, mark)", parties},
		{put, "case_search (case_id, body)", before},
		{forget, "", nil},
		{put, "case_search (case_id, body)", texts},
	} {
		if err := one.do(one.into, one.rows); err != nil {
			return err
		}
	}
	return nil
}

func (c plain) seen(a cinnabar.Actor) bool {
	if a.Person == reader.Person {
		return slices.Contains(c.grants, "reader person:p_reader")
	}
	return a.Person == librarian.Person && !c.apart
}

func (c plain) fits(f procedure.Filter) bool {
	if len(f.States) > 0 && !slices.Contains(f.States, c.state) || f.Final != nil && *f.Final != (c.final == 1) {
		return false
	}
	if strings.EqualFold(f.Query, c.number) {
		return true
	}
	for _, w := range strings.Fields(db.Bigrams(f.Query)) {
		if !slices.Contains(c.words, w) {
			return false
		}
	}
	return true
}

// However many cases fit, lists and counts are those of a search that looks at every case.
// Proves GAS-13.
func TestListIsThatOfANaiveSearch_GAS13(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		cases := b.plainCases(t)
		open := false
		for _, f := range []procedure.Filter{
			{},
			{States: []string{"asked"}},
			{States: []string{"returned", "lent", "asked"}},
			{Final: &open},
			{Query: "常见词"},
			{Query: "HALF 常见"},
			{Query: "half", States: []string{"lent", "overdue"}},
			{Query: "half", Final: &open},
			{Query: "冷僻"},
			{Query: "冷僻 half", States: []string{"asked", "overdue"}},
			{Query: "n7"},
			{Query: "李𬭎"},
			{Query: "常见 früher"},
			{Query: "lb-20260101-000123"},
			{Query: "half", ByDue: true},
		} {
			for _, who := range []cinnabar.Actor{librarian, reader, stranger} {
				b.compare(t, who, f, cases)
			}
		}
	})
}

func (b *bench) plainCases(t *testing.T) (out []plain) {
	t.Helper()
	for i := range many {
		out = append(out, plainCase(i))
	}
	if err := b.db.InTx(t.Context(), func(tx db.Tx) error { return insertCases(t.Context(), tx, out) }); err != nil {
		t.Fatal(err)
	}
	return out
}

// compare looks at the first pages and at the count.
func (b *bench) compare(t *testing.T, who cinnabar.Actor, f procedure.Filter, cases []plain) {
	t.Helper()
	want := slices.DeleteFunc(slices.Clone(cases), func(c plain) bool { return !c.seen(who) || !c.fits(f) })
	slices.SortFunc(want, func(x, y plain) int {
		if f.ByDue { // none is due
			return cmp.Compare(x.id, y.id)
		}
		return cmp.Or(cmp.Compare(y.updated, x.updated), cmp.Compare(y.id, x.id))
	})
	if n, err := b.Count(t.Context(), who, f); err != nil || n != min(len(want), procedure.CountLimit+1) {
		t.Errorf("%s, %+v: counted %d (%v), there are %d", who.Person, f, n, err, len(want))
	}
	f.Limit = 40
	at := 0
	for range 3 {
		rows, next, err := b.List(t.Context(), who, f)
		if err != nil {
			t.Fatalf("%s, %+v: %v", who.Person, f, err)
		}
		for _, r := range rows {
			if at >= len(want) || r.ID != want[at].id {
				t.Fatalf("%s, %+v: row %d is %s (%s), of %d wanted", who.Person, f, at, r.ID, r.Number, len(want))
			}
			at++
		}
		if f.After = next; next == "" {
			break
		}
	}
	if at < min(len(want), 3*f.Limit) {
		t.Errorf("%s, %+v: %d rows of %d", who.Person, f, at, len(want))
	}
}
