package pades_test

import (
	"encoding/json"
	"testing"

	"cinnabar/internal/pdf/pades"
)

// Proves GAS-14, PLT-12.
func TestVerifySaysWhoSignedWhatAndWhatCameAfter_GAS14_PLT12(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, modern := range map[string]bool{"table": false, "stream": true} {
		r := w.contract(3, modern)
		for _, c := range []struct {
			state string
			data  []byte
			want  pades.Verdict
			count int
			level string
		}{
			{"base", r.base, pades.Unsigned, 0, ""},
			{"prepared", r.prepared, pades.Unsigned, 0, ""},
			{"one", r.signed[0], pades.Valid, 1, "B-T"},
			{"four", r.signed[3], pades.Valid, 4, "B-T"},
			{"stored", r.stored, pades.ValidWithAdditions, 4, "B-LT"},
			{"final", r.final, pades.Valid, 5, "B-LTA"},
		} {
			got := w.verify(c.data)
			if got.Verdict != c.want || len(got.Signatures) != c.count {
				text, _ := json.MarshalIndent(got, "", " ")
				t.Fatalf("%s %s: %s with %d signatures, want %s with %d\n%s", name, c.state, got.Verdict, len(got.Signatures), c.want, c.count, text)
			}
			for _, s := range got.Signatures {
				if s.Level != c.level {
					t.Errorf("%s %s: %v is %s, want %s", name, c.state, s.Fields, s.Level, c.level)
				}
			}
		}
	}
}
