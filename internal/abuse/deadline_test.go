package abuse_test

import (
	"testing"
	"time"
)

// Who has not acted is reminded a day before the deadline and told when it is over, once each; deputies only then.
// Lists show what is due soonest first, and what is due soon or overdue.
// Proves DOC-10, PLT-23.
func TestADeadlineIsToldAhead_DOC10_PLT23(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	older := w.as("buyer").makes(order("CG-DL-1", "100.00"))
	w.clock.Advance(time.Hour)
	newer := w.as("buyer").makes(order("CG-DL-2", "100.00"))
	listed := func(due string, want ...any) {
		t.Helper()
		var got []any
		next := ""
		for page := 0; page == 0 || next != ""; page++ {
			answer := w.as("finance").do("GET", "/e-documents?role=signer&q=CG-DL&limit=1&due="+due+"&cursor="+next, nil).want(t, 200)
			for _, d := range answer["items"].([]any) {
				got = append(got, d.(object)["case"])
			}
			next = answer["next"].(string)
		}
		if len(got) != len(want) {
			t.Fatalf("due %s: %v, want %v", due, got, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("due %s: %v, want %v", due, got, want)
			}
		}
	}
	number := w.as("buyer").do("GET", "/e-documents/"+string(older), nil).want(t, 200)["number"].(string)
	told := func(login, words string, want int) {
		t.Helper()
		b := w.as(login)
		w.eventually(login+" is told", func() bool { return b.notices(words, number) >= want })
		if n := b.notices(words, number); n != want {
			t.Errorf("%s is told %d times %s, want %d", login, n, words, want)
		}
	}
	a, b := string(older), string(newer)
	listed("any", a, b)
	listed("soon")
	w.clock.Advance(48*time.Hour + time.Minute)
	told("finance", "单据即将到期", 1)
	told("office", "单据即将到期", 0)
	listed("soon", a, b)
	listed("overdue")

	w.clock.Advance(23 * time.Hour)
	listed("overdue", a)
	listed("soon", b)
	told("finance", "单据超过办理时限", 1)
	told("office", "单据超过办理时限", 1)   // the deputy
	w.clock.Advance(60 * time.Hour) // more than half of the time that was set anew
	told("finance", "单据超过办理时限", 1)
	told("finance", "单据即将到期", 1)
	listed("overdue", a, b)
}
