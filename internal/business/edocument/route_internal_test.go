package edocument

import (
	"slices"
	"testing"

	"cinnabar/internal/cinnabar"
)

// What is one's own comes before what is taken over from another department, and that only once one may.
// Proves DOC-10.
func TestOnesOwnPartComesFirst_DOC10(t *testing.T) {
	t.Parallel()
	parts := []Part{
		{Item: Item{Name: "a", Department: "finance", Seal: true, Deputy: "office", DeputyAtOnce: true}},
		{Item: Item{Name: "b", Department: "legal", Seal: true, Deputy: "office"}},
		{Item: Item{Name: "c", Department: "office", Seal: true}},
		{Item: Item{Name: "d", Org: "outside", Seal: true}},
	}
	w := &Way{Stages: [][]Part{parts}}
	turns := func(a cinnabar.Actor) (names []string) {
		for _, p := range w.turns(a) {
			names = append(names, p.Name)
		}
		return names
	}
	of := func(d cinnabar.DepartmentID) cinnabar.Actor {
		return cinnabar.Actor{Org: "maker", Departments: []cinnabar.DepartmentID{d}}
	}
	for who, want := range map[string][]string{"office": {"c", "a"}, "legal": {"b"}, "sales": nil} {
		if got := turns(of(cinnabar.DepartmentID(who))); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", who, got, want)
		}
	}
	if got := turns(cinnabar.Actor{Org: "outside"}); !slices.Equal(got, []string{"d"}) {
		t.Errorf("the other organisation: %v", got)
	}
	parts[1].Late, parts[2].Done = true, true
	if got := turns(of("office")); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("when it is late: %v", got)
	}
}
