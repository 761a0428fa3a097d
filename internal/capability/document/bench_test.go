package document_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
)

// archiveSize is the size that GAS-13 speaks of.
const archiveSize = 100_000

// BenchmarkArchive_GAS13 lists and looks up among 100,000 documents.
func BenchmarkArchive_GAS13(b *testing.B) {
	for name, open := range map[string]func(testing.TB) db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := newBench(b, open(b))
			fillArchive(b, s)
			ctx := b.Context()
			for what, query := range map[string]func(i int) error{
				"newest": func(int) error { _, err := s.List(ctx, document.Filter{Org: "org_gas"}); return err },
				"state": func(int) error {
					_, err := s.List(ctx, document.Filter{Org: "org_gas", State: document.Effective})
					return err
				},
				"number":   func(i int) error { return one(s.List(ctx, document.Filter{Org: "org_gas", NumberPrefix: number(i)})) },
				"expiring": func(int) error { _, err := s.List(ctx, document.Filter{ExpiresBefore: s.clock.Now()}); return err },
				"digest":   func(i int) error { _, err := s.ByDigest(ctx, digest(i)); return err },
				"numbers":  func(int) error { _, err := s.Numbers(ctx, "org_gas"); return err },
			} {
				b.Run(what, func(b *testing.B) {
					for i := range b.N {
						if err := query(i * 7919 % archiveSize); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}

func number(i int) string { return fmt.Sprintf("GAS-2026-%06d", i+1) }

func digest(i int) cinnabar.Digest { return cinnabar.DigestOf(fmt.Append(nil, "contract ", i)) }

func one(p document.Page, err error) error {
	if err == nil && len(p.Items) != 1 {
		return fmt.Errorf("%d documents found", len(p.Items))
	}
	return err
}

func fillArchive(b *testing.B, s *bench) {
	b.Helper()
	for first := 0; first < archiveSize; first += 1000 {
		s.clock.Set(time.Date(2026, 1, 1, 0, first/1000, 0, 0, time.UTC))
		err := s.db.InTx(b.Context(), func(tx db.Tx) error { return fillSome(b.Context(), s, tx, first) })
		if err != nil {
			b.Fatal(err)
		}
	}
}

func fillSome(ctx context.Context, s *bench, tx db.Tx, first int) error {
	for i := first; i < first+1000; i++ {
		r, err := s.Reserve(ctx, tx, "org_gas", "contract", "case_1")
		if err != nil {
			return err
		}
		v := document.Version{File: "file_1", Digest: digest(i), Size: 1, Pages: 1, State: document.Draft}
		if i%10 == 0 {
			v.State = document.Effective
		}
		if _, err := s.Create(ctx, tx, document.NewDocument{Org: "org_gas", Kind: "contract", Number: r.Number, Case: "case_1", File: v}); err != nil {
			return err
		}
	}
	return nil
}
