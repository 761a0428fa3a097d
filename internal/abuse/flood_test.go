package abuse_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/demo"
)

// One address gets so many tries at passwords, codes and verifications and no more, whatever it says of where it
// comes from; others' accounts and pages go on.
// Proves PLT-1, PLT-18.
func TestFloodsAreTurnedAway_PLT1_PLT18(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *app.Config) { c.SignInsPerMinute = 0 }) // as in production
	inside := w.as("agent1")
	refused := func(what string, most int, ask func(n int) answer) {
		t.Helper()
		for n := 1; n <= most+5; n++ {
			a := ask(n)
			if a.status == http.StatusTooManyRequests {
				if n < most/2 {
					t.Errorf("%s: the %d. is turned away already", what, n)
				}
				if code := a.object()["code"]; code != "too-many-requests" && code != "too-many-codes" {
					t.Errorf("%s: %v", what, code)
				}
				return
			}
		}
		t.Errorf("%s: %d in a row are answered", what, most+5)
	}
	forged := func(n int) []string {
		return []string{"X-Forwarded-For", fmt.Sprintf("203.0.113.%d", n), "X-Real-IP", fmt.Sprintf("203.0.113.%d", n), "Forwarded", fmt.Sprintf("for=203.0.113.%d", n)}
	}
	refused("verifications", 20, func(n int) answer {
		return w.nobody().send("POST", "/api/v1/verify", paper("", ""), append(forged(n), "Content-Type", "application/pdf")...)
	})
	w.clock.Advance(time.Minute)
	if a := w.nobody().send("POST", "/api/v1/verify", paper("", ""), "Content-Type", "application/pdf"); a.status == http.StatusTooManyRequests {
		t.Error("verifications are refused for more than a minute") // control
	}
	mobile := w.account("boss2").Mobile
	refused("codes for one number", 2, func(n int) answer {
		return w.nobody().do("POST", "/sessions/sms-codes", object{"mobile": mobile}, forged(n)...)
	})
	refused("passwords", 60, func(n int) answer {
		return w.nobody().do("POST", "/sessions", object{"method": "password", "login": fmt.Sprint("nobody", n), "password": "wrong password"}, forged(n)...)
	})
	for _, path := range []string{"/sessions/sms-codes", "/links/" + strings.Repeat("a", 40), "/people"} { // one count for all that can be guessed
		w.nobody().do("POST", path, object{"mobile": "13900000000"}).refused(t, 429, "too-many-requests")
	}
	if a := inside.send("POST", "/api/v1/verify", paper("", ""), "Content-Type", "application/pdf"); a.status == http.StatusTooManyRequests {
		t.Error("somebody who is signed in shares the limit of strangers at the address")
	}
	if a := inside.do("POST", "/people/me/mobile/codes", object{}); a.status != 204 {
		t.Errorf("a code for somebody who is signed in: %d %s", a.status, a.body)
	}
	if a := inside.do("GET", "/people/me", nil); a.status != 200 { // control
		t.Errorf("somebody who is signed in: %d", a.status)
	}
	if a := inside.do("PUT", "/seals/"+inside.seal("contract")+"/password", object{"current": demo.SealPassword, "next": demo.SealPassword + "!"}); a.status != 200 {
		t.Errorf("a seal's password, which has a limit of its own: %d", a.status)
	}
}

// What shows the inside of the program is not on the public listener: metrics, profiles, files of the data folder.
// Proves PLT-3, PLT-18.
func TestAbuse25NothingInsideIsPublic_PLT3_PLT18(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *app.Config) {
		c.UI = fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>x</title>")}}
	})
	var inner strings.Builder
	shown := &recorder{header: http.Header{}, body: &inner}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	w.nobody().send("BREW", "/api/v1/verify", nil)
	w.app.Metrics.Handler().ServeHTTP(shown, request)
	if !strings.Contains(inner.String(), "go_goroutines") { // control
		t.Fatal("the inner listener has no metrics")
	}
	if said := inner.String(); strings.Contains(said, "BREW") || !strings.Contains(said, `method="other"`) {
		t.Error("a method that a stranger invents has a row of its own in the metrics")
	}
	for _, person := range w.stage.Accounts {
		for what, secret := range map[string]string{"a name": person.Name, "a mobile": person.Mobile, "a login": person.Login} {
			if secret != "" && strings.Contains(inner.String(), `"`+secret+`"`) {
				t.Errorf("%s stands in the metrics", what)
			}
		}
	}
	for _, b := range []*browser{w.nobody(), w.as("supervisor")} {
		for _, path := range []string{
			"/metrics", "/api/v1/metrics", "/debug/pprof/", "/debug/pprof/heap", "/debug/vars", "/debug/requests", "/api/v1/debug", "/vault.key", "/log.key",
			"/cinnabar.db", "/api/v1/../vault.key", "/assets/..%2f..%2fvault.key", "/%2e%2e/vault.key", "/.git/config", "/.env", "/server-status",
		} {
			a := b.send("GET", path, nil)
			for _, word := range []string{"go_goroutines", "cinnabar_http", "cinnabar-keys", "goroutine", "SQLite format", "memstats", "heap profile"} {
				if strings.Contains(string(a.body), word) {
					t.Errorf("%s shows %q", path, word)
				}
			}
			if a.status == 200 && !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
				t.Errorf("%s is answered as %s", path, a.header.Get("Content-Type"))
			}
		}
		for _, path := range []string{"/healthz", "/readyz"} {
			if a := b.send("GET", path, nil); a.status != 200 || len(a.body) > 100 {
				t.Errorf("%s: %d, %d bytes", path, a.status, len(a.body))
			}
		}
	}
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	body   *strings.Builder
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
func (r *recorder) WriteHeader(int)             {}
