package demo_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/demo"
)

// order is a purchase order's data; number is its business key.
func order(number, total string) object {
	return object{"type": "PO", "values": object{
		"orderNumber": number, "supplier": "示例市东方仪表有限公司", "orderDate": "2026-11-21", "goods": "膜式燃气表 G4", "quantity": 20,
		"total": total, "delivery": "示例市建设路 1 号仓库",
	}}
}

func (p *person) makes(body object, want int) object {
	p.t.Helper()
	return p.call(http.MethodPost, "/e-documents", body, want, "Idempotency-Key", p.key())
}

func (p *person) key() string { return fmt.Sprintf("key-%s-%d", p.login, time.Now().UnixNano()) }

func (p *person) documents(query string) []any {
	p.t.Helper()
	return p.call(http.MethodGet, "/e-documents"+query, nil, 200)["items"].([]any)
}

// numbers are those of a list.
func numbers(list []any) []string {
	var out []string
	for _, one := range list {
		out = append(out, one.(object)["number"].(string))
	}
	return out
}

// A business key has one bound, whether it is entered beside the document or as an entry of its template.
// Proves DOC-3.
func TestABusinessKeyHasOneBound_DOC3(t *testing.T) {
	t.Parallel()
	buyer := newTown(t).as("buyer")
	refused := func(body object, at string) {
		t.Helper()
		f := buyer.makes(body, 422)["errors"].([]any)[0].(object)
		if f["pointer"] != at || f["code"] != "too-long" || f["params"].(object)["max"] != 100.0 {
			t.Errorf("%s: %v", at, f)
		}
	}
	long := strings.Repeat("键", 101)
	refused(order(long, "99.00"), "/values/orderNumber")
	own := order("CG-T-2", "99.00")
	own["key"] = long
	refused(own, "/key")
	buyer.makes(order(long[:len("键")*100], "99.00"), 201) // control
}

// sealOf is the one seal that somebody can use in a case.
func (w *town) sealOf(p *person, id string) string {
	w.t.Helper()
	_, raw := p.raw(http.MethodGet, "/cases/"+id+"/seals?for=seal", nil)
	for _, one := range itemsOf(w.t, raw) {
		if seal := one.(object); seal["held"] == true {
			return seal["id"].(string)
		}
	}
	w.t.Fatalf("%s holds no seal: %s", p.login, raw)
	return ""
}

// Proves DOC-1, DOC-3, DOC-4, DOC-5, DOC-6, DOC-7, DOC-8, DOC-9, DOC-10, PLT-21.
func TestADocumentWalksItsRoute_DOC1_DOC3_DOC4_DOC6_DOC7_DOC8_DOC9_DOC10_PLT21(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	buyer, finance, office, legal, auditor := w.as("buyer"), w.as("finance"), w.as("office"), w.as("legal"), w.as("auditor")

	made := buyer.makes(order("CG-T-1", "250000.00"), 201)
	id, number := made["case"].(string), made["number"].(string)
	if !strings.HasPrefix(number, "PO-") || made["state"] != "routing" {
		t.Fatalf("made as %v", made)
	}
	again := buyer.makes(order("ｃｇ－ｔ \u200b- 1", "99.00"), 409) // the same key, written otherwise
	if again["code"] != "document-exists" || fmt.Sprint(again["params"].(object)["number"]) != number {
		t.Errorf("the same business key again: %v", again)
	}

	// The file stands on the server under its number, and its bytes are those of its digest.
	at := filepath.Join(w.app.Data, "ftp", "documents", made["path"].(string))
	onDisk, err := os.ReadFile(at)
	must(t, err)
	_, shown := buyer.raw(http.MethodGet, "/e-documents/"+id+"/file", nil)
	if !bytes.Equal(onDisk, shown) {
		t.Error("the screen shows another file than the server has")
	}

	// Who comes later sees nothing before their turn.
	finance.call(http.MethodGet, "/e-documents/"+id, nil, 404)
	if len(finance.documents("?number="+number)) != 0 {
		t.Error("a later signer finds the document")
	}
	legal.act(id, "approve", nil, 200)
	finance.act(id, "approve", nil, 409) // a seal is wanted
	finance.act(id, "reject", nil, 422)  // the reason is required
	finance.act(id, "reject", object{"reason": "数量不符"}, 200)
	back := buyer.call(http.MethodGet, "/e-documents/"+id, nil, 200)
	if back["state"] != "returned" || back["reason"] != "数量不符" {
		t.Fatalf("came back as %v for %v", back["state"], back["reason"])
	}
	corrected := order("CG-T-1", "240000.00")
	buyer.draft(id, "data", corrected)
	buyer.act(id, "make", nil, 200)
	legal.act(id, "approve", nil, 200)

	seal := w.sealOf(finance, id)
	finance.act(id, "seal", object{"seal": seal, "password": "wrong password"}, 403)
	finance.act(id, "seal", object{"seal": seal, "password": demo.SealPassword}, 200)
	finance.act(id, "seal", object{"seal": seal, "password": demo.SealPassword}, 403) // once only
	office.act(id, "seal", object{"seal": w.sealOf(office, id), "password": demo.SealPassword}, 200)

	end := buyer.call(http.MethodGet, "/e-documents/"+id, nil, 200)
	if end["state"] != "completed" || end["number"] != number {
		t.Fatalf("ended as %v under %v", end["state"], end["number"])
	}
	_, sealed := buyer.raw(http.MethodGet, "/e-documents/"+id+"/file", nil)
	if got := signatures(t, sealed); got != 2 {
		t.Errorf("pdfsig finds %d signatures", got)
	}
	if _, err := os.Stat(at); err == nil {
		t.Error("the first version still stands on the server")
	}
	auditor.call(http.MethodGet, "/e-documents/"+id, nil, 200)
	auditor.act(id, "void", object{"reason": "x"}, 403)
	w.as("agent1").call(http.MethodGet, "/e-documents/"+id, nil, 404)
	for lang, words := range map[string][]string{"zh": {"编号", "采购订单", "已完成", "采购部"}, "en": {"Storage path", "Purchase order", "Complete"}} {
		_, csv := auditor.raw(http.MethodGet, "/e-documents.csv?lang="+lang+"&number="+number, nil)
		for _, word := range append(words, number, "completed", end["path"].(string), end["sha256"].(string), fmt.Sprint(len(sealed))) {
			if !bytes.Contains(csv, []byte(word)) {
				t.Errorf("the export in %s lacks %s: %s", lang, word, csv)
			}
		}
	}
}

// signatures counts those that poppler finds valid.
func signatures(t *testing.T, pdf []byte) int {
	t.Helper()
	file := filepath.Join(t.TempDir(), "doc.pdf")
	must(t, os.WriteFile(file, pdf, 0o600))
	out, _ := exec.CommandContext(t.Context(), "pdfsig", "-nocert", file).CombinedOutput() // exits 0 or not by trust
	return bytes.Count(out, []byte("Signature is Valid"))
}

// Proves DOC-8.
func TestTwoSignersAtOnceMakeOneSeal_DOC8(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	buyer := w.as("buyer")
	made := buyer.makes(order("CG-T-2", "100.00"), 201)
	id := made["case"].(string)
	first, second := w.as("finance"), w.as("finance")
	seal := w.sealOf(first, id)
	version := first.call(http.MethodGet, "/e-documents/"+id, nil, 200)["version"]
	codes := make(chan int, 2)
	for _, p := range []*person{first, second} {
		go func() {
			status, _ := p.raw(http.MethodPost, "/cases/"+id+"/actions/seal", object{"seal": seal, "password": demo.SealPassword},
				"Idempotency-Key", p.key()+fmt.Sprintf("%p", p), "If-Match", fmt.Sprintf(`"%v"`, version))
			codes <- status
		}()
	}
	a, b := <-codes, <-codes
	if min(a, b) != 200 || max(a, b) < 400 || max(a, b) >= 500 {
		t.Errorf("two at once: %d and %d", a, b)
	}
	_, pdf := buyer.raw(http.MethodGet, "/e-documents/"+id+"/file", nil)
	if got := signatures(t, pdf); got != 1 {
		t.Errorf("%d seals on it", got)
	}
}

func listOf(t *testing.T, raw []byte) (out []any) {
	t.Helper()
	must(t, json.Unmarshal(raw, &out))
	return out
}

func itemsOf(t *testing.T, raw []byte) []any {
	t.Helper()
	var page struct{ Items []any }
	must(t, json.Unmarshal(raw, &page))
	return page.Items
}

// ended waits for the end of a batch.
func (p *person) ended(id string) object {
	p.t.Helper()
	var b object
	wait(p.t, func() bool {
		b = p.call(http.MethodGet, "/batches/"+id, nil, 200)
		return b["state"] == "done" || b["state"] == "waiting"
	})
	return b
}

func table(from, to int, bad map[int]string) []byte {
	var b strings.Builder
	b.WriteString("订单号,供应商,订单日期,货物名称及规格,数量,金额（元）,交货地点\n")
	for n := from; n <= to; n++ {
		quantity := "10"
		if v, ok := bad[n]; ok {
			quantity = v
		}
		fmt.Fprintf(&b, "CG-B-%04d,示例市𬭎图仪表有限公司,2026-11-21,膜式燃气表,%s,%d.50,一号仓库\n", n, quantity, 100+n)
	}
	return []byte(b.String())
}

// Proves DOC-2, DOC-3, DOC-7, DOC-12, PLT-24.
func TestABatchIsMadeAndSealedAtOnce_DOC2_DOC3_DOC7_PLT24(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	buyer, finance := w.as("buyer"), w.as("finance")

	sheet := func(file string, mapping any) object { return object{"file": file, "type": "PO", "mapping": mapping} }
	bad := buyer.upload("", "订单.csv", table(1, 40, map[int]string{31: "很多"}))
	proposal := buyer.call(http.MethodPost, "/e-documents/sheets/proposal", sheet(bad, object{"columns": []any{}}), 200)
	mapping := proposal["mapping"]
	if got := len(mapping.(object)["columns"].([]any)); got != 7 {
		t.Fatalf("%d of 7 columns proposed: %v", got, mapping)
	}
	report := buyer.call(http.MethodPost, "/e-documents/sheets/check", sheet(bad, mapping), 200)
	found := report["findings"].([]any)
	if len(found) != 1 || fmt.Sprint(found[0].(object)["line"]) != "32" || found[0].(object)["column"] != "E" {
		t.Fatalf("findings: %v", found)
	}
	if told := found[0].(object)["text"].(object); told["zh"] != "须为整数，如 12" || told["en"] != "must be a whole number such as 12" {
		t.Errorf("what is wanted: %v", told)
	}
	if len(report["previews"].([]any)) == 0 {
		t.Error("no document was shown before anything is made")
	}
	buyer.call(http.MethodPost, "/e-documents/batches", sheet(bad, mapping), 422, "Idempotency-Key", buyer.key())

	good := buyer.upload("", "订单.csv", table(1, 40, nil))
	key := buyer.key()
	id := buyer.call(http.MethodPost, "/e-documents/batches", sheet(good, mapping), 201, "Idempotency-Key", key)["id"].(string)
	buyer.call(http.MethodPost, "/e-documents/batches", sheet(good, mapping), 201, "Idempotency-Key", key)
	if b := buyer.ended(id); b["state"] != "done" || b["done"] != 40.0 {
		t.Fatalf("the batch: %v", b)
	}
	told := func(p *person) string { return fmt.Sprint(w.inbox(p)) }
	wait(t, func() bool {
		return strings.Contains(told(finance), "有一批单据待办理：采购订单（40 份）")
	})
	if legal := told(w.as("legal")); strings.Contains(legal, "有一批单据待办理") {
		t.Errorf("told of documents that do not wait for them: %s", legal)
	}
	if status, xlsx := buyer.raw(http.MethodGet, "/batches/"+id+"/result.xlsx", nil); status != 200 || !bytes.HasPrefix(xlsx, []byte("PK")) {
		t.Errorf("result: %d", status)
	}
	report = buyer.call(http.MethodPost, "/e-documents/sheets/check", sheet(good, mapping), 200)
	if report["total"] != 40.0 {
		t.Errorf("the same rows again: %v", report["total"])
	}

	waiting := finance.documents("?role=signer&q=CG-B&limit=200")
	if len(waiting) != 40 {
		t.Fatalf("%d documents wait for finance", len(waiting))
	}
	if got := numbers(waiting); len(unique(got)) != 40 {
		t.Errorf("numbers repeat: %v", got)
	}
	cases := []string{}
	for _, one := range waiting {
		cases = append(cases, one.(object)["case"].(string))
	}
	seal := w.sealOf(finance, cases[0])
	finance.call(http.MethodPost, "/seals/"+seal+"/bulk", object{"cases": cases, "action": "seal", "password": "wrong"}, 403, "Idempotency-Key", finance.key())
	run := finance.call(http.MethodPost, "/seals/"+seal+"/bulk", object{"cases": cases, "action": "seal", "password": demo.SealPassword}, 201,
		"Idempotency-Key", finance.key())["id"].(string)
	if b := finance.ended(run); b["state"] != "done" || b["done"] != 40.0 {
		t.Fatalf("bulk sealing: %v", b)
	}
	_, pdf := buyer.raw(http.MethodGet, "/e-documents/"+cases[7]+"/file", nil)
	if got := signatures(t, pdf); got != 1 {
		t.Errorf("%d seals on a document", got)
	}
	finance.call(http.MethodPost, "/seals/"+seal+"/bulk", object{"cases": cases[:2], "action": "seal", "password": demo.SealPassword}, 422,
		"Idempotency-Key", finance.key()) // sealed already, and nothing was begun
}

func unique(list []string) map[string]bool {
	out := map[string]bool{}
	for _, s := range list {
		out[s] = true
	}
	return out
}

// Proves PLT-24, GAS-11.
func TestTheSealerCountersignsInBulk_PLT24(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	sealer := w.as("sealer")
	id := sealer.find("countersign")
	_, raw := sealer.raw(http.MethodGet, "/cases/"+id+"/seals?for=countersign", nil)
	var seal string
	for _, one := range itemsOf(t, raw) {
		if one.(object)["held"] == true {
			seal = one.(object)["id"].(string)
		}
	}
	run := sealer.call(http.MethodPost, "/seals/"+seal+"/bulk", object{"cases": []string{id}, "action": "countersign", "password": demo.SealPassword}, 201,
		"Idempotency-Key", sealer.key())["id"].(string)
	if b := sealer.ended(run); b["state"] != "done" || b["done"] != 1.0 {
		_, rows := sealer.raw(http.MethodGet, "/batches/"+run+"/rows", nil)
		t.Fatalf("bulk countersigning: %v %s", b, rows)
	}
	if s := state(sealer.see(id)); s != "in-force" {
		t.Errorf("the contract is in %s", s)
	}
}
