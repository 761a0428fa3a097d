package batch_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
)

// fickle is a kind whose rows do what the test says next.
type fickle struct {
	lock sync.Mutex
	next map[int]string // "fail", "wait"; "" is done
	done map[int]int
}

func (f *fickle) Row(_ context.Context, _ batch.Batch, r batch.Row) (batch.Outcome, error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	switch f.next[r.N] {
	case "fail":
		return batch.Outcome{}, errs.New(errs.Conflict, "no", "no")
	case "wait":
		return batch.Outcome{}, &batch.Wait{Reason: batch.Reason{Code: "later"}}
	}
	f.done[r.N]++
	return batch.Outcome{}, nil
}

// Whatever is run, paused, resumed, cancelled and retried in whatever order: a row is done once at most, what
// is done stays done, the counts are right, and a batch ends when every row has an outcome. Proves DOC-2.
func TestBatchFollowsItsModel_DOC2(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	vault := newVault(t, d)
	tries := 0
	rapid.Check(t, func(r *rapid.T) {
		tries++
		kind := fmt.Sprint("k", tries) // so that batches of earlier tries are left alone
		total := rapid.IntRange(1, 120).Draw(r, "rows")
		k := &fickle{next: map[int]string{}, done: map[int]int{}}
		s := newService(t, d, batch.Deps{Vault: vault}, map[string]batch.Kind{kind: k})
		b := create(t, s, total, func(n *batch.NewBatch) { n.Kind = kind })
		ctx := context.Background()
		for range rapid.IntRange(1, 8).Draw(r, "steps") {
			was := read(t, s, b.ID)
			var err error
			step := rapid.SampledFrom([]string{"run", "run", "pause", "resume", "cancel", "retry", "change"}).Draw(r, "step")
			switch step {
			case "change":
				k.next = map[int]string{}
				for range rapid.IntRange(0, 5).Draw(r, "odd rows") {
					k.next[rapid.IntRange(1, total).Draw(r, "row")] = rapid.SampledFrom([]string{"fail", "wait"}).Draw(r, "what")
				}
			case "run":
				err = s.RunDue(ctx)
			case "pause":
				_, err = s.Pause(ctx, b.ID)
			case "resume":
				_, err = s.Resume(ctx, b.ID)
			case "cancel":
				_, err = s.Cancel(ctx, b.ID)
			case "retry":
				_, _, err = s.Retry(ctx, b.ID)
			}
			over := was.State == batch.Cancelled || (was.State == batch.Done && step != "retry")
			if refused := errors.Is(err, errs.Conflict); err != nil && (!refused || !over) {
				r.Fatalf("%s of a batch that is %s: %v", step, was.State, err)
			}
			if err == nil && over && step != "run" && step != "change" {
				r.Fatalf("%s of a batch that is %s was allowed", step, was.State)
			}
			now := read(t, s, b.ID)
			switch {
			case was.State == batch.Cancelled && now.State != batch.Cancelled, now.Done < was.Done, now.Done != len(k.done), now.Done+now.Failed > total:
				r.Fatalf("%s: %s %d/%d became %s %d/%d of %d, %d were done", step, was.State, was.Done, was.Failed, now.State, now.Done, now.Failed, total, len(k.done))
			case (now.State == batch.Done) != (now.Done+now.Failed == total) && now.State != batch.Cancelled && now.State != batch.Paused && now.State != batch.Waiting:
				r.Fatalf("%s: it is %s with %d outcomes of %d", step, now.State, now.Done+now.Failed, total)
			case (now.State == batch.Waiting && now.Reason.Code == "") || (now.Reason.Code != "" && now.State != batch.Waiting && now.State != batch.Running):
				r.Fatalf("%s: it is %s for %q", step, now.State, now.Reason.Code)
			}
		}
		for n, times := range k.done {
			if times != 1 {
				r.Fatalf("row %d was done %d times", n, times)
			}
		}
	})
}
