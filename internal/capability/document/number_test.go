package document_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
)

// Whatever happens to those who number at the same time (commit, roll back, void), no number is given
// twice and none is missing.
func TestNumbersHaveNoGapsAndNoDoubles_Property(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		round := 0
		rapid.Check(t, func(rt *rapid.T) {
			round++
			org := cinnabar.OrgID(fmt.Sprint("org_", round))
			plan := rapid.SliceOfN(rapid.SampledFrom([]string{"use", "void", "roll back", "keep"}), 1, 12).Draw(rt, "plan")
			given := make([]string, len(plan))
			var wg sync.WaitGroup
			for i, what := range plan {
				wg.Go(func() { given[i] = b.number(org, what, fmt.Sprint(round, "/", i)) })
			}
			wg.Wait()
			checkNumbers(rt, b, org, plan, given)
		})
	})
}

// number reserves a number and does with it what the plan says; it returns the number if one was given.
func (b *bench) number(org cinnabar.OrgID, what, content string) (number string) {
	ctx := b.t.Context()
	stop := errors.New("stop")
	err := b.tx(func(tx db.Tx) error {
		r, err := b.Reserve(ctx, tx, org, "contract", "case_1")
		if err != nil {
			return err
		}
		number = r.Number
		switch what {
		case "roll back":
			return stop
		case "void":
			return b.VoidReserved(ctx, tx, "case_1", "printer jam")
		case "use":
			_, err = b.Create(ctx, tx, document.NewDocument{Org: org, Kind: "contract", Number: number, Case: "case_1", File: version(content, "")})
		}
		return err
	})
	if errors.Is(err, stop) {
		return ""
	}
	if err != nil {
		b.t.Errorf("%s: %v", what, err)
	}
	return number
}

func checkNumbers(rt *rapid.T, b *bench, org cinnabar.OrgID, plan, given []string) {
	want, seen := 0, map[string]bool{}
	for i, n := range given {
		if plan[i] == "roll back" {
			continue
		}
		want++
		if n == "" || seen[n] {
			rt.Fatalf("number %q was given twice or not at all: %v", n, given)
		}
		seen[n] = true
	}
	for serial := range want {
		if n := fmt.Sprintf("GAS-2026-%06d", serial+1); !seen[n] {
			rt.Fatalf("%s is missing: %v", n, given)
		}
	}
	counts, err := b.Numbers(b.t.Context(), org)
	if err != nil {
		rt.Fatal(err)
	}
	if want == 0 && len(counts) == 0 {
		return
	}
	if len(counts) != 1 || counts[0].Last != int64(want) || counts[0].Gap() != 0 {
		rt.Fatalf("%+v, want %d numbers", counts, want)
	}
}

func TestNumbersBeginAnewByLocalDate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		ctx := t.Context()
		b.must(b.tx(func(tx db.Tx) error {
			return b.SetRule(ctx, tx, "org_gas", "receipt", document.Rule{Prefix: "收据", Date: "day", Digits: 4})
		}))
		reserve := func() (r document.Reservation) {
			b.must(b.tx(func(tx db.Tx) (err error) {
				r, err = b.Reserve(ctx, tx, "org_gas", "receipt", "case_1")
				return err
			}))
			return r
		}
		b.clock.Set(time.Date(2026, 12, 31, 15, 59, 59, 0, time.UTC)) // still the 31st in China
		if n := reserve().Number; n != "收据-20261231-0001" {
			t.Errorf("got %s", n)
		}
		b.clock.Set(time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC))
		if n := reserve().Number; n != "收据-20270101-0001" {
			t.Errorf("got %s", n)
		}
		b.wants(b.tx(func(tx db.Tx) error {
			return b.SetRule(ctx, tx, "org_gas", "receipt", document.Rule{Prefix: " x", Date: "week", Digits: 0})
		}), errs.Invalid, "")
		b.wants(b.tx(func(tx db.Tx) error {
			_, err := b.Reserve(ctx, tx, "org_gas", "unknown kind", "case_1")
			return err
		}), errs.NotFound, "no-number-rule")
	})
}

// A number is used or voided once; the case's end voids what it still held.
func TestNumberIsSettledOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		ctx := t.Context()
		doc := b.create("text")
		b.wants(b.tx(func(tx db.Tx) error {
			_, err := b.Create(ctx, tx, document.NewDocument{Org: "org_gas", Kind: "contract", Number: doc.Number, File: version("twice", "")})
			return err
		}), errs.Conflict, "number-not-reserved")
		b.must(b.tx(func(tx db.Tx) error {
			_, err := b.Reserve(ctx, tx, "org_gas", "contract", "case_1")
			return err
		}))
		b.must(b.tx(func(tx db.Tx) error { return b.VoidReserved(ctx, tx, "case_1", "withdrawn") }))
		n, err := b.Numbers(ctx, "org_gas")
		b.must(err)
		if len(n) != 1 || n[0] != (document.Count{Period: "GAS-2026-", Last: 2, Used: 1, Voided: 1}) {
			t.Errorf("%+v", n)
		}
	})
}

// An old paper contract keeps its number; it leaves no gap in ours and cannot collide.
// Proves GAS-13.
func TestImportedNumber_GAS13(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		ctx := t.Context()
		enter := func(n string) error {
			return b.tx(func(tx db.Tx) error {
				_, err := b.Imported(ctx, tx, "org_gas", "contract", n, "case_1")
				return err
			})
		}
		b.must(enter("燃合(2009)第17号"))
		b.wants(enter("燃合(2009)第17号"), errs.Conflict, "number-taken")
		b.wants(enter("  "), errs.Invalid, "")
		if d := b.create("text"); d.Number != "GAS-2026-000001" {
			t.Errorf("got %s", d.Number)
		}
		b.must(enter("GAS-2026-000002")) // looks like ours: it takes its place in the sequence
		if d := b.create("text 3"); d.Number != "GAS-2026-000003" {
			t.Errorf("got %s", d.Number)
		}
		n, err := b.Numbers(ctx, "org_gas")
		if err != nil || len(n) != 1 || n[0].Last != 3 || n[0].Gap() != 0 {
			t.Errorf("%+v, %v", n, err)
		}
	})
}
