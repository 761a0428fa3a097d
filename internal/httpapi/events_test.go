package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/capability/message"
	"cinnabar/internal/platform/db"
)

// event is one server-sent event.
type event struct {
	name, id string
	data     map[string]any
}

// follow opens a stream; next waits for the next event and fails when the stream ends.
func (w *browser) follow(path, lastID string) (next func() (event, bool)) {
	w.b.t.Helper()
	ctx, cancel := context.WithTimeout(w.b.t.Context(), 20*time.Second)
	w.b.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.b.url+"/api/v1"+path, nil)
	if err != nil {
		w.b.t.Fatal(err)
	}
	req.Header.Set("Last-Event-ID", lastID)
	res, err := w.client.Do(req)
	if err != nil {
		w.b.t.Fatal(err)
	}
	w.b.t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		w.b.t.Fatalf("no stream: %s", res.Status)
	}
	lines := bufio.NewScanner(res.Body)
	return func() (event, bool) {
		var e event
		for lines.Scan() {
			field, value, _ := strings.Cut(lines.Text(), ": ")
			switch {
			case field == "event":
				e.name = value
			case field == "id":
				e.id = value
			case field == "data":
				if err := json.Unmarshal([]byte(value), &e.data); err != nil {
					w.b.t.Error(err)
				}
			case lines.Text() == "" && e.name != "":
				return e, true
			}
		}
		return e, false
	}
}

func (b *bench) tell(name string) {
	b.t.Helper()
	err := b.app.DB.InTx(b.t.Context(), func(tx db.Tx) error {
		return b.app.Messages.Send(b.t.Context(), tx, message.Message{To: b.persons[name], Template: "totp-on", Params: map[string]string{}})
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// Proves PLT-15.
func TestOfficersHearOfNewCases_PLT15(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	next := b.as("reviewer").follow("/events", "")
	deaf := b.as("stranger").follow("/events", "")
	id := b.begin(b.as("agent"))
	got, ok := next()
	if !ok || got.name != "case" || got.data["case"] != string(id) || got.data["version"] != 1.0 || got.id == "" {
		t.Fatalf("got %+v", got)
	}
	b.tell("stranger")
	if got, ok := deaf(); !ok || got.name != "inbox" || got.data["unread"] != 1.0 {
		t.Fatalf("a stranger heard %+v of the case", got)
	}
}

// Who sees a case by a department alone hears of it like those who see it by their organisation.
// Proves PLT-15.
func TestDepartmentsHearOfTheirCases_PLT15(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	agent := b.as("agent")
	id := b.begin(agent)
	err := b.app.DB.InTx(t.Context(), func(tx db.Tx) error {
		_, err1 := tx.Exec(t.Context(), `UPDATE member SET departments = '["dept_x"]' WHERE person = $1`, string(b.persons["reviewer"]))
		_, err2 := tx.Exec(t.Context(), `DELETE FROM case_grant WHERE case_id = $1 AND holder = $2 AND role <> 'reviewer'`, string(id), "org:"+string(b.operator))
		_, err3 := tx.Exec(t.Context(), `UPDATE case_grant SET holder = 'dept:dept_x' WHERE case_id = $1 AND role = 'reviewer'`, string(id))
		return errors.Join(err1, err2, err3)
	})
	if err != nil {
		t.Fatal(err)
	}
	next := b.as("reviewer").follow("/events", "")
	if got, ok := next(); !ok || got.data["version"] != 1.0 { // begun just now
		t.Fatalf("got %+v", got)
	}
	agent.do("POST", "/cases/"+string(id)+"/actions/withdraw", object{"reason": "改天再办"}, "If-Match", `"1"`).want(t, 200)
	if got, ok := next(); !ok || got.data["case"] != string(id) || got.data["version"] != 2.0 {
		t.Fatalf("got %+v", got)
	}
}

// Proves PLT-15.
func TestStreamGoesOnFromTheLastEvent_PLT15(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.as("agent")
	b.tell("agent")
	first, ok := w.follow("/events", "1.0")()
	if !ok || first.name != "inbox" {
		t.Fatalf("what came before was lost: %+v", first)
	}
	id := b.begin(w)
	next := w.follow("/events", first.id)
	if got, ok := next(); !ok || got.name != "case" || got.data["case"] != string(id) {
		t.Fatalf("got %+v", got)
	}
}

// Proves PLT-2.
func TestCaseStreamIsForThoseWhoSeeIt_PLT2(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.as("agent")
	id := b.begin(w)
	next := w.follow("/cases/"+string(id)+"/events", "0")
	if got, ok := next(); !ok || got.data["version"] != 1.0 || got.id != "1" {
		t.Fatalf("got %+v", got)
	}
	w.do("POST", "/cases/"+string(id)+"/actions/withdraw", object{"reason": "改天再办"}, "If-Match", `"1"`).want(t, 200)
	if got, ok := next(); !ok || got.data["version"] != 2.0 {
		t.Fatalf("got %+v", got)
	}
}

// Proves PLT-18.
func TestStreamsEndWithTheServer_PLT18(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	next := b.as("agent").follow("/events", "")
	b.app.Hub.Close()
	if got, ok := next(); ok {
		t.Fatalf("the stream goes on with %+v", got)
	}
}

func TestStreamsAreLimited(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.as("agent")
	for range 8 {
		w.follow("/events", "")
	}
	w.do("GET", "/events", nil).refused(t, 429, "too-many-streams")
}

// Proves PLT-15.
func TestInboxIsOnesOwn_PLT15_A5(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.tell("agent")
	b.clock.Advance(time.Second)
	b.tell("agent")
	w := b.as("agent")
	page := w.do("GET", "/inbox?unread=1&limit=1", nil).want(t, 200)
	items, _ := page["items"].([]any)
	if len(items) != 1 || page["total"] != 2.0 || page["next"] == "" {
		t.Fatalf("got %v", page)
	}
	id := items[0].(map[string]any)["id"].(string)
	stranger := b.as("stranger")
	stranger.do("PUT", "/inbox/"+id+"/read", nil).refused(t, 404, "no-such-message")
	w.do("PUT", "/inbox/"+id+"/read", nil).want(t, 204)
	rest := w.do("GET", "/inbox?limit=1&cursor="+page["next"].(string), nil).want(t, 200)
	if older, _ := rest["items"].([]any); len(older) != 1 || rest["total"] != 1.0 || older[0].(map[string]any)["id"] == id {
		t.Fatalf("got %v", rest)
	}
	w.do("PUT", "/inbox/read-all", nil).want(t, 204)
	if n := w.do("GET", "/inbox/unread", nil).want(t, 200)["unread"]; n != 0.0 {
		t.Fatalf("%v unread", n)
	}
}
