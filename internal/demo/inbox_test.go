package demo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jlaffaye/ftp"

	"cinnabar/internal/capability/filestore/ftpaccount"
	"cinnabar/internal/capability/filestore/ftpserve"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
	"cinnabar/internal/platform/clock"
)

// mailbox is the FTP account of the purchasing department with a session of its system.
type mailbox struct {
	t    *testing.T
	conn *ftp.ServerConn
	org  cinnabar.OrgID
	dir  string
}

func (w *town) mailbox(name string) *mailbox {
	t := w.t
	t.Helper()
	server, err := ftpserve.New(ftpserve.Deps{Accounts: w.app.Accounts, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Grace: time.Millisecond})
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	t.Cleanup(func() { stop(); must(t, <-ended) })
	me := w.as("buyer").call(http.MethodGet, "/sessions/current", nil, 200)
	admin := cinnabar.Actor{Kind: cinnabar.Member, Org: cinnabar.OrgID(fmt.Sprint(me["org"].(object)["id"])), Roles: []string{"admin"}}
	departments, err := w.app.Identity.Departments(t.Context(), w.app.DB, admin.Org)
	must(t, err)
	account, password, err := w.app.Accounts.Create(t.Context(), "", ftpaccount.NewAccount{Name: name, Org: admin.Org})
	must(t, err)
	for _, d := range departments {
		if d.Name == "采购部" {
			must(t, w.app.EDocuments.BindAccount(t.Context(), admin, name, d.ID))
		}
	}
	c, err := ftp.Dial(server.Addr().String(), ftp.DialWithTimeout(10*time.Second))
	must(t, err)
	must(t, c.Login(name, password.Reveal()))
	t.Cleanup(func() { _ = c.Quit() })
	return &mailbox{t, c, admin.Org, w.app.Accounts.Dir(account)}
}

func (m *mailbox) put(name string, body any) {
	m.t.Helper()
	raw, ok := body.([]byte)
	if !ok {
		var err error
		raw, err = json.Marshal(body)
		must(m.t, err)
	}
	must(m.t, m.conn.Stor("inbox/"+name, bytes.NewReader(raw)))
}

// fetch waits for a file.
func (m *mailbox) fetch(name string) []byte {
	m.t.Helper()
	wait(m.t, func() bool { _, err := m.conn.FileSize(name); return err == nil })
	r, err := m.conn.Retr(name)
	must(m.t, err)
	raw, err := io.ReadAll(r)
	must(m.t, err)
	must(m.t, r.Close())
	return raw
}

func (m *mailbox) answer(name string) (out object) {
	m.t.Helper()
	must(m.t, json.Unmarshal(m.fetch("outbox/"+name+".answer.json"), &out))
	return out
}

func (m *mailbox) has(name string) bool { _, err := m.conn.FileSize(name); return err == nil }

// What comes by FTP becomes what the API would make of it, and comes back by FTP.
// Proves DOC-7, DOC-11.
func TestDocumentsByTheFTPInbox_DOC7_DOC11(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	box, buyer := w.mailbox("works"), w.as("buyer")

	order := order("CG-F-1", "1250.50")
	order["id"] = "erp/4711"
	box.put("订单 1.json", order)
	made := box.answer("订单 1")
	if made["result"] != "made" || made["state"] != "routing" {
		t.Fatalf("answer: %v", made)
	}
	shown := buyer.documents("?number=" + fmt.Sprint(made["number"]))
	if len(shown) != 1 || shown[0].(object)["key"] != "CG-F-1" || shown[0].(object)["amount"] != 125050.0 || shown[0].(object)["case"] != made["case"] {
		t.Fatalf("the screen shows %v", shown)
	}
	wait(t, func() bool { return box.has("inbox/done/订单 1.json") && !box.has("inbox/订单 1.json") }) // after the answer
	box.put("again.json", order)
	if again := box.answer("again"); again["number"] != made["number"] || again["case"] != made["case"] {
		t.Errorf("the same manifest again: %v", again)
	}

	finance := w.as("finance")
	id := fmt.Sprint(made["case"])
	finance.act(id, "seal", object{"seal": w.sealOf(finance, id), "password": demo.SealPassword}, 200)
	name := fmt.Sprintf("outbox/%v-v2", made["number"])
	if got := signatures(t, box.fetch(name+".pdf")); got != 1 {
		t.Errorf("%d seals on what came back", got)
	}
	if state := string(box.fetch(name + ".json")); !strings.Contains(state, `"completed"`) {
		t.Errorf("came back as %s", state)
	}
	box.finished(w)
	box.refuses(buyer, order)
}

// finished sends a finished PDF with its manifest.
func (m *mailbox) finished(w *town) {
	t := m.t
	types, _, err := w.app.EDocuments.Types(t.Context(), w.app.DB, m.org)
	must(t, err)
	pdf, err := w.app.EDocuments.Sample(t.Context(), m.org, &types[0], order("CG-F-9", "1.00")["values"].(object))
	must(t, err)
	manifest := object{"type": "JS", "key": "JS-F-1", "file": object{"name": "结算.pdf", "sha256": cinnabar.DigestOf(pdf).String(), "size": len(pdf)}}
	m.put("first.json", manifest) // the PDF may come a moment later
	m.put("结算.pdf", pdf)
	if a := m.answer("first"); a["result"] != "made" {
		t.Errorf("a finished PDF: %v", a)
	}
	wait(t, func() bool { return m.has("inbox/done/结算.pdf") && !m.has("inbox/结算.pdf") })
	m.put("tampered.pdf", append(pdf[:len(pdf):len(pdf)], '\n'))
	manifest["key"], manifest["file"].(object)["name"], manifest["file"].(object)["size"] = "JS-F-2", "tampered.pdf", len(pdf)+1
	m.put("tampered.json", manifest)
	m.refused("tampered", "/file/sha256")
}

// refused wants an answer and a reason that name a field or code, and the manifest out of the way.
func (m *mailbox) refused(name, why string) {
	m.t.Helper()
	a := m.answer(name)
	raw, err := json.Marshal(a)
	must(m.t, err)
	if a["result"] != "refused" || !strings.Contains(string(raw), `"`+why+`"`) {
		m.t.Errorf("%s: %s, want %s", name, raw, why)
	}
	if !bytes.Equal(m.fetch("inbox/refused/"+name+".reason.json"), m.fetch("outbox/"+name+".answer.json")) {
		m.t.Errorf("%s: the reason is not the answer", name)
	}
	wait(m.t, func() bool { return m.has("inbox/refused/"+name+".json") && !m.has("inbox/"+name+".json") })
}

func (m *mailbox) refuses(buyer *person, good object) {
	before := len(buyer.documents("?limit=200"))
	taken, other := order("CG-F-1", "99.00"), order("CG-F-8", "a lot")
	reused := order("CG-F-7", "1.00")
	reused["id"] = good["id"]
	unknown := order("CG-F-6", "1.00")
	unknown["colour"] = "red"
	nothing := object{"type": "JS", "file": object{"name": "../../etc/passwd.pdf", "sha256": strings.Repeat("0", 64), "size": 1}}
	for name, one := range map[string]struct {
		body any
		why  string
	}{
		"taken": {taken, "document-exists"}, "wrong": {other, "/values/total"}, "reused": {reused, "id-reused"}, "unknown": {unknown, "/colour"},
		"trick": {nothing, "/file/name"}, "broken": {[]byte(`{"type":"PO",`), "not-json"}, "type": {object{"type": "NONE", "values": object{}}, "/type"},
	} {
		m.put(name+".json", one.body)
		m.refused(name, one.why)
	}
	if err := m.conn.Stor("inbox/a\u202ejson.exe", strings.NewReader("x")); err == nil {
		m.t.Error("the server took a name that deceives")
	}
	bad := filepath.Join(m.dir, "inbox", "a\u202egpj.json") // by another way than FTP
	must(m.t, os.WriteFile(bad, []byte("{}"), 0o600))
	wait(m.t, func() bool { _, err := os.Stat(bad); return err != nil })
	m.fetch("inbox/refused/agpj.reason.json")
	if after := len(buyer.documents("?limit=200")); after != before {
		m.t.Errorf("%d documents came of what was refused", after-before)
	}
	corrected := order("CG-F-8", "80.00")
	m.put("wrong.json", corrected)
	wait(m.t, func() bool { return m.has("outbox/wrong~2.answer.json") })
}
