package batch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/live"
	"cinnabar/internal/platform/secret"
)

func TestMain(m *testing.M) {
	if childMain() {
		return
	}
	dbtest.Main(m)
}

func newHand() *clocktest.Hand { return clocktest.At(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)) }

// doing is a kind that calls a function.
type doing func(ctx context.Context, b batch.Batch, r batch.Row) (batch.Outcome, error)

func (f doing) Row(ctx context.Context, b batch.Batch, r batch.Row) (batch.Outcome, error) {
	return f(ctx, b, r)
}

// noted remembers how often each row was run.
type noted struct {
	lock sync.Mutex
	runs map[int]int
	do   doing
}

func (k *noted) Row(ctx context.Context, b batch.Batch, r batch.Row) (batch.Outcome, error) {
	k.lock.Lock()
	if k.runs == nil {
		k.runs = map[int]int{}
	}
	k.runs[r.N]++
	k.lock.Unlock()
	if k.do != nil {
		return k.do(ctx, b, r)
	}
	return batch.Outcome{Ref: fmt.Sprint("case_", r.N), Number: fmt.Sprint("N-", r.N)}, nil
}

func newVault(t testing.TB, d db.DB) *secret.Vault {
	t.Helper()
	v, err := secret.Open(t.Context(), d, filepath.Join(t.TempDir(), "vault.key"))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func newService(t testing.TB, d db.DB, deps batch.Deps, kinds map[string]batch.Kind) *batch.Service {
	t.Helper()
	deps.DB = d
	if deps.Clock == nil {
		deps.Clock = newHand()
	}
	if deps.Vault == nil {
		deps.Vault = newVault(t, d)
	}
	if deps.Live == nil {
		deps.Live = &live.Hub{}
	}
	deps.Log, deps.Words = slog.New(slog.DiscardHandler), told
	s, err := batch.New(deps)
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range kinds {
		s.Register(name, k)
	}
	return s
}

func told(e *errs.Error) cinnabar.Text { return cinnabar.Text{Zh: e.Code, En: e.Code} }

var maker = cinnabar.Actor{Kind: cinnabar.Member, Person: "person_1", Org: "org_1", Name: "样例甲", Roles: []string{"creator"}}

// rows makes n rows that know their number.
func rows(n int) batch.Rows {
	return func(yield func(batch.NewRow, error) bool) {
		for i := 1; i <= n; i++ {
			r := batch.NewRow{Line: i + 1, Data: json.RawMessage(fmt.Sprintf(`{"i":%d}`, i)), Cells: []string{fmt.Sprint("cell ", i)}}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func create(t testing.TB, s *batch.Service, n int, change func(*batch.NewBatch)) batch.Batch {
	t.Helper()
	nb := batch.NewBatch{Kind: "k", Org: "org_1", By: maker, Role: "creator", Title: "三月订单", Params: map[string]string{"type": "order"}, Columns: []string{"名称"}, Rows: rows(n)}
	if change != nil {
		change(&nb)
	}
	b, err := s.Create(t.Context(), nb)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func runDue(t testing.TB, s *batch.Service) {
	t.Helper()
	if err := s.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, s *batch.Service, id batch.ID) batch.Batch {
	t.Helper()
	b, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// want fails unless the batch stands so.
func want(t testing.TB, b batch.Batch, state batch.State, done, failed int) {
	t.Helper()
	if b.State != state || b.Done != done || b.Failed != failed {
		t.Fatalf("the batch is %s with %d done and %d failed of %d, want %s, %d, %d", b.State, b.Done, b.Failed, b.Total, state, done, failed)
	}
}

// Proves DOC-2.
func TestEveryRowIsDoneOnceWithItsData_DOC2(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		k := &noted{}
		k.do = func(_ context.Context, b batch.Batch, r batch.Row) (batch.Outcome, error) {
			var data struct{ I int }
			if err := json.Unmarshal(r.Data, &data); err != nil || data.I != r.N || r.Line != r.N+1 || string(b.Params) != `{"type":"order"}` || b.Title != "三月订单" {
				t.Errorf("row %d holds %s at line %d (%v), the batch %s %q", r.N, r.Data, r.Line, err, b.Params, b.Title)
			}
			if r.N%10 == 0 {
				return batch.Outcome{}, errs.Wrong(errs.Field{Pointer: "/i", Code: "duplicate"})
			}
			return batch.Outcome{Ref: fmt.Sprint("case_", r.N), Number: fmt.Sprint("N-", r.N)}, nil
		}
		s := newService(t, d, batch.Deps{}, map[string]batch.Kind{"k": k})
		b := create(t, s, 237, nil)
		want(t, b, batch.Running, 0, 0)
		runDue(t, s)
		b = read(t, s, b.ID)
		want(t, b, batch.Done, 214, 23)
		for n := 1; n <= 237; n++ {
			if k.runs[n] != 1 {
				t.Errorf("row %d ran %d times", n, k.runs[n])
			}
		}
		n := 0
		err := s.Each(t.Context(), b, 0, func(r batch.NewRow, st batch.RowState) error {
			n++
			if st.N != n || st.Line != n+1 || r.Cells[0] != fmt.Sprint("cell ", n) {
				t.Errorf("row %d is %+v %+v", n, r, st)
			}
			if n%10 == 0 && (st.State != batch.RowFailed || st.Code != "invalid-input" || len(st.Fields) != 1 || st.Fields[0].Code != "duplicate") {
				t.Errorf("row %d: %+v", n, st)
			}
			if n%10 != 0 && (st.State != batch.RowDone || st.Ref != fmt.Sprint("case_", n) || st.Number != fmt.Sprint("N-", n)) {
				t.Errorf("row %d: %+v", n, st)
			}
			return nil
		})
		if err != nil || n != 237 {
			t.Fatalf("%d rows, %v", n, err)
		}
		failed, err := s.Rows(t.Context(), b, batch.RowFilter{State: batch.RowFailed, After: 20, Limit: 2})
		if err != nil || len(failed) != 2 || failed[0].N != 30 || failed[1].N != 40 {
			t.Fatalf("failed rows behind 20: %+v, %v", failed, err)
		}
	})
}

func TestBatchWaitsAndGoesOn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		clock, down := newHand(), true
		var lock sync.Mutex
		k := &noted{}
		k.do = func(context.Context, batch.Batch, batch.Row) (batch.Outcome, error) {
			lock.Lock()
			defer lock.Unlock()
			if down {
				return batch.Outcome{}, fmt.Errorf("put: %w", &batch.Wait{
					Reason: batch.Reason{Code: "store-unreachable", Text: cinnabar.Text{Zh: "存储服务器连接不上", En: "the store cannot be reached"}}, Again: time.Minute,
				})
			}
			return batch.Outcome{}, nil
		}
		s := newService(t, d, batch.Deps{Clock: clock}, map[string]batch.Kind{"k": k})
		b := create(t, s, 120, nil)
		runDue(t, s)
		b = read(t, s, b.ID)
		want(t, b, batch.Waiting, 0, 0)
		if b.Reason.Code != "store-unreachable" || b.Reason.Text.Zh == "" || !b.AgainAt.Equal(clock.Now().Add(time.Minute)) {
			t.Fatalf("waits for %+v until %v", b.Reason, b.AgainAt)
		}
		tried := len(k.runs)
		clock.Advance(59 * time.Second)
		runDue(t, s)
		if len(k.runs) != tried {
			t.Fatal("tried again before its time")
		}
		clock.Advance(time.Second)
		runDue(t, s)
		want(t, read(t, s, b.ID), batch.Waiting, 0, 0)
		lock.Lock()
		down = false
		lock.Unlock()
		if _, err := s.Resume(t.Context(), b.ID); err != nil {
			t.Fatal(err)
		}
		runDue(t, s)
		b = read(t, s, b.ID)
		want(t, b, batch.Done, 120, 0)
		if b.Reason.Code != "" {
			t.Errorf("a batch that is done waits for %+v", b.Reason)
		}
	})
}

func TestPauseResumeCancelRetry(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		var s *batch.Service
		var id batch.ID
		broken, pauseAt, cancelAt := true, 60, 0
		k := &noted{}
		k.do = func(ctx context.Context, _ batch.Batch, r batch.Row) (batch.Outcome, error) {
			var err error
			switch {
			case r.N == pauseAt && k.runs[r.N] == 1:
				_, err = s.Pause(ctx, id)
			case r.N == cancelAt:
				_, err = s.Cancel(ctx, id)
			case r.N == 7 && broken:
				err = errs.New(errs.Conflict, "taken", "the number is taken")
			}
			return batch.Outcome{}, err
		}
		s = newService(t, d, batch.Deps{AtOnce: 1}, map[string]batch.Kind{"k": k})
		id = create(t, s, 150, nil).ID
		runDue(t, s)
		want(t, read(t, s, id), batch.Paused, 59, 1)
		if _, err := s.Resume(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		runDue(t, s)
		want(t, read(t, s, id), batch.Done, 149, 1)
		if _, err := s.Pause(t.Context(), id); !errors.Is(err, errs.Conflict) {
			t.Errorf("pausing what is done: %v", err)
		}
		broken = false
		b, n, err := s.Retry(t.Context(), id)
		if err != nil || n != 1 {
			t.Fatalf("retry of %d rows: %v", n, err)
		}
		want(t, b, batch.Running, 149, 0)
		runDue(t, s)
		want(t, read(t, s, id), batch.Done, 150, 0)
		if k.runs[7] != 2 || k.runs[8] != 1 {
			t.Errorf("row 7 ran %d times, row 8 %d times", k.runs[7], k.runs[8])
		}

		k.runs, cancelAt = nil, 55
		pauseAt = 0
		id = create(t, s, 150, nil).ID
		runDue(t, s)
		b = read(t, s, id)
		want(t, b, batch.Cancelled, 55, 0)
		rest, err := s.Rows(t.Context(), b, batch.RowFilter{State: batch.RowCancelled, Limit: 500})
		if err != nil || len(rest) != 95 {
			t.Errorf("%d rows cancelled, %v", len(rest), err)
		}
		for name, f := range map[string]func(context.Context, batch.ID) (batch.Batch, error){"resume": s.Resume, "pause": s.Pause, "cancel": s.Cancel} {
			if _, err := f(t.Context(), id); !errors.Is(err, errs.Conflict) {
				t.Errorf("%s of what was cancelled: %v", name, err)
			}
		}
	})
}
