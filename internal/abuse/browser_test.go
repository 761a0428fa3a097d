package abuse_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"path"
	"strconv"
	"testing"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
)

type object = map[string]any

// browser is somebody's user agent with its own cookies.
type browser struct {
	w      *world
	client *http.Client
}

// nobody is a browser in which nobody has signed in.
func (w *world) nobody() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{w: w, client: &http.Client{Jar: jar}}
}

// as is a browser in which somebody of the samples has signed in and acts for their organisation.
func (w *world) as(login string) *browser { return w.with(login, demo.Password) }

// with is as, by another password.
func (w *world) with(login, password string) *browser {
	w.t.Helper()
	b := w.nobody()
	got := b.do("POST", "/sessions", object{"method": "password", "login": login, "password": password}).want(w.t, 200)
	if orgs, ok := got["orgs"].([]any); ok && len(orgs) > 0 {
		b.do("PUT", "/sessions/current/org", object{"org": orgs[0].(object)["id"]}).want(w.t, 200)
	}
	return b
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
	asked  string
}

// do sends JSON with a fresh Idempotency-Key. Headers come in pairs; an empty value leaves a header out.
func (b *browser) do(method, path string, body any, headers ...string) answer {
	b.w.t.Helper()
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			b.w.t.Fatal(err)
		}
		headers = append([]string{"Content-Type", "application/json"}, headers...)
	}
	return b.send(method, "/api/v1"+path, raw, headers...)
}

// send sends bytes. An answer that blames the server fails the test.
func (b *browser) send(method, path string, body []byte, headers ...string) answer {
	b.w.t.Helper()
	a, err := b.trySend(method, path, body, headers...)
	if err != nil {
		b.w.t.Fatal(err)
	}
	if a.status >= 500 {
		b.w.t.Errorf("%s: a fault of the server: %d %.300s", a.asked, a.status, a.body)
	}
	return a
}

// trySend is send for other goroutines than the test's own.
func (b *browser) trySend(method, path string, body []byte, headers ...string) (answer, error) {
	req, err := http.NewRequestWithContext(b.w.t.Context(), method, b.w.url+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if method != http.MethodGet {
		req.Header.Set("Idempotency-Key", cinnabar.NewID[string]("abuse"))
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if req.Header.Set(headers[i], headers[i+1]); headers[i+1] == "" {
			req.Header.Del(headers[i])
		}
	}
	res, err := b.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, raw, method + " " + path}, err
}

// object is the body as an object.
func (a answer) object() object {
	var out object
	_ = json.Unmarshal(a.body, &out) // another body has no fields, which its reader notices
	return out
}

// want fails unless the answer has a status; it returns the body as an object.
func (a answer) want(t *testing.T, status int) object {
	t.Helper()
	if a.status != status {
		t.Fatalf("%s: status %d, want %d: %.500s", a.asked, a.status, status, a.body)
	}
	return a.object()
}

// refused fails unless the answer is a problem with a status and a code.
func (a answer) refused(t *testing.T, status int, code string) {
	t.Helper()
	if got := a.object()["code"]; a.status != status || got != code {
		t.Errorf("%s: %d %v, want %d %s: %.300s", a.asked, a.status, got, status, code, a.body)
	}
	if kind := a.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("%s: a problem came as %s", a.asked, kind)
	}
}

func caseAt(id cinnabar.CaseID) string { return "/cases/" + string(id) }

// version is the case's version as its ETag.
func (b *browser) version(id cinnabar.CaseID) string {
	b.w.t.Helper()
	a := b.do("GET", caseAt(id), nil)
	a.want(b.w.t, 200)
	return a.header.Get("ETag")
}

// act takes an action in the version that the case has now.
func (b *browser) act(id cinnabar.CaseID, action string, body object) answer {
	b.w.t.Helper()
	if body == nil {
		body = object{}
	}
	version := `"1"`
	if a := b.do("GET", caseAt(id), nil); a.status == 200 {
		version = a.header.Get("ETag")
	}
	return b.do("POST", caseAt(id)+"/actions/"+action, body, "If-Match", version)
}

// state is the state of the case.
func (b *browser) state(id cinnabar.CaseID) string {
	b.w.t.Helper()
	return b.do("GET", caseAt(id), nil).want(b.w.t, 200)["state"].(object)["id"].(string)
}

// list is the body as a list of objects, by itself or as the items of a page.
func (a answer) list(t *testing.T) []object {
	t.Helper()
	var out []object
	if err := json.Unmarshal(a.body, &out); err == nil {
		return out
	}
	var page struct{ Items []object }
	if err := json.Unmarshal(a.body, &page); err != nil {
		t.Fatalf("%s: %v: %.300s", a.asked, err, a.body)
	}
	return page.Items
}

// seal is the id of a seal of a kind of the caller's organisation.
func (b *browser) seal(kind string) string {
	b.w.t.Helper()
	for _, s := range b.do("GET", "/seals", nil).list(b.w.t) {
		if s["kind"] == kind {
			return s["id"].(string)
		}
	}
	b.w.t.Fatalf("there is no seal of kind %s", kind)
	return ""
}

// document is the newest document of a case, and its bytes.
func (b *browser) document(id cinnabar.CaseID) (object, []byte) {
	b.w.t.Helper()
	list := b.do("GET", caseAt(id), nil).want(b.w.t, 200)["documents"].([]any)
	doc := list[len(list)-1].(object)
	a := b.do("GET", "/documents/"+doc["id"].(string)+"/content", nil)
	a.want(b.w.t, 200)
	return doc, a.body
}

// upload sends a file by tus: the answer to the announcement or, if that went well, to the bytes. id is
// the file's.
func (b *browser) upload(to cinnabar.CaseID, name, mime string, content []byte) (id string, last answer) {
	b.w.t.Helper()
	encode := base64.StdEncoding.EncodeToString
	meta := fmt.Sprintf("filename %s,filetype %s", encode([]byte(name)), encode([]byte(mime)))
	if to != "" {
		meta += ",case " + encode([]byte(to))
	}
	made := b.send("POST", "/api/v1/files", nil, "Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(len(content)), "Upload-Metadata", meta)
	if made.status != http.StatusCreated {
		return "", made
	}
	at := made.header.Get("Location")
	return path.Base(at), b.send("PATCH", at, content, "Tus-Resumable", "1.0.0", "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
}
