package httpapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"regexp"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/message/smsgateway"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/secret"
)

// cheap makes seal passwords quick to check in tests.
var cheap = secret.Cost{MemoryKiB: 64, Time: 1, Threads: 1}

// bench is the whole program on SQLite in a temporary folder, served over HTTP, with a gas company, a
// customer, and somebody who belongs to neither.
type bench struct {
	t        *testing.T
	app      *app.App
	clock    *handClock
	url      string
	operator cinnabar.OrgID
	customer cinnabar.OrgID
	gateway  *smsgateway.Gateway
	persons  map[string]cinnabar.PersonID
	mobiles  map[string]string
}

// handClock is the real time plus what a test adds.
type handClock struct {
	lock sync.Mutex
	plus time.Duration
}

func (c *handClock) Now() time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	return time.Now().Add(c.plus).UTC()
}

func (c *handClock) pass(d time.Duration) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.plus += d
}

const password = "correct horse 42 battery"

// system is who sets the bench up.
var system = cinnabar.Actor{Kind: cinnabar.System}

// people makes the persons: the operator's staff by their roles, the customer's members, and a stranger.
func (b *bench) people() {
	b.t.Helper()
	b.operator = b.org("样例市燃气有限公司", "91110000600037341L", identity.Operator, "operator-admin")
	b.customer = b.org("样例餐饮管理有限公司", "91350100M000100Y43", identity.Customer, "customer-admin")
	for _, role := range []string{"clerk", "reviewer", "sealer", "supervisor"} {
		b.member(b.operator, role, role)
	}
	b.member(b.customer, "agent", "agent")
	b.member(b.customer, "legal-rep", "legal-rep")
	b.person("stranger")
}

func (b *bench) org(name, uscc, kind, admin string) cinnabar.OrgID {
	b.t.Helper()
	o, err := b.app.Identity.CreateOrg(b.t.Context(), system, identity.Org{Name: name, USCC: uscc, Kind: kind}, b.person(admin))
	if err != nil {
		b.t.Fatal(err)
	}
	return o.ID
}

func (b *bench) member(org cinnabar.OrgID, name, role string) {
	b.t.Helper()
	if err := b.app.Identity.PutMember(b.t.Context(), system, org, b.person(name), []string{role}); err != nil {
		b.t.Fatal(err)
	}
}

// person makes an account without a password; it signs in by code.
func (b *bench) person(name string) cinnabar.PersonID {
	b.t.Helper()
	mobile := fmt.Sprintf("138000000%02d", len(b.persons)+1)
	p, err := b.app.Identity.CreatePerson(b.t.Context(), system, identity.NewPerson{Name: "样例" + name, Login: name, Mobile: mobile})
	if err != nil {
		b.t.Fatal(err)
	}
	b.persons[name], b.mobiles[name] = p.ID, mobile
	return p.ID
}

var digits = regexp.MustCompile(`[0-9]{6}`)

// code is the last code that was sent to a number.
func (b *bench) code(mobile string) string {
	b.t.Helper()
	if _, err := b.app.Queue.RunDue(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	taken := b.gateway.Taken()
	for i := len(taken) - 1; i >= 0; i-- {
		if taken[i].To == mobile {
			return digits.FindString(taken[i].Text)
		}
	}
	b.t.Fatalf("no message was sent to %s", mobile)
	return ""
}

// browser is somebody's user agent with its own cookies.
type browser struct {
	b      *bench
	client *http.Client
}

func (b *bench) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return &browser{b, &http.Client{Jar: jar}}
}

// as is a browser in which somebody has signed in by code; "" is nobody.
func (b *bench) as(name string) *browser {
	b.t.Helper()
	w := b.browser()
	if name == "" {
		return w
	}
	w.do("POST", "/sessions/sms-codes", map[string]any{"mobile": b.mobiles[name]}).want(b.t, 204)
	w.do("POST", "/sessions", map[string]any{"method": "sms", "mobile": b.mobiles[name], "code": b.code(b.mobiles[name])}).want(b.t, 200)
	return w
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// do sends a request with a fresh Idempotency-Key; headers come in pairs and may replace it.
func (w *browser) do(method, path string, body any, headers ...string) answer {
	w.b.t.Helper()
	var r io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			w.b.t.Fatal(err)
		}
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(w.b.t.Context(), method, w.b.url+"/api/v1"+path, r)
	if err != nil {
		w.b.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if method != http.MethodGet {
		req.Header.Set("Idempotency-Key", cinnabar.NewID[string]("test"))
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := w.client.Do(req)
	if err != nil {
		w.b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		w.b.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, raw}
}

// want fails unless the answer has a status; it returns the body as an object.
func (a answer) want(t *testing.T, status int) map[string]any {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	var out map[string]any
	_ = json.Unmarshal(a.body, &out) // lists are read by list
	return out
}

// list is the body as a list of objects.
func (a answer) list(t *testing.T) []map[string]any {
	t.Helper()
	var out []map[string]any
	if err := json.Unmarshal(a.body, &out); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return out
}

// refused fails unless the answer is a problem with a status and a code.
func (a answer) refused(t *testing.T, status int, code string) {
	t.Helper()
	if got := a.want(t, status)["code"]; got != code {
		t.Fatalf("code %v, want %s: %s", got, code, a.body)
	}
	if kind := a.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Fatalf("a problem came as %s", kind)
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, clock: &handClock{}, persons: map[string]cinnabar.PersonID{}, mobiles: map[string]string{}}
	key := secret.Secret("key of the stand-in gateway")
	gateway, err := smsgateway.New(map[string]secret.Secret{"test": key}, b.clock)
	if err != nil {
		t.Fatal(err)
	}
	b.gateway = gateway
	sms := httptest.NewServer(gateway)
	t.Cleanup(sms.Close)
	a, err := app.New(t.Context(), app.Config{
		Data: t.TempDir(), PublicURL: "http://localhost", KDFCost: cheap, Clock: b.clock, UI: fstest.MapFS{}, Log: slog.New(slog.DiscardHandler),
		SMS: &app.SMSConfig{URL: sms.URL, KeyName: "test", Secret: key},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.app = a
	server := httptest.NewServer(a.Handler())
	t.Cleanup(func() {
		a.Hub.Close()
		server.Close()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	b.url = server.URL
	b.people()
	return b
}
