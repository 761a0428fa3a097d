package abuse_test

import (
	"bytes"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
)

// Secrets and personal data that come in over the API stand nowhere in clear: not in the database and its
// journal, files, logs, or answers of errors.
// Proves PLT-3, PLT-18.
func TestAbuse25Canaries_PLT3_PLT18(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.play(1, gascontract.Identity)
	agent := w.as("agent1")
	body := "11010119900307" + "877"
	number := body + string(form.CheckCharacter11(body))
	canaries := map[string]string{
		"ID number": number, "mobile of the form": "13912345678", "bank account": "6222020200098765432", "mail address": "canary-mail@canary.invalid",
		"seal password": "canary seal password 9", "sign-in password": "canary sign-in password 9", "wrong password": "canary wrong password 9",
	}
	files := map[string]any{}
	for _, name := range []string{"idFront", "idBack", "powerOfAttorney"} {
		file, ok := agent.comesIn(id, name+".jpg", "image/jpeg", portrait(t))
		if !ok {
			t.Fatal("no picture")
		}
		files[name] = file
	}
	draft := object{
		"category": gascontract.Agent, "useType": gascontract.Commercial, "name": "金丝雀", "document": form.ResidentCard, "number": number, "expires": form.LongTerm,
		"idFront": files["idFront"], "idBack": files["idBack"], "mobile": canaries["mobile of the form"], "uscc": "91350100MA0000001P", "legalRep": "法人一", "powerOfAttorney": files["powerOfAttorney"],
	}
	got := agent.do("PUT", caseAt(id)+"/drafts/identity", object{"data": draft}, "If-Match", `"0"`).want(t, 200)
	agent.act(id, "identify", nil).want(t, 200)
	answers := [][]byte{
		agent.do("PUT", caseAt(id)+"/drafts/identity", object{"data": draft}, "If-Match", `"0"`).body,
		agent.do("PUT", caseAt(id)+"/drafts/basic", object{"data": object{"bankAccount": canaries["bank account"]}}, "If-Match", `"0"`).body,
		w.nobody().do("POST", "/sessions", object{"method": "password", "login": canaries["mail address"], "password": canaries["wrong password"]}).body,
		w.nobody().do("POST", "/sessions", object{"method": "sms", "mobile": canaries["mobile of the form"], "code": "123456"}).body,
		agent.do("POST", caseAt(id)+"/actions/unlock-contract-seal", object{"password": canaries["wrong password"]}, "If-Match", `"1"`).body,
		agent.send("POST", "/api/v1/sessions", []byte(`{"password":"`+canaries["wrong password"]+`",`), "Content-Type", "application/json").body,
		agent.do("GET", "/cases?q="+number, nil).body,
	}
	w.goesOn(id, canaries["bank account"])
	if _, contract := agent.document(id); len(contract) == 0 {
		t.Fatal("no contract was made")
	}
	answers = append(answers, w.as("reviewer").do("GET", "/cases?q="+canaries["mobile of the form"], nil).body)
	agent.do("PATCH", "/people/me", object{"email": canaries["mail address"]}).want(t, 200)
	agent.do("PUT", "/seals/"+agent.seal("contract")+"/password", object{"current": demo.SealPassword, "next": canaries["seal password"]}).want(t, 200)
	agent.do("PUT", "/people/me/password", object{"current": demo.Password, "next": canaries["sign-in password"]}).want(t, 204)
	w.eventually("the message about the password went out", func() bool { return w.told("agent1", "密码") })
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range agent.client.Jar.Cookies(request.URL) {
		canaries["session token"] = c.Value
	}
	for _, m := range w.peers.SMS.Taken() {
		canaries["mobile of the account"] = m.To
	}
	places := map[string][]byte{"the log": []byte(w.log.text())}
	for i, a := range answers {
		places["an answer "+string(rune('a'+i))] = a
	}
	w.stop()
	w.everyFile(places)
	for where, content := range places {
		for what, canary := range canaries {
			if bytes.Contains(content, []byte(canary)) {
				t.Errorf("the %s stands in %s", what, where)
			}
		}
	}
	clear := false
	for _, content := range places {
		clear = clear || bytes.Contains(content, []byte("示例市好味餐饮管理有限公司")) // control: what is meant to be in clear is found
	}
	if !clear || got["revision"] == nil || len(canaries) != 9 {
		t.Errorf("the search finds nothing at all, or too few canaries were planted: %d", len(canaries))
	}
}

// goesOn takes a case of the first company's agent from its identity data to a contract.
func (w *world) goesOn(id cinnabar.CaseID, account string) {
	t, agent, reviewer, clerk := w.t, w.as("agent1"), w.as("reviewer"), w.as("clerk")
	t.Helper()
	agent.act(id, "face-at-counter", nil).want(t, 200)
	reviewer.act(id, "confirm-face", object{"basis": "video", "reason": "已视频核验"}).want(t, 200)
	for _, m := range agent.do("GET", caseAt(id), nil).want(t, 200)["materials"].([]any) {
		if one := m.(object); one["required"] == true && one["editable"] == true {
			agent.hands(id, one["name"].(string)).want(t, 200)
		}
	}
	agent.redraft(id, gascontract.SectionBasic, object{
		"company": "示例市好味餐饮管理有限公司", "companyAddress": "示例市和平路 88 号", "contact": "金丝雀", "contactPhone": "13912345678",
		"bank": "示例银行示例支行", "bankAccount": account, "invoice": "general", "billing": "sms",
	})
	agent.act(id, "submit-basic", nil).want(t, 200)
	agent.draftContract(id, nil)
	agent.act(id, "submit-contract", nil).want(t, 200)
	clerk.redraft(id, gascontract.SectionTerms, object{"pressureLevel": "low", "pricePlan": "非居民用气", "price": "3.86"})
	clerk.act(id, "complete-terms", nil).want(t, 200)
}

// everyFile reads the whole data folder.
func (w *world) everyFile(into map[string][]byte) {
	w.t.Helper()
	err := filepath.WalkDir(w.config.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		into[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Names with line breaks and markup split no log line, and come back as the text that they are.
// Proves PLT-18, PLT-20.
func TestAbuse22HostileNames_PLT18_PLT20(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.play(1, gascontract.Basic)
	agent := w.as("agent1")
	for _, name := range []string{`<img src=x onerror=alert(1)>`, "=HYPERLINK(\"http://x\")", "a\r\nlevel=ERROR msg=forged", "\u202e人经"} {
		agent.do("PATCH", "/people/me", object{"name": name}, "User-Agent", "evil\tlevel=ERROR msg=forged")
		a := agent.do("GET", "/people/me", nil)
		a.want(t, 200)
		if kind := a.header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") || a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%q comes back as %s, to be guessed at: %v", name, kind, a.header)
		}
		agent.do("GET", "/cases/x%0d%0alevel=ERROR%20msg=forged", nil)
		agent.do("PUT", caseAt(id)+"/drafts/basic", object{"data": object{"company": name, "contact": name}}, "If-Match", `"0"`)
	}
	for line := range strings.Lines(w.log.text()) {
		if strings.HasPrefix(line, "level=") || !strings.HasPrefix(line, "time=") {
			t.Errorf("a forged line: %s", line)
		}
	}
	agent.do("PATCH", "/people/me", object{"name": "王=五"}).want(t, 200) // control
	if got := agent.do("GET", "/people/me", nil).want(t, 200)["name"]; got != "王=五" {
		t.Errorf("王=五 came back as %v", got)
	}
}
