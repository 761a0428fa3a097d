package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/capability/webhook"
	"cinnabar/internal/capability/webhook/hookhttp"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const org = cinnabar.OrgID("org_a")

// receiver is an organisation's program with moods.
type receiver struct {
	*httptest.Server
	lock sync.Mutex
	mood http.HandlerFunc // nil: 204
	got  []taken
}

type taken struct {
	header http.Header
	body   []byte
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	r.lock.Lock()
	r.got = append(r.got, taken{req.Header, body})
	mood := r.mood
	r.lock.Unlock()
	if mood == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	mood(w, req)
}

func (r *receiver) set(mood http.HandlerFunc) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.mood = mood
}

func (r *receiver) taken() []taken {
	r.lock.Lock()
	defer r.lock.Unlock()
	return append([]taken{}, r.got...)
}

func answering(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

func cut(w http.ResponseWriter, _ *http.Request) {
	if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = conn.Close()
	}
}

type notices struct{ told []webhook.Endpoint }

func (n *notices) EndpointDisabled(_ context.Context, _ db.Tx, e webhook.Endpoint) error {
	n.told = append(n.told, e)
	return nil
}

type fixture struct {
	*webhook.Service
	db       db.DB
	clock    *clocktest.Hand
	jobs     *jobs.Queue
	receiver *receiver
	notices  *notices
	endpoint webhook.Endpoint
	secret   secret.Secret
}

func newFixture(t *testing.T, d db.DB) *fixture {
	t.Helper()
	f := &fixture{db: d, clock: clocktest.At(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)), receiver: &receiver{}, notices: &notices{}}
	log := slog.New(slog.DiscardHandler)
	f.receiver.Server = httptest.NewServer(f.receiver)
	t.Cleanup(f.receiver.Close)
	vault, err := secret.Open(t.Context(), d, filepath.Join(t.TempDir(), "key"))
	must(t, err)
	f.jobs, err = jobs.New(jobs.Deps{DB: d, Clock: f.clock, Log: log})
	must(t, err)
	carrier, err := hookhttp.New(hookhttp.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Clock: f.clock})
	must(t, err)
	t.Cleanup(carrier.Close)
	f.Service, err = webhook.New(webhook.Deps{DB: d, Clock: f.clock, Log: log, Vault: vault, Jobs: f.jobs, Carrier: carrier, Notifier: f.notices})
	must(t, err)
	f.endpoint, f.secret, err = f.AddEndpoint(t.Context(), cinnabar.Actor{}, webhook.Endpoint{Org: org, URL: f.receiver.URL + "/in"})
	must(t, err)
	return f
}

type event struct {
	Number string `json:"number"`
}

func (f *fixture) send(t testing.TB, eventType, number, key string) {
	t.Helper()
	must(t, f.db.InTx(t.Context(), func(tx db.Tx) error {
		return f.Send(t.Context(), tx, org, eventType, event{number}, key)
	}))
}

func (f *fixture) run(t testing.TB) {
	t.Helper()
	_, err := f.jobs.RunDue(t.Context())
	must(t, err)
}

func (f *fixture) deliveries(t testing.TB) []webhook.Delivery {
	t.Helper()
	list, err := f.Deliveries(t.Context(), org, f.endpoint.ID, webhook.Query{})
	must(t, err)
	return list
}

// only is the state of the one delivery that there is.
func (f *fixture) only(t testing.TB) webhook.Delivery {
	t.Helper()
	list := f.deliveries(t)
	if len(list) != 1 {
		t.Fatalf("%d deliveries: %+v", len(list), list)
	}
	return list[0]
}

func (f *fixture) verify(t testing.TB, key secret.Secret, got taken) error {
	t.Helper()
	return webhook.Verify(key, got.header.Get, got.body, f.clock.Now())
}

// The vector of the specification's reference libraries.
func TestSignatureFollowsTheSpecification(t *testing.T) {
	t.Parallel()
	got, err := webhook.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; err != nil || got != want {
		t.Fatalf("%s, want %s, %v", got, want, err)
	}
}

func TestForgeriesAreNoticed(t *testing.T) {
	t.Parallel()
	at := time.Unix(1614265330, 0)
	good := map[string]string{
		webhook.HeaderID: "msg_p5jXN8AQM9LWM0D4loKWxJek", webhook.HeaderTimestamp: "1614265330",
		webhook.HeaderSignature: "v1,AAAA v2,g0hM v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
	}
	verify := func(body string, now time.Time, change map[string]string) error {
		return webhook.Verify("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", func(name string) string {
			if v, ok := change[name]; ok {
				return v
			}
			return good[name]
		}, []byte(body), now)
	}
	const body = `{"test": 2432232314}`
	must(t, verify(body, at.Add(webhook.Tolerance), nil))
	for name, err := range map[string]error{
		"other body":      verify(body+" ", at, nil),
		"too late":        verify(body, at.Add(webhook.Tolerance+time.Second), nil),
		"from the future": verify(body, at.Add(-webhook.Tolerance-time.Second), nil),
		"other id":        verify(body, at, map[string]string{webhook.HeaderID: "msg_x"}),
		"other time":      verify(body, at, map[string]string{webhook.HeaderTimestamp: "1614265331"}),
		"no time":         verify(body, at, map[string]string{webhook.HeaderTimestamp: ""}),
		"no signature":    verify(body, at, map[string]string{webhook.HeaderSignature: ""}),
		"other version":   verify(body, at, map[string]string{webhook.HeaderSignature: "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}),
	} {
		if !errors.Is(err, webhook.ErrForged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Proves DOC-7.
func TestCommittedEventsAreToldOnce_DOC7(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		stop := errors.New("stop")
		if err := d.InTx(t.Context(), func(tx db.Tx) error {
			return errors.Join(f.Send(t.Context(), tx, org, "document.sealed", event{"1"}, "edoc/1"), stop)
		}); !errors.Is(err, stop) {
			t.Fatal(err)
		}
		for range 2 {
			f.send(t, "document.sealed", "2", "edoc/2")
		}
		must(t, d.InTx(t.Context(), func(tx db.Tx) error { return f.Send(t.Context(), tx, "org_b", "document.sealed", event{"3"}, "edoc/3") }))
		f.run(t)
		f.run(t)
		got := f.receiver.taken()
		if len(got) != 1 {
			t.Fatalf("%d requests", len(got))
		}
		must(t, f.verify(t, f.secret, got[0]))
		if want := `{"type":"document.sealed","timestamp":"2026-03-01T08:00:00Z","data":{"number":"2"}}`; string(got[0].body) != want {
			t.Fatalf("%s, want %s", got[0].body, want)
		}
		last := f.only(t)
		_, attempts, body, err := f.Delivery(t.Context(), org, f.endpoint.ID, last.ID)
		if err != nil || last.State != webhook.Delivered || last.Message != got[0].header.Get("webhook-id") || string(body) != string(got[0].body) {
			t.Fatalf("%+v, %s, %v", last, body, err)
		}
		if len(attempts) != 1 || attempts[0].Status != 204 || attempts[0].Problem != "" {
			t.Fatalf("%+v", attempts)
		}
	})
}

// A receiver that is down gets the event in the end, under the same id, freshly signed.
func TestBadMoodsDelayAndDoNotLose(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		f.send(t, "document.sealed", "1", "")
		moods := []http.HandlerFunc{cut, answering(500), answering(404), func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) }}
		waits := []time.Duration{6 * time.Second, 6 * time.Minute, 33 * time.Minute, 2*time.Hour + 12*time.Minute}
		for i, mood := range moods {
			f.receiver.set(mood)
			f.run(t)
			if s := f.only(t); s.State != webhook.Waiting || s.Attempts != i+1 || s.Problem == "" || !s.NextAt.After(f.clock.Now()) {
				t.Fatalf("after %d tries: %+v", i+1, s)
			}
			f.clock.Advance(waits[i] * 10 / 11 * 9 / 10)
			f.run(t)
			if n := len(f.receiver.taken()); n != i+1 {
				t.Fatalf("tried again too early, %d requests after %d", n, i+1)
			}
			f.clock.Advance(waits[i])
		}
		f.receiver.set(nil)
		f.run(t)
		got := f.receiver.taken()
		if s := f.only(t); s.State != webhook.Delivered || s.Attempts != 5 || len(got) != 5 {
			t.Fatalf("%+v, %d requests", s, len(got))
		}
		if got[0].header.Get("webhook-id") != got[4].header.Get("webhook-id") {
			t.Error("the id changed")
		}
		must(t, f.verify(t, f.secret, got[4]))
		_, attempts, _, err := f.Delivery(t.Context(), org, f.endpoint.ID, f.only(t).ID)
		must(t, err)
		var problems []string
		for _, a := range attempts {
			problems = append(problems, a.Problem)
		}
		if want := "connection-cut status status redirect "; strings.Join(problems, " ") != want {
			t.Errorf("%q, want %q", problems, want)
		}
	})
}

// An endpoint that never answers well is tried ten times over three days; the event can be sent again.
func TestGivenUpAndSentAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		f.receiver.set(answering(503))
		f.send(t, "document.sealed", "1", "")
		began := f.clock.Now()
		for f.only(t).State == webhook.Waiting {
			f.clock.Advance(max(0, f.only(t).NextAt.Sub(f.clock.Now())))
			f.run(t)
			f.clock.Advance(time.Second)
		}
		if took := f.clock.Now().Sub(began); len(f.receiver.taken()) != 10 || took < 75*time.Hour || took > 84*time.Hour {
			t.Fatalf("%d tries in %v", len(f.receiver.taken()), took)
		}
		e, err := f.Endpoint(t.Context(), org, f.endpoint.ID)
		if err != nil || e.Disabled != webhook.Failing || len(f.notices.told) != 1 {
			t.Fatalf("%+v, %v, told %v", e, err, f.notices.told)
		}
		f.send(t, "document.sealed", "2", "") // kept as failed
		id := f.deliveries(t)[0].ID
		if s := f.deliveries(t)[0]; s.State != webhook.Failed || s.Problem != "endpoint-disabled" {
			t.Fatalf("%+v", s)
		}
		if err := f.Resend(t.Context(), cinnabar.Actor{}, org, f.endpoint.ID, id); errs.As(err).Code != "webhook-disabled" {
			t.Fatal(err)
		}
		f.receiver.set(nil)
		must(t, f.Enable(t.Context(), cinnabar.Actor{}, org, f.endpoint.ID))
		for _, s := range f.deliveries(t) {
			for range 2 { // pressed twice, it is sent once
				must(t, f.Resend(t.Context(), cinnabar.Actor{}, org, f.endpoint.ID, s.ID))
			}
		}
		f.run(t)
		if n := len(f.receiver.taken()); n != 12 {
			t.Errorf("%d requests", n)
		}
		for _, s := range f.deliveries(t) {
			if s.State != webhook.Delivered {
				t.Errorf("%+v", s)
			}
		}
	})
}

// What waits for its next try is sent at once when its administrator asks for it, though the endpoint is left
// alone for a while; a try that is under way is not begun a second time.
func TestWaitingDeliveryIsSentAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		resend := func() error {
			return f.Resend(context.WithoutCancel(t.Context()), cinnabar.Actor{}, org, f.endpoint.ID, f.only(t).ID)
		}
		f.receiver.set(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		f.send(t, "document.sealed", "1", "")
		f.run(t)
		var underWay error
		f.receiver.set(func(w http.ResponseWriter, _ *http.Request) {
			underWay = resend()
			w.WriteHeader(http.StatusInternalServerError)
		})
		must(t, resend())
		f.run(t)
		if s := f.only(t); errs.As(underWay).Code != "delivery-waiting" || s.State != webhook.Waiting || s.Attempts != 2 || len(f.receiver.taken()) != 2 {
			t.Fatalf("%v, %+v, %d requests", underWay, s, len(f.receiver.taken()))
		}
		f.receiver.set(nil)
		must(t, resend())
		if s := f.only(t); s.NextAt.After(f.clock.Now()) {
			t.Errorf("shown as later: %+v", s)
		}
		f.run(t)
		f.clock.Advance(time.Hour)
		f.run(t)
		if s := f.only(t); s.State != webhook.Delivered || s.Attempts != 3 || len(f.receiver.taken()) != 3 {
			t.Fatalf("%+v, %d requests", s, len(f.receiver.taken()))
		}
	})
}

// 410 Gone is the receiver's wish to be left alone.
func TestGoneDisables(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		f.receiver.set(answering(410))
		f.send(t, "document.sealed", "1", "")
		f.run(t)
		e, err := f.Endpoint(t.Context(), org, f.endpoint.ID)
		if err != nil || e.Disabled != webhook.Gone || len(f.notices.told) != 1 || f.only(t).State != webhook.Failed {
			t.Fatalf("%+v, %v, %+v", e, err, f.only(t))
		}
		f.clock.Advance(100 * time.Hour)
		f.run(t)
		if n := len(f.receiver.taken()); n != 1 {
			t.Fatalf("%d requests", n)
		}
	})
}

// A failing endpoint is left alone for a while, by its other deliveries too, and as long as it asks.
func TestFailingEndpointIsLeftAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	f.receiver.set(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	f.send(t, "document.sealed", "1", "")
	f.run(t)
	for range 5 {
		f.send(t, "document.sealed", "2", "")
	}
	f.clock.Advance(59 * time.Minute)
	f.run(t)
	if n := len(f.receiver.taken()); n != 1 {
		t.Fatalf("%d requests", n)
	}
	f.receiver.set(nil)
	f.clock.Advance(2 * time.Minute)
	for range 4 { // at most two at a time, the others a second later
		f.run(t)
		f.clock.Advance(2 * time.Second)
	}
	if n := len(f.receiver.taken()); n != 7 {
		t.Fatalf("%d requests", n)
	}
}

// During a day after a rotation both secrets sign, so that the receiver may change at any moment of it.
func TestRotationHasAnOverlap(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		next, err := f.Rotate(t.Context(), cinnabar.Actor{}, org, f.endpoint.ID)
		must(t, err)
		last := func() taken {
			f.send(t, "document.sealed", "1", "")
			f.run(t)
			got := f.receiver.taken()
			return got[len(got)-1]
		}
		during := last()
		must(t, errors.Join(f.verify(t, f.secret, during), f.verify(t, next, during)))
		f.clock.Advance(webhook.Overlap)
		after := last()
		must(t, f.verify(t, next, after))
		if err := f.verify(t, f.secret, after); !errors.Is(err, webhook.ErrForged) {
			t.Errorf("the old secret still signs: %v", err)
		}
	})
}

func TestOnlyWantedTypesAreTold(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	_, err := f.Change(t.Context(), cinnabar.Actor{}, org, f.endpoint.ID, "desk", []string{"document.*", "batch.done"})
	must(t, err)
	for _, eventType := range []string{"document.sealed", "documents.sealed", "batch.done", "batch.failed", "document"} {
		f.send(t, eventType, eventType, "")
	}
	f.run(t)
	var got []string
	for _, r := range f.receiver.taken() {
		var e struct{ Type string }
		must(t, json.Unmarshal(r.body, &e))
		got = append(got, e.Type)
	}
	if len(got) != 2 {
		t.Fatalf("%q", got)
	}
}

func TestPingTellsHowItWent(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	a, err := f.Ping(t.Context(), org, f.endpoint.ID)
	if err != nil || a.Status != 204 || a.Problem != "" {
		t.Fatalf("%+v, %v", a, err)
	}
	must(t, f.verify(t, f.secret, f.receiver.taken()[0]))
	f.receiver.Close()
	if a, err = f.Ping(t.Context(), org, f.endpoint.ID); err != nil || a.Problem != "unreachable" || len(f.deliveries(t)) != 0 {
		t.Fatalf("%+v, %v", a, err)
	}
}

func TestEndpointsBelongToTheirOrganisation(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	f.send(t, "document.sealed", "1", "")
	f.run(t)
	ctx, by, id, delivery := t.Context(), cinnabar.Actor{}, f.endpoint.ID, f.only(t).ID
	const other = cinnabar.OrgID("org_b")
	_, one := f.Endpoint(ctx, other, id)
	_, change := f.Change(ctx, by, other, id, "", nil)
	_, rotate := f.Rotate(ctx, by, other, id)
	_, ping := f.Ping(ctx, other, id)
	_, list := f.Deliveries(ctx, other, id, webhook.Query{})
	_, _, _, log := f.Delivery(ctx, other, id, delivery)
	for name, err := range map[string]error{
		"read": one, "change": change, "rotate": rotate, "ping": ping, "list": list, "log": log,
		"enable": f.Enable(ctx, by, other, id), "disable": f.Disable(ctx, by, other, id), "remove": f.Remove(ctx, by, other, id),
		"resend": f.Resend(ctx, by, other, id, delivery),
	} {
		if !errors.Is(err, errs.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, f.Remove(ctx, by, org, id))
	if left, err := f.List(ctx, org); err != nil || len(left) != 0 {
		t.Fatalf("%+v, %v", left, err)
	}
}

func TestMistakesInEndpointsAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	for pointer, e := range map[string]webhook.Endpoint{
		"/url":         {URL: "https://10.0.0.1/"},
		"/types/1":     {URL: "https://a.invalid/", Types: []string{"a.b", "A B"}},
		"/description": {URL: "https://a.invalid/", Description: strings.Repeat("长", 201)},
	} {
		e.Org = org
		_, _, err := f.AddEndpoint(t.Context(), cinnabar.Actor{}, e)
		if x := errs.As(err); len(x.Fields) != 1 || x.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v", pointer, err)
		}
	}
	if _, _, err := f.AddEndpoint(t.Context(), cinnabar.Actor{}, webhook.Endpoint{Org: org, URL: f.endpoint.URL}); errs.As(err).Code != "webhook-exists" {
		t.Error(err)
	}
	if err := f.db.InTx(t.Context(), func(tx db.Tx) error { return f.Send(t.Context(), tx, org, "No Type", nil, "") }); err == nil {
		t.Error("a malformed type was sent")
	}
}

// What ended a month ago is forgotten, and what is sealed stays sealed until then.
func TestOldDeliveriesAreForgotten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		f.send(t, "document.sealed", "secret-number", "")
		f.run(t)
		for _, query := range []string{`SELECT body FROM webhook_message`, `SELECT secret FROM webhook_endpoint`} {
			var sealed []byte
			must(t, d.QueryRow(t.Context(), query).Scan(&sealed))
			if strings.Contains(string(sealed), "secret-number") || strings.Contains(string(sealed), "whsec_") {
				t.Errorf("in clear: %s", query)
			}
		}
		f.clock.Advance(29 * 24 * time.Hour)
		must(t, f.Sweep(t.Context()))
		f.only(t)
		f.send(t, "document.sealed", "waiting", "")
		f.clock.Advance(31 * 24 * time.Hour)
		must(t, f.Sweep(t.Context()))
		if s := f.only(t); s.State != webhook.Waiting {
			t.Fatalf("%+v", s)
		}
	})
}
