package pades_test

import (
	"context"
	"testing"

	"cinnabar/internal/pdf/pades"
)

// A seal on a contract, with time-stamp; the appearance is deflated already, as the caller keeps it.
func BenchmarkSignBT(b *testing.B) {
	w := newWorld(b)
	ctx := context.Background()
	data, err := pades.Prepare(ctx, paper(3, false), contractFields(3))
	must(b, err)
	key, chain := w.seal("Sample", false)
	look := mark()
	b.ReportAllocs()
	for b.Loop() {
		_, err := pades.Sign(ctx, data, pades.SignRequest{
			Field: companySeal, Appearance: look, Signer: key, Chain: chain, TSA: w.tsa, Time: w.clock.Now(),
		})
		must(b, err)
	}
}

// A contract with four signatures, one of them RSA, with and without its archive time-stamp.
func BenchmarkVerify4(b *testing.B) {
	w := newWorld(b)
	files := w.contract(3, false)
	for name, data := range map[string][]byte{"signed": files.signed[3], "archived": files.final} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := w.verify(data); r.Verdict != pades.Valid {
					b.Fatal(r.Verdict)
				}
			}
		})
	}
}

func BenchmarkPrepare(b *testing.B) {
	data := paper(3, false)
	for b.Loop() {
		_, err := pades.Prepare(context.Background(), data, contractFields(3))
		must(b, err)
	}
}
