package abuse_test

import (
	"testing"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
)

// answerLost is what is left when the program dies between the work and keeping the answer to its request.
func (w *world) answerLost(key string) {
	w.t.Helper()
	w.sql(`DELETE FROM idempotency WHERE key = $1`, key)
}

// A request whose answer was lost is sent again when its work is done: it gets the first answer, is not checked
// against what it made itself, and makes nothing twice. The same key with other contents is another request.
// Proves DOC-2, DOC-11, PLT-5.
func TestRepeatsAfterTheWorkGetTheFirstAnswer_DOC2_DOC11_PLT5(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	buyer, finance := w.as("buyer"), w.as("finance")
	ended := func(b *browser, id string) {
		t.Helper()
		w.eventually("the run ends", func() bool { return b.do("GET", "/batches/"+id, nil).want(t, 200)["state"] == "done" })
	}

	sheet := buyer.sheetOf("CG-L-1")
	key := []string{"Idempotency-Key", "lost-answer-1"}
	run := buyer.do("POST", "/e-documents/batches", sheet, key...).want(t, 201)["id"].(string)
	ended(buyer, run)
	w.answerLost(key[1])
	if again := buyer.do("POST", "/e-documents/batches", sheet, key...).want(t, 201)["id"]; again != run {
		t.Errorf("the same sheet again is run %v, the first was %s", again, run)
	}
	w.answerLost(key[1])
	buyer.do("POST", "/e-documents/batches", buyer.sheetOf("CG-L-1"), key...).refused(t, 422, "sheet-wrong") // control: another file

	id := finance.do("GET", "/e-documents?role=signer&q=CG-L-1", nil).want(t, 200)["items"].([]any)[0].(object)["case"].(string)
	bulk := object{"cases": []any{id}, "action": "seal", "password": demo.SealPassword}
	at := "/seals/" + finance.held(cinnabar.CaseID(id)) + "/bulk"
	key[1] = "lost-answer-2"
	sealed := finance.do("POST", at, bulk, key...).want(t, 201)["id"].(string)
	ended(finance, sealed)
	w.answerLost(key[1])
	if again := finance.do("POST", at, bulk, key...).want(t, 201)["id"]; again != sealed {
		t.Errorf("the same selection again is run %v, the first was %s", again, sealed)
	}
	finance.do("POST", at, bulk).want(t, 422) // control: a new request finds nothing to seal

	key[1] = "refused-once"
	unprintable := order("CG-L-4", "10.00") // found out when it is made, with a number that is used up
	unprintable["values"].(object)["goods"] = "\U00013000"
	first := buyer.do("POST", "/e-documents", unprintable, key...)
	if first.status/100 != 4 || first.object()["code"] == "not-made" {
		t.Fatalf("what no font can print: %d %.300s", first.status, first.body)
	}
	again := buyer.do("POST", "/e-documents", unprintable, key...)
	again.refused(t, 409, "not-made")
	if cause := again.object()["params"].(object)["cause"]; cause != first.object()["code"] {
		t.Errorf("it was refused for %v, and then for %v", first.object()["code"], cause)
	}

	key[1] = "lost-answer-3"
	made := buyer.do("POST", "/e-documents", order("CG-L-2", "10.00"), key...).want(t, 201)
	w.as("supervisor").types(func(list []any) { list[0].(object)["closed"] = true }).want(t, 200)
	if again := buyer.do("POST", "/e-documents", order("CG-L-2", "10.00"), key...).want(t, 201); again["number"] != made["number"] {
		t.Errorf("the same document again is %v, the first was %v", again["number"], made["number"])
	}
	buyer.do("POST", "/e-documents", order("CG-L-3", "10.00")).refused(t, 409, "type-closed") // control
}
