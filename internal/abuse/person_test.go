package abuse_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
)

// Whoever resets somebody's password gets into no seal by it, all sessions end, and the person is told. A
// change of one's own keeps the seals.
// Proves PLT-11, GAS-8.
func TestAbuse14ResetPassword_PLT11_GAS8(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, agent, boss := instructed(w)
	person, _ := boss.ids()
	seal := "/seals/" + boss.seal("legal-rep") + "/password"
	changed := "my own new password 7"
	boss.do("PUT", "/people/me/password", object{"current": demo.Password, "next": changed}).want(t, 204)
	boss.do("PUT", seal, object{"current": otherPassword, "next": otherPassword + "!"}).want(t, 200) // control: it opens still
	const known = "known to the administrator 8"
	err := w.app.Identity.SetPassword(t.Context(), cinnabar.Actor{Kind: cinnabar.System}, cinnabar.PersonID(person), known)
	if err != nil {
		t.Fatal(err)
	}
	if got := boss.do("GET", "/people/me", nil); got.status != 401 {
		t.Errorf("a session outlives the reset: %d", got.status)
	}
	w.nobody().do("POST", "/sessions", object{"method": "password", "login": "boss1", "password": changed}).want(t, 401)
	w.eventually("the person is told", func() bool { return w.told("boss1", "密码") })
	thief := w.with("boss1", known)
	for _, password := range []string{known, changed, demo.Password} {
		thief.act(id, unlockTwo, object{"password": password}).refused(t, 403, "wrong-password")
	}
	thief.do("PUT", seal, object{"next": known}).want(t, 403)
	if got := agent.do("POST", strings.TrimSuffix(seal, "/password")+"/reissue", object{"reason": "forgotten"}); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	w.eventually("the holder is told of the new issue", func() bool { return w.told("boss1", "重新") })
	if s := agent.state(id); s != gascontract.Sealing {
		t.Errorf("the case is in %s", s)
	}
}

// sentCode finds a code in a message, and no part of a case's or contract's number.
var sentCode = regexp.MustCompile(`验证码是 ([0-9]{6})`)

// A code is good once, for its purpose, for five guesses and five minutes; a cookie ends with its session;
// another site cannot act with it.
// Proves PLT-1.
func TestAbuse20CodesAndCookies_PLT1(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mobile := w.account("boss2").Mobile
	sign := func(code string) answer {
		return w.nobody().do("POST", "/sessions", object{"method": "sms", "mobile": mobile, "code": code})
	}
	ask := func() string {
		before := len(w.peers.SMS.Taken())
		w.clock.Advance(61 * time.Second)
		w.nobody().do("POST", "/sessions/sms-codes", object{"mobile": mobile}).want(t, 204)
		code := ""
		w.eventually("a code arrives", func() bool {
			for _, m := range w.peers.SMS.Taken()[before:] {
				if found := sentCode.FindStringSubmatch(m.Text); m.To == mobile && found != nil {
					code = found[1]
				}
			}
			return code != ""
		})
		return code
	}
	code := ask()
	sign(code).want(t, 200) // control
	sign(code).refused(t, 401, "wrong-code")
	code = ask()
	for range 5 {
		sign("000000").refused(t, 401, "wrong-code")
	}
	sign(code).refused(t, 401, "wrong-code")
	code = ask()
	w.clock.Advance(6 * time.Minute)
	sign(code).refused(t, 401, "wrong-code")

	id := w.play(1, gascontract.Signing)
	agent := w.as("agent1")
	doc, _ := agent.document(id)
	agent.act(id, "read", object{"digest": doc["sha256"], "lastPage": doc["pages"]}).want(t, 200)
	mobile = w.account("agent1").Mobile
	code = ask() // for signing in, not for signing
	got := agent.act(id, "sign", object{"drawing": drawing(), "code": code, "agree": true})
	if got.status < 400 || agent.state(id) != gascontract.Signing {
		t.Errorf("a code for signing in signs a contract: %d", got.status)
	}

	for name, headers := range map[string][]string{
		"another site":      {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.invalid"},
		"another origin":    {"Origin", "https://evil.invalid"},
		"another subdomain": {"Sec-Fetch-Site", "same-site", "Origin", "https://x.localhost"},
	} {
		if a := agent.do("PATCH", "/people/me", object{"language": "en"}, headers...); a.status != 403 {
			t.Errorf("%s acts: %d", name, a.status)
		}
	}
	agent.do("PATCH", "/people/me", object{"language": "en"}, "Origin", w.url, "Sec-Fetch-Site", "same-origin").want(t, 200) // control
	request, err := http.NewRequestWithContext(t.Context(), "GET", w.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	stolen := agent.client.Jar.Cookies(request.URL)
	agent.do("DELETE", "/sessions/current", nil).want(t, 204)
	thief := w.nobody()
	thief.client.Jar.SetCookies(request.URL, stolen)
	if a := thief.do("GET", "/people/me", nil); a.status != 401 || len(stolen) == 0 {
		t.Errorf("a cookie lives on after signing out: %d", a.status)
	}
}

// drawing is a handwritten signature.
func drawing() object {
	var stroke []any
	for i := range 40 {
		stroke = append(stroke, []any{60 + 8*float64(i), 100 + float64(i%7)*15, float64(i * 16), 0.5})
	}
	return object{"strokes": []any{stroke}, "width": 600.0, "height": 240.0}
}

// No officer touches a case in which they, their number or their organisation are the applicant (四眼).
// Proves GAS-15, PLT-2.
func TestAbuse03FourEyes_GAS15_PLT2(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, other := w.play(1, gascontract.Review), w.play(2, gascontract.Review)
	agent, reviewer := w.as("agent1"), w.as("reviewer")
	_, org := agent.ids()
	before := reviewer.version(id)
	verdicts := judged(t, reviewer, id)
	person, _ := reviewer.ids()
	system := cinnabar.Actor{Kind: cinnabar.System}
	if err := w.app.Identity.PutMember(t.Context(), system, cinnabar.OrgID(org), cinnabar.PersonID(person), []string{"agent"}); err != nil {
		t.Fatal(err)
	}
	gas := w.as("supervisor")
	_, gasOrg := gas.ids()
	reviewer.do("PUT", "/sessions/current/org", object{"org": gasOrg}).want(t, 200)
	reviewer.do("GET", caseAt(id), nil).refused(t, 404, "case-not-found")
	reviewer.do("POST", caseAt(id)+"/actions/judge", verdicts, "If-Match", before).refused(t, 404, "case-not-found")
	if now := gas.version(id); now != before {
		t.Errorf("the refused judgement moved the case to %s", now)
	}
	reviewer.do("POST", caseAt(other)+"/actions/judge", judged(t, reviewer, other), "If-Match", reviewer.version(other)).want(t, 200) // control
	if err := w.app.Identity.RemoveMember(t.Context(), system, cinnabar.OrgID(org), cinnabar.PersonID(person)); err != nil {
		t.Fatal(err)
	}

	// The reviewer applies for a business of their own, then comes as an officer.
	reviewer = w.with("reviewer", demo.Password)
	shop := reviewer.do("POST", "/organisations", object{"name": "样例小店", "uscc": "91350100MA0000900P", "kind": "customer"}).want(t, 201)["id"]
	reviewer.do("PUT", "/sessions/current/org", object{"org": shop}).want(t, 200)
	mine := reviewer.do("POST", "/cases", object{"procedure": gascontract.ID, "operator": gasOrg}).want(t, 201)["id"].(string)
	reviewer.do("PUT", "/sessions/current/org", object{"org": gasOrg}).want(t, 200)
	if got := reviewer.do("GET", "/cases/"+mine, nil); got.status == 200 {
		for _, role := range got.object()["roles"].([]any) {
			if role == gascontract.Reviewer {
				t.Error("an applicant is the reviewer of the own case")
			}
		}
	}

	// Another account whose number the applicant gave as the own: here the clerk's.
	late := w.play(3, gascontract.Basic)
	clerk := w.as("clerk")
	clerk.do("GET", caseAt(late), nil).want(t, 200) // control
	index := w.app.Vault.Index("mobile", w.account("clerk").Mobile)
	w.sql(`INSERT INTO case_party (case_id, role, mark) VALUES ($1, 'applicant', $2)`, string(late), "idx:"+index)
	clerk.do("GET", caseAt(late), nil).refused(t, 404, "case-not-found")
}

// judged are verdicts that find nothing wrong.
func judged(t *testing.T, b *browser, id cinnabar.CaseID) object {
	t.Helper()
	v, err := b.w.app.Engine.View(t.Context(), id, cinnabar.Actor{Kind: cinnabar.System})
	if err != nil {
		t.Fatal(err)
	}
	var list []any
	for _, m := range v.Materials {
		if m.Section != "" || len(m.Files) > 0 {
			list = append(list, object{"material": m.Name, "verdict": "qualified", "reason": ""})
		}
	}
	return object{"verdicts": list}
}

// What the database's administrator copies from one row to another does not open (A15).
// Proves PLT-3, PLT-11.
func TestAbuse15SwappedRows_PLT3_PLT11(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, agent, boss := instructed(w)
	mine, theirs := agent.seal("contract"), boss.seal("legal-rep")
	for name, attack := range map[string][2]string{
		"the wrapped key": {
			`UPDATE seal_holder SET salt = (SELECT salt FROM seal_holder WHERE seal_id = $1), wrapped = (SELECT wrapped FROM seal_holder WHERE seal_id = $1),
				cost = (SELECT cost FROM seal_holder WHERE seal_id = $1), mac = (SELECT mac FROM seal_holder WHERE seal_id = $1) WHERE seal_id = $2`,
			`UPDATE seal_holder SET salt = (SELECT salt FROM kept WHERE seal_id = $1), wrapped = (SELECT wrapped FROM kept WHERE seal_id = $1),
				cost = (SELECT cost FROM kept WHERE seal_id = $1), mac = (SELECT mac FROM kept WHERE seal_id = $1) WHERE seal_id = $1`,
		},
		"the sealed key": {
			`UPDATE seal_key SET sealed = (SELECT sealed FROM seal_key WHERE seal_id = $1), chain = (SELECT chain FROM seal_key WHERE seal_id = $1) WHERE seal_id = $2`,
			`UPDATE seal_key SET sealed = (SELECT sealed FROM kept_key WHERE seal_id = $1), chain = (SELECT chain FROM kept_key WHERE seal_id = $1) WHERE seal_id = $1`,
		},
	} {
		w.schema(`CREATE TABLE kept AS SELECT * FROM seal_holder`, `CREATE TABLE kept_key AS SELECT * FROM seal_key`)
		w.sql(attack[0], mine, theirs)
		for _, password := range []string{demo.SealPassword, otherPassword} {
			raw := []byte(`{"password":"` + password + `"}`)
			a, err := boss.trySend("POST", "/api/v1"+caseAt(id)+"/actions/"+unlockTwo, raw, "Content-Type", "application/json", "If-Match", `"1"`)
			if err != nil || a.status < 400 {
				t.Errorf("%s of another seal opens: %d %v", name, a.status, err)
			}
		}
		if !strings.Contains(w.log.text(), "seal-row-altered") {
			t.Errorf("%s: the log does not say that a row was altered", name)
		}
		w.sql(attack[1], theirs)
		w.schema(`DROP TABLE kept`, `DROP TABLE kept_key`)
	}
	w.sql(`UPDATE person SET email = (SELECT p.email FROM person p WHERE p.login = 'agent2') WHERE login = 'agent1'`)
	if a, err := agent.trySend("GET", "/api/v1/people/me", nil); err != nil || a.status == 200 {
		t.Errorf("another person's address opens in this row: %s %v", a.body, err)
	}
	boss.act(id, unlockTwo, object{"password": otherPassword}).want(t, 200) // control: its own values open
}
