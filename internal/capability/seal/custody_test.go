package seal

import (
	"bytes"
	"errors"
	"testing"

	"cinnabar/internal/platform/secret"
)

func testCustody(t *testing.T, pepper byte) custody {
	t.Helper()
	c, err := newCustody(secret.NewKDF(), bytes.Repeat([]byte{pepper}, keySize))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// With everything that the database holds and even the right password, a wrap does not open without the
// pepper: there is nothing to guess against offline.
// Proves PLT-11.
func TestWrapNeedsPepper_PLT11(t *testing.T) {
	t.Parallel()
	dek := newDataKey()
	h := holderRow{seal: "seal_1", version: 1, person: "person_1", cost: secret.Cost{MemoryKiB: 8, Time: 1, Threads: 1}}
	h, err := testCustody(t, 1).wrap(t.Context(), h, "the right password", dek)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := testCustody(t, 1).unwrap(t.Context(), h, "the right password"); err != nil || !bytes.Equal(got, dek) {
		t.Fatalf("control: %v", err)
	}
	if _, err := testCustody(t, 2).unwrap(t.Context(), h, "the right password"); !errors.Is(err, errWrongPassword) {
		t.Fatalf("other pepper: %v", err)
	}
}

// A wrap is bound to its seal, version and holder by the encryption itself, not only by the row's MAC (A15).
// Proves PLT-11.
func TestWrapIsBoundToItsRow_A15_PLT11(t *testing.T) {
	t.Parallel()
	c := testCustody(t, 1)
	h := holderRow{seal: "seal_1", version: 1, person: "person_1", cost: secret.Cost{MemoryKiB: 8, Time: 1, Threads: 1}}
	h, err := c.wrap(t.Context(), h, "the right password", newDataKey())
	if err != nil {
		t.Fatal(err)
	}
	for name, move := range map[string]func(*holderRow){
		"seal":    func(h *holderRow) { h.seal = "seal_2" },
		"version": func(h *holderRow) { h.version = 2 },
		"holder":  func(h *holderRow) { h.person = "person_2" },
	} {
		moved := h
		move(&moved)
		if _, err := c.unwrap(t.Context(), moved, "the right password"); !errors.Is(err, errWrongPassword) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLocksGrowToADay(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{1: "30m0s", 2: "1h0m0s", 3: "2h0m0s", 6: "16h0m0s", 7: "24h0m0s", 99: "24h0m0s"} {
		if got := lockTime(n).String(); got != want {
			t.Errorf("lock %d lasts %s, want %s", n, got, want)
		}
	}
}
