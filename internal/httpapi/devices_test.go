package httpapi_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"cinnabar/internal/capability/biometric/finger/synth"
	"cinnabar/internal/capability/device/agent"
	"cinnabar/internal/capability/device/protocol"
)

// print is a picture of a made-up finger.
func print(t *testing.T, finger, impression uint64) []byte {
	t.Helper()
	p := synth.New(finger).Press(synth.Casual(impression))
	var b bytes.Buffer
	grey := &image.Gray{Pix: p.Grey, Stride: synth.Width, Rect: image.Rect(0, 0, synth.Width, synth.Height)}
	if err := png.Encode(&b, grey); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// into reads the body of an answer of the wanted status.
func into(t *testing.T, a answer, status int, v any) {
	t.Helper()
	a.want(t, status)
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
}

// wrongAt fails unless one entry was refused, with a code.
func (a answer) wrongAt(t *testing.T, pointer, code string) {
	t.Helper()
	var p struct {
		Errors []struct{ Pointer, Code string }
	}
	into(t, a, 422, &p)
	if len(p.Errors) != 1 || p.Errors[0].Pointer != pointer || p.Errors[0].Code != code {
		t.Errorf("got %s, want %s at %s", a.body, code, pointer)
	}
}

// reader is an agent's machine: a folder that its stand-in reader plays, and its identity.
type reader struct {
	b      *bench
	id     agent.Identity
	folder string
}

// reader enrols an agent of the customer.
func (b *bench) reader() *reader {
	b.t.Helper()
	var code struct{ Code string }
	into(b.t, b.as("customer-admin").do("POST", "/organisations/"+string(b.customer)+"/device-codes", nil), 201, &code)
	r := &reader{b: b, folder: b.t.TempDir()}
	var err error
	if r.id, err = agent.Enrol(b.t.Context(), b.url, code.Code, "counter 1", filepath.Join(b.t.TempDir(), "key"), nil); err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (r *reader) put(name string, content []byte) {
	r.b.t.Helper()
	if err := os.WriteFile(filepath.Join(r.folder, name), content, 0o600); err != nil {
		r.b.t.Fatal(err)
	}
}

// run serves the reader until the test ends.
func (r *reader) run() {
	files, err := agent.NewFileReader(r.folder)
	if err != nil {
		r.b.t.Fatal(err)
	}
	a, err := agent.New(agent.Deps{
		Identity: r.id, Readers: []agent.Reader{files}, Clock: r.b.clock, Log: slog.New(slog.DiscardHandler),
		Judge: func(context.Context, []byte, int) (int, error) { return 80, nil },
	})
	if err != nil {
		r.b.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(r.b.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	r.b.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			r.b.t.Error(err)
		}
	})
}

// capture asks for a picture and waits until the agent has handed it in.
func (w *browser) capture(device string, position int) string {
	w.b.t.Helper()
	var c struct{ ID, State string }
	into(w.b.t, w.do("POST", "/captures", object{"device": device, "position": position}), 201, &c)
	for c.State == "asked" && w.b.t.Context().Err() == nil {
		into(w.b.t, w.do("GET", "/captures/"+c.ID, nil), 200, &c)
	}
	return c.ID
}

type verdict struct {
	State     string
	Position  int
	TriesLeft int
	Live      string
}

// Three fingers are enrolled from an agent's reader, with consent; any of them verifies their owner, from the
// reader or a scan; five failures rest; with the consent the templates go.
// Proves LCK-1, LCK-13, PLT-3.
func TestThreeFingersByAgent_LCK13_PLT3(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.reader()
	for f := range uint64(3) {
		r.put(strconv.Itoa(int(f)+1)+"_1.png", print(t, f+1, 1))
	}
	r.put("9.png", print(t, 9, 1))
	r.run()
	w := b.as("agent")
	enrol := func() answer {
		var prints []object
		for f := range 3 {
			prints = append(prints, object{"position": f + 1, "capture": w.capture(r.id.Device, f+1)})
		}
		return w.do("PUT", "/people/me/fingers", object{"prints": prints})
	}
	enrol().refused(t, 409, "consent-missing")
	b.agree(w, "fingerprint")
	w.do("POST", "/people/me/fingers/verifications", object{"file": w.sendFile("", "scan.png", print(t, 2, 2))}).refused(t, 404, "not-enrolled")
	var fingers struct{ Items []struct{ Position int } }
	into(t, enrol(), 200, &fingers)
	if len(fingers.Items) != 3 {
		t.Fatalf("enrolled: %+v", fingers)
	}
	verify := func(body object) (v verdict) {
		t.Helper()
		into(t, w.do("POST", "/people/me/fingers/verifications", body), 200, &v)
		return v
	}
	scan := w.sendFile("", "scan.png", print(t, 2, 2))
	if v := verify(object{"file": scan}); v.State != "match" || v.Position != 2 || v.Live != "not-checked" || v.TriesLeft != 5 {
		t.Errorf("the owner's scan: %+v", v)
	}
	w.do("GET", "/files/"+scan, nil).want(t, 404) // raw prints are not kept
	capture := w.capture(r.id.Device, 3)
	if v := verify(object{"capture": capture}); v.State != "match" || v.Position != 3 {
		t.Errorf("the owner's finger on the reader: %+v", v)
	}
	w.do("POST", "/people/me/fingers/verifications", object{"capture": capture}).refused(t, 409, "capture-missing")
	for left := 4; left >= 0; left-- {
		if v := verify(object{"capture": w.capture(r.id.Device, 9)}); v.State != "no_match" || v.TriesLeft != left {
			t.Errorf("a stranger's finger: %+v, want %d left", v, left)
		}
	}
	w.do("POST", "/people/me/fingers/verifications", object{"capture": w.capture(r.id.Device, 3)}).refused(t, 423, "finger-resting")
	w.do("DELETE", "/consents/fingerprint", nil).want(t, 204)
	into(t, w.do("GET", "/people/me/fingers", nil), 200, &fingers)
	if len(fingers.Items) != 0 {
		t.Errorf("templates outlived the consent: %+v", fingers)
	}
}

// Pictures that are no prints, and those of others, are refused at their place with a code.
func TestBadPrintsAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.as("agent")
	b.agree(w, "fingerprint")
	prints := []object{}
	for f, content := range [][]byte{print(t, 1, 1), picture(t), print(t, 3, 1)} {
		prints = append(prints, object{"position": f + 1, "file": w.sendFile("", "scan.png", content)})
	}
	w.do("PUT", "/people/me/fingers", object{"prints": prints}).wrongAt(t, "/prints/1", "too_small")
	foreign := b.as("stranger").sendFile("", "scan.png", print(t, 1, 1))
	w.do("POST", "/people/me/fingers/verifications", object{"file": foreign}).refused(t, 404, "no-such-file")
	w.do("POST", "/people/me/fingers/verifications", object{}).want(t, 422)
}

// A device that signs its requests has three endpoints; at all others it is nobody. Revoked it has none.
// Proves PLT-1, PLT-2.
func TestDeviceIsNobodyElsewhere_PLT1_PLT2(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.reader()
	ask := func(op string) int {
		method, _, _ := strings.Cut(op, " ")
		target := "/api/v1" + b.place(op, "nothing", "nothing")
		var body []byte
		if rights[op].body != nil {
			var err error
			if body, err = json.Marshal(rights[op].body); err != nil {
				t.Fatal(err)
			}
		}
		p := protocol.Proof{Device: r.id.Device, Time: b.clock.Now()}
		p.Signature = protocol.Sign(ed25519.NewKeyFromSeed(r.id.Seed), protocol.ProofMessage(p.Device, method, target, p.Time, body))
		req, err := http.NewRequestWithContext(t.Context(), method, b.url+target, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", p.Header())
		req.Header.Set("Tus-Resumable", "1.0.0")
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			t.Fatal(err)
		}
		return res.StatusCode
	}
	own := map[string]int{"GET /devices/me/captures": 200, "PUT /captures/{id}/picture": 404, "PUT /captures/{id}/failure": 404}
	for _, op := range b.operations(t) {
		if rights[op].fresh || strings.HasPrefix(op, "HEAD") {
			continue
		}
		got, want := ask(op), b.browser().status(strings.Split(op, " ")[0], b.place(op, "nothing", "nothing"), rights[op].body)
		if status, named := own[op]; named {
			want = status
		}
		refused := func(status int) bool { return status == 401 || status == 403 || status == 404 }
		if refused(got) != refused(want) || (own[op] != 0 && got != want) {
			t.Errorf("%s by a device: %d, wanted %d", op, got, want)
		}
	}
	b.as("customer-admin").do("DELETE", "/organisations/"+string(b.customer)+"/devices/"+r.id.Device, nil).want(t, 204)
	if got := ask("GET /devices/me/captures"); got != 401 {
		t.Errorf("a revoked device: %d", got)
	}
}

// Members of the organisation get what opens the agent's page; the device of another organisation is not there.
func TestDevicesBelongToTheirOrganisation(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.reader()
	at := "/organisations/" + string(b.customer) + "/devices"
	var token struct{ Token string }
	into(t, b.as("agent").do("GET", at+"/"+r.id.Device+"/local-token", nil), 200, &token)
	if token.Token != r.id.Token {
		t.Error("the token is not the agent's")
	}
	b.as("clerk").do("GET", at+"/"+r.id.Device+"/local-token", nil).want(t, 404)
	b.as("clerk").do("POST", "/captures", object{"device": r.id.Device, "position": 1}).refused(t, 404, "device-not-found")
	b.notStored(t, r.id.Token)
}
