package httpapi_test

import (
	"bytes"
	"strings"
	"testing"

	"cinnabar/internal/platform/db"
)

// Proves PLT-19.
func TestChangingRequestNeedsAKey_PLT19(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.as("stranger")
	body := object{"name": "样例商行", "uscc": "92310000MA1K0000X1", "kind": "customer"}
	w.do("POST", "/organisations", body, "Idempotency-Key", "").refused(t, 400, "idempotency-key-missing")
	for path, body := range map[string]object{ // also where the work behind the door keeps the key
		"/organisations": body, "/cases": {"procedure": "gas-contract", "operator": b.operator}, "/e-documents": {"type": "PO"},
	} {
		b.as("customer-admin").do("POST", path, body, "Idempotency-Key", strings.Repeat("k", 201)).refused(t, 400, "idempotency-key-missing")
	}
	b.as("customer-admin").do("POST", "/cases", object{"procedure": "gas-contract", "operator": b.operator}, "Idempotency-Key", strings.Repeat("k", 200)).want(t, 201)
}

// A repeat gets the first answer, also the secret that is shown once; nothing happens twice (A20).
// Proves PLT-19.
func TestRepeatGetsTheFirstAnswer_A20_PLT19(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.as("customer-admin")
	path := "/organisations/" + string(b.customer) + "/api-keys"
	body := object{"name": "archive", "roles": []string{"agent"}}
	first := w.do("POST", path, body, "Idempotency-Key", "intent-0001")
	made := first.want(t, 201)
	again := w.do("POST", path, body, "Idempotency-Key", "intent-0001")
	if again.status != 201 || !bytes.Equal(again.body, first.body) || again.header.Get("Content-Type") != first.header.Get("Content-Type") {
		t.Fatalf("the repeat got %d %s, the first %s", again.status, again.body, first.body)
	}
	if keys := w.do("GET", path, nil).list(t); len(keys) != 1 {
		t.Fatalf("two keys were made: %v", keys)
	}
	w.do("POST", path, object{"name": "other", "roles": []string{"agent"}}, "Idempotency-Key", "intent-0001").refused(t, 409, "idempotency-key-reused")
	b.notStored(t, made["secret"].(string))
}

// notStored fails when a text stands anywhere in the kept answers.
func (b *bench) notStored(t *testing.T, secret string) {
	t.Helper()
	rows, err := b.app.DB.Query(t.Context(), `SELECT answer FROM idempotency WHERE answer IS NOT NULL`)
	answers, err := db.Collect(rows, err, func(r db.Rows) (b []byte, err error) { return b, r.Scan(&b) })
	if err != nil || len(answers) == 0 {
		t.Fatal("no answers are kept", err)
	}
	for _, a := range answers {
		if bytes.Contains(a, []byte(secret)) {
			t.Fatal("a secret is kept in clear")
		}
	}
}

// A request that was refused can be corrected under the same key, since nothing was done.
// Proves PLT-19.
func TestRefusedRequestFreesItsKey_PLT19(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := b.as("stranger")
	body := object{"kind": "face", "digest": strings.Repeat("ab", 32)}
	w.do("POST", "/consents", body, "Idempotency-Key", "intent-0002").refused(t, 409, "consent-changed")
	body["digest"] = b.wording("face")
	w.do("POST", "/consents", body, "Idempotency-Key", "intent-0002").want(t, 204)
}

// Somebody else's key is another key.
func TestKeysOfOthersDoNotMeet_A20(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	body := object{"kind": "face", "digest": b.wording("face")}
	one, two := b.as("stranger"), b.as("agent")
	one.do("POST", "/consents", body, "Idempotency-Key", "intent-0003").want(t, 204)
	two.do("POST", "/consents", body, "Idempotency-Key", "intent-0003").want(t, 204)
	if got := two.do("GET", "/consents", nil).list(t); len(got) != 1 {
		t.Fatalf("the second person's consent was not recorded: %v", got)
	}
}

// Proves PLT-1.
func TestGuessingIsLimitedByAddress_PLT1(t *testing.T) {
	t.Parallel()
	b := newBenchWith(t, 5)
	w := b.browser()
	for range 5 {
		w.do("POST", "/links/nothing", nil).refused(t, 401, "link-over")
	}
	got := w.do("POST", "/links/nothing", nil)
	got.refused(t, 429, "too-many-requests")
	if got.header.Get("Retry-After") == "" {
		t.Error("it does not say when to come back")
	}
	w.do("GET", "/operators", nil).list(t)
}
