package agent_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/capability/device/agent"
	"cinnabar/internal/capability/device/protocol"
	"cinnabar/internal/platform/clock"
)

const local = "127.0.0.1:9271"

// server is a peer that enrols one agent, asks it for pictures, and notes the answers.
type server struct {
	t        *testing.T
	url      string
	key      string // public
	requests chan []protocol.Request
	answers  chan string
}

func newServer(t *testing.T) *server {
	s := &server{t: t, requests: make(chan []protocol.Request, 4), answers: make(chan string, 4)}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	s.url = h.URL
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	if r.URL.Path == "/api/v1/devices" {
		var e protocol.Enrolment
		if err := json.Unmarshal(body, &e); err != nil || !protocol.Verify(e.PublicKey, e.Message(), e.Signature) {
			s.t.Errorf("enrolment %+v: %v", e, err)
		}
		if e.Code != "right" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"code":"code-invalid","detail":"no"}`)
			return
		}
		s.key = e.PublicKey
		fmt.Fprint(w, `{"id":"dev_1"}`)
		return
	}
	p, err := protocol.ParseProof(r.Header.Get("Authorization"))
	if err != nil || !protocol.Verify(s.key, protocol.ProofMessage("dev_1", r.Method, r.URL.RequestURI(), p.Time, body), p.Signature) {
		s.t.Errorf("%s %s is not proven: %v", r.Method, r.URL, err)
	}
	if r.Method == http.MethodGet {
		select {
		case list := <-s.requests:
			if list == nil { // revoked
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"items": list})
		case <-r.Context().Done():
		}
		return
	}
	if strings.HasSuffix(r.URL.Path, "/failure") {
		s.answers <- string(body)
		return
	}
	s.answers <- s.check(body)
}

// check tells what is wrong with a picture that was handed in.
func (s *server) check(body []byte) string {
	var c protocol.Capture
	if err := json.Unmarshal(body, &c); err != nil {
		return err.Error()
	}
	if !protocol.Verify(s.key, c.Message(), c.Signature) {
		return "the signature is wrong"
	}
	picture, err := base64.StdEncoding.DecodeString(c.Picture)
	return fmt.Sprintf("%s %s %d %d %v", picture, c.Nonce, c.Position, c.Quality, err)
}

// judge takes the stand-in's smear for what it is.
func judge(_ context.Context, picture []byte, _ int) (int, error) {
	if bytes.HasPrefix(picture, []byte("\x89PNG")) {
		return 0, errors.New("no ridges")
	}
	return 70, nil
}

type bench struct {
	*server
	agent  *agent.Agent
	id     agent.Identity
	folder string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{server: newServer(t), folder: t.TempDir()}
	for _, name := range []string{"2_1.png", "2_2.png", "7.png"} {
		b.put(name, name)
	}
	file := filepath.Join(t.TempDir(), "agent", "key.json")
	if _, err := agent.Enrol(t.Context(), b.url, "wrong", "counter", file, nil); err == nil {
		t.Fatal("a wrong code enrolled")
	}
	if _, err := agent.Enrol(t.Context(), b.url+"/", "right", "counter", file, nil); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key's file: %v, %v", info.Mode(), err)
	}
	if _, err := agent.Enrol(t.Context(), b.url, "right", "counter", file, nil); err == nil {
		t.Fatal("a key was overwritten")
	}
	var err error
	if b.id, err = agent.Load(file); err != nil {
		t.Fatal(err)
	}
	reader, err := agent.NewFileReader(b.folder)
	if err != nil {
		t.Fatal(err)
	}
	b.agent, err = agent.New(agent.Deps{
		Identity: b.id, Readers: []agent.Reader{reader}, Judge: judge, Clock: clock.Fixed(time.Unix(1, 0)),
		Log: slog.New(slog.DiscardHandler), Listen: local, Patience: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) put(name, content string) {
	if err := os.WriteFile(filepath.Join(b.folder, name), []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// The agent dials out, plays the finger that is asked for in turn, signs it, says why when it cannot, and ends
// when it is revoked. Proves LCK-13.
func TestAgentAnswersByDiallingOut_LCK13(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.agent.Listen = ""
	ended := make(chan error, 1)
	go func() { ended <- b.agent.Run(t.Context()) }()
	for i, c := range []struct{ mood, want string }{
		{"", "2_1.png nonce0 2 70 <nil>"},
		{"", "2_2.png nonce1 2 70 <nil>"},
		{"dirty", `{"reason":"refused"}`},
		{"timeout", `{"reason":"timeout"}`},
		{"unplugged", `{"reason":"unplugged"}`},
		{"", "2_1.png nonce5 2 70 <nil>"},
	} {
		b.put("mood", c.mood+"\n")
		b.requests <- []protocol.Request{{ID: fmt.Sprint("cap", i), Nonce: fmt.Sprint("nonce", i), Position: 2}}
		if got := <-b.answers; got != c.want {
			t.Errorf("%d: got %s, want %s", i, got, c.want)
		}
	}
	b.requests <- nil
	var refused *agent.Refused
	if err := <-ended; !errors.As(err, &refused) {
		t.Errorf("revoked: %v", err)
	}
}

// The local page answers pages of its server only, and only with the token.
func TestLocalPageKeepsForeignPagesOut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ask := func(method, path, host, origin, token string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, "http://"+host+path, strings.NewReader(`{"id":"cap","nonce":"n","position":7}`))
		r.Header.Set("Origin", origin)
		r.Header.Set("Authorization", token)
		r.Header.Set("Access-Control-Request-Private-Network", "true")
		w := httptest.NewRecorder()
		b.agent.Handler().ServeHTTP(w, r)
		return w
	}
	token := "Bearer " + b.id.Token
	for name, c := range map[string]struct {
		method, path, host, origin, token string
		want                              int
	}{
		"who":            {"GET", "/v1/agent", local, b.url, "", 200},
		"readers":        {"GET", "/v1/readers", local, b.url, token, 200},
		"by name":        {"GET", "/v1/readers", "localhost:9271", b.url, token, 200},
		"picture":        {"POST", "/v1/captures", local, b.url, token, 200},
		"no token":       {"POST", "/v1/captures", local, b.url, "", 401},
		"wrong token":    {"GET", "/v1/readers", local, b.url, token + "x", 401},
		"foreign page":   {"POST", "/v1/captures", local, "https://evil.example", token, 403},
		"no page at all": {"GET", "/v1/agent", local, "", token, 403},
		"rebound name":   {"GET", "/v1/agent", "evil.example:9271", b.url, token, 403},
		"another port":   {"GET", "/v1/agent", "127.0.0.1:80", b.url, token, 403},
		"preflight":      {"OPTIONS", "/v1/captures", local, b.url, "", 204},
		"foreign asks":   {"OPTIONS", "/v1/captures", local, "null", "", 403},
	} {
		w := ask(c.method, c.path, c.host, c.origin, c.token)
		allowed := w.Header().Get("Access-Control-Allow-Origin") == b.url
		if w.Code != c.want || allowed == (c.want == 403) {
			t.Errorf("%s: status %d, want %d; %v %s", name, w.Code, c.want, w.Header(), w.Body)
		}
		if private := w.Header().Get("Access-Control-Allow-Private-Network") == "true"; private != (name == "preflight") {
			t.Errorf("%s: private network allowed: %v", name, private)
		}
	}
	if got := b.check(ask("POST", "/v1/captures", local, b.url, token).Body.Bytes()); got != "7.png n 7 70 <nil>" {
		t.Errorf("the picture: %s", got)
	}
}

// Foreign and public places are refused before anything is sent there.
func TestRefusesUnsafePlaces(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, server := range []string{"http://cinnabar.example", "ftp://localhost", "cinnabar", ""} {
		if _, err := agent.Enrol(t.Context(), server, "right", "x", filepath.Join(t.TempDir(), "k"), nil); err == nil {
			t.Errorf("%q was spoken to", server)
		}
	}
	d := b.agent.Deps
	d.Listen = "0.0.0.0:9271"
	if _, err := agent.New(d); err == nil {
		t.Error("the local page was opened to the network")
	}
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := agent.Load(file); err == nil {
		t.Error("an empty identity was loaded")
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := agent.Load(file); err == nil || !strings.Contains(err.Error(), "others") {
		t.Errorf("a key that others can read: %v", err)
	}
}
