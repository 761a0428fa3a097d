package live_test

import (
	"sync"
	"testing"

	"cinnabar/internal/platform/live"
)

func TestReadersGetTheirTopics(t *testing.T) {
	t.Parallel()
	var h live.Hub
	events, cancel := h.Subscribe("case/1", "inbox/a")
	h.Publish("case/2", 1)
	h.Publish("case/1", 7)
	h.Publish("inbox/a", 3)
	for _, want := range []live.Event{{"case/1", 7}, {"inbox/a", 3}} {
		if got := <-events; got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	cancel()
	cancel()
	h.Publish("case/1", 8)
	if e, open := <-events; open {
		t.Errorf("after cancelling: %v", e)
	}
}

func TestSlowReaderIsDropped(t *testing.T) {
	t.Parallel()
	var h live.Hub
	slow, cancel := h.Subscribe("t")
	defer cancel()
	for i := range int64(1000) {
		h.Publish("t", i)
	}
	n := int64(0)
	for e := range slow { // ends because the hub closed it
		if e.Seq != n {
			t.Fatalf("event %d came as number %d", e.Seq, n)
		}
		n++
	}
	if n == 0 || n == 1000 {
		t.Fatalf("%d events", n)
	}
}

func TestCloseEndsAllStreams(t *testing.T) {
	t.Parallel()
	var h live.Hub
	var wg sync.WaitGroup
	for range 10 {
		events, cancel := h.Subscribe("a", "b")
		wg.Go(func() {
			defer cancel()
			for range events {
			}
		})
	}
	wg.Go(func() { h.Publish("a", 1) })
	h.Close()
	wg.Wait()
	if _, open := <-func() <-chan live.Event { e, _ := h.Subscribe("a"); return e }(); open {
		t.Fatal("a closed hub gave a stream")
	}
}
