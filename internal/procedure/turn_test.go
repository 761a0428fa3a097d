package procedure_test

import (
	"slices"
	"testing"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/procedure"
)

// Everybody's list tells what waits for them from what waits for others.
func TestListTellsWhoseTurnItIs(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		begun, asked, ended := b.start(t), b.asked(t), b.asked(t)
		for _, action := range []string{"lend", "return"} {
			if _, err := b.do(t, librarian, ended, action); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			who  cinnabar.Actor
			turn procedure.Turn
			want []cinnabar.CaseID
		}{
			{reader, procedure.TurnMine, []cinnabar.CaseID{begun}},
			{reader, procedure.TurnOthers, []cinnabar.CaseID{asked}},
			{librarian, procedure.TurnMine, []cinnabar.CaseID{asked}},
			{librarian, procedure.TurnOthers, []cinnabar.CaseID{begun}},
			{librarian, "", []cinnabar.CaseID{begun, asked, ended}},
			{stranger, procedure.TurnOthers, nil},
		} {
			f := procedure.Filter{Turn: c.turn}
			if got := b.listed(t, c.who, f); !sameCases(got, c.want) {
				t.Errorf("%s, %q: %v, want %v", c.who.Person, c.turn, got, c.want)
			}
			if n, err := b.Count(t.Context(), c.who, f); err != nil || n != len(c.want) {
				t.Errorf("%s, %q counts %d, %v", c.who.Person, c.turn, n, err)
			}
		}
	})
}

// The most urgent case comes first, those without a deadline last, page after page.
func TestListByDeadlineGoesPageByPage(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		var want []cinnabar.CaseID
		for range 2 {
			id := b.asked(t)
			if _, err := b.do(t, librarian, id, "lend"); err != nil {
				t.Fatal(err)
			}
			want = append(want, id)
			b.clock.Advance(time.Minute)
		}
		free := []cinnabar.CaseID{b.asked(t), b.asked(t)}
		slices.Sort(free)
		want = append(want, free...)
		if got := b.listed(t, librarian, procedure.Filter{ByDue: true, Limit: 1}); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

// listed reads all pages.
func (b *bench) listed(t *testing.T, a cinnabar.Actor, f procedure.Filter) (out []cinnabar.CaseID) {
	t.Helper()
	for {
		rows, next, err := b.List(t.Context(), a, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			out = append(out, r.ID)
		}
		if next == "" || len(out) > 10 {
			return out
		}
		f.After = next
	}
}

func sameCases(a, b []cinnabar.CaseID) bool {
	slices.Sort(a)
	b = slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}
