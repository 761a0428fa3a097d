package procedure_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/secret"
	"cinnabar/internal/procedure"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// lending is a library's loan of a book: a procedure that has nothing to do with contracts.
func lending() *procedure.Definition {
	return &procedure.Definition{
		ID: "lending", Version: 1, Prefix: "LB", Title: cinnabar.Text{Zh: "借书", En: "Lending"},
		Roles: []procedure.Role{
			{ID: "reader", Starts: true},
			{ID: "librarian", Operator: true, Needs: []string{"librarian"}, ApartFrom: []string{"reader"}},
		},
		Stages: []procedure.Stage{{ID: "ask"}, {ID: "have"}, {ID: "end"}},
		Sections: []procedure.Section{{ID: "wish", Form: form.Schema{Fields: []form.Field{
			{Name: "book", Kind: form.Text, Title: text("书", "Book"), Required: true, Max: 40},
			{Name: "mobile", Kind: form.Mobile, Title: text("手机", "Mobile"), Required: true, Personal: true},
		}}}},
		States: []procedure.State{
			{ID: "asking", Stage: "ask", WaitsFor: []string{"reader"}},
			{ID: "asked", Stage: "ask", WaitsFor: []string{"librarian"}},
			{ID: "lent", Stage: "have", WaitsFor: []string{"reader"}, Deadline: &procedure.Deadline{
				After: 24 * time.Hour, Action: "overdue", Ahead: 6 * time.Hour, Warn: []procedure.Tell{{Role: "reader", Template: "soon"}},
			}},
			{ID: "overdue", Stage: "have", WaitsFor: []string{"reader"}},
			{ID: "returned", Stage: "end", Final: true},
		},
		Actions: []procedure.Action{
			{Name: "ask", From: []string{"asking"}, By: []string{"reader"}, To: map[string]string{procedure.Done: "asked"}, Submits: []string{"wish"}},
			{
				Name: "lend", From: []string{"asked"}, By: []string{"librarian"}, Step: procedure.Use(stamp{Ink: "red"}),
				To: map[string]string{"lent": "lent", "no-copy": ""}, Tell: map[string][]procedure.Tell{"lent": {{Role: "reader", Template: "lent"}}},
			},
			{Name: "overdue", From: []string{"lent"}, By: []string{procedure.SystemRole}, To: map[string]string{procedure.Done: "overdue"}},
			{Name: "return", From: []string{"lent", "overdue"}, By: []string{"reader", "librarian"}, To: map[string]string{procedure.Done: "returned"}},
		},
	}
}

func text(zh, en string) cinnabar.Text { return cinnabar.Text{Zh: zh, En: en} }

// stamp is a step with a slow part.
type stamp struct{ Ink string }

func (stamp) StepName() string   { return "stamp" }
func (stamp) Outcomes() []string { return []string{"lent", "no-copy"} }

// bench is an engine with fakes around it.
type bench struct {
	*procedure.Engine
	db      db.DB
	queue   *jobs.Queue
	clock   *clocktest.Hand
	keyFile string
	prepare func() error // what the step's slow part does; nil: nothing

	mu    sync.Mutex
	told  []string
	heads []string
	marks map[cinnabar.PersonID][]string
}

func (b *bench) Append(_ context.Context, _ db.Tx, c cinnabar.CaseID, seq int64, head cinnabar.Digest) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heads = append(b.heads, fmt.Sprint(c, seq, head))
	return nil
}

func (b *bench) Tell(_ context.Context, _ db.Tx, n procedure.Notice) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.told = append(b.told, n.Tell.Template+" to "+n.Role.ID)
	return nil
}

func (b *bench) CaseChanged(cinnabar.CaseID, int64, []procedure.Holder) {}

func (b *bench) Usable(context.Context, db.Tx, cinnabar.CaseID, string, []cinnabar.FileID, []string) ([]errs.Field, error) {
	return nil, nil
}

func (b *bench) Marks(_ context.Context, _ db.Reader, p cinnabar.PersonID) ([]string, error) {
	return b.marks[p], nil
}

func (b *bench) ActorIn(context.Context, db.Reader, cinnabar.OrgID, cinnabar.PersonID) (cinnabar.Actor, error) {
	return cinnabar.Actor{}, errs.New(errs.NotFound, "member-not-found", "nobody is assigned here")
}

func newBench(t *testing.T, d db.DB) *bench {
	t.Helper()
	return newBenchWithKey(t, d, filepath.Join(t.TempDir(), "key"), lending())
}

func newBenchWithKey(t *testing.T, d db.DB, keyFile string, defs ...*procedure.Definition) *bench {
	t.Helper()
	b := &bench{db: d, keyFile: keyFile, clock: clocktest.At(time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)), marks: map[cinnabar.PersonID][]string{}}
	vault, err := secret.Open(t.Context(), d, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	b.queue, err = jobs.New(jobs.Deps{DB: d, Clock: b.clock, Log: slog.New(slog.DiscardHandler), Poll: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	handler := procedure.Behaviour(
		func(_ context.Context, _ *procedure.Request, p stamp) (string, error) {
			if b.prepare != nil {
				if err := b.prepare(); err != nil {
					return "", err
				}
			}
			return p.Ink, nil
		},
		func(ctx context.Context, tx db.Tx, c *procedure.Change, _ stamp, ink string) error {
			c.Outcome("lent")
			c.Note("ink", ink)
			return c.Search(ctx, tx, "图书馆 "+c.Text("wish", "book"))
		})
	b.Engine, err = procedure.New(t.Context(), procedure.Deps{
		DB: d, Vault: vault, Jobs: b.queue, Log: b, Marks: b, Members: b, Files: b, Notifier: b, Live: b, Clock: b.clock, Logger: slog.New(slog.DiscardHandler),
		Definitions: defs, Handlers: procedure.Handlers{"stamp": handler, "put-right": putRight()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const library = cinnabar.OrgID("org_library")

var (
	reader    = cinnabar.Actor{Kind: cinnabar.Member, Person: "p_reader", Name: "读者", Address: "192.0.2.1"}
	stranger  = cinnabar.Actor{Kind: cinnabar.Member, Person: "p_stranger"}
	librarian = cinnabar.Actor{Kind: cinnabar.Member, Person: "p_lib", Org: library, Roles: []string{"librarian"}}
	porter    = cinnabar.Actor{Kind: cinnabar.Member, Person: "p_porter", Org: library, Roles: []string{"porter"}}
)

var keys struct {
	sync.Mutex
	n int
}

func newKey() string {
	keys.Lock()
	defer keys.Unlock()
	keys.n++
	return fmt.Sprintf("key-%08d", keys.n)
}

func (b *bench) start(t *testing.T) cinnabar.CaseID {
	t.Helper()
	id, err := b.Start(t.Context(), procedure.Start{Procedure: "lending", Operator: library, Role: "reader", Key: newKey(), Actor: reader})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (b *bench) do(t *testing.T, a cinnabar.Actor, id cinnabar.CaseID, action string) (*procedure.Result, error) {
	t.Helper()
	v, err := b.View(t.Context(), id, a)
	if err != nil {
		return nil, err
	}
	return b.Do(t.Context(), procedure.Do{Case: id, Action: action, Version: v.Version, Key: newKey(), Actor: a})
}

func (b *bench) draft(t *testing.T, id cinnabar.CaseID, data map[string]any) []errs.Field {
	t.Helper()
	v, err := b.View(t.Context(), id, reader)
	if err != nil {
		t.Fatal(err)
	}
	revision := int64(0)
	if s := v.Sections["wish"]; s != nil {
		revision = s.Revision
	}
	_, wrong, err := b.SaveDraft(t.Context(), procedure.Draft{Case: id, Section: "wish", Revision: revision, Data: data, Actor: reader})
	if err != nil {
		t.Fatal(err)
	}
	return wrong
}

// asked brings a case to where the librarian can lend.
func (b *bench) asked(t *testing.T) cinnabar.CaseID {
	t.Helper()
	id := b.start(t)
	b.draft(t, id, map[string]any{"book": "红楼梦", "mobile": "13800138000"})
	if _, err := b.do(t, reader, id, "ask"); err != nil {
		t.Fatal(err)
	}
	return id
}

func each(t *testing.T, f func(t *testing.T, b *bench)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) { f(t, newBench(t, d)) })
}

// A case goes from beginning to end, and everything that happened is on its timeline.
// Proves PLT-4, PLT-6.
func TestCaseRunsThrough_PLT4_PLT6(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		id := b.asked(t)
		for _, step := range []struct {
			who  cinnabar.Actor
			what string
		}{{librarian, "lend"}, {reader, "return"}} {
			if _, err := b.do(t, step.who, id, step.what); err != nil {
				t.Fatalf("%s: %v", step.what, err)
			}
		}
		entries, err := b.Timeline(t.Context(), id, 0)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, e := range entries {
			kinds = append(kinds, e.Kind)
		}
		if !slices.Equal(kinds, []string{"start", "ask", "lend", "return"}) || entries[0].Personal.Name != "读者" || string(entries[2].Detail) != `{"ink":"red"}` {
			t.Fatalf("timeline %v, %+v", kinds, entries)
		}
		if !slices.Equal(b.told, []string{"lent to reader"}) || len(b.heads) != 4 {
			t.Fatalf("told %v, %d heads", b.told, len(b.heads))
		}
	})
}

// What is missing and what is malformed comes all at once, each at its field, and the draft is kept.
// Proves GAS-5.
func TestInputIsCheckedAtItsField_GAS5(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		id := b.start(t)
		wrong := b.draft(t, id, map[string]any{"mobile": "123"})
		if len(wrong) != 2 {
			t.Fatalf("the draft's faults: %v", wrong)
		}
		_, err := b.do(t, reader, id, "ask")
		var e *errs.Error
		if !errors.As(err, &e) || len(e.Fields) != 2 {
			t.Fatalf("got %v", err)
		}
		got := map[string]string{}
		for _, f := range e.Fields {
			got[f.Pointer] = f.Code
		}
		if got["/sections/wish/book"] != "missing" || got["/sections/wish/mobile"] != "malformed" {
			t.Fatalf("got %v", got)
		}
		v, err := b.View(t.Context(), id, reader)
		if err != nil || v.Sections["wish"].Draft["mobile"] != "123" || v.State.ID != "asking" {
			t.Fatalf("the draft is gone: %+v, %v", v, err)
		}
	})
}

// What one may not see does not exist; what one may see but not do is refused.
// Proves PLT-2.
func TestAccessIsRefusedByDefault_PLT2(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		id := b.asked(t)
		for _, a := range []cinnabar.Actor{stranger, porter, {}, {Kind: cinnabar.Link, Case: "case_other", Role: "reader"}, {Kind: cinnabar.Peer}} {
			if _, err := b.View(t.Context(), id, a); !errors.Is(err, errs.NotFound) {
				t.Errorf("%+v sees the case: %v", a, err)
			}
			if _, err := b.Do(t.Context(), procedure.Do{Case: id, Action: "lend", Version: 2, Key: newKey(), Actor: a}); !errors.Is(err, errs.NotFound) {
				t.Errorf("%+v acts: %v", a, err)
			}
			if n, err := b.Count(t.Context(), a, procedure.Filter{}); err != nil || n != 0 {
				t.Errorf("%+v counts %d, %v", a, n, err)
			}
		}
		if _, err := b.do(t, reader, id, "lend"); !errors.Is(err, errs.Forbidden) {
			t.Errorf("the reader lends: %v", err)
		}
		if rows, _, err := b.List(t.Context(), librarian, procedure.Filter{}); err != nil || len(rows) != 1 {
			t.Errorf("the librarian lists %d, %v", len(rows), err)
		}
	})
}

// Nobody decides a case in which they, their other organisation, or their number is the applicant.
// Proves GAS-15.
func TestFourEyes_GAS15(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		id := b.asked(t)
		if err := b.db.InTx(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO case_party (case_id, role, mark) VALUES ($1, 'reader', 'idx:abc')`, string(id))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		b.marks["p_lib"] = []string{"idx:abc"}
		if _, err := b.do(t, librarian, id, "lend"); !errors.Is(err, errs.NotFound) {
			t.Fatalf("a party lends: %v", err)
		}
		if n, err := b.Count(t.Context(), librarian, procedure.Filter{}); err != nil || n != 0 {
			t.Fatalf("a party counts %d, %v", n, err)
		}
		for n, want := range []int64{1, 0} { // the number changes, and nobody has the old one any more
			if err := b.db.InTx(t.Context(), func(tx db.Tx) error {
				moved, err := b.MoveMark(t.Context(), tx, "idx:abc", "idx:new")
				if moved != want {
					t.Errorf("move %d: in %d cases", n, moved)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		b.marks["p_lib"] = []string{"idx:new"}
		if _, err := b.do(t, librarian, id, "lend"); !errors.Is(err, errs.NotFound) {
			t.Fatalf("a party with another number lends: %v", err)
		}
		b.marks["p_lib"] = []string{"idx:abc"}
		if _, err := b.do(t, librarian, id, "lend"); err != nil {
			t.Fatalf("control: %v", err)
		}
	})
}

// A repeat gets the first answer and changes nothing; the same key for something else is refused; a
// stale version is refused.
// Proves PLT-5.
func TestActionsAreIdempotent_PLT5(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		id := b.asked(t)
		do := procedure.Do{Case: id, Action: "lend", Version: 2, Key: "the-same-key", Actor: librarian}
		first, err := b.Do(t.Context(), do)
		if err != nil {
			t.Fatal(err)
		}
		again, err := b.Do(t.Context(), do)
		if err != nil || again.Version != first.Version || again.State != "lent" {
			t.Fatalf("repeat: %+v, %v", again, err)
		}
		do.Action = "return"
		if _, err := b.Do(t.Context(), do); errs.As(err).Code != "idempotency-key-reused" {
			t.Fatalf("other request, same key: %v", err)
		}
		do.Key = newKey()
		if _, err := b.Do(t.Context(), do); !errors.Is(err, errs.Stale) {
			t.Fatalf("stale version: %v", err)
		}
		do.Key, do.Version, do.Action = newKey(), 3, "ask"
		do.Actor = reader
		if _, err := b.Do(t.Context(), do); errs.As(err).Code != "not-open" || fmt.Sprint(errs.As(err).Params["open"]) != "[return]" {
			t.Fatalf("out of state: %v, %v", err, errs.As(err).Params)
		}
	})
}

// Of many who act on the same version one wins, and the slow part of the losers leaves nothing.
// Proves PLT-5.
func TestRacingActorsEndWithOneWinner_PLT5(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		id := b.asked(t)
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for range 12 {
			wg.Go(func() {
				_, err := b.Do(context.Background(), procedure.Do{Case: id, Action: "lend", Version: 2, Key: newKey(), Actor: librarian})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !errors.Is(err, errs.Stale) && !errors.Is(err, errs.Conflict) {
					t.Errorf("lost with %v", err)
				}
			})
		}
		wg.Wait()
		entries, err := b.Timeline(t.Context(), id, 0)
		if won != 1 || err != nil || len(entries) != 3 {
			t.Fatalf("%d won, %d entries, %v", won, len(entries), err)
		}
	})
}

// A refusal of a step is on the timeline, moves nothing, and a repeat gets the same refusal; a fault of
// the machine leaves nothing and can be tried again with the same key.
// Proves PLT-5.
func TestRefusalIsRecordedFaultIsNot_PLT5(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		id := b.asked(t)
		b.prepare = func() error { return errors.New("the stamp broke") }
		do := procedure.Do{Case: id, Action: "lend", Version: 2, Key: newKey(), Actor: librarian}
		if _, err := b.Do(t.Context(), do); err == nil {
			t.Fatal("a fault passed")
		}
		b.prepare = func() error { return &procedure.Refusal{Err: errs.New(errs.Forbidden, "wrong-ink", "wrong ink")} }
		for range 2 {
			if _, err := b.Do(t.Context(), do); errs.As(err).Code != "wrong-ink" {
				t.Fatalf("refusal: %v", err)
			}
		}
		v, err := b.View(t.Context(), id, librarian)
		if err != nil || v.State.ID != "asked" || v.Version != 3 {
			t.Fatalf("after one refusal: %+v, %v", v, err)
		}
		b.prepare = nil
		if _, err := b.do(t, librarian, id, "lend"); err != nil {
			t.Fatal(err)
		}
	})
}

// A deadline is warned of once and fires once, as the system, and a person who is faster wins.
// Proves PLT-5.
func TestDeadlineFiresOnce_PLT5(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		late, quick := b.asked(t), b.asked(t)
		for _, id := range []cinnabar.CaseID{late, quick} {
			if _, err := b.do(t, librarian, id, "lend"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.do(t, reader, quick, "return"); err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(19 * time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- b.queue.Run(ctx) }()
		soon := func() (n int) {
			b.mu.Lock()
			defer b.mu.Unlock()
			for _, s := range b.told {
				if s == "soon to reader" {
					n++
				}
			}
			return n
		}
		waitFor(t, func() bool { return soon() == 1 })
		if v, err := b.View(t.Context(), late, reader); err != nil || v.State.ID != "lent" || v.Version != 3 {
			t.Errorf("a warning changed the case: %+v, %v", v, err)
		}
		b.clock.Advance(6 * time.Hour)
		waitFor(t, func() bool {
			v, err := b.View(t.Context(), late, reader)
			return err == nil && v.State.ID == "overdue"
		})
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if n := soon(); n != 1 {
			t.Errorf("warned %d times", n)
		}
		for id, want := range map[cinnabar.CaseID]int{late: 4, quick: 4} {
			if entries, err := b.Timeline(t.Context(), id, 0); err != nil || len(entries) != want {
				t.Errorf("%d entries, want %d, %v", len(entries), want, err)
			}
		}
	})
}

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("it did not happen within 20 s")
		}
	}
}

// Whatever is changed in the timeline's rows behind the program's back is found and named.
// Proves PLT-6.
func TestTamperedTimelineIsFound_PLT6(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		check := func() []procedure.Fault {
			faults, err := b.CheckTimelines(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return faults
		}
		for _, tamper := range []struct{ what, sql, entry string }{
			{"edit", `UPDATE case_event SET detail = '{"ink":"blue"}' WHERE case_id = $1 AND seq = 3`, "entry 3"},
			{"time", `UPDATE case_event SET at = at + 1 WHERE case_id = $1 AND seq = 2`, "entry 2"},
			{"role", `UPDATE case_event SET role = 'reader' WHERE case_id = $1 AND seq = 3`, "entry 3"},
			{"remove", `DELETE FROM case_event WHERE case_id = $1 AND seq = 2`, "entry 2"},
			{"cut", `DELETE FROM case_event WHERE case_id = $1 AND seq = 3`, "entry 3"},
			{"personal", `UPDATE case_event SET personal = (SELECT e.personal FROM case_event e WHERE e.case_id = $1 AND e.seq = 1) WHERE case_id = $1 AND seq = 2`, "entry 2"},
		} {
			id := b.asked(t)
			if _, err := b.do(t, librarian, id, "lend"); err != nil {
				t.Fatal(err)
			}
			before := len(check())
			if err := b.db.InTx(t.Context(), func(tx db.Tx) error {
				n, err := tx.Exec(t.Context(), tamper.sql, string(id))
				if n == 0 {
					return errors.New("nothing tampered with")
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			faults := check()
			v, err := b.View(t.Context(), id, reader)
			if err != nil {
				t.Fatal(err)
			}
			named := slices.ContainsFunc(faults, func(f procedure.Fault) bool { return f.Where == "timeline "+v.Number+" "+tamper.entry })
			if len(faults) <= before || !named {
				t.Errorf("%s: found %v", tamper.what, faults)
			}
		}
	})
}

// Personal data is unreadable in the database's files.
// Proves PLT-3.
func TestPersonalDataIsSealed_PLT3(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		id := b.asked(t)
		var draft, submitted, personal []byte
		if err := b.db.QueryRow(t.Context(), `SELECT coalesce(draft, submitted), submitted FROM case_section WHERE case_id = $1`, string(id)).Scan(&draft, &submitted); err != nil {
			t.Fatal(err)
		}
		if err := b.db.QueryRow(t.Context(), `SELECT personal FROM case_event WHERE case_id = $1 AND seq = 1`, string(id)).Scan(&personal); err != nil {
			t.Fatal(err)
		}
		all := string(draft) + string(submitted) + string(personal)
		if strings.Contains(all, "13800138000") || strings.Contains(all, "读者") || strings.Contains(all, "192.0.2.1") {
			t.Fatal("readable")
		}
	})
}

// A case is found by words of its text, cut anywhere, and by its number.
// Proves GAS-13.
func TestSearch_GAS13(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		id := b.asked(t)
		if _, err := b.do(t, librarian, id, "lend"); err != nil {
			t.Fatal(err)
		}
		v, err := b.View(t.Context(), id, reader)
		if err != nil {
			t.Fatal(err)
		}
		for q, want := range map[string]int{"红楼": 1, "楼梦": 1, "红楼梦": 1, "图书馆 楼梦": 1, "西游": 0, "红梦": 0, v.Number: 1, `"*) OR 1`: 0} {
			if rows, _, err := b.List(t.Context(), reader, procedure.Filter{Query: q}); err != nil || len(rows) != want {
				t.Errorf("%q finds %d, %v", q, len(rows), err)
			}
		}
	})
}

// A case keeps to the definition under which it began.
// Proves PLT-7.
func TestCaseKeepsItsDefinition_PLT7(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		old := newBench(t, d)
		id := old.asked(t)
		next := lending()
		next.Version = 2
		next.Actions[1].By = []string{"reader"} // in the new version readers lend to themselves
		renewed := newBenchWithKey(t, d, old.keyFile, next)
		if _, err := renewed.Do(t.Context(), procedure.Do{Case: id, Action: "lend", Version: 2, Key: newKey(), Actor: reader}); !errors.Is(err, errs.Forbidden) {
			t.Fatalf("the new rule holds for the old case: %v", err)
		}
		if _, err := renewed.Do(t.Context(), procedure.Do{Case: id, Action: "lend", Version: 2, Key: newKey(), Actor: librarian}); err != nil {
			t.Fatal(err)
		}
	})
}
