package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/platform/audit"
)

// What belongs to others answers exactly like what does not exist (A5, PLT-2).
func TestOthersThingsDoNotExist_A5_PLT2(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	agent, stranger := b.as("agent"), b.as("stranger")
	id := b.begin(agent)
	file := agent.sendFile(id, "licence.png", picture(t))
	private := agent.sendFile("", "mine.png", picture(t))
	session := agent.do("GET", "/sessions/current", nil).want(t, 200)["id"].(string)
	for name, one := range map[string]struct{ method, theirs, nothing string }{
		"case":         {"GET", "/cases/" + string(id), "/cases/case_nothing"},
		"timeline":     {"GET", "/cases/" + string(id) + "/timeline", "/cases/case_nothing/timeline"},
		"live case":    {"GET", "/cases/" + string(id) + "/events", "/cases/case_nothing/events"},
		"confirmation": {"POST", "/cases/" + string(id) + "/confirmations", "/cases/case_nothing/confirmations"},
		"file":         {"GET", "/files/" + file, "/files/file_nothing"},
		"content":      {"GET", "/files/" + file + "/content", "/files/file_nothing/content"},
		"private file": {"GET", "/files/" + private, "/files/file_nothing"},
		"session":      {"DELETE", "/sessions/" + session, "/sessions/session_nothing"},
		"organisation": {"GET", "/organisations/" + string(b.customer), "/organisations/org_nothing"},
		"members":      {"GET", "/organisations/" + string(b.customer) + "/members", "/organisations/org_nothing/members"},
		"API keys":     {"GET", "/organisations/" + string(b.customer) + "/api-keys", "/organisations/org_nothing/api-keys"},
	} {
		theirs, nothing := stranger.do(one.method, one.theirs, nil), stranger.do(one.method, one.nothing, nil)
		a, n := theirs.want(t, 404), nothing.want(t, 404)
		delete(a, "requestId")
		delete(n, "requestId")
		for field, v := range n {
			if a[field] != v {
				t.Errorf("%s: %s is %v for another's and %v for none", name, field, a[field], v)
			}
		}
	}
	if list := stranger.do("GET", "/cases", nil).want(t, 200); list["total"] != 0.0 {
		t.Errorf("another's case is counted: %v", list)
	}
}

func TestFileIsForItsCase_A5(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	agent := b.as("agent")
	id := b.begin(agent)
	file := agent.sendFile(id, "营业执照.png", picture(t))
	agent.do("PUT", "/cases/"+string(id)+"/drafts/identity", object{"data": object{"powerOfAttorney": file}}).want(t, 200)
	got := b.as("reviewer").do("GET", "/files/"+file+"/content", nil)
	got.want(t, 200)
	h := got.header
	if !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || h.Get("Content-Type") != "image/png" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("unsafe headers: %v", h)
	}
	inline := agent.do("GET", "/files/"+file+"/content?inline=1", nil)
	if d := inline.header.Get("Content-Disposition"); !strings.HasPrefix(d, "inline") {
		t.Errorf("shown as %q", d)
	}
	private := agent.sendFile("", "mine.png", picture(t))
	b.as("customer-admin").do("GET", "/files/"+private, nil).refused(t, 404, "no-such-file")
	part := agent.do("GET", "/files/"+file+"/content", nil, "Range", "bytes=0-7")
	if part.status != 206 || len(part.body) != 8 {
		t.Errorf("a range gave %d and %d bytes", part.status, len(part.body))
	}
}

// A request from another site is refused although it carries the cookie (A20).
func TestOtherSitesCannotAct_A20(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.as("stranger")
	got := w.do("PATCH", "/people/me", object{"language": "en"}, "Sec-Fetch-Site", "cross-site")
	if got.status != 403 {
		t.Fatalf("status %d", got.status)
	}
	if lang := w.do("GET", "/people/me", nil).want(t, 200)["language"]; lang != "zh" {
		t.Fatalf("another site set the language to %v", lang)
	}
}

func TestCookieIsClosedToScripts_A20(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.browser()
	got := w.do("POST", "/sessions", object{"method": "password", "login": "stranger", "password": password})
	got.want(t, 200)
	cookie := got.header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie lacks %s", want)
		}
	}
	if strings.Contains(string(got.body), strings.TrimPrefix(strings.Split(cookie, ";")[0], "cinnabar=")) {
		t.Error("the token stands in the body as well")
	}
}

// What shows an identity document is shown to an officer who said why, for a day, and to no other (PLT-3).
//
// Proves PLT-3.
func TestPicturesOfDocumentsAreMasked_PLT3(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	agent, reviewer, supervisor, program := b.as("agent"), b.as("reviewer"), b.as("supervisor"), b.program("clerk")
	id := b.begin(agent)
	front, back, mandate := agent.sendFile(id, "front.png", picture(t)), agent.sendFile(id, "back.png", picture(t)), agent.sendFile(id, "mandate.png", picture(t))
	var revision float64
	hand := func(data object) {
		t.Helper()
		revision = agent.do("PUT", "/cases/"+string(id)+"/drafts/identity", object{"data": data}, "If-Match", fmt.Sprintf(`"%.0f"`, revision)).want(t, 200)["revision"].(float64)
	}
	hand(object{"idFront": front, "idBack": back, "powerOfAttorney": mandate})
	sees := func(w *browser, file string) bool {
		t.Helper()
		got, masked := w.do("GET", "/files/"+file+"/content", nil), w.do("GET", "/files/"+file, nil).want(t, 200)["masked"] == true
		if got.status != 200 {
			got.refused(t, 403, "masked")
		}
		if masked != (got.status != 200) {
			t.Errorf("said to be masked: %v, status %d", masked, got.status)
		}
		return got.status == 200
	}
	for name, w := range map[string]*browser{"reviewer": reviewer, "supervisor": supervisor, "program": program} {
		if sees(w, front) || sees(w, back) || !sees(w, mandate) {
			t.Errorf("%s sees a picture without a reason, or not the power of attorney", name)
		}
	}
	if !sees(agent, front) || !sees(b.as("customer-admin"), back) {
		t.Error("the applicant's side does not see its own")
	}
	at := "/cases/" + string(id)
	reviewer.do("POST", at+"/actions/unmask", object{}).want(t, 422)
	shown := reviewer.do("POST", at+"/actions/unmask", object{"reason": "核对证件"}).want(t, 200)["case"].(object)
	if shown["masked"] != false || supervisor.do("GET", at, nil).want(t, 200)["masked"] != true {
		t.Error("who may see is told wrongly")
	}
	if !sees(reviewer, front) || !sees(reviewer, back) || sees(supervisor, front) || sees(program, front) {
		t.Error("a reason opens the case for who gave it, and for nobody else")
	}
	hand(object{"idFront": back}) // the first picture has no name any more
	if sees(supervisor, front) {
		t.Error("a picture that was replaced is open")
	}
	hand(object{"powerOfAttorney": front}) // nor is it open under another
	hand(object{"idFront": front})
	if sees(supervisor, front) {
		t.Error("a picture is open that a personal and another entry name")
	}
	entries, err := audit.Of(t.Context(), b.app.DB, string(id), 10)
	if err != nil || len(entries) != 1 || entries[0].Action != "case.unmask" || entries[0].Actor.Person != b.persons["reviewer"] {
		t.Errorf("audit: %v %v", entries, err)
	}
	last := supervisor.do("GET", at+"/timeline", nil).list(t)
	if e := last[len(last)-1]; e["kind"] != "unmask" || e["detail"].(object)["reason"] != "核对证件" {
		t.Errorf("timeline: %v", e)
	}
	b.clock.Advance(25 * time.Hour)
	if sees(b.as("reviewer"), front) {
		t.Error("a reason of yesterday opens it")
	}
}
