package httpapi_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/audit"
)

const sealPassword = "vermilion lion 7"

// applied is a seal of the customer that waits to be approved.
func (b *bench) applied(w *browser, kind string, holder string) string {
	b.t.Helper()
	body := map[string]any{"org": b.customer, "kind": kind}
	if holder != "" {
		body["holder"] = b.persons[holder]
	}
	return w.do("POST", "/seals", body).want(b.t, 201)["id"].(string)
}

// A seal's life: who applies does not approve, the holder's first password makes the key, and every step
// stands on the log with who and why.
// Proves GAS-8, PLT-11.
func TestSealsLife_GAS8_PLT11(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	agent, admin := b.as("agent"), b.as("customer-admin")
	for _, w := range []*browser{agent, admin} {
		w.do("PUT", "/sessions/current/org", map[string]any{"org": b.customer}).want(t, 200)
	}
	id := b.applied(agent, "contract", "")
	at := "/seals/" + id
	agent.do("POST", at+"/approve", map[string]any{"reason": "x"}).refused(t, 403, "not-yours-to-decide")
	admin.do("POST", at+"/approve", map[string]any{"reason": "ok"}).want(t, 200)
	admin.do("PUT", at+"/password", map[string]any{"next": sealPassword}).refused(t, 404, "not-holder")
	agent.do("PUT", at+"/password", map[string]any{"next": "short"}).want(t, 422)
	seal := agent.do("PUT", at+"/password", map[string]any{"next": sealPassword}).want(t, 200)
	if seal["state"] != "in-use" || seal["usable"] != true || seal["mine"] != true {
		t.Errorf("after the first password: %v", seal)
	}
	certificate := seal["certificate"].(map[string]any)
	if certificate["subject"] != "样例餐饮管理有限公司" || certificate["policy"] != "internal" {
		t.Errorf("certificate: %v", certificate)
	}
	agent.do("PUT", at+"/password", map[string]any{"current": "wrong", "next": "another password"}).refused(t, 403, "wrong-password")
	agent.do("PUT", at+"/password", map[string]any{"current": sealPassword, "next": "another password"}).want(t, 200)
	agent.do("POST", at+"/suspend", map[string]any{}).want(t, 422) // a reason is needed
	agent.do("POST", at+"/suspend", map[string]any{"reason": "password seen"}).want(t, 200)
	agent.do("POST", at+"/resume", map[string]any{"reason": "x"}).refused(t, 403, "not-yours-to-decide")
	admin.do("POST", at+"/resume", map[string]any{"reason": "checked"}).want(t, 200)
	admin.do("POST", at+"/reissue", map[string]any{"reason": "forgotten"}).want(t, 200)
	agent.do("PUT", at+"/password", map[string]any{"next": "third password"}).want(t, 200)
	next := admin.do("POST", at+"/replace", map[string]any{"reason": "worn"}).want(t, 200+1)
	if next["replaces"] != id || next["state"] != "applied" {
		t.Errorf("replacement: %v", next)
	}
	admin.do("POST", at+"/revoke", map[string]any{"reason": "lost"}).want(t, 200)
	agent.do("PUT", at+"/password", map[string]any{"current": "third password", "next": "fourth password"}).refused(t, 404, "not-holder")

	var kinds []string
	for cursor, pages := "", 0; cursor != "" || pages == 0; pages++ { // the newest first, page by page
		page := agent.do("GET", at+"/log?limit=5&cursor="+cursor, nil)
		cursor = page.want(t, 200)["next"].(string)
		for _, e := range page.list(t) {
			kinds = slices.Insert(kinds, 0, e["kind"].(string))
			if e["actor"].(map[string]any)["name"] == "" || e["title"].(map[string]any)["zh"] == "" {
				t.Errorf("log line %v", e)
			}
		}
	}
	today := b.clock.Now().In(cinnabar.China).Format(time.DateOnly)
	if n := len(agent.do("GET", at+"/log?from="+today+"&to="+today, nil).list(t)); n != len(kinds) {
		t.Errorf("%d lines of today, of %d", n, len(kinds))
	}
	if n := len(agent.do("GET", at+"/log?from=2100-01-01", nil).list(t)); n != 0 {
		t.Errorf("%d lines of another day", n)
	}
	agent.do("GET", at+"/log?to=yesterday", nil).want(t, 422)
	if table := agent.do("GET", at+"/log.csv?from="+today, nil); strings.Count(string(table.body), "\r\n") != len(kinds)+1 {
		t.Errorf("the log as a table: %d %s", table.status, table.body)
	}
	want := "applied approved in-use wrong-password unlocked password-changed suspended in-use reissue approved in-use revoked"
	if strings.Join(kinds, " ") != want {
		t.Errorf("log: %v", kinds)
	}
	picture := agent.do("GET", at+"/picture.svg", nil)
	if picture.status != 200 || picture.header.Get("Content-Type") != "image/svg+xml" || !strings.HasPrefix(string(picture.body), "<svg") {
		t.Errorf("picture: %d %s", picture.status, picture.header)
	}
}

// An organisation changes its name, not its code. A seal bears the former name until it is replaced by one with the
// present name; a picture of the former name goes with it, another can be given.
// Proves PLT-1, PLT-11.
func TestRenamedOrganisationReplacesItsSeals_PLT1_PLT11(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	admin, agent := b.as("customer-admin"), b.as("agent")
	org := "/organisations/" + string(b.customer)
	agent.do("PATCH", org, object{"name": "别名"}).refused(t, 403, "admins-only")
	for field, body := range map[string]object{"/name": {"name": "两\n行"}, "/phone": {"phone": "call me"}} {
		wrong := admin.do("PATCH", org, body).want(t, 422)["errors"].([]any)[0].(object)
		if wrong["pointer"] != field || wrong["code"] != "malformed" {
			t.Errorf("%v: %v", body, wrong)
		}
	}
	admin.do("PATCH", org, object{"name": " "}).want(t, 422)
	admin.do("PATCH", org, object{"uscc": "91350100M000100Y43"}).want(t, 422) // no such entry
	file := admin.sendFile("", "seal.png", picture(t))
	seal := admin.do("POST", "/seals", object{"org": b.customer, "kind": "contract", "picture": file}).want(t, 201)
	before := admin.do("GET", org, nil).want(t, 200)
	admin.do("PATCH", org, object{"name": " 样例餐饮（更名）有限公司 ", "phone": "0591-22222222"}).want(t, 200)
	after := agent.do("GET", org, nil).want(t, 200)
	if after["name"] != "样例餐饮（更名）有限公司" || after["phone"] != "0591-22222222" || after["uscc"] != before["uscc"] {
		t.Errorf("after the change: %v", after)
	}
	entries, err := audit.Of(t.Context(), b.app.DB, string(b.customer), 1)
	if err != nil || entries[0].Action != "org.change" || entries[0].Actor.Person != b.persons["customer-admin"] {
		t.Errorf("audit: %v %v", entries, err)
	}
	at := "/seals/" + seal["id"].(string)
	if seal = admin.do("GET", at, nil).want(t, 200); seal["outdated"] != true || seal["title"] != before["name"] {
		t.Errorf("the seal of before: %v", seal)
	}
	agent.do("POST", at+"/approve", object{"reason": "ok"}).refused(t, 403, "not-yours-to-decide")
	b.as("supervisor").do("POST", at+"/approve", object{"reason": "ok"}).want(t, 200)
	admin.do("PUT", at+"/password", object{"next": sealPassword}).want(t, 200)
	next := admin.do("POST", at+"/replace", object{"reason": "renamed"}).want(t, 201)
	if next["outdated"] != false || next["title"] != after["name"] {
		t.Errorf("the seal in its place: %v", next)
	}
	shape := func(id any) bool { // a picture, or drawn
		return strings.Contains(string(admin.do("GET", "/seals/"+id.(string)+"/picture.svg", nil).body), "<image")
	}
	if !shape(seal["id"]) || shape(next["id"]) {
		t.Error("the picture of the former name was taken over")
	}
	if pictured := admin.do("POST", at+"/replace", object{"reason": "renamed", "picture": file}).want(t, 201); !shape(pictured["id"]) {
		t.Error("the new picture was not taken")
	}
	admin.do("POST", at+"/replace", object{"reason": "renamed", "picture": "file_nothing"}).want(t, 422)
}

// Five wrong passwords lock the seal, also for the right one, until the lock's time is over.
// Proves GAS-8.
func TestWrongSealPasswordsLock_A4_GAS8(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	agent, admin := b.as("agent"), b.as("customer-admin")
	for _, w := range []*browser{agent, admin} {
		w.do("PUT", "/sessions/current/org", map[string]any{"org": b.customer}).want(t, 200)
	}
	at := "/seals/" + b.applied(agent, "contract", "")
	admin.do("POST", at+"/approve", map[string]any{}).want(t, 200)
	agent.do("PUT", at+"/password", map[string]any{"next": sealPassword}).want(t, 200)
	change := func(current string) answer {
		return agent.do("PUT", at+"/password", map[string]any{"current": current, "next": "another password"})
	}
	for left := 4; left >= 1; left-- {
		p := change("wrong").want(t, 403)
		if p["params"].(map[string]any)["triesLeft"] != float64(left) {
			t.Errorf("params %v, want %d tries left", p["params"], left)
		}
	}
	change("wrong").refused(t, 423, "seal-locked")
	change(sealPassword).refused(t, 423, "seal-locked")
	seal := agent.do("GET", at, nil).want(t, 200)
	if seal["usable"] != false || seal["lockedUntil"] == nil {
		t.Errorf("locked seal: %v", seal)
	}
	b.clock.Advance(31 * time.Minute)
	agent = b.as("agent") // the session has ended too
	agent.do("PUT", "/sessions/current/org", map[string]any{"org": b.customer}).want(t, 200)
	change(sealPassword).want(t, 200)
}

// A seal does not exist for those of other organisations.
// Proves GAS-8.
func TestSealsOfOthersDoNotExist_GAS8(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	agent := b.as("agent")
	agent.do("PUT", "/sessions/current/org", map[string]any{"org": b.customer}).want(t, 200)
	at := "/seals/" + b.applied(agent, "contract", "")
	for name, status := range map[string]int{"stranger": 404, "reviewer": 404, "": 401, "legal-rep": 200} {
		w := b.as(name)
		switch name {
		case "reviewer":
			w.do("PUT", "/sessions/current/org", map[string]any{"org": b.operator}).want(t, 200)
		case "legal-rep":
			w.do("PUT", "/sessions/current/org", map[string]any{"org": b.customer}).want(t, 200)
		}
		for _, path := range []string{at, at + "/log", at + "/picture.svg", at + "/holders", at + "/grants", at + "/approvals"} {
			if got := w.do("GET", path, nil).status; got != status {
				t.Errorf("%q reads %s: %d, want %d", name, path, got, status)
			}
		}
		if status == 200 {
			continue
		}
		for _, path := range []string{"/approve", "/refuse", "/suspend", "/resume", "/revoke", "/reissue", "/replace"} {
			if got := w.do("POST", at+path, map[string]any{"reason": "x"}).status; got != status {
				t.Errorf("%q does %s: %d, want %d", name, path, got, status)
			}
		}
		w.do("PUT", at+"/password", map[string]any{"next": sealPassword}).want(t, status)
	}
}

// A company's seal bears its registered name, a personal one its owner's; the operator's supervisor decides
// where the company has nobody else.
// Proves GAS-8.
func TestApplicationsForSeals_GAS8(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	agent, supervisor := b.as("agent"), b.as("supervisor")
	agent.do("PUT", "/sessions/current/org", map[string]any{"org": b.customer}).want(t, 200)
	supervisor.do("PUT", "/sessions/current/org", map[string]any{"org": b.operator}).want(t, 200)
	wrong := func(want string, body map[string]any) {
		t.Helper()
		body["org"] = b.customer
		a := agent.do("POST", "/seals", body)
		var p struct {
			Errors []struct{ Pointer, Code string }
		}
		if err := json.Unmarshal(a.body, &p); err != nil || a.status != 422 || len(p.Errors) != 1 || p.Errors[0].Pointer+" "+p.Errors[0].Code != want {
			t.Errorf("%v: %d %s", body, a.status, a.body)
		}
	}
	wrong("/text mismatch", map[string]any{"kind": "contract", "text": "别的公司"})
	wrong("/text mismatch", map[string]any{"kind": "legal-rep", "text": "别人"})
	wrong("/holder unknown", map[string]any{"kind": "contract", "holder": b.persons["stranger"]})
	wrong("/picture unknown", map[string]any{"kind": "contract", "picture": "file_x"})
	agent.do("POST", "/seals", map[string]any{"org": b.operator, "kind": "contract"}).want(t, 404)

	rep := b.applied(agent, "legal-rep", "")
	seal := agent.do("GET", "/seals/"+rep, nil).want(t, 200)
	if seal["title"] != "样例legal-rep" || seal["holder"].(map[string]any)["id"] != string(b.persons["legal-rep"]) {
		t.Errorf("legal representative's seal: %v", seal)
	}
	supervisor.do("POST", "/seals/"+rep+"/approve", map[string]any{}).want(t, 200)

	drawn := agent.do("POST", "/seals/preview", map[string]any{"kind": "contract", "text": "样例餐饮管理有限公司", "number": "1101080012345"})
	if drawn.status != 200 || !strings.HasPrefix(string(drawn.body), "<svg") {
		t.Errorf("preview: %d %.200s", drawn.status, drawn.body)
	}
}

// A holder lets another one hold the seal too; each has a password of their own.
// Proves PLT-24.
func TestSealsAreHandedOver_PLT24(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	agent, admin := b.as("agent"), b.as("customer-admin")
	for _, w := range []*browser{agent, admin} {
		w.do("PUT", "/sessions/current/org", map[string]any{"org": b.customer}).want(t, 200)
	}
	at := "/seals/" + b.applied(agent, "contract", "")
	admin.do("POST", at+"/approve", map[string]any{}).want(t, 200)
	agent.do("PUT", at+"/password", map[string]any{"next": sealPassword}).want(t, 200)
	offer := func(person, password string) answer {
		return agent.do("POST", at+"/holders", map[string]any{
			"person": b.persons[person], "password": password, "limit": map[string]any{"uses": 3, "until": b.clock.Now().Add(time.Hour)},
		})
	}
	offer("stranger", sealPassword).want(t, 422)
	for _, template := range []string{"e-documents", "e-document/NONE", "gas-contract/PO"} {
		limit := map[string]any{"uses": 3, "until": b.clock.Now().Add(time.Hour), "template": template}
		f := agent.do("POST", at+"/holders", map[string]any{"person": b.persons["customer-admin"], "password": sealPassword, "limit": limit}).want(t, 422)["errors"].([]any)[0].(map[string]any)
		if f["pointer"] != "/limit/template" || f["code"] != "unknown" {
			t.Errorf("granted for %s, of which nothing is made: %v", template, f)
		}
	}
	offer("customer-admin", "wrong").refused(t, 403, "wrong-password")
	admin.do("PUT", at+"/holders/me", map[string]any{"password": "my own password"}).refused(t, 404, "no-offer")
	offer("customer-admin", sealPassword).want(t, 201)
	for who, want := range map[*browser]bool{agent: false, admin: true} {
		if got := who.do("GET", at, nil).want(t, 200)["offered"]; got != want {
			t.Errorf("offered: %v, want %v", got, want)
		}
	}
	if got := admin.do("PUT", at+"/holders/me", map[string]any{"password": "my own password"}).want(t, 200)["offered"]; got != false {
		t.Errorf("offered after it was taken: %v", got)
	}
	if got := agent.do("GET", at+"/holders", nil).list(t); len(got) != 2 {
		t.Errorf("holders: %v", got)
	}
	if got := agent.do("GET", at+"/grants", nil).list(t); len(got) != 1 || got[0]["usesLeft"] != float64(3) {
		t.Errorf("grants: %v", got)
	}
	agent.do("DELETE", at+"/holders/"+string(b.persons["customer-admin"]), nil).want(t, 403)
	admin.do("DELETE", at+"/holders/"+string(b.persons["customer-admin"])+"?reason=done", nil).want(t, 204)
	if got := agent.do("GET", at+"/holders", nil).list(t); len(got) != 1 {
		t.Errorf("holders: %v", got)
	}
}
