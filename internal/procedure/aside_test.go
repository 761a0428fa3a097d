package procedure_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// correction is a step that puts a section right after it was handed in.
type correction struct{}

func (correction) StepName() string { return "put-right" }

// Offered: what is right already is not put right.
func (correction) Offered(c *procedure.Case, _ cinnabar.Actor) bool {
	return c.Text("wish", "book") != "水浒传"
}

func putRight() procedure.Handler {
	return procedure.Behaviour[correction, struct{}](nil, func(ctx context.Context, tx db.Tx, c *procedure.Change, _ correction, _ struct{}) error {
		book := form.TextOf(c.Body, "book")
		return errors.Join(
			c.Unindex(ctx, tx, "book", c.Text("wish", "book")), c.Index(ctx, tx, "book", book),
			c.Amend(ctx, tx, "wish", map[string]any{"book": book, "mobile": "13800138000"}),
			c.Search(ctx, tx, book), c.Disown(ctx, tx, procedure.Grant{Role: "reader", Holder: procedure.PersonHolder(reader.Person)}),
			c.Grant(ctx, tx, procedure.Grant{Role: "reader", Holder: procedure.PersonHolder(stranger.Person)}),
		)
	})
}

// shelving is lending whose returned books can be put right, set aside, and be brought back.
func shelving() *procedure.Definition {
	d := lending()
	d.Sections[0].Form.Fields = append(d.Sections[0].Form.Fields, form.Field{Name: "picture", Kind: form.File, Title: text("封面", "Cover")})
	d.States = append(d.States, procedure.State{ID: "aside", Stage: "end", Final: true, Aside: true})
	by, form := []string{"librarian"}, &form.Schema{Fields: []form.Field{{Name: "book", Kind: form.Text, Title: text("书", "Book"), Required: true}}}
	d.Actions = append(d.Actions,
		procedure.Action{Name: "put-right", From: []string{"returned"}, By: by, Form: form, Amends: "wish", Step: procedure.Use(correction{}), To: map[string]string{procedure.Done: ""}},
		procedure.Action{Name: "set-aside", From: []string{"returned"}, By: by, To: map[string]string{procedure.Done: "aside"}},
		procedure.Action{Name: "bring-back", From: []string{"aside"}, By: by, To: map[string]string{procedure.Done: "returned"}},
	)
	return d
}

func eachShelving(t *testing.T, f func(t *testing.T, b *bench, id cinnabar.CaseID)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBenchWithKey(t, d, filepath.Join(t.TempDir(), "key"), shelving())
		id := b.start(t)
		b.draft(t, id, map[string]any{"book": "红楼梦", "mobile": "13800138000", "picture": "file_00000000000000000000000001"})
		for _, one := range []struct {
			who    cinnabar.Actor
			action string
		}{{reader, "ask"}, {librarian, "lend"}, {librarian, "return"}} {
			if _, err := b.do(t, one.who, id, one.action); err != nil {
				t.Fatal(err)
			}
		}
		f(t, b, id)
	})
}

// Cases set aside stand in no list, search or count but one that asks for them; they can be opened as before.
// Proves GAS-13.
func TestCasesSetAsideAreListedWhenAskedFor_GAS13(t *testing.T) {
	eachShelving(t, func(t *testing.T, b *bench, id cinnabar.CaseID) {
		yes, no := true, false
		lists := func(when string, in, aside int) {
			t.Helper()
			for name, c := range map[string]struct {
				f    procedure.Filter
				want int
			}{
				"all": {procedure.Filter{}, in}, "words": {procedure.Filter{Query: "红楼"}, in}, "ended": {procedure.Filter{Final: &yes}, in}, "running": {procedure.Filter{Final: &no}, 0},
				"of the procedure": {procedure.Filter{Procedure: "lending"}, in}, "returned": {procedure.Filter{States: []string{"returned"}}, in},
				"aside": {procedure.Filter{States: []string{"aside"}}, aside}, "both": {procedure.Filter{States: []string{"aside", "returned"}}, 1},
			} {
				rows, _, err := b.List(t.Context(), librarian, c.f)
				n, countErr := b.Count(t.Context(), librarian, c.f)
				if err != nil || countErr != nil || len(rows) != c.want || n != c.want {
					t.Errorf("%s, %s: %d listed, %d counted, want %d (%v, %v)", when, name, len(rows), n, c.want, err, countErr)
				}
			}
		}
		lists("before", 1, 0)
		if _, err := b.do(t, librarian, id, "set-aside"); err != nil {
			t.Fatal(err)
		}
		lists("aside", 0, 1)
		if v, err := b.View(t.Context(), id, librarian); err != nil || !v.CanTake("bring-back") || v.CanTake("put-right") {
			t.Fatalf("open: %v, %v", v, err)
		}
		if _, err := b.do(t, librarian, id, "bring-back"); err != nil {
			t.Fatal(err)
		}
		lists("back", 1, 0)
	})
}

// What is put right after it was handed in replaces what was wrong wherever cases are found by it, and whoever
// was no party never was one.
// Proves GAS-13, PLT-2.
func TestHandedInDataArePutRight_GAS13_PLT2(t *testing.T) {
	eachShelving(t, func(t *testing.T, b *bench, id cinnabar.CaseID) {
		finds := func(f procedure.Filter, want int) {
			t.Helper()
			if rows, _, err := b.List(t.Context(), librarian, f); err != nil || len(rows) != want {
				t.Errorf("%+v finds %d, want %d: %v", f, len(rows), want, err)
			}
		}
		right := func(book string) error {
			v, err := b.View(t.Context(), id, librarian)
			if err != nil {
				return err
			}
			_, err = b.Do(t.Context(), procedure.Do{Case: id, Action: "put-right", Version: v.Version, Key: newKey(), Actor: librarian, Body: map[string]any{"book": book}})
			return err
		}
		exact := func(book string) procedure.Filter {
			return procedure.Filter{Exact: []procedure.Exact{{Kind: "book", Value: book}}}
		}
		if err := right(""); !errors.Is(err, errs.Invalid) {
			t.Errorf("nothing was entered: %v", err)
		}
		for _, book := range []string{"西游记", "水浒传"} {
			if err := right(book); err != nil {
				t.Fatal(err)
			}
		}
		if err := right("三国演义"); errs.As(err).Code != "not-open" || slices.Contains(errs.As(err).Params["open"].([]string), "put-right") {
			t.Errorf("what is right was put right: %v", err)
		}
		if v, err := b.View(t.Context(), id, librarian); err != nil || v.CanTake("put-right") || !v.CanTake("set-aside") {
			t.Errorf("open: %v, %v", v, err)
		}
		finds(procedure.Filter{Query: "水浒传"}, 1)
		finds(procedure.Filter{Query: "西游记"}, 0)
		finds(exact("水浒传"), 1)
		finds(exact("西游记"), 0)
		if _, err := b.View(t.Context(), id, reader); !errors.Is(err, errs.NotFound) {
			t.Errorf("who was no reader still sees it: %v", err)
		}
		v, err := b.View(t.Context(), id, stranger)
		if err != nil || v.Text("wish", "book") != "水浒传" || v.Sections["wish"].Former != nil || v.Sections["wish"].Draft != nil {
			t.Errorf("%v, %v", v, err)
		}
		b.marks[librarian.Person] = []string{"person:p_reader"}
		if v, err := b.View(t.Context(), id, librarian); err != nil || len(v.Roles) != 1 {
			t.Errorf("who was no reader is kept apart as one: %v", err)
		}
	})
}

// A case that starts from another has its data, but for files, which are the other's, and for what is given.
// Proves GAS-13.
func TestCaseStartsFromAnother_GAS13(t *testing.T) {
	eachShelving(t, func(t *testing.T, b *bench, id cinnabar.CaseID) {
		start := procedure.Start{Procedure: "lending", Operator: library, Role: "reader", From: id, Key: newKey(), Actor: reader}
		for _, given := range []map[string]map[string]any{nil, {"wish": {"book": "西游记"}}} {
			start.Data, start.Key = given, newKey()
			next, err := b.Start(t.Context(), start)
			if err != nil {
				t.Fatal(err)
			}
			v, err := b.View(t.Context(), next, reader)
			if err != nil {
				t.Fatal(err)
			}
			draft := v.Sections["wish"].Draft
			if book := form.TextOf(draft, "book"); draft["picture"] != nil || v.Origin != id || (given == nil) != (book == "红楼梦") || (given == nil) != (draft["mobile"] == "13800138000") {
				t.Errorf("given %v: %v", given, draft)
			}
			entries, err := b.Timeline(t.Context(), next, 0)
			if err != nil || string(entries[0].Detail) != `{"from":"`+string(id)+`"}` {
				t.Errorf("%v, %+v", err, entries)
			}
		}
		start.Actor, start.Key = stranger, newKey()
		if _, err := b.Start(t.Context(), start); !errors.Is(err, errs.NotFound) {
			t.Errorf("a stranger starts from it: %v", err)
		}
	})
}
