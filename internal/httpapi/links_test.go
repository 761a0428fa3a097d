package httpapi_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"cinnabar/internal/app"
	"cinnabar/internal/demo"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db/dbtest"
)

// newSamples is a bench with the demo's samples; its people are known by their login.
func newSamples(t *testing.T) (*bench, *demo.Summary) {
	t.Helper()
	b := &bench{t: t, clock: &clocktest.Ahead{}, mobiles: map[string]string{}}
	peers, err := demo.NewStandIns(b.clock)
	if err != nil {
		t.Fatal(err)
	}
	b.gateway = peers.SMS
	cfg := app.Config{Data: dbtest.Folder(t), PublicURL: "http://localhost", KDFCost: cheap, Clock: b.clock, Log: slog.New(slog.DiscardHandler), UI: fstest.MapFS{}}
	peers.Configure(&cfg, b.clock)
	if b.app, err = app.New(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	serving, stopPeers := context.WithCancel(context.Background())
	working, stopWork := context.WithCancel(context.Background())
	done, worked := make(chan error, 1), make(chan error, 1)
	go func() { done <- peers.Run(serving) }()
	go func() { worked <- b.app.Run(working) }()
	sum, err := demo.Fill(t.Context(), b.app, peers)
	if err != nil {
		t.Fatal(err)
	}
	stopWork() // from here on jobs run when a test says so
	if err := <-worked; err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b.app.Handler())
	t.Cleanup(func() {
		b.app.Hub.Close()
		server.Close()
		stopPeers()
		if err := <-done; err != nil {
			t.Error(err)
		}
		_ = b.app.Close()
	})
	b.url = server.URL
	for _, p := range sum.Accounts {
		b.mobiles[p.Login] = p.Mobile
	}
	return b, sum
}

// sealing finds the sample case that waits for seals, its applicant, and their legal representative.
func sealing(t *testing.T, b *bench, sum *demo.Summary) (w *browser, boss *demo.Account, id string) {
	t.Helper()
	for _, p := range sum.Accounts {
		if !slices.Contains(p.Roles, "agent") {
			continue
		}
		w := b.browser()
		w.do("POST", "/sessions", object{"method": "password", "login": p.Login, "password": p.Password}).want(t, 200)
		items := w.do("GET", "/cases?state=sealing", nil).want(t, 200)["items"].([]any)
		for _, q := range sum.Accounts {
			if len(items) > 0 && q.Organisation == p.Organisation && slices.Contains(q.Roles, "legal-rep") {
				return w, q, items[0].(map[string]any)["id"].(string)
			}
		}
	}
	t.Fatal("no sample case waits for seals")
	return nil, nil, ""
}

// The link to the legal representative's password goes to that person's phone and nowhere else; it is good
// once, for this case only, and the applicant who has it sent never sees it.
// Proves PLT-21, GAS-8.
func TestLinkGoesToTheSealsHolderOnly_PLT21_GAS8(t *testing.T) {
	t.Parallel()
	b, sum := newSamples(t)
	w, boss, id := sealing(t, b, sum)
	ask := object{"role": "legal-rep", "purpose": "unlock-legal-rep-seal"}
	w.do("POST", "/cases/"+id+"/links", ask).refused(t, 409, "no-instruction")
	c := w.do("GET", "/cases/"+id, nil)
	c.want(t, 200)
	chosen := object{}
	for _, field := range []string{"contractSeal", "legalRepSeal"} {
		for _, s := range w.do("GET", "/cases/"+id+"/seals?for="+field, nil).list(t) {
			if s["usable"] == true {
				chosen[field] = s["id"]
			}
		}
	}
	w.do("POST", "/cases/"+id+"/actions/instruct-seals", chosen, "If-Match", c.header.Get("ETag")).want(t, 200)

	w.do("POST", "/cases/"+id+"/links", object{"role": "applicant", "purpose": "unlock-legal-rep-seal"}).want(t, 422)
	w.do("POST", "/cases/"+id+"/links", object{"role": "legal-rep", "purpose": "unlock-legal-rep-seal", "person": "person_nothing"}).want(t, 422)
	sent := w.do("POST", "/cases/"+id+"/links", ask)
	sent.want(t, 201)
	first := b.sent(boss.Login, linkToken)
	if strings.Contains(string(sent.body), first) || strings.Contains(string(sent.body), boss.Mobile) {
		t.Fatalf("the sender learns too much: %s", sent.body)
	}
	w.do("POST", "/cases/"+id+"/links", ask).want(t, 201)
	token := b.sent(boss.Login, linkToken)
	b.browser().do("POST", "/links/"+first, nil).refused(t, 401, "link-over") // a newer one was sent

	phone := b.browser()
	session := phone.do("POST", "/links/"+token, nil).want(t, 200)
	if link := session["link"].(map[string]any); link["case"] != id || link["role"] != "legal-rep" || session["level"] != "link" {
		t.Fatalf("got %v", session)
	}
	b.browser().do("POST", "/links/"+token, nil).refused(t, 401, "link-over") // it is good once
	if total := phone.do("GET", "/cases", nil).want(t, 200)["total"]; total != 1.0 {
		t.Fatalf("a link shows %v cases", total)
	}
	phone.do("GET", "/sessions", nil).refused(t, 403, "members-only")
	seen := phone.do("GET", "/cases/"+id, nil)
	seen.want(t, 200)
	phone.do("POST", "/cases/"+id+"/actions/unlock-legal-rep-seal", object{"password": boss.SealPassword}, "If-Match", seen.header.Get("ETag")).want(t, 200)
}
