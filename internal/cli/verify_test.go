package cli

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/business/gascontract/contracts"
	"cinnabar/internal/capability/pki/tsahttp/tsatest"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/secret"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// office is a filled demo: its contract in force, trust anchor, log key, and the status of the contract.
type office struct {
	contract []byte
	dir      string
	web      http.Handler
}

func (o office) path(name string) string { return filepath.Join(o.dir, name) }

func newOffice(t *testing.T, set ...func(*app.Config)) office {
	t.Helper()
	peers, err := demo.NewStandIns(clock.System{})
	must(t, err)
	cfg := app.Config{
		Data: t.TempDir(), PublicURL: "http://127.0.0.1", Log: slog.New(slog.DiscardHandler), LogEvery: 50 * time.Millisecond,
		KDFCost: secret.Cost{MemoryKiB: 8, Time: 1, Threads: 1},
	}
	peers.Configure(&cfg, clock.System{})
	for _, f := range set {
		f(&cfg)
	}
	a, err := app.New(t.Context(), cfg)
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() { done <- peers.Run(ctx) }()
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-done
		<-done
		must(t, a.Close())
	})
	sum, err := demo.Fill(ctx, a, peers)
	must(t, err)
	o := office{dir: t.TempDir(), web: a.Handler()}
	o.contract, err = os.ReadFile(sum.Contract)
	must(t, err)
	status, err := a.Documents.Statement(ctx, cinnabar.DigestOf(o.contract))
	must(t, err)
	anchor, err := os.ReadFile(sum.TrustAnchor)
	must(t, err)
	voided, err := a.Evidence.Key.SignNote(fmt.Sprintf("cinnabar-status/1\n"+`{"digest":%q,"standing":"voided","reason":"sold","since":"2026-01-02T03:04:05Z"}`+"\n", cinnabar.DigestOf(o.contract)))
	must(t, err)
	o.write(t, map[string]string{"voided.txt": voided, "contract.pdf": string(o.contract), "status.txt": status, "log-key.txt": a.Evidence.PublicKey() + "\n", "anchor.pem": string(anchor)})
	return o
}

func (o office) write(t *testing.T, files map[string]string) {
	t.Helper()
	for name, text := range files {
		must(t, os.WriteFile(o.path(name), []byte(text), 0o600))
	}
}

// run verifies and returns what was printed.
func (o office) run(c verifyCmd) (string, error) {
	var out bytes.Buffer
	err := c.Run(&env{Context: context.Background(), out: &out})
	return out.String(), err
}

// Proves PLT-12.
func TestVerifyOffline_PLT12(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := verifyCmd{Files: []string{o.path("contract.pdf")}, Trust: o.path("anchor.pem")}
	out, err := o.run(c)
	if err != nil || !strings.Contains(out, "valid") || !strings.Contains(out, "status unknown") || !strings.Contains(out, "internal") {
		t.Errorf("%v\n%s", err, out)
	}
	with := c
	with.Status, with.LogKey = o.path("status.txt"), o.path("log-key.txt")
	if out, err = o.run(with); err != nil || !strings.Contains(out, "status in-force as of") {
		t.Errorf("with a status: %v\n%s", err, out)
	}
	voided := with
	voided.Status = o.path("voided.txt")
	if out, err = o.run(voided); !errors.Is(err, errNotRight) || strings.Contains(out, " valid") || !strings.Contains(out, "voided since 2026-01-02T03:04:05Z (sold)") {
		t.Errorf("voided: %v\n%s", err, out)
	}
	// A2: one changed byte; and a status that was touched counts for nothing.
	changed := bytes.Clone(o.contract)
	changed[len(changed)/2] ^= 1
	status, err := os.ReadFile(o.path("status.txt"))
	must(t, err)
	o.write(t, map[string]string{"changed.pdf": string(changed), "forged.txt": strings.Replace(string(status), "in-force", "voided", 1)})
	with.Files = append(with.Files, o.path("changed.pdf"))
	if out, err = o.run(with); !errors.Is(err, errNotRight) || !strings.Contains(out, "broken") {
		t.Errorf("changed file: %v\n%s", err, out)
	}
	// A status of another file is not passed over in silence.
	alone := with
	alone.Files = []string{o.path("changed.pdf")}
	if out, err = o.run(alone); err == nil || !strings.Contains(err.Error(), "none of these files") || !strings.Contains(out, "status unknown") {
		t.Errorf("a status of another file: %v\n%s", err, out)
	}
	with.Status = o.path("forged.txt")
	if out, err = o.run(with); err == nil || errors.Is(err, errNotRight) {
		t.Errorf("forged status: %v\n%s", err, out)
	}
	o.provesItsEntry(t, c)
	// Another installation's root vouches for nothing here.
	c.Trust = newAnchor(t)
	if out, err = o.run(c); !errors.Is(err, errNotRight) || !strings.Contains(out, "untrusted") {
		t.Errorf("foreign root: %v\n%s", err, out)
	}
}

// get is what anybody gets from the office.
func (o office) get(t *testing.T, path string) string {
	t.Helper()
	w := httptest.NewRecorder()
	o.web.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1"+path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

// provesItsEntry: whoever has the contract gets, without an account, the proof that its making stands in a log that only
// grew since a checkpoint they kept; it is checked offline, and whatever is changed in it proves nothing.
// Proves PLT-6, PLT-13.
func (o office) provesItsEntry(t *testing.T, c verifyCmd) {
	t.Helper()
	var kept struct{ Items []struct{ Size int64 } }
	must(t, json.Unmarshal([]byte(o.get(t, "/evidence/checkpoints")), &kept))
	oldest := kept.Items[len(kept.Items)-1].Size
	if note := o.get(t, fmt.Sprintf("/evidence/checkpoints/%d", oldest)); !strings.Contains(note, fmt.Sprintf("\n%d\n", oldest)) {
		t.Errorf("the checkpoint of %d entries: %s", oldest, note)
	}
	proof := o.get(t, fmt.Sprintf("/verify/proof?sha256=%s&since=%d", cinnabar.DigestOf(o.contract), oldest))
	o.write(t, map[string]string{"proof.json": proof, "growth.json": o.get(t, fmt.Sprintf("/evidence/consistency?from=%d", oldest))})
	c.LogKey, c.Proof = o.path("log-key.txt"), []string{o.path("proof.json"), o.path("growth.json")}
	if out, err := o.run(c); err != nil || !strings.Contains(out, "stands in the log") || strings.Count(out, "only grew") != 2 {
		t.Errorf("with proofs: %v\n%s", err, out)
	}
	if strings.Contains(proof, `"name"`) || strings.Contains(proof, "person_") {
		t.Errorf("the proof tells who acted: %s", proof)
	}
	for what, forged := range map[string]string{
		"another action": strings.Replace(proof, `"kind":"countersign"`, `"kind":"sign"`, 1),
		"another file":   strings.Replace(proof, `"sha256":"`, `"sha256":"ff`, 1),
		"another place":  strings.Replace(proof, `"index":`, `"index":1`, 1),
		"another time":   strings.Replace(proof, `"at":"20`, `"at":"19`, 1),
		"no checkpoint":  strings.Replace(proof, `"checkpoint":"`, `"checkpoint":"x`, 1),
	} {
		if forged == proof {
			t.Fatalf("%s: the forgery is none: %s", what, proof)
		}
		o.write(t, map[string]string{"forged.json": forged})
		c.Proof = []string{o.path("forged.json")}
		if out, err := o.run(c); !errors.Is(err, errNotRight) || !strings.Contains(out, "PROVES NOTHING") {
			t.Errorf("%s: %v\n%s", what, err, out)
		}
	}
	other := c
	other.Files, other.Proof = []string{o.path("changed.pdf")}, []string{o.path("proof.json")}
	if out, err := o.run(other); !errors.Is(err, errNotRight) || !strings.Contains(out, "none of these files") {
		t.Errorf("a proof of another file: %v\n%s", err, out)
	}
}

// An outside authority stamps every signature and the archived file; the web page and the command accept it by
// the published trust file, and without its root they do not.
// Proves PLT-10, PLT-12.
func TestOutsideTimeStamps_PLT10_PLT12(t *testing.T) {
	t.Parallel()
	authority := tsatest.Start(t)
	o := newOffice(t, func(c *app.Config) {
		c.TimeStamps = &app.TimeStampConfig{URL: authority.URL, Roots: []*x509.Certificate{authority.Root}, User: tsatest.User, Password: tsatest.Password}
	})
	r := httptest.NewRequest(http.MethodPost, "/api/v1/verify", bytes.NewReader(o.contract))
	r.Header.Set("Content-Type", "application/pdf")
	answer := httptest.NewRecorder()
	o.web.ServeHTTP(answer, r)
	var page struct{ Verdict string }
	if must(t, json.Unmarshal(answer.Body.Bytes(), &page)); page.Verdict != string(pades.Valid) {
		t.Errorf("the page: %d %.500s", answer.Code, answer.Body)
	}
	c := verifyCmd{Files: []string{o.path("contract.pdf")}, Trust: o.path("anchor.pem"), JSON: true}
	out, err := o.run(c)
	var all []verified
	must(t, json.Unmarshal([]byte(out), &all))
	if err != nil || all[0].Report.Verdict != pades.Valid || len(all[0].Report.Signatures) < 5 {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, s := range all[0].Report.Signatures {
		if s.TimeStamper != "Sample TSA unit" || !s.TimeOK || s.Kind == pades.KindSignature && s.Level != "B-LTA" {
			t.Errorf("%v: %s at %v by %q", s.Fields, s.Level, s.Time, s.TimeStamper)
		}
	}
	anchor, err := os.ReadFile(o.path("anchor.pem"))
	must(t, err)
	own, _, _ := strings.Cut(string(anchor), "# for time-stamps only")
	o.write(t, map[string]string{"own.pem": own})
	c.Trust, c.JSON = o.path("own.pem"), false
	if out, err = o.run(c); !errors.Is(err, errNotRight) || !strings.Contains(out, "untrusted") {
		t.Errorf("without the root of the time-stamps: %v\n%s", err, out)
	}
}

// newAnchor is the trust anchor of another installation.
func newAnchor(t *testing.T) string {
	t.Helper()
	a, err := app.New(t.Context(), app.Config{Data: t.TempDir(), PublicURL: "http://127.0.0.1", Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() { must(t, a.Close()) })
	return a.TrustAnchorFile()
}

func TestTemplatePreview(t *testing.T) {
	t.Parallel()
	source, err := contracts.Source("commercial")
	must(t, err)
	dir := t.TempDir()
	good, bad, pdf := filepath.Join(dir, "good.tmpl"), filepath.Join(dir, "bad.tmpl"), filepath.Join(dir, "out.pdf")
	must(t, os.WriteFile(good, source, 0o600))
	must(t, os.WriteFile(bad, []byte("no head"), 0o600))
	e := &env{Context: t.Context(), out: &bytes.Buffer{}}
	must(t, (&templatePreviewCmd{File: good, Out: pdf}).Run(e))
	if made, err := os.ReadFile(pdf); err != nil || !bytes.HasPrefix(made, []byte("%PDF-")) {
		t.Errorf("preview: %v", err)
	}
	if err := (&templatePreviewCmd{File: bad, Out: pdf}).Run(e); err == nil || !strings.Contains(err.Error(), "bad.tmpl") {
		t.Errorf("a faulty template: %v", err)
	}
}
