package facepeer_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/biometric/alipay"
	"cinnabar/internal/capability/biometric/face/challenge"
	"cinnabar/internal/capability/biometric/facepeer"
	"cinnabar/internal/capability/biometric/tencentid"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
)

var at = clock.Fixed(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))

const back = "https://cinnabar.example/cases/case_1"

var subject = biometric.Subject{Name: "示例", IDNumber: "11010519491231002X"}

func key(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// world is a peer with a provider of each kind; bent ones sign by keys that the peer does not know.
type world struct {
	peer            *facepeer.Peer
	providers, bent map[string]biometric.Provider
}

func newWorld(t *testing.T) *world {
	t.Helper()
	merchant, own, forger := key(t), key(t), key(t)
	w := &world{}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.peer.ServeHTTP(rw, r) }))
	t.Cleanup(server.Close)
	var err error
	w.peer, err = facepeer.New(facepeer.Config{
		App: "app", Merchant: &merchant.PublicKey, Own: own, Forger: forger, ID: "id", Key: "key", Rule: "1", Clock: at,
	}, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	provider := func(k *rsa.PrivateKey, secret string) map[string]biometric.Provider {
		a, err1 := alipay.New(alipay.Config{Gateway: server.URL + "/gateway.do", App: "app", Key: k, Alipay: &own.PublicKey, Clock: at})
		b, err2 := tencentid.New(tencentid.Config{Endpoint: server.URL, ID: "id", Key: "key", Rule: secret, Clock: at})
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if secret != "1" {
			b.Rule, b.Key = "1", "another"
		}
		return map[string]biometric.Provider{"alipay": a, "tencent": b}
	}
	w.providers, w.bent = provider(merchant, "1"), provider(forger, "2")
	return w
}

// each plays both providers.
func each(t *testing.T, play func(t *testing.T, w *world, name string, p biometric.Provider)) {
	w := newWorld(t)
	for name, p := range w.providers {
		t.Run(name, func(t *testing.T) { play(t, w, name, p) })
	}
}

func begin(t *testing.T, p biometric.Provider) *biometric.Begun {
	t.Helper()
	b, err := p.Begin(t.Context(), subject, back)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// open opens the provider's page, as a browser does, and returns where it is sent.
func open(t *testing.T, address string) string {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.Header.Get("Location")
}

// The browser's way to the page and back is no evidence; what the provider says server to server is, as often as it is
// asked.
// Proves GAS-3.
func TestOnlyTheProvidersWordCounts_GAS3(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world, _ string, p biometric.Provider) {
		b := begin(t, p)
		if c, _ := w.peer.Check(b.Reference); c.Name != subject.Name || c.Number != subject.IDNumber {
			t.Fatalf("the provider was told %+v", c)
		}
		if got := open(t, b.Redirect); got != back {
			t.Fatalf("the page sends the browser to %q", got)
		}
		for range 3 {
			if v, err := p.Poll(t.Context(), b.Reference); v != nil || err != nil {
				t.Fatalf("a browser that came back counts: %+v, %v", v, err)
			}
		}
		w.peer.Finish(b.Reference, facepeer.Passed)
		for range 3 {
			if v, err := p.Poll(t.Context(), b.Reference); err != nil || v.State != biometric.Match || v.Live == "" {
				t.Fatalf("passed: %+v, %v", v, err)
			}
		}
		if _, err := p.Submit(t.Context(), subject, challenge.Challenge{}, biometric.Capture{}); !errors.Is(err, errs.Unsupported) {
			t.Errorf("a film: %v", err)
		}
	})
}

// What the person failed is a failed try; what the provider failed is none.
// Proves GAS-3.
func TestAFaultOfTheProvidersIsNoFailedTry_GAS3(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world, name string, p biometric.Provider) {
		for _, o := range []facepeer.Outcome{facepeer.OtherFace, facepeer.NotAlive} {
			b := begin(t, p)
			w.peer.Finish(b.Reference, o)
			if v, err := p.Poll(t.Context(), b.Reference); err != nil || v.State != biometric.NoMatch || v.Reason == "" {
				t.Errorf("outcome %d: %+v, %v", o, v, err)
			}
		}
		for _, o := range []facepeer.Outcome{facepeer.Fault, facepeer.Expired} {
			b := begin(t, p)
			w.peer.Finish(b.Reference, o)
			v, err := p.Poll(t.Context(), b.Reference)
			if failed := v != nil && v.State == biometric.Failed; !failed && !errors.Is(err, errs.Unavailable) {
				t.Errorf("outcome %d: %+v, %v", o, v, err)
			}
		}
		b := begin(t, p)
		w.peer.Finish(b.Reference, facepeer.Passed)
		for _, m := range []facepeer.Mood{{Down: true}, {Forged: true}} {
			w.peer.SetMood(m)
			if v, err := p.Poll(t.Context(), b.Reference); v != nil || !errors.Is(err, errs.Unavailable) {
				t.Errorf("mood %+v: %+v, %v", m, v, err)
			}
			if _, err := p.Begin(t.Context(), subject, back); !errors.Is(err, errs.Unavailable) {
				t.Errorf("begun in mood %+v: %v", m, err)
			}
		}
		w.peer.SetMood(facepeer.Mood{Slow: time.Second})
		soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if v, err := p.Poll(soon, b.Reference); v != nil || !errors.Is(err, errs.Unavailable) {
			t.Errorf("a slow provider: %+v, %v", v, err)
		}
		cancel()
		w.peer.SetMood(facepeer.Mood{})
		if v, err := w.bent[name].Poll(t.Context(), b.Reference); v != nil || !errors.Is(err, errs.Unavailable) {
			t.Errorf("asked with a foreign key: %+v, %v", v, err)
		}
		if v, err := p.Poll(t.Context(), "unknown"); v != nil || !errors.Is(err, errs.Unavailable) {
			t.Errorf("an unknown check: %+v, %v", v, err)
		}
	})
}
