package procedure_test

import (
	"fmt"
	"strconv"
	"testing"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/procedure"
)

// However many cases somebody sees, a business's own query finds exactly those.
// Proves PLT-2.
func TestVisibleIsWhatWasGranted_PLT2(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var more [][]any // so many grants that cases are not looked up
		often, oftener := librarian, librarian
		cases := b.plainCases(t)
		for n := range 14 {
			id := cinnabar.DepartmentID(fmt.Sprintf("dept_%d", n))
			if n < 3 {
				often.Departments = append(often.Departments, id)
			}
			oftener.Departments = append(oftener.Departments, id)
			for _, c := range cases {
				more = append(more, []any{string(c.id), "librarian", "dept:" + string(id)})
			}
		}
		if err := b.db.InTx(t.Context(), func(tx db.Tx) error {
			return dbtest.Insert(t.Context(), tx, "case_grant (case_id, role, holder)", more)
		}); err != nil {
			t.Fatal(err)
		}
		for _, one := range []struct {
			who  cinnabar.Actor
			role string
			want int
		}{
			{oftener, "", many}, // each is tested
			{often, "", many},   // they are gathered
			{librarian, "", many},
			{reader, "", many / 100},       // they are looked up
			{librarian, "librarian", many}, //
			{reader, "reader", many / 100}, //
			{librarian, "reader", 0},       // holds no such role
			{stranger, "", 0},              //
			{cinnabar.Actor{}, "", 0},      // nobody
		} {
			var args []any
			v := procedure.Visibility{Column: "b.id", Procedure: "lending", Role: one.role, Arg: func(v any) string {
				args = append(args, v)
				return "$" + strconv.Itoa(len(args))
			}}
			condition, _, err := b.Visible(t.Context(), one.who, v)
			if err != nil {
				t.Fatal(err)
			}
			var n int
			if err := b.db.QueryRow(t.Context(), `SELECT count(*) FROM bcase b WHERE b.id LIKE 'case%' AND `+condition, args...).Scan(&n); err != nil {
				t.Fatal(err)
			}
			if n != one.want {
				t.Errorf("%s as %q sees %d, not %d", one.who.Person, one.role, n, one.want)
			}
		}
	})
}
