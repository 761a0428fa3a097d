package procedure_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// many is more than the engine looks up one by one.
const many = 4500

// plain is a case as a naive search sees it.
type plain struct {
	id            cinnabar.CaseID
	procedure     string
	number, state string
	words         []string
	updated       int64
	final         int64
	grants        []string // role and holder
	parties       []string // role and mark
}

func plainCase(i int) plain {
	c := plain{
		id: cinnabar.CaseID(fmt.Sprintf("case_%04d", i*7919%10000)), procedure: "lending", number: fmt.Sprintf("LB-20260101-%06d", i), updated: int64(1000 + i/3),
		state: []string{"asked", "lent", "overdue", "returned"}[i%4], words: []string{"常见", "见词"}, grants: []string{"librarian org:org_library"},
	}
	if i%50 == 7 {
		c.parties = []string{"reader person:p_lib"}
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
	definitions := map[string]string{}
	var rows, grants, parties, before, texts [][]any
	for _, c := range cases {
		if definitions[c.procedure] == "" {
			var digest string
			if err := tx.QueryRow(ctx, `SELECT digest FROM definition WHERE procedure = $1`, c.procedure).Scan(&digest); err != nil {
				return err
			}
			definitions[c.procedure] = digest
		}
		id := string(c.id)
		rows = append(rows, []any{id, c.number, c.procedure, definitions[c.procedure], "org_other", c.state, 1, c.final, c.updated, c.updated})
		for _, g := range c.grants {
			role, holder, _ := strings.Cut(g, " ")
			grants = append(grants, []any{id, role, holder})
		}
		for _, p := range c.parties {
			role, mark, _ := strings.Cut(p, " ")
			parties = append(parties, []any{id, role, mark})
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
	return a.Person == librarian.Person && len(c.parties) == 0
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

// keeping has lending's roles and others under the same names.
func keeping() *procedure.Definition {
	d := lending()
	d.ID, d.Prefix = "keeping", "KP"
	d.Roles = []procedure.Role{
		{ID: "reader", Needs: []string{"member"}, ApartFrom: []string{"donor"}, Starts: true},
		{ID: "librarian", Operator: true, Needs: []string{"archivist"}, ApartFrom: []string{"donor"}},
		{ID: "donor"},
	}
	return d
}

// ways are cases of both procedures for every way to hold a role and to be a party.
func ways() (out []plain) {
	for _, p := range []string{"lending", "keeping"} {
		for _, grant := range []string{"librarian org:org_library", "librarian person:p_lib", "reader person:p_reader", "reader org:org_library", "donor dept:dept_1"} {
			for _, party := range []string{"", "reader person:p_lib", "donor person:p_lib", "donor person:p_reader", "reader org:org_library", "reader org:org_other"} {
				c := plain{
					id: cinnabar.CaseID(fmt.Sprintf("case_%04d", len(out))), procedure: p, number: fmt.Sprintf("LB-20260101-%06d", len(out)),
					state: []string{"asked", "lent"}[len(out)%2], updated: int64(len(out)), words: []string{"常见"}, grants: []string{grant},
				}
				if party != "" {
					c.parties = []string{party}
				}
				out = append(out, c)
			}
		}
	}
	return out
}

// What a list shows is what can be opened, in whatever way a role is held and whatever another procedure means by it.
// Proves PLT-2, GAS-15.
func TestListShowsWhatCanBeOpened_PLT2_GAS15(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBenchWithKey(t, d, filepath.Join(t.TempDir(), "key"), lending(), keeping())
		cases := ways()
		if err := d.InTx(t.Context(), func(tx db.Tx) error { return insertCases(t.Context(), tx, cases) }); err != nil {
			t.Fatal(err)
		}
		archivist, both, alone := librarian, librarian, librarian
		archivist.Roles, both.Roles = []string{"archivist"}, []string{"librarian", "archivist", "member"}
		both.Departments = []cinnabar.DepartmentID{"dept_1"}
		alone.Org, alone.Roles = "", nil
		b.marks[librarian.Person] = []string{"org:org_library", "org:org_other"}
		seen := 0
		for n, who := range []cinnabar.Actor{librarian, archivist, both, alone, reader, stranger, {Kind: cinnabar.APIKey, Org: library, Roles: []string{"librarian"}}} {
			for _, f := range []procedure.Filter{{}, {Procedure: "keeping"}, {Role: "librarian"}, {Role: "reader", Turn: procedure.TurnMine}, {Query: "常见", Turn: procedure.TurnOthers}} {
				want := b.opened(t, who, f, cases)
				seen += len(want)
				f.Limit = len(cases)
				if got := b.listed(t, who, f); !sameCases(got, want) {
					t.Errorf("actor %d, %+v: lists %v, can open %v", n, f, got, want)
				}
				if count, err := b.Count(t.Context(), who, f); err != nil || count != len(want) {
					t.Errorf("actor %d, %+v: counts %d, can open %d: %v", n, f, count, len(want), err)
				}
			}
		}
		if seen == 0 {
			t.Fatal("nobody saw anything")
		}
	})
}

// opened are the cases of a filter that an actor can open.
func (b *bench) opened(t *testing.T, who cinnabar.Actor, f procedure.Filter, cases []plain) (out []cinnabar.CaseID) {
	t.Helper()
	for _, c := range cases {
		v, err := b.View(t.Context(), c.id, who)
		if errors.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		mine := slices.ContainsFunc(v.Roles, func(role string) bool {
			return (f.Role == "" || role == f.Role) && (f.Turn == "" || slices.Contains(v.State.WaitsFor, role))
		})
		held := f.Role == "" || slices.Contains(v.Roles, f.Role)
		if (f.Procedure == "" || f.Procedure == c.procedure) && held && mine == (f.Turn != procedure.TurnOthers) {
			out = append(out, c.id)
		}
	}
	return out
}
