package abuse_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
)

var linkToken = regexp.MustCompile(`/l/([A-Za-z0-9_-]{20,})`)

// sentLink is the token of the last link on somebody's phone.
func (w *world) sentLink(login string) string {
	w.t.Helper()
	token := ""
	w.eventually("a link arrives", func() bool {
		for _, m := range w.peers.SMS.Taken() {
			if found := linkToken.FindStringSubmatch(m.Text); found != nil && m.To == w.account(login).Mobile {
				token = found[1]
			}
		}
		return token != ""
	})
	return token
}

// ids are a member's own id and the organisation's.
func (b *browser) ids() (person, org string) {
	b.w.t.Helper()
	s := b.do("GET", "/sessions/current", nil).want(b.w.t, 200)
	return s["person"].(object)["id"].(string), s["org"].(object)["id"].(string)
}

func (b *browser) sendLink(id cinnabar.CaseID) answer {
	return b.do("POST", caseAt(id)+"/links", object{"role": "legal-rep", "purpose": unlockTwo})
}

// Once a membership is revoked, nothing that rests on it goes on: no request, no stream, no link, whether it
// was opened before or not.
// Proves PLT-1, PLT-2, GAS-8.
func TestAbuse13RevokedMember_PLT1_PLT2_GAS8(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, agent, boss := instructed(w)
	person, org := boss.ids()
	agent.sendLink(id).want(t, 201)
	opened := w.nobody()
	opened.do("POST", "/links/"+w.sentLink("boss1"), nil).want(t, 200)
	opened.do("GET", caseAt(id), nil).want(t, 200)
	stream, err := boss.client.Get(w.url + "/api/v1" + caseAt(id) + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	if stream.StatusCode != http.StatusOK {
		t.Fatal(stream.Status)
	}

	var late []int
	var lock sync.Mutex
	var all sync.WaitGroup
	revoked := make(chan struct{})
	raw, err := json.Marshal(object{"reason": "核对"})
	if err != nil {
		t.Fatal(err)
	}
	for range 8 {
		all.Go(func() {
			for after := 0; after < 3; {
				gone := false
				select {
				case <-revoked:
					gone = true
					after++
				default:
				}
				a, err := boss.trySend("POST", "/api/v1"+caseAt(id)+"/actions/unmask", raw, "Content-Type", "application/json")
				lock.Lock()
				if err != nil || (gone && a.status < 400) || a.status >= 500 {
					late = append(late, a.status)
				}
				lock.Unlock()
			}
		})
	}
	agent.do("DELETE", "/organisations/"+org+"/members/"+person, nil).want(t, 204)
	close(revoked)
	all.Wait()
	if len(late) > 0 {
		t.Errorf("requests begun after the revocation: %v", late)
	}
	for name, b := range map[string]*browser{"the session": boss, "the session of a link": opened} {
		if got := b.do("GET", caseAt(id), nil); got.status != 401 && got.status != 404 {
			t.Errorf("%s still sees the case: %d", name, got.status)
		}
		got := b.do("POST", caseAt(id)+"/actions/"+unlockTwo, object{"password": otherPassword}, "If-Match", `"1"`)
		if got.status != 401 && got.status != 404 {
			t.Errorf("%s still seals: %d %s", name, got.status, got.body)
		}
	}
	got := w.nobody().do("POST", "/sessions", object{"method": "password", "login": "boss1", "password": demo.Password})
	if orgs := got.want(t, 200)["orgs"].([]any); len(orgs) != 0 {
		t.Errorf("the revoked member may act for %v", orgs)
	}
	if s := agent.state(id); s != gascontract.Sealing { // control: an unrevoked person goes on
		t.Fatalf("the case is in %s", s)
	}
	agent.act(id, unlockOne, object{"password": demo.SealPassword}).want(t, 200)
	quiet := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(stream.Body)
		said := ""
		for lines.Scan() {
			if strings.Contains(lines.Text(), `"version"`) {
				said = lines.Text()
			}
			if lines.Text() == "event: session" {
				quiet <- said
				return
			}
		}
		quiet <- said
	}()
	select {
	case <-quiet: // whatever it said before, it is over
	case <-time.After(time.Minute):
		t.Error("a stream goes on after its session's end")
	}
}

// A link that was sent and not opened yet is dead too when its person is no member any more, and so are their seals.
// Proves PLT-1, PLT-11, GAS-8.
func TestAbuse13LinkOfRevokedMember_PLT1_GAS8(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, agent, boss := instructed(w)
	person, org := boss.ids()
	agent.sendLink(id).want(t, 201)
	token := w.sentLink("boss1")
	seals := func(b *browser) (held []string) {
		t.Helper()
		var list []struct {
			ID   string
			Mine bool
		}
		a := b.do("GET", "/seals", nil)
		if err := json.Unmarshal(a.body, &list); err != nil {
			t.Fatalf("%v: %.200s", err, a.body)
		}
		for _, s := range list {
			if s.Mine {
				held = append(held, "/seals/"+s.ID)
			}
		}
		return held
	}
	held := seals(boss)
	if len(held) == 0 { // control
		t.Fatal("the legal representative holds no seal")
	}
	agent.do("DELETE", "/organisations/"+org+"/members/"+person, nil).want(t, 204)
	gone := w.as("boss1")
	for _, at := range held {
		gone.do("GET", at, nil).refused(t, 404, "seal-not-found")
		gone.do("GET", at+"/log", nil).refused(t, 404, "seal-not-found")
		gone.do("POST", at+"/suspend", object{"reason": "x"}).refused(t, 404, "seal-not-found")
		agent.do("POST", at+"/reissue", object{"reason": "left"}).want(t, 422) // not to somebody who left
	}
	if still := seals(gone); len(still) > 0 {
		t.Errorf("who left still has %v", still)
	}
	w.nobody().do("POST", "/links/"+token, nil).refused(t, 401, "link-over")
	if got := agent.sendLink(id); got.status < 400 {
		t.Errorf("another link is sent to somebody who is no member: %d", got.status)
	}
}

// A link opens once, for its own case, role and purpose, and not after its time; its sender never sees it.
// Proves PLT-21, GAS-8.
func TestAbuse20Links_PLT21_GAS8(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.play(1, gascontract.Sealing)
	id, agent, _ := instructed(w)
	made := agent.sendLink(id)
	made.want(t, 201)
	token := w.sentLink("boss1")
	if strings.Contains(string(made.body), token) {
		t.Error("the sender sees the link")
	}
	holder := w.nobody()
	holder.do("POST", "/links/"+token, nil).want(t, 200)
	w.nobody().do("POST", "/links/"+token, nil).refused(t, 401, "link-over")
	w.nobody().do("POST", "/links/"+strings.Repeat("a", len(token)), nil).refused(t, 401, "link-over")
	holder.do("GET", caseAt(other), nil).refused(t, 404, "case-not-found")
	for _, path := range []string{"/people/me", "/inbox", "/sessions", "/organisations"} {
		if got := holder.do("GET", path, nil); got.status < 400 {
			t.Errorf("a link opens %s", path)
		}
	}
	for _, action := range []string{"withdraw", "sign", "instruct-seals"} {
		if got := holder.act(id, action, object{}); got.status != 403 {
			t.Errorf("a link takes %s: %d", action, got.status)
		}
	}
	if list := holder.do("GET", "/cases", nil).list(t); len(list) > 1 {
		t.Errorf("a link lists %d cases", len(list))
	}
	holder.act(id, unlockTwo, object{"password": otherPassword}).want(t, 200) // control
	agent.sendLink(other)
	w.clock.Advance(25 * time.Hour)
	if got := holder.do("GET", caseAt(id), nil); got.status != 401 {
		t.Errorf("a link's session lives for a day: %d", got.status)
	}
}

// An invitation is for one person, once: nobody else can say yes, nor the person after it was taken back; and it
// gives the roles that were offered, no others.
// Proves PLT-1, PLT-2.
func TestAbuse20Invitations_PLT1_PLT2(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, guest, other := w.as("agent1"), w.as("agent2"), w.as("boss2")
	_, org := admin.ids()
	person, _ := guest.ids()
	invite := func() answer {
		return admin.do("POST", "/organisations/"+org+"/members", object{"name": w.account("agent2").Name, "mobile": w.account("agent2").Mobile, "roles": []string{"agent"}})
	}
	accept := func(b *browser) int { return b.do("PUT", "/invitations/"+org, nil).status }
	if got := accept(guest); got != 404 {
		t.Errorf("without an invitation: %d", got)
	}
	invite().want(t, 201)
	for name, b := range map[string]*browser{"somebody else": other, "nobody": w.nobody()} {
		if got := accept(b); got != 404 && got != 401 && got != 403 {
			t.Errorf("%s accepts: %d", name, got)
		}
	}
	if got := guest.do("PUT", "/sessions/current/org", object{"org": org}).status; got < 400 {
		t.Errorf("who is invited only acts for the organisation: %d", got)
	}
	if got := admin.do("DELETE", "/organisations/"+org+"/members/"+person, nil).status; got >= 400 {
		t.Fatalf("taken back: %d", got)
	}
	if got := accept(guest); got != 404 {
		t.Errorf("after it was taken back: %d", got)
	}
	invite().want(t, 201)
	if got := guest.do("PUT", "/invitations/"+org, object{"roles": []string{"admin"}}).status; got >= 400 && got != 422 && got != 400 {
		t.Errorf("control: %d", got)
	}
	guest.do("PUT", "/sessions/current/org", object{"org": org}).want(t, 200)
	if got := guest.do("POST", "/organisations/"+org+"/members", object{"name": "样例", "mobile": "13900000001", "roles": []string{"agent"}}).status; got < 400 {
		t.Errorf("the guest made themselves an administrator: %d", got)
	}
	if got := accept(guest); got != 404 {
		t.Errorf("a second time: %d", got)
	}
}
