package demo_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	_ "modernc.org/sqlite"

	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
	"cinnabar/internal/pdf/pdftest"
	"cinnabar/internal/platform/secret"
	"cinnabar/internal/procedure"
)

// receiver is an organisation's program that is told of events.
type receiver struct {
	mu    sync.Mutex
	types []string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	var e struct{ Type string }
	_ = json.Unmarshal(body, &e)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.types = append(r.types, e.Type)
	w.WriteHeader(http.StatusNoContent)
}

func (r *receiver) heard(kind string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Contains(r.types, kind)
}

// alsoSigns has somebody sign documents for the organisation, too, as its administrator says.
func (p *person) alsoSigns(admin *person) *person {
	p.t.Helper()
	session := p.call(http.MethodGet, "/sessions/current", nil, 200)
	org, self := session["org"].(object), session["person"].(object)
	roles := append(slices.Clone(org["roles"].([]any)), "doc-signer")
	admin.call(http.MethodPatch, fmt.Sprintf("/organisations/%s/members/%s", org["id"], self["id"]), object{"roles": roles}, 200)
	return p.as(p.login)
}

// A document is sealed by a department and then by another organisation, with a seal of its own. What the department's
// programs get: the row in their own database, the event, and the file in their folder.
// Proves DOC-4, DOC-6, DOC-7, DOC-10, PLT-19.
func TestADocumentReachesItsDepartmentsPrograms_DOC4_DOC6_DOC7_DOC10_PLT19(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	admin, buyer, finance := w.as("supervisor"), w.as("buyer"), w.as("finance")
	agent, boss := w.as("agent1"), w.as("boss1")
	supplier := agent.alsoSigns(agent)
	boss = boss.alsoSigns(agent)
	outside := agent.call(http.MethodGet, "/sessions/current", nil, 200)["org"].(object)["id"]
	must(t, w.app.Mirror.Configure(t.Context(), cinnabar.Actor{Kind: cinnabar.System}, "purchasing", mirror.Target{Kind: "sqlite", DSN: "purchasing.db"}))

	status, raw, tag := admin.tagged(http.MethodGet, "/document-types")
	if status != 200 {
		t.Fatalf("types: %d", status)
	}
	var types object
	must(t, json.Unmarshal(raw, &types))
	orders := types["items"].([]any)[0].(object)
	orders["database"] = "purchasing"
	small := orders["routes"].([]any)[0].(object)
	small["stages"] = append(small["stages"].([]any), object{"items": []any{object{"name": "office-seal", "org": outside, "seal": true}}})
	admin.call(http.MethodPut, "/document-types", types, 200, "If-Match", tag, "Idempotency-Key", admin.key())

	used := admin.call(http.MethodDelete, "/index-databases/purchasing", nil, 409)
	if used["code"] != "index-database-in-use" || used["params"].(object)["types"] != "PO" {
		t.Errorf("a database to which documents go is removed: %v", used)
	}

	program := &receiver{}
	server := httptest.NewServer(program)
	defer server.Close()
	org := admin.call(http.MethodGet, "/sessions/current", nil, 200)["org"].(object)["id"].(string)
	admin.call(http.MethodPost, "/organisations/"+org+"/webhooks", object{"url": server.URL + "/hook", "types": []string{"document.*"}}, 201, "Idempotency-Key", admin.key())
	var purchasing string
	_, list := admin.raw(http.MethodGet, "/departments", nil)
	for _, d := range listOf(t, list) {
		if d.(object)["name"] == "采购部" {
			purchasing = d.(object)["id"].(string)
		}
	}
	admin.call(http.MethodPost, "/ftp-accounts", object{"name": "purchasing", "department": purchasing}, 201, "Idempotency-Key", admin.key())

	made := buyer.makes(order("CG-R-1", "100.00"), 201)
	id, number := made["case"].(string), made["number"].(string)
	place := object{"page": 1, "x": 300, "y": 120}
	supplier.call(http.MethodGet, "/e-documents/"+id, nil, 404) // not before its turn
	finance.act(id, "seal", object{"seal": w.sealOf(finance, id), "password": demo.SealPassword, "place": place}, 200)
	finance.act(id, "seal", object{"seal": w.sealOf(supplier, id), "password": demo.SealPassword}, 403)
	if got := numbers(supplier.documents("?role=signer")); !slices.Equal(got, []string{number}) {
		t.Errorf("the other organisation is to seal %v", got)
	}
	var own string
	_, seals := boss.raw(http.MethodGet, "/seals", nil)
	for _, s := range listOf(t, seals) {
		if s.(object)["kind"] == "legal-rep" {
			own = s.(object)["id"].(string)
		}
	}
	wrong := boss.act(id, "seal", object{"seal": own, "password": demo.SealPassword}, 422)["errors"].([]any)[0].(object)
	if _, offered := boss.raw(http.MethodGet, "/cases/"+id+"/seals?for=seal", nil); wrong["code"] != "not-allowed" || bytes.Contains(offered, []byte(own)) {
		t.Errorf("a legal representative's seal on a document: %v, offered are %s", wrong, offered)
	}
	supplier.act(id, "seal", object{"seal": w.sealOf(supplier, id), "password": demo.SealPassword}, 200)
	_, sealed := buyer.raw(http.MethodGet, "/e-documents/"+id+"/file", nil)
	if got := signatures(t, sealed); got != 2 {
		t.Errorf("a seal at a place of one's own and one of another organisation: %d verify", got)
	}

	wait(t, func() bool { return program.heard("document.completed") })
	index, err := sql.Open("sqlite", filepath.Join(w.app.Data, "index-databases", "purchasing.db"))
	must(t, err)
	defer index.Close()
	wait(t, func() bool {
		var state, path, digest string
		err := index.QueryRowContext(t.Context(), `SELECT doc_state, storage_path, sha256 FROM cinnabar_document WHERE doc_number = ?`, number).Scan(&state, &path, &digest)
		return err == nil && state == "completed" && digest == cinnabar.DigestOf(sealed).String()
	})
	outbox := filepath.Join(w.app.Data, "ftp", "clients", "purchasing", "outbox")
	wait(t, func() bool {
		found, _ := filepath.Glob(filepath.Join(outbox, number+"-v*.pdf"))
		if len(found) == 0 {
			return false
		}
		body, err := os.ReadFile(found[0])
		return err == nil && bytes.Equal(body, sealed)
	})
}

// tagged is raw with the ETag.
func (p *person) tagged(method, path string) (int, []byte, string) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+"/api/v1"+path, nil)
	must(p.t, err)
	res, err := p.client.Do(req)
	must(p.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(p.t, err)
	return res.StatusCode, body, res.Header.Get("ETag")
}

// Proves DOC-1, DOC-6.
func TestAFinishedPDFIsNumberedAndSealed_DOC1(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	buyer, finance := w.as("buyer"), w.as("finance")
	raw, err := os.ReadFile(w.sum.Contract) // signed already: no seal can be laid on it
	must(t, err)
	signed := buyer.upload("", "合同.pdf", raw)
	body := object{"type": "JS", "upload": signed, "title": "十月结算", "party": "示例市宏达管材有限公司", "amount": "1200.00", "date": "2026-11-01"}
	before := w.as("auditor").call(http.MethodGet, "/document-numbers", nil, 200)["voided"].([]any)
	if f := buyer.makes(body, 422)["errors"].([]any)[0].(object); f["pointer"] != "/upload" || f["code"] != "pdf-signed" {
		t.Errorf("a signed PDF: %v", f)
	}
	if after := w.as("auditor").call(http.MethodGet, "/document-numbers", nil, 200)["voided"].([]any); len(after) != len(before) {
		t.Error("a signed PDF took a number")
	}
	plain := buyer.upload("", "结算.pdf", modern(t, pdftest.Blank()))
	body["upload"] = plain
	made := buyer.makes(body, 201)
	id := made["case"].(string)
	finance.act(id, "seal", object{"seal": w.sealOf(finance, id), "password": demo.SealPassword}, 200)
	_, pdf := buyer.raw(http.MethodGet, "/e-documents/"+id+"/file", nil)
	if signatures(t, pdf) != 1 {
		t.Error("the seal on a finished PDF does not verify")
	}
	finance.makes(body, 403)

	_, worded := w.as("supervisor").raw(http.MethodPost, "/document-types/preview", object{"template": "---\nid: note\nversion: 1\nlanguage: zh-CN\ntitle: 便条\ntitle-en: Note\n---\n\n# 便条\n\n本单含特别补充条款。\n"})
	body["upload"], body["title"] = buyer.upload("", "便条.pdf", worded), "十一月结算"
	number := buyer.makes(body, 201)["number"].(string)
	if got := numbers(buyer.documents("?q=特别补充条款")); !slices.Equal(got, []string{number}) {
		t.Errorf("by its words a finished PDF is found as %v", got)
	}
}

// modern is the file as today's office programs write it: its objects in streams, without a classic table.
func modern(t *testing.T, pdf []byte) []byte {
	t.Helper()
	plain, packed := filepath.Join(t.TempDir(), "plain.pdf"), filepath.Join(t.TempDir(), "packed.pdf")
	must(t, os.WriteFile(plain, pdf, 0o600))
	out, err := exec.CommandContext(t.Context(), "qpdf", "--object-streams=generate", plain, packed).CombinedOutput()
	if err != nil {
		t.Fatalf("qpdf: %s", out)
	}
	raw, err := os.ReadFile(packed)
	must(t, err)
	return raw
}

// Proves DOC-9.
func TestVoidedNumbersStayOnRecord_DOC9(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	buyer, auditor := w.as("buyer"), w.as("auditor")
	bad := order("CG-V-1", "10.00")
	bad["values"].(object)["supplier"] = strings.Repeat("供", 2000) // fits the form, not the page's cell
	status, _ := buyer.raw(http.MethodPost, "/e-documents", bad, "Idempotency-Key", buyer.key())
	list := auditor.call(http.MethodGet, "/document-numbers", nil, 200)
	for _, p := range list["periods"].([]any) {
		if p.(object)["gap"] != 0.0 || p.(object)["reserved"] != 0.0 {
			t.Errorf("numbers unaccounted for: %v", p)
		}
	}
	if status >= 400 && len(list["voided"].([]any)) == 0 {
		t.Errorf("a document was refused (%d) after its number was reserved, and no number is voided", status)
	}
	if voided := auditor.documents("?state=voided"); len(voided) == 0 {
		t.Error("voided documents are not listed")
	}
	buyer.call(http.MethodGet, "/document-numbers", nil, 403)
}

// Proves DOC-10.
func TestADeputyActsOnceItIsOverdue_DOC10(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	buyer, office := w.as("buyer"), w.as("office")
	id := buyer.makes(order("CG-D-1", "500.00"), 201)["case"].(string)
	office.call(http.MethodGet, "/e-documents/"+id, nil, 404)
	buyer.act(id, "remind", nil, 200)
	_, err := w.app.Engine.Do(t.Context(), procedure.Do{Case: cinnabar.CaseID(id), Action: "overdue", Actor: cinnabar.Actor{Kind: cinnabar.System}})
	must(t, err)
	if due := office.see(id)["deadlines"].([]any); len(due) == 0 {
		t.Error("what was overdue has no deadline any more")
	}
	office.act(id, "seal", object{"seal": w.sealOf(office, id), "password": demo.SealPassword}, 200)
	if s := buyer.call(http.MethodGet, "/e-documents/"+id, nil, 200)["state"]; s != "completed" {
		t.Errorf("after the deputy's seal: %v", s)
	}
	w.as("finance").act(id, "seal", object{"seal": "none"}, 403)
	buyer.act(id, "recall", object{"reason": "x"}, 409)
}

// A file server that lies or is gone keeps documents from showing themselves, and the run says what it waits
// for; nothing is lost when it is well again.
// Proves DOC-4, DOC-5.
func TestABatchWaitsForALyingFileServer_DOC5(t *testing.T) {
	t.Parallel()
	liar := ftpstoretest.NewLiar(t, ftpstoretest.Vsftpd(t, nil))
	w := newTown(t)
	admin, buyer, finance := w.as("supervisor"), w.as("buyer"), w.as("finance")
	store := depot.Config{Name: "outside", Kind: depot.FTP, Address: liar.Addr, User: liar.User, Password: secret.Secret(liar.Password), Folder: liar.Base}
	must(t, w.app.Depot.AddStore(t.Context(), store))
	_, raw, tag := admin.tagged(http.MethodGet, "/document-types")
	var types object
	must(t, json.Unmarshal(raw, &types))
	types["items"].([]any)[0].(object)["store"] = "outside"
	admin.call(http.MethodPut, "/document-types", types, 200, "If-Match", tag, "Idempotency-Key", admin.key())

	liar.Lie(ftpstoretest.Fault{CutUploads: 1000}) // answers 226 for a short file
	file := buyer.upload("", "订单.csv", table(1, 5, nil))
	mapping := buyer.call(http.MethodPost, "/e-documents/sheets/proposal", object{"file": file, "type": "PO"}, 200)["mapping"]
	id := buyer.call(http.MethodPost, "/e-documents/batches", object{"file": file, "type": "PO", "mapping": mapping}, 201, "Idempotency-Key", buyer.key())["id"].(string)
	b := buyer.ended(id)
	if b["state"] != "waiting" {
		t.Fatalf("with a lying server the batch is %v", b)
	}
	if code := b["reason"].(object)["code"].(string); !strings.HasPrefix(code, "store-") {
		t.Errorf("it waits for %q", code)
	}
	if list := finance.documents("?role=signer&q=CG-B"); len(list) != 0 {
		t.Errorf("%d documents show themselves whose files are not whole", len(list))
	}

	liar.Lie(ftpstoretest.Fault{})
	buyer.call(http.MethodPost, "/batches/"+id+"/resume", nil, 200, "Idempotency-Key", buyer.key())
	wait(t, func() bool { return buyer.call(http.MethodGet, "/batches/"+id, nil, 200)["done"] == 5.0 })
	list := finance.documents("?role=signer&q=CG-B")
	if len(list) != 5 {
		t.Fatalf("%d documents wait for finance", len(list))
	}
	for _, one := range list {
		if status, pdf := finance.raw(http.MethodGet, "/e-documents/"+one.(object)["case"].(string)+"/file", nil); status != 200 || !bytes.HasPrefix(pdf, []byte("%PDF")) {
			t.Errorf("a file from the outside server: %d", status)
		}
	}
	if found, err := w.app.Depot.Check(t.Context(), false); err != nil || slices.ContainsFunc(found, func(f depot.Finding) bool { return f.Problem != "part" }) {
		t.Errorf("the check afterwards: %v %v", found, err)
	}
}
