package httpapi_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/message/smsgateway"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/secret"
)

// cheap makes seal passwords quick to check in tests.
var cheap = secret.Cost{MemoryKiB: 64, Time: 1, Threads: 1}

// bench is the whole program on SQLite in a temporary folder, served over HTTP, with a gas company, a
// customer, and somebody who belongs to neither.
type bench struct {
	t        *testing.T
	app      *app.App
	clock    *clocktest.Ahead
	url      string
	operator cinnabar.OrgID
	customer cinnabar.OrgID
	gateway  *smsgateway.Gateway
	persons  map[string]cinnabar.PersonID
	mobiles  map[string]string
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

// person makes an account.
func (b *bench) person(name string) cinnabar.PersonID {
	b.t.Helper()
	mobile := fmt.Sprintf("138000000%02d", len(b.persons)+1)
	p, err := b.app.Identity.CreatePerson(b.t.Context(), system, identity.NewPerson{Name: "样例" + name, Login: name, Mobile: mobile, Password: password})
	if err != nil {
		b.t.Fatal(err)
	}
	b.persons[name], b.mobiles[name] = p.ID, mobile
	return p.ID
}

var digits = regexp.MustCompile(`验证码是 ([0-9]{6})`)

// code is the last code that was sent to somebody.
func (b *bench) code(name string) string {
	b.t.Helper()
	return b.sent(name, digits)
}

// sent finds something in the last short message to somebody.
func (b *bench) sent(name string, what *regexp.Regexp) string {
	b.t.Helper()
	if _, err := b.app.Queue.RunDue(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	taken := b.gateway.Taken()
	for i := len(taken) - 1; i >= 0; i-- {
		if found := what.FindStringSubmatch(taken[i].Text); taken[i].To == b.mobiles[name] && found != nil {
			return found[1]
		}
	}
	b.t.Fatalf("no such message was sent to %s", name)
	return ""
}

// browser is somebody's user agent with its own cookies.
type browser struct {
	b      *bench
	client *http.Client
	key    string // an API key, instead of a cookie
}

func (b *bench) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return &browser{b: b, client: &http.Client{Jar: jar}}
}

// as is a browser in which somebody has signed in; "" is nobody.
func (b *bench) as(name string) *browser {
	b.t.Helper()
	w := b.browser()
	if name == "" {
		return w
	}
	w.do("POST", "/sessions", object{"method": "password", "login": name, "password": password}).want(b.t, 200)
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
	if w.key != "" {
		req.Header.Set("Authorization", "Bearer "+w.key)
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
	if err := json.Unmarshal(a.body, &out); err == nil {
		return out
	}
	var page struct{ Items []map[string]any }
	if err := json.Unmarshal(a.body, &page); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return page.Items
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

func newBench(t *testing.T) *bench { return newBenchWith(t, 10_000) }

// newBenchWith limits the sign-ins per minute.
func newBenchWith(t *testing.T, signIns int) *bench {
	t.Helper()
	b := &bench{t: t, clock: &clocktest.Ahead{}, persons: map[string]cinnabar.PersonID{}, mobiles: map[string]string{}}
	key := secret.Secret("key of the stand-in gateway")
	gateway, err := smsgateway.New(map[string]secret.Secret{"test": key}, b.clock)
	if err != nil {
		t.Fatal(err)
	}
	b.gateway = gateway
	sms := httptest.NewServer(gateway)
	t.Cleanup(sms.Close)
	a, err := app.New(t.Context(), app.Config{
		Data: dbtest.Folder(t), PublicURL: "http://localhost", KDFCost: cheap, Clock: b.clock, UI: fstest.MapFS{}, Log: slog.New(slog.DiscardHandler),
		SignInsPerMinute: signIns, SMS: &app.SMSConfig{URL: sms.URL, KeyName: "test", Secret: key},
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

// status sends a request and looks at the status only, so that streams can be asked for.
func (w *browser) status(method, path string, body any) int {
	w.b.t.Helper()
	ctx, cancel := context.WithCancel(w.b.t.Context())
	defer cancel()
	var r io.Reader = http.NoBody
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			w.b.t.Fatal(err)
		}
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, w.b.url+"/api/v1"+path, r)
	if err != nil {
		w.b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(path, "/files/") {
		req.Header.Set("Content-Type", "application/offset+octet-stream")
		req.Header.Set("Upload-Offset", "0")
	}
	req.Header.Set("Idempotency-Key", cinnabar.NewID[string]("test"))
	req.Header.Set("If-Match", `"0"`)
	req.Header.Set("Tus-Resumable", "1.0.0")
	if w.key != "" {
		req.Header.Set("Authorization", "Bearer "+w.key)
	}
	res, err := w.client.Do(req)
	if err != nil {
		w.b.t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

// begin begins a case of the customer with the operator.
func (b *bench) begin(w *browser) cinnabar.CaseID {
	b.t.Helper()
	made := w.do("POST", "/cases", object{"procedure": "gas-contract", "operator": b.operator}).want(b.t, 201)
	return cinnabar.CaseID(made["id"].(string))
}

// program is a program of the operator with an API key.
func (b *bench) program(role string) *browser {
	b.t.Helper()
	by := cinnabar.Actor{Kind: cinnabar.Member, Person: b.persons["operator-admin"], Org: b.operator}
	_, secret, err := b.app.Identity.CreateKey(b.t.Context(), by, "sample program", []string{role})
	if err != nil {
		b.t.Fatal(err)
	}
	w := b.browser()
	w.key = secret
	return w
}

var linkToken = regexp.MustCompile(`/l/([A-Za-z0-9_-]{20,})`)

// link is a browser in which the legal representative has opened a link to a case.
func (b *bench) link(id cinnabar.CaseID) *browser {
	b.t.Helper()
	err := b.app.DB.InTx(b.t.Context(), func(tx db.Tx) error {
		_, err := b.app.Identity.SendLink(b.t.Context(), tx, system, identity.LinkSpec{
			Case: id, Role: "legal-rep", Purpose: "unlock-legal-rep-seal", Person: b.persons["legal-rep"], Life: time.Hour,
		})
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	w := b.browser()
	w.do("POST", "/links/"+b.sent("legal-rep", linkToken), nil).want(b.t, 200)
	return w
}

// sendFile sends a file by tus and returns its id.
func (w *browser) sendFile(id cinnabar.CaseID, name string, content []byte) string {
	w.b.t.Helper()
	encode := base64.StdEncoding.EncodeToString
	meta := "filename " + encode([]byte(name))
	if id != "" {
		meta += ",case " + encode([]byte(id))
	}
	made := w.do("POST", "/files", nil, "Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(len(content)), "Upload-Metadata", meta)
	made.want(w.b.t, 201)
	location := made.header.Get("Location")
	req, err := http.NewRequestWithContext(w.b.t.Context(), http.MethodPatch, w.b.url+location, bytes.NewReader(content))
	if err != nil {
		w.b.t.Fatal(err)
	}
	for k, v := range map[string]string{"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"} {
		req.Header.Set(k, v)
	}
	res, err := w.client.Do(req)
	if err != nil {
		w.b.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		w.b.t.Fatalf("upload: %s", res.Status)
	}
	return path.Base(location)
}

// picture is a small PNG.
func picture(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// wording is the digest of a consent's present wording, which anybody can read.
func (b *bench) wording(kind string) string {
	b.t.Helper()
	for _, text := range b.browser().do("GET", "/consents/texts", nil).list(b.t) {
		if text["kind"] == kind && text["language"] == "zh" {
			return text["digest"].(string)
		}
	}
	b.t.Fatalf("no wording of %s", kind)
	return ""
}

func (b *bench) agree(w *browser, kind string) {
	b.t.Helper()
	w.do("POST", "/consents", object{"kind": kind, "digest": b.wording(kind)}).want(b.t, 204)
}
