package abuse_test

import (
	"testing"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
)

// sealed is a complete document on which finance and the office have put their seals, and at which legal looked.
func (w *world) sealed(name string) cinnabar.CaseID {
	w.t.Helper()
	id := w.as("buyer").makes(order(name, "250000.00"))
	w.as("legal").act(id, "approve", nil).want(w.t, 200)
	for _, login := range []string{"finance", "office"} {
		b := w.as(login)
		b.act(id, "seal", object{"seal": b.held(id), "password": demo.SealPassword}).want(w.t, 200)
	}
	return id
}

// A complete document is voided when every department that sealed it agrees; one that does not leaves it in force.
// Then it verifies as voided, its number stays, and its business key is free.
// Proves PLT-23, DOC-3, DOC-9.
func TestVoidingNeedsAllWhoSealed_PLT23_DOC3_DOC9(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	buyer, legal, finance, office := w.as("buyer"), w.as("legal"), w.as("finance"), w.as("office")
	id := w.sealed("CG-W-1")
	see := func(b *browser) object { return b.do("GET", "/e-documents/"+string(id), nil).want(t, 200) }
	number := see(buyer)["number"].(string)
	standing := func() any {
		t.Helper()
		file := buyer.do("GET", "/e-documents/"+string(id)+"/file", nil)
		return verified(t, w, file.body)["document"].(object)["state"]
	}
	finance.act(id, "ask-void", object{"reason": "x"}).refused(t, 403, "not-your-role")
	buyer.act(id, "ask-void", nil).want(t, 422) // the reason is required
	finance.act(id, "agree-void", nil).refused(t, 409, "not-open")
	buyer.act(id, "ask-void", object{"reason": "订单取消"}).want(t, 200)
	buyer.act(id, "ask-void", object{"reason": "again"}).refused(t, 409, "not-open")
	legal.act(id, "agree-void", nil).refused(t, 409, "not-open") // it looked only
	legal.act(id, "decline-void", object{"reason": "x"}).refused(t, 409, "not-open")
	w.as("auditor").act(id, "agree-void", nil).refused(t, 403, "not-your-role")
	finance.act(id, "agree-void", nil).want(t, 200)
	finance.act(id, "agree-void", nil).refused(t, 409, "not-open") // one word each
	if now := see(office); now["state"] != "completed" || now["reason"] != "订单取消" || now["voiding"] == nil || standing() != "in-force" {
		t.Errorf("with one of two words it is %v (%v), and verifies as %v", now["state"], now["voiding"], standing())
	}
	office.act(id, "decline-void", object{"reason": "货已入库"}).want(t, 200)
	office.act(id, "agree-void", nil).refused(t, 409, "not-open")
	if now := see(buyer); now["state"] != "completed" || now["voiding"] != nil || standing() != "in-force" {
		t.Errorf("declined, it is %v (%v), and verifies as %v", now["state"], now["voiding"], standing())
	}

	buyer.act(id, "ask-void", object{"reason": "订单取消"}).want(t, 200)
	buyer.act(id, "withdraw-void", nil).want(t, 200)
	finance.act(id, "agree-void", nil).refused(t, 409, "not-open")
	buyer.act(id, "ask-void", object{"reason": "订单取消"}).want(t, 200)
	office.act(id, "agree-void", nil).want(t, 200)
	buyer.do("POST", "/e-documents", order("CG-W-1", "1.00")).refused(t, 409, "document-exists") // control: the key is still taken
	finance.act(id, "agree-void", nil).want(t, 200)
	if now := see(buyer); now["state"] != "voided" || now["number"] != number || now["reason"] != "订单取消" || standing() != "voided" {
		t.Errorf("agreed by both, it is %v under %v, and verifies as %v", now["state"], now["number"], standing())
	}
	gone := verified(t, w, buyer.do("GET", "/e-documents/"+string(id)+"/file", nil).body)
	if about := gone["document"].(object); gone["verdict"] != "voided" || gone["file"] == "voided" || about["reason"] != "订单取消" || about["since"] == nil {
		t.Errorf("voided, it verifies as %v: %v", gone["verdict"], about)
	}
	if rows := w.as("auditor").do("GET", "/e-documents?state=voided&number="+number, nil).want(t, 200)["items"].([]any); len(rows) != 1 {
		t.Errorf("the voided number is not listed: %v", rows)
	}
	buyer.makes(order("CG-W-1", "250000.00"))
	buyer.act(id, "withdraw-void", nil).refused(t, 409, "not-open")
}
