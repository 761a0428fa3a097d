package batch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// Two replicas share a batch: together they do every row once.
func TestReplicasShareABatch(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		vault := newVault(t, d)
		k := &noted{}
		var replicas []*batch.Service
		for range 2 {
			replicas = append(replicas, newService(t, d, batch.Deps{Vault: vault, AtOnce: 3}, map[string]batch.Kind{"k": k}))
		}
		b := create(t, replicas[0], 500, nil)
		var wg sync.WaitGroup
		for _, s := range replicas {
			wg.Go(func() {
				if err := s.RunDue(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		want(t, read(t, replicas[1], b.ID), batch.Done, 500, 0)
		for n := 1; n <= 500; n++ {
			if k.runs[n] != 1 {
				t.Errorf("row %d ran %d times", n, k.runs[n])
			}
		}
	})
}

// A replica that hung so long that another took its rows over has no effect when it comes back.
func TestLateReplicaHasNoEffect(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		err := d.InTx(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec(t.Context(), `CREATE TABLE journal (n BIGINT NOT NULL)`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		clock, vault := newHand(), newVault(t, d)
		hangs, goOn := make(chan struct{}), make(chan struct{})
		var lost atomic.Bool
		kind := func(hang bool) batch.Kind {
			return doing(func(ctx context.Context, _ batch.Batch, r batch.Row) (batch.Outcome, error) {
				if hang {
					close(hangs)
					<-goOn
				}
				err := d.InTx(ctx, func(tx db.Tx) error {
					if _, err := tx.Exec(ctx, `INSERT INTO journal (n) VALUES ($1)`, r.N); err != nil {
						return err
					}
					return r.Finish(ctx, tx, batch.Outcome{})
				})
				lost.Store(lost.Load() || (hang && errors.Is(err, batch.ErrLost)))
				return batch.Outcome{}, err
			})
		}
		slow := newService(t, d, batch.Deps{Vault: vault, Clock: clock, Lease: time.Hour}, map[string]batch.Kind{"k": kind(true)})
		quick := newService(t, d, batch.Deps{Vault: vault, Clock: clock, Lease: time.Hour}, map[string]batch.Kind{"k": kind(false)})
		b := create(t, slow, 1, nil)
		ended := make(chan error)
		go func() { ended <- slow.RunDue(context.WithoutCancel(t.Context())) }()
		<-hangs
		runDue(t, quick)
		want(t, read(t, quick, b.ID), batch.Running, 0, 0) // the lease still stands
		clock.Advance(time.Hour)
		runDue(t, quick)
		want(t, read(t, quick, b.ID), batch.Done, 1, 0)
		close(goOn)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		var n int
		if err := d.QueryRow(t.Context(), `SELECT count(*) FROM journal`).Scan(&n); err != nil || n != 1 || !lost.Load() {
			t.Fatalf("%d effects, lost %v, %v", n, lost.Load(), err)
		}
	})
}

// keyed can work only in the process that holds the key.
type keyed struct {
	noted
	open atomic.Bool
}

func (k *keyed) Here(context.Context, batch.Batch) *batch.Wait {
	if k.open.Load() {
		return nil
	}
	return &batch.Wait{Reason: batch.Reason{Code: "seal-closed", Text: cinnabar.Text{Zh: "请重新解锁印章", En: "unlock the seal again"}}}
}

// A batch goes where the key is. When the key is nowhere it waits until somebody gives it again. Proves DOC-7.
func TestBatchIsDoneWhereTheKeyIs_DOC7(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		clock, vault := newHand(), newVault(t, d)
		without, with := &keyed{}, &keyed{}
		with.open.Store(true)
		a := newService(t, d, batch.Deps{Vault: vault, Clock: clock}, map[string]batch.Kind{"k": without})
		b := newService(t, d, batch.Deps{Vault: vault, Clock: clock}, map[string]batch.Kind{"k": with})
		first := create(t, a, 60, nil)
		runDue(t, a)
		want(t, read(t, a, first.ID), batch.Running, 0, 0)
		runDue(t, b)
		want(t, read(t, a, first.ID), batch.Done, 60, 0)
		if len(without.runs) > 0 {
			t.Errorf("rows ran without the key: %v", without.runs)
		}
		second := create(t, a, 60, nil)
		with.open.Store(false)
		clock.Advance(11 * time.Second)
		runDue(t, a)
		got := read(t, a, second.ID)
		want(t, got, batch.Waiting, 0, 0)
		if got.Reason.Code != "seal-closed" || !got.AgainAt.IsZero() {
			t.Errorf("waits for %+v until %v", got.Reason, got.AgainAt)
		}
		// Who resumes it without the key is told at once; when the key is nowhere it waits on, and else goes on there.
		for range 2 {
			resumed, err := a.Resume(t.Context(), second.ID)
			if err != nil || resumed.State != batch.Waiting || resumed.Reason.Code != "seal-closed" {
				t.Errorf("resumed without the key it is %s for %+v, %v", resumed.State, resumed.Reason, err)
			}
			runDue(t, a)
			clock.Advance(11 * time.Second)
			runDue(t, a)
			if got := read(t, a, second.ID); got.State != batch.Waiting || !got.AgainAt.IsZero() {
				t.Errorf("later it is %s until %v", got.State, got.AgainAt)
			}
		}
		with.open.Store(true)
		if _, err := a.Resume(t.Context(), second.ID); err != nil {
			t.Fatal(err)
		}
		runDue(t, b)
		want(t, read(t, b, second.ID), batch.Done, 60, 0)
	})
}

// What a kind held in memory is let go of with the end of a batch: who has its failed rows done again is asked for it
// at once. Proves DOC-7.
func TestRetryAsksForTheKeyAtOnce_DOC7(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		broken := true
		k := &keyed{}
		k.do = func(_ context.Context, _ batch.Batch, r batch.Row) (batch.Outcome, error) {
			if r.N == 2 && broken {
				return batch.Outcome{}, errs.New(errs.Conflict, "suspended", "the seal is suspended")
			}
			return batch.Outcome{}, nil
		}
		k.open.Store(true)
		s := newService(t, d, batch.Deps{AtOnce: 1}, map[string]batch.Kind{"k": k})
		id := create(t, s, 3, nil).ID
		runDue(t, s)
		want(t, read(t, s, id), batch.Done, 2, 1)
		k.open.Store(false)
		broken = false
		b, n, err := s.Retry(t.Context(), id)
		if err != nil || n != 1 {
			t.Fatalf("retry of %d rows: %v", n, err)
		}
		want(t, b, batch.Waiting, 2, 0)
		if b.Reason.Code != "seal-closed" || !b.AgainAt.IsZero() || !b.Finished.IsZero() {
			t.Errorf("waits for %+v until %v, finished %v", b.Reason, b.AgainAt, b.Finished)
		}
		k.open.Store(true)
		if _, err := s.Resume(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		runDue(t, s)
		want(t, read(t, s, id), batch.Done, 3, 0)
	})
}

// A row that ends the process every time is found and given up, and the rest is done.
func TestDeadlyRowIsGivenUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		clock, k := newHand(), &noted{}
		s := newService(t, d, batch.Deps{Clock: clock}, map[string]batch.Kind{"k": k})
		b := create(t, s, 70, nil)
		err := d.InTx(t.Context(), func(tx db.Tx) error { // as twenty processes that died left it
			_, err := tx.Exec(t.Context(), `UPDATE batch_chunk SET owner = 'dead', abandoned = 20 WHERE chunk = 0`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		runDue(t, s)
		b = read(t, s, b.ID)
		want(t, b, batch.Done, 69, 1)
		failed, err := s.Rows(t.Context(), b, batch.RowFilter{State: batch.RowFailed})
		if err != nil || len(failed) != 1 || failed[0].N != 1 || failed[0].Code != "crashed" || k.runs[1] != 0 || k.runs[2] != 1 {
			t.Fatalf("failed %+v, row 1 ran %d times, %v", failed, k.runs[1], err)
		}
	})
}

// What may pass is tried again; what does not pass fails the row and no other.
func TestPassingFaultsAreTriedAgain(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	k := &noted{}
	k.do = func(_ context.Context, _ batch.Batch, r batch.Row) (batch.Outcome, error) {
		k.lock.Lock()
		defer k.lock.Unlock()
		switch {
		case r.N == 1 && k.runs[1] < 3:
			return batch.Outcome{}, errs.New(errs.Stale, "stale", "somebody was faster")
		case r.N == 2:
			panic("broken")
		case r.N == 3:
			var none *batch.Wait
			return batch.Outcome{}, none // a mistake of the kind, which must not end the program
		}
		return batch.Outcome{}, nil
	}
	s := newService(t, d, batch.Deps{AtOnce: 3}, map[string]batch.Kind{"k": k})
	b := create(t, s, 10, nil)
	runDue(t, s)
	want(t, read(t, s, b.ID), batch.Done, 8, 2)
	if k.runs[1] != 3 || k.runs[2] != 5 || k.runs[4] != 1 {
		t.Errorf("runs %v", k.runs)
	}
}

func TestSameRequestMakesOneBatch(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		s := newService(t, d, batch.Deps{}, map[string]batch.Kind{"k": &noted{}})
		named := func(n *batch.NewBatch) { n.Dedup = "request-1" }
		var wg sync.WaitGroup
		ids := make([]batch.ID, 4)
		for i := range ids {
			wg.Go(func() { ids[i] = create(t, s, 5, named).ID })
		}
		wg.Wait()
		if ids[0] != ids[1] || ids[0] != ids[2] || ids[0] != ids[3] {
			t.Errorf("batches %v", ids)
		}
		if other := create(t, s, 5, func(n *batch.NewBatch) { n.Dedup, n.Org = "request-1", "org_2" }); other.ID == ids[0] {
			t.Error("another organisation got the batch of the first")
		}
	})
}

func TestBadBatchesAreRefusedAndLeaveNothing(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	s := newService(t, d, batch.Deps{}, map[string]batch.Kind{"k": &noted{}})
	broken := errors.New("broken")
	for code, rows := range map[string]batch.Rows{
		"no-rows": rows(0), "too-many-rows": rows(batch.MaxRows + 1),
		"row-too-large": func(yield func(batch.NewRow, error) bool) {
			yield(batch.NewRow{Cells: []string{string(bytes.Repeat([]byte("x"), 2<<20))}}, nil)
		},
		"broken": func(yield func(batch.NewRow, error) bool) { yield(batch.NewRow{}, broken) },
	} {
		_, err := s.Create(t.Context(), batch.NewBatch{Kind: "k", By: maker, Rows: rows})
		var e *errs.Error
		if !errors.Is(err, broken) && (!errors.As(err, &e) || e.Kind != errs.Invalid || e.Code != code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	var n int
	if err := d.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM batch) + (SELECT count(*) FROM batch_chunk)`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows are left, %v", n, err)
	}
}

// What rows hold cannot be read without the key, and is gone once it was erased. Proves PLT-3.
func TestRowsAreSealedAndErased_PLT3(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		clock := newHand()
		s := newService(t, d, batch.Deps{Clock: clock, Keep: 24 * time.Hour}, map[string]batch.Kind{"k": &noted{}})
		b := create(t, s, 60, func(n *batch.NewBatch) { n.Title = "样例名单" })
		for _, column := range []string{"SELECT head FROM batch", "SELECT rows FROM batch_chunk"} {
			rows, err := d.Query(t.Context(), column)
			sealed, err := db.Collect(rows, err, func(r db.Rows) (b []byte, err error) { return b, r.Scan(&b) })
			for _, one := range sealed {
				if err != nil || len(one) == 0 || bytes.Contains(one, []byte("样例")) || bytes.Contains(one, []byte("cell")) {
					t.Fatalf("%s: %q, %v", column, one, err)
				}
			}
		}
		erase := func(tx db.Tx) error { return s.Erase(t.Context(), tx, b.ID) }
		if err := d.InTx(t.Context(), erase); !errors.Is(err, errs.Conflict) {
			t.Errorf("erased while it runs: %v", err)
		}
		runDue(t, s)
		clock.Advance(25 * time.Hour)
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		b = read(t, s, b.ID)
		want(t, b, batch.Done, 60, 0)
		if b.Title != "" || b.By.Name != "" {
			t.Errorf("after erasing: %+v", b.Head)
		}
		states, err := s.Rows(t.Context(), b, batch.RowFilter{Limit: 500})
		if err != nil || len(states) != 60 || states[9].Number != "N-10" || states[9].Line != 0 {
			t.Errorf("%d rows, %v", len(states), err)
		}
		if _, _, err := s.Retry(t.Context(), b.ID); !errors.Is(err, errs.Conflict) {
			t.Errorf("retry of what was erased: %v", err)
		}
	})
}

func TestOthersDoNotSeeABatch(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		s := newService(t, d, batch.Deps{}, map[string]batch.Kind{"k": &noted{}})
		b := create(t, s, 5, nil)
		for i := range 5 {
			create(t, s, 5, func(n *batch.NewBatch) { n.Title = fmt.Sprint(i) })
		}
		own := create(t, s, 5, func(n *batch.NewBatch) { n.By = cinnabar.Actor{Kind: cinnabar.Member, Person: "person_9"} })
		for name, one := range map[string]struct {
			actor cinnabar.Actor
			sees  int
		}{
			"the maker":                   {maker, 6},
			"the maker in another role":   {cinnabar.Actor{Kind: cinnabar.Member, Person: "person_1", Org: "org_1"}, 6},
			"the maker for another":       {cinnabar.Actor{Kind: cinnabar.Member, Person: "person_1", Org: "org_2", Roles: []string{"creator"}}, 0},
			"a colleague":                 {cinnabar.Actor{Kind: cinnabar.Member, Person: "person_2", Org: "org_1", Roles: []string{"x", "creator"}}, 6},
			"a colleague of another role": {cinnabar.Actor{Kind: cinnabar.Member, Person: "person_2", Org: "org_1", Roles: []string{"signer"}}, 0},
			"a program":                   {cinnabar.Actor{Kind: cinnabar.APIKey, Org: "org_1", Roles: []string{"creator"}}, 6},
			"a link":                      {cinnabar.Actor{Kind: cinnabar.Link, Person: "person_1", Org: "org_1", Roles: []string{"creator"}}, 0},
			"somebody for themself":       {cinnabar.Actor{Kind: cinnabar.Member, Person: "person_9"}, 0},
			"nobody":                      {cinnabar.Actor{}, 0},
			"somebody without any name":   {cinnabar.Actor{Kind: cinnabar.Member}, 0},
		} {
			seen := 0
			for after := ""; ; {
				list, next, err := s.List(t.Context(), one.actor, batch.Filter{Kind: "k", States: []batch.State{batch.Running}, Limit: 2, After: after})
				if err != nil {
					t.Fatal(err)
				}
				for _, got := range list {
					if !got.VisibleTo(one.actor) {
						t.Errorf("%s is listed what they may not see", name)
					}
				}
				if seen += len(list); next == "" {
					break
				}
				after = next
			}
			mine := 0
			if own.VisibleTo(one.actor) {
				mine = 1
			}
			if seen != one.sees+mine || b.VisibleTo(one.actor) != (one.sees > 0) {
				t.Errorf("%s sees %d batches, want %d", name, seen, one.sees+mine)
			}
		}
	})
}

var _ batch.Vault = (*secret.Vault)(nil)
