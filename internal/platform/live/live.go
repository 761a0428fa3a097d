// Package live tells waiting streams of this process that something has changed: a topic and its newest
// sequence number, no content. Whoever listens reads what is new from the database, so an event that is
// lost or told twice does no harm.
//
// Guaranteed: Publish never waits; a reader that does not keep up is closed and must subscribe and read
// anew; after Subscribe returns, no later event of its topics is missed while its channel is open.
//
// Not guaranteed: events of other replicas. A doorbell between replicas calls Publish for them.
package live

import "sync"

// Event says that a topic has got as far as Seq.
type Event struct {
	Topic string
	Seq   int64
}

// room is how many events a reader may lag behind.
const room = 64

// Hub passes events on. The zero Hub is ready for use.
type Hub struct {
	lock    sync.Mutex
	readers map[string]map[*reader]struct{} // by topic
	closed  bool
}

type reader struct {
	events chan Event
	topics []string
}

// Publish tells all readers of a topic. Call it after the commit.
func (h *Hub) Publish(topic string, seq int64) {
	h.lock.Lock()
	defer h.lock.Unlock()
	for r := range h.readers[topic] {
		select {
		case r.events <- Event{topic, seq}:
		default:
			h.drop(r)
		}
	}
}

// Subscribe returns the events of some topics from now on. The channel is closed when its reader is too
// slow, after cancel, and when the hub is closed.
func (h *Hub) Subscribe(topics ...string) (events <-chan Event, cancel func()) {
	h.lock.Lock()
	defer h.lock.Unlock()
	r := &reader{make(chan Event, room), topics}
	if h.closed {
		close(r.events)
		return r.events, func() {}
	}
	if h.readers == nil {
		h.readers = map[string]map[*reader]struct{}{}
	}
	for _, t := range topics {
		if h.readers[t] == nil {
			h.readers[t] = map[*reader]struct{}{}
		}
		h.readers[t][r] = struct{}{}
	}
	var once sync.Once
	return r.events, func() {
		once.Do(func() {
			h.lock.Lock()
			defer h.lock.Unlock()
			h.drop(r)
		})
	}
}

// drop closes a reader that is not closed yet.
func (h *Hub) drop(r *reader) {
	known := false
	for _, t := range r.topics {
		if _, ok := h.readers[t][r]; ok {
			known = true
			delete(h.readers[t], r)
		}
		if len(h.readers[t]) == 0 {
			delete(h.readers, t)
		}
	}
	if known {
		close(r.events)
	}
}

// Close ends all streams, so that a server can stop.
func (h *Hub) Close() {
	h.lock.Lock()
	defer h.lock.Unlock()
	h.closed = true
	for _, readers := range h.readers {
		for r := range readers {
			h.drop(r)
		}
	}
}
