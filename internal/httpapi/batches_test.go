package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/capability/batch/sheet"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// trying is a kind whose third row fails until it is mended.
type trying struct{ mended bool }

func (k *trying) Row(_ context.Context, _ batch.Batch, r batch.Row) (batch.Outcome, error) {
	if r.N == 3 && !k.mended {
		return batch.Outcome{Ref: "case_old", Number: "N-OLD"}, errs.Wrong(errs.Field{Pointer: "/number", Code: "duplicate"})
	}
	return batch.Outcome{Ref: fmt.Sprint("case_", r.N), Number: fmt.Sprint("N-", r.N)}, nil
}

// batchOf makes a run of four rows for the agent of the customer.
func (b *bench) batchOf(k batch.Kind) (*batch.Service, batch.Batch) {
	b.t.Helper()
	s, err := batch.New(batch.Deps{DB: b.app.DB, Clock: b.clock, Log: slog.New(slog.DiscardHandler), Vault: b.app.Vault, Live: b.app.Hub, Words: b.app.Batches.Words})
	if err != nil {
		b.t.Fatal(err)
	}
	s.Register("test", k)
	made, err := s.Create(b.t.Context(), batch.NewBatch{
		Kind: "test", Role: "agent", Title: "三月订单", Columns: []string{"名称"},
		By: cinnabar.Actor{Kind: cinnabar.Member, Person: b.persons["agent"], Org: b.customer, Name: "样例代理人"},
		Rows: func(yield func(batch.NewRow, error) bool) {
			for i := range 4 {
				if !yield(batch.NewRow{Line: i + 2, Data: json.RawMessage("{}"), Cells: []string{fmt.Sprint("=", i)}}, nil) {
					return
				}
			}
		},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return s, made
}

// DOC-2: a run shows how far it is, is steered, and ends with a spreadsheet that says what became of each row.
func TestBatchIsSeenAndSteered_DOC2(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	kind := &trying{}
	s, made := b.batchOf(kind)
	agent, at := b.as("agent"), "/batches/"+string(made.ID)
	run := func() {
		t.Helper()
		if err := s.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := agent.do("POST", at+"/pause", nil).want(t, 200); got["state"] != "paused" || got["total"] != 4.0 || got["by"] != "样例代理人" || got["mine"] != true {
		t.Errorf("paused: %v", got)
	}
	run()
	if got := agent.do("GET", at+"/rows?state=pending", nil).want(t, 200)["items"].([]any); len(got) != 4 {
		t.Errorf("rows were done in a paused run: %v", got)
	}
	agent.do("POST", at+"/resume", nil).want(t, 200)
	run()
	if got := agent.do("GET", at, nil).want(t, 200); got["state"] != "done" || got["done"] != 3.0 || got["failed"] != 1.0 || got["title"] != "三月订单" {
		t.Errorf("done: %v", got)
	}
	failed := agent.do("GET", at+"/rows?state=failed", nil).want(t, 200)["items"].([]any)[0].(object)
	if failed["n"] != 3.0 || failed["line"] != 4.0 || failed["number"] != "N-OLD" || failed["code"] != "invalid-input" || len(failed["fields"].([]any)) != 1 {
		t.Errorf("failed: %v", failed)
	}
	if text := failed["text"].(object); text["zh"] != "有内容需要更正。请按提示逐项更正。" || text["en"] != "Some entries need correction. Please follow the notes at each entry." {
		t.Errorf("failed is told as %v", text)
	}
	result, err := sheet.Read(agent.do("GET", at+"/result.xlsx?lang=zh", nil).body, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range result.Rows {
		got = append(got, strings.Join(r.Texts(3), " "))
	}
	if want := "=0 N-1 完成, =1 N-2 完成, =2 N-OLD 失败, =3 N-4 完成"; strings.Join(got, ", ") != want || result.Rows[0].Cell(3).Text == "" || !strings.HasPrefix(result.Rows[2].Cell(4).Text, "有内容需要更正") {
		t.Errorf("result %q, want %s", got, want)
	}
	kind.mended = true
	agent.do("POST", at+"/retry", nil).want(t, 200)
	run()
	if got := agent.do("GET", at, nil).want(t, 200); got["done"] != 4.0 || got["failed"] != 0.0 {
		t.Errorf("after mending: %v", got)
	}
	agent.do("POST", at+"/cancel", nil).refused(t, 409, "batch-over")
	first := agent.do("GET", at+"/rows?limit=3", nil).want(t, 200)
	if rest := agent.do("GET", fmt.Sprint(at, "/rows?limit=3&after=", first["next"]), nil).want(t, 200); len(rest["items"].([]any)) != 1 || rest["next"] != nil {
		t.Errorf("second page: %v", rest)
	}
}

// PLT-2: for those without the role in the organisation a run does not exist.
func TestBatchIsHiddenFromOthers_PLT2(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, made := b.batchOf(&trying{})
	at := "/batches/" + string(made.ID)
	for _, name := range []string{"stranger", "customer-admin", "clerk", "operator-admin"} {
		w := b.as(name)
		if got := items(w.do("GET", "/batches", nil), t); len(got) != 0 {
			t.Errorf("%s is shown %v", name, got)
		}
		for _, op := range []string{"GET ", "GET /rows", "GET /events", "GET /result.xlsx", "POST /pause", "POST /resume", "POST /cancel", "POST /retry"} {
			method, path, _ := strings.Cut(op, " ")
			if got := w.status(method, at+path, nil); got != 404 {
				t.Errorf("%s gets %d for %s", name, got, op)
			}
		}
	}
	if got := items(b.as("agent").do("GET", "/batches?state=running,paused&kind=test", nil), t); len(got) != 1 {
		t.Errorf("the maker is shown %v", got)
	}
}

// DOC-2: progress is told to who waits for it.
func TestBatchTellsItsProgress_DOC2(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, made := b.batchOf(&trying{})
	next := b.as("agent").follow("/batches/"+string(made.ID)+"/events", "")
	if err := s.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	for {
		e, open := next()
		if !open {
			t.Fatal("the stream ended before the run")
		}
		if e.name == "batch" && e.data["state"] == "done" && e.data["done"] == 3.0 && e.data["failed"] == 1.0 {
			return
		}
	}
}
