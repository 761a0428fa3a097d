package demo_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/capability/biometric/face/challenge"
	"cinnabar/internal/capability/biometric/face/facetest"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/secret"
)

// town is a filled demo behind a real HTTP server.
type town struct {
	t     *testing.T
	app   *app.App
	peers *demo.StandIns
	sum   *demo.Summary
	url   string
	clock *clocktest.Ahead
}

func newTown(t *testing.T) *town {
	t.Helper()
	peers, err := demo.NewStandIns(clock.System{})
	must(t, err)
	ahead := &clocktest.Ahead{}
	cfg := app.Config{
		Clock: ahead,
		Data:  dbtest.Folder(t), PublicURL: "http://127.0.0.1", Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		KDFCost: secret.Cost{MemoryKiB: 8, Time: 1, Threads: 1}, LogEvery: 50 * time.Millisecond,
	}
	peers.Configure(&cfg, clock.System{})
	a, err := app.New(t.Context(), cfg)
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() { done <- peers.Run(ctx) }()
	go func() { done <- a.Run(ctx) }()
	server := httptest.NewServer(a.Handler())
	t.Cleanup(func() {
		a.Hub.Close()
		server.Close()
		stop()
		for range 2 {
			if err := <-done; err != nil {
				t.Errorf("stop: %v", err)
			}
		}
		must(t, a.Close())
	})
	sum, err := demo.Fill(ctx, a, peers)
	must(t, err)
	return &town{t, a, peers, sum, server.URL, ahead}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// person is somebody with a browser.
type person struct {
	*town
	login  string
	client http.Client
}

func (w *town) as(login string) *person {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	must(w.t, err)
	p := &person{town: w, login: login, client: http.Client{Jar: jar}}
	p.call(http.MethodPost, "/sessions", map[string]any{"method": "password", "login": login, "password": demo.Password}, 200)
	return p
}

type object = map[string]any

// call sends JSON and wants a status.
func (p *person) call(method, path string, body any, want int, headers ...string) object {
	p.t.Helper()
	status, raw := p.raw(method, path, body, headers...)
	if status != want {
		p.t.Fatalf("%s: %s %s: %d, want %d: %.600s", p.login, method, path, status, want, raw)
	}
	var out object
	_ = json.Unmarshal(raw, &out) // lists and empty answers are not wanted here
	return out
}

func (p *person) raw(method, path string, body any, headers ...string) (int, []byte) {
	p.t.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		must(p.t, err)
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+"/api/v1"+path, r)
	must(p.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", cinnabar.NewID[string]("key"))
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := p.client.Do(req)
	must(p.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	must(p.t, err)
	return res.StatusCode, raw
}

func (p *person) see(id string) object { return p.call(http.MethodGet, "/cases/"+id, nil, 200) }

func state(c object) string { return c["state"].(object)["id"].(string) }

// act takes an action on what the person sees now.
func (p *person) act(id, action string, body any, want int) object {
	p.t.Helper()
	if body == nil {
		body = object{}
	}
	version := fmt.Sprintf(`"%v"`, p.see(id)["version"])
	return p.call(http.MethodPost, "/cases/"+id+"/actions/"+action, body, want, "If-Match", version)
}

// find gets a sample case by its state.
func (p *person) find(state string) string {
	p.t.Helper()
	out := p.call(http.MethodGet, "/cases?state="+state, nil, 200)
	items := out["items"].([]any)
	if len(items) == 0 {
		p.t.Fatalf("%s sees no case in %s", p.login, state)
	}
	return items[0].(object)["id"].(string)
}

func (p *person) draft(id, section string, change object) {
	p.t.Helper()
	for _, s := range p.see(id)["sections"].([]any) {
		v := s.(object)
		if v["id"] != section {
			continue
		}
		data := object{}
		for _, from := range []string{"data", "draft"} {
			if m, ok := v[from].(object); ok {
				for k, x := range m {
					data[k] = x
				}
			}
		}
		for k, x := range change {
			data[k] = x
		}
		p.call(http.MethodPut, "/cases/"+id+"/drafts/"+section, object{"data": data}, 200, "If-Match", fmt.Sprintf(`"%v"`, v["revision"]))
	}
}

// upload sends a file by tus, of a case or of none, and waits until it was looked at.
func (p *person) upload(id, name string, content []byte) string {
	p.t.Helper()
	meta := "filename " + base64.StdEncoding.EncodeToString([]byte(name)) + ",filetype " + base64.StdEncoding.EncodeToString([]byte("image/jpeg"))
	if id != "" {
		meta += ",case " + base64.StdEncoding.EncodeToString([]byte(id))
	}
	location := p.tus(http.MethodPost, "/api/v1/files", nil, "Upload-Length", fmt.Sprint(len(content)), "Upload-Metadata", meta)
	file := location[strings.LastIndex(location, "/")+1:]
	p.tus(http.MethodPatch, "/api/v1/files/"+file, content, "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
	wait(p.t, func() bool { return p.call(http.MethodGet, "/files/"+file, nil, 200)["state"] == "ready" })
	return file
}

func (p *person) tus(method, path string, content []byte, headers ...string) (location string) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, bytes.NewReader(content))
	must(p.t, err)
	req.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := p.client.Do(req)
	must(p.t, err)
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		raw, _ := io.ReadAll(res.Body)
		p.t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, raw)
	}
	return res.Header.Get("Location")
}

func wait(t *testing.T, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("it did not happen within 3 minutes")
		}
	}
}

func jpegOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, img, &jpeg.Options{Quality: 88}))
	return b.Bytes()
}

var sentCode = regexp.MustCompile(`验证码是 ([0-9]{6})`)

// sign reads the contract to its end, gets the code from the phone, and signs.
func (p *person) sign(id string) {
	p.t.Helper()
	doc := p.see(id)["documents"].([]any)[0].(object)
	drawing := object{"width": 600, "height": 240, "strokes": []any{zigzag(60), zigzag(260)}}
	p.act(id, "sign", object{"drawing": drawing, "code": "000000", "agree": true}, 409) // not read yet
	p.act(id, "read", object{"digest": doc["sha256"], "lastPage": 1}, 409)
	p.act(id, "read", object{"digest": doc["sha256"], "lastPage": doc["pages"]}, 200)
	before := len(p.peers.SMS.Taken())
	p.call(http.MethodPost, "/cases/"+id+"/confirmations", object{}, 200)
	code := ""
	wait(p.t, func() bool {
		for _, m := range p.peers.SMS.Taken()[before:] {
			if found := sentCode.FindStringSubmatch(m.Text); found != nil {
				code = found[1]
			}
		}
		return code != ""
	})
	p.act(id, "sign", object{"drawing": drawing, "code": code, "agree": true}, 200)
}

func zigzag(x float64) []any {
	var out []any
	for i := range 30 {
		out = append(out, []any{x + float64(i)*5, 60 + float64(i%4)*40})
	}
	return out
}

// seal chooses the seals, fails with wrong passwords, and then gives the right ones, one each.
func (w *town) seal(id string, agent, boss *person) {
	w.t.Helper()
	chosen := object{}
	for _, name := range []string{"contractSeal", "legalRepSeal"} {
		status, raw := agent.raw(http.MethodGet, "/cases/"+id+"/seals?for="+name, nil)
		if status != 200 {
			w.t.Fatalf("seals for %s: %d %s", name, status, raw)
		}
		for _, s := range itemsOf(w.t, raw) {
			if s.(object)["usable"] == true {
				chosen[name] = s.(object)["id"]
			}
		}
	}
	agent.act(id, "instruct-seals", chosen, 200)
	agent.act(id, "unlock-contract-seal", object{"password": "wrong-password-1"}, 403)
	agent.act(id, "unlock-legal-rep-seal", object{"password": demo.SealPassword}, 404) // not the holder
	agent.act(id, "unlock-contract-seal", object{"password": demo.SealPassword}, 200)
	if s := state(agent.see(id)); s != "sealing" {
		w.t.Fatalf("with one password the case is in %s", s)
	}
	boss.act(id, "unlock-legal-rep-seal", object{"password": demo.SealPassword}, 200)
}

func (p *person) judge(id string, bad map[string]string) {
	p.t.Helper()
	c := p.see(id)
	var list []any
	add := func(name string) {
		v := object{"material": name, "verdict": "qualified"}
		if reason := bad[name]; reason != "" {
			v["verdict"], v["reason"] = "unqualified", reason
		}
		list = append(list, v)
	}
	for _, s := range c["sections"].([]any) {
		if j, ok := s.(object)["judged"].(object); ok {
			add(j["material"].(string))
		}
	}
	for _, m := range c["materials"].([]any) {
		if len(m.(object)["files"].([]any)) > 0 {
			add(m.(object)["name"].(string))
		}
	}
	p.act(id, "judge", object{"verdicts": list}, 200)
}

// A contract goes back for correction, is made, signed and sealed anew because its text changes, comes into
// force, is found, downloaded and verified; a flipped byte is noticed.
// Proves GAS-6, GAS-7, GAS-8, GAS-9, GAS-10, GAS-11, GAS-12, GAS-13, GAS-14.
func TestContractByItsActors_GAS6_GAS7_GAS8_GAS9_GAS10_GAS11_GAS12_GAS13_GAS14(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	reviewer, sealer := w.as("reviewer"), w.as("sealer")
	id := reviewer.find("review")
	agent, boss := w.as("agent2"), w.as("boss2")

	if r := reviewer.see(id)["registry"].(object); r["result"] != "match" {
		t.Errorf("the register of companies: %v", r)
	}
	reviewer.act(id, "judge", object{"verdicts": []any{}}, 422) // everything is to be judged
	reviewer.judge(id, map[string]string{"form-contract": "用气地址不完整", "licence": "图片模糊"})
	if s := state(agent.see(id)); s != "returned" {
		t.Fatalf("after an unqualified material the case is in %s", s)
	}
	for _, s := range agent.see(id)["sections"].([]any) {
		v := s.(object)
		if want := v["id"] == "contract"; v["editable"] != want {
			t.Errorf("section %v: editable %v", v["id"], v["editable"])
		}
	}
	told := agent.call(http.MethodGet, "/inbox", nil, 200)["items"].([]any)[0].(object)["body"].(object)
	if en := told["en"].(string); !strings.Contains(en, "- Business licence: ") || strings.Contains(en, "营业执照") || !strings.Contains(told["zh"].(string), "- 营业执照：") {
		t.Errorf("told of the materials: %v", told)
	}
	agent.act(id, "correct", nil, 422) // the licence is unchanged
	file := agent.upload(id, "营业执照.jpg", jpegOf(t, facetest.Portrait(77)))
	agent.call(http.MethodPut, "/cases/"+id+"/materials/licence", object{"files": []string{file}}, 200)
	agent.call(http.MethodPut, "/cases/"+id+"/materials/premises", object{"files": []string{file}}, 409)
	agent.draft(id, "contract", object{"gasAddress": "示例市工业园 3 号 2 层东侧"})
	agent.act(id, "correct", nil, 200)
	if s := state(agent.see(id)); s != "signing" {
		t.Fatalf("a change of the contract's text leads to %s", s)
	}
	agent.sign(id)
	w.seal(id, agent, boss)
	reviewer.judge(id, nil)

	before := len(w.inbox(agent))
	seals := w.usable(sealer, id)
	sealer.act(id, "countersign", object{"seal": seals, "password": "wrong-password-2"}, 403)
	if n := len(w.inbox(agent)); n != before {
		t.Errorf("the applicant was told before the countersealing: %d messages, before %d", n, before)
	}
	sealer.act(id, "countersign", object{"seal": seals, "password": demo.SealPassword}, 200)
	wait(t, func() bool { return strings.Contains(fmt.Sprint(w.inbox(agent)), "合同签约完成") })

	doc := agent.see(id)["documents"].([]any)[0].(object)
	if doc["state"] != "effective" || len(doc["former"].([]any)) != 1 {
		t.Fatalf("the document: %v", doc)
	}
	status, pdf := agent.raw(http.MethodGet, strings.TrimPrefix(doc["url"].(string), "/api/v1"), nil)
	if status != 200 {
		t.Fatalf("download: %d", status)
	}
	w.verify(pdf, "in-force", true)
	_, former := agent.raw(http.MethodGet, strings.TrimPrefix(doc["former"].([]any)[0].(object)["url"].(string), "/api/v1"), nil)
	w.verify(former, "superseded", true)
	flipped := bytes.Clone(pdf)
	flipped[len(pdf)/3] ^= 1
	w.verify(flipped, "", false)
	if out := agent.call(http.MethodGet, "/cases?q=%E4%BA%8C%E5%B1%82%E4%B8%9C%E4%BE%A7", nil, 200); out["total"].(float64) != 0 {
		t.Error("found by words that it does not hold")
	}
	if out := agent.call(http.MethodGet, "/cases?q=%E5%B1%82%E4%B8%9C%E4%BE%A7", nil, 200); out["total"].(float64) != 1 {
		t.Error("not found by the contract's words")
	}
	if findings, err := w.app.Check(t.Context()); err != nil || len(findings) != 0 {
		t.Errorf("check: %v, %v", findings, err)
	}
}

func (w *town) inbox(p *person) []any {
	w.t.Helper()
	_, raw := p.raw(http.MethodGet, "/inbox", nil)
	var list []any
	if json.Unmarshal(raw, &list) != nil {
		var page struct{ Items []any }
		must(w.t, json.Unmarshal(raw, &page))
		list = page.Items
	}
	return list
}

func (w *town) usable(p *person, id string) string {
	w.t.Helper()
	_, raw := p.raw(http.MethodGet, "/cases/"+id+"/seals?for=countersign", nil)
	list := itemsOf(w.t, raw)
	if len(list) == 0 {
		w.t.Fatalf("the sealer's seals: %s", raw)
	}
	return list[0].(object)["id"].(string)
}

// verify asks as a stranger.
func (w *town) verify(pdf []byte, standing string, whole bool) {
	w.t.Helper()
	res, err := http.Post(w.url+"/api/v1/verify", "application/pdf", bytes.NewReader(pdf))
	must(w.t, err)
	defer res.Body.Close()
	var report struct {
		Verdict  string
		File     string
		Document *struct{ State string }
	}
	must(w.t, json.NewDecoder(res.Body).Decode(&report))
	if good := strings.HasPrefix(report.File, "valid"); good != whole {
		w.t.Errorf("file %s, want whole %v", report.File, whole)
	}
	if good := strings.HasPrefix(report.Verdict, "valid"); good != (whole && standing == "in-force") {
		w.t.Errorf("verdict %s of a file that is whole: %v, and %s", report.Verdict, whole, standing)
	}
	if standing != "" && (report.Document == nil || report.Document.State != standing) {
		w.t.Errorf("standing %+v, want %s", report.Document, standing)
	}
}

// A live face that follows the challenge passes to the officer, by the operator's default policy; a picture
// held to the camera fails with its reason. A document's picture without a face is refused at its field; of a refused
// face nothing is left; an officer says what the decision rests on; and there is a way back to the identity data.
// Proves GAS-3, GAS-4.
func TestFaceOfALivePerson_GAS3_GAS4(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("draws and judges some hundred pictures")
	}
	w := newTown(t)
	agent := w.as("agent1")
	_, raw := agent.raw(http.MethodGet, "/operators?procedure=gas-contract", nil)
	var operators []struct{ ID string }
	must(t, json.Unmarshal(raw, &operators))
	c := agent.call(http.MethodPost, "/cases", object{"procedure": "gas-contract", "operator": operators[0].ID}, 201)
	id := c["id"].(string)
	agent.act(id, "submit-basic", nil, 409) // nothing past identity can be reached
	face := agent.upload(id, "证件.jpg", jpegOf(t, facetest.Portrait(5)))
	agent.draft(id, "identity", object{
		"category": "sole-proprietor", "useType": "commercial", "name": "经办人一", "document": "resident-id", "number": "110105199003071012",
		"expires": "long-term", "idFront": face, "idBack": face, "mobile": "13800000101", "uscc": "91350100MA0000001P",
	})
	agent.act(id, "identify", nil, 422) // the number's check digit is wrong
	agent.draft(id, "identity", object{"number": "11010519900307101X", "idFront": agent.upload(id, "空白.jpg", jpegOf(t, image.NewGray(image.Rect(0, 0, 80, 60))))})
	if wrong := agent.act(id, "identify", nil, 422)["errors"].([]any)[0].(object); wrong["pointer"] != "/sections/identity/idFront" || wrong["code"] != "document_no_face" {
		t.Errorf("a document without a face: %v", wrong)
	}
	agent.draft(id, "identity", object{"idFront": face})
	agent.act(id, "identify", nil, 200)
	agent.call(http.MethodPost, "/cases/"+id+"/face-checks", object{}, 409) // no consent
	_, raw = agent.raw(http.MethodGet, "/consents/texts", nil)
	var wordings []struct{ Kind, Language, Digest string }
	must(t, json.Unmarshal(raw, &wordings))
	for _, text := range wordings {
		if text.Kind == "face" && text.Language == "zh" {
			agent.call(http.MethodPost, "/consents", object{"kind": "face", "digest": text.Digest}, 204)
		}
	}

	if reason := agent.film(id, "no-match", func(steps []challenge.Step) []image.Image { return facetest.PerformWithPhoto(5, steps, 6, 0) }); reason == "" {
		t.Error("a picture held to the camera fails without a reason")
	}
	agent.film(id, "review", func(steps []challenge.Step) []image.Image { return facetest.Perform(5, steps, 6) })
	if s := state(agent.see(id)); s != "face-review" {
		t.Fatalf("the case is in %s", s)
	}
	reviewer := w.as("reviewer")
	frame := "/files/" + reviewer.see(id)["facts"].(object)["face"].(object)["frame"].(string)
	if refused := reviewer.call(http.MethodGet, frame+"/content", nil, 403); refused["code"] != "masked" {
		t.Errorf("the picture of a face, without a reason: %v", refused)
	}
	reviewer.act(id, "unmask", object{"reason": "核对人像"}, 200)
	if status, _ := reviewer.raw(http.MethodGet, frame+"/content", nil); status != 200 {
		t.Errorf("the picture of a face, with a reason: %d", status)
	}
	reviewer.act(id, "refuse-face", object{"reason": "与证件不符"}, 200)
	reviewer.call(http.MethodGet, frame, nil, 404) // the picture of the camera is erased with the decision
	agent.act(id, "face-at-counter", nil, 200)
	for pointer, body := range map[string]object{"missing": {"reason": "与证件一致"}, "no-live-picture": {"basis": "pictures"}} {
		if wrong := reviewer.act(id, "confirm-face", body, 422)["errors"].([]any)[0].(object); wrong["pointer"] != "/basis" || wrong["code"] != pointer {
			t.Errorf("a decision that rests on nothing: %v", wrong)
		}
	}
	reviewer.act(id, "confirm-face", object{"basis": "counter", "reason": "与证件一致"}, 200)
	if a, _ := agent.see(id)["assurance"].(object); a == nil || a["level"] != "officer" || a["basis"] != "counter" || a["score"] != nil {
		t.Errorf("assurance %v", a)
	}
	agent.act(id, "amend-identity", nil, 200)
	if c := agent.see(id); state(c) != "identity" || c["assurance"] != nil {
		t.Errorf("to be changed: %s, %v", state(c), c["assurance"])
	}
}

// film answers a check with the frames that a camera would take.
func (p *person) film(id, outcome string, play func([]challenge.Step) []image.Image) (reason string) {
	p.t.Helper()
	check := p.call(http.MethodPost, "/cases/"+id+"/face-checks", object{}, 201)
	var steps []challenge.Step
	for _, s := range check["steps"].([]any) {
		steps = append(steps, challenge.Step(s.(string)))
	}
	begun := p.clock.Now()
	var frames []any
	for i, img := range play(steps) {
		frames = append(frames, object{"at": i * 167, "jpeg": base64.StdEncoding.EncodeToString(jpegOf(p.t, img))})
	}
	film := time.Duration(len(frames)) * 167 * time.Millisecond
	p.clock.Advance(film - p.clock.Now().Sub(begun)) // it took as long as the film, not as painting it
	out := p.act(id, "verify-face", object{"check": check["check"], "nonce": check["nonce"], "frames": frames}, 200)
	res := out["result"].(object)
	detail, _ := res["detail"].(object)
	reason, _ = detail["reason"].(string)
	if res["outcome"] != outcome {
		p.t.Errorf("outcome %v (%s), want %s", res["outcome"], reason, outcome)
	}
	return reason
}
