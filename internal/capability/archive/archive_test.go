package archive_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/capability/archive"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var start = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newArchive(t testing.TB, d db.DB) *archive.Archive {
	t.Helper()
	a, err := archive.New(d)
	must(t, err)
	return a
}

const (
	gas  = "org:org_gas"
	cafe = "org:org_cafe"
)

// fill writes n cases with a document each; every hundredth is the café's, every tenth is voided.
func fill(t testing.TB, d db.DB, n int) {
	t.Helper()
	ctx := context.Background()
	must(t, d.InTx(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO definition (digest, procedure, version, body) VALUES ('d', 'gas-contract', 1, '{}')`)
		return err
	}))
	for first := 0; first < n; first += 1000 {
		must(t, d.InTx(ctx, func(tx db.Tx) error {
			for i := first; i < min(n, first+1000); i++ {
				if err := fillOne(ctx, tx, i); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	must(t, d.InTx(ctx, func(tx db.Tx) error { _, err := tx.Exec(ctx, `ANALYZE`); return err }))
}

func fillOne(ctx context.Context, tx db.Tx, i int) error {
	id, at := fmt.Sprintf("case_%06d", i), db.Millis(start.Add(time.Duration(i)*time.Minute))
	customer, state, name := "org:org_"+fmt.Sprint(i), "effective", "样例餐饮管理有限公司"
	if i%100 == 0 {
		customer, name = cafe, "样例咖啡店"
	}
	if i%10 == 0 {
		state = "voided"
	}
	number := fmt.Sprintf("GHT-2026-%06d", i)
	for _, one := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO bcase (id, number, procedure, definition, operator, state, version, final, title, created_at, updated_at)
			VALUES ($1, $2, 'gas-contract', 'd', 'org_gas', 'in-force', 1, 1, $3, $4, $4)`, []any{id, "RQ-" + number, name, at}},
		{
			`INSERT INTO case_grant (case_id, role, holder) VALUES ($1, 'applicant', $2), ($1, 'clerk', $3), ($1, 'reviewer', $3), ($1, 'sealer', $3), ($1, 'supervisor', $3)`,
			[]any{id, customer, gas},
		},
		{`INSERT INTO case_party (case_id, role, mark) VALUES ($1, 'applicant', $2)`, []any{id, customer}},
		{`INSERT INTO case_search (body, case_id) VALUES ($1, $2)`, []any{db.Bigrams(fmt.Sprintf("%s 样例市样例区样例路%d号 供用气合同 压力 计量 %s", name, i, number)), id}},
		{`INSERT INTO document_number (org, number, period, serial, kind, case_id, token, state, reason, at)
			VALUES ('org_gas', $1, 'GHT-2026-', $2, 'gas-contract', $3, $4, 'used', '', $5)`, []any{number, i + 1, id, "v_" + id, at}},
		{
			`INSERT INTO document (id, org, kind, number, case_id, title, state, version, generation, digest, verify_token, reason, successor, effective_at, expires_at, created_at)
			VALUES ($1, 'org_gas', 'gas-contract', $2, $3, $4, $5, 1, 1, $6, $7, 'x', '', $8, $9, $8)`,
			[]any{"doc_" + id, number, id, name, state, cinnabar.DigestOf([]byte(id)).String(), "v_" + id, at, at + 365*24*3600*1000},
		},
	} {
		if _, err := tx.Exec(ctx, one.sql, one.args...); err != nil {
			return err
		}
	}
	return nil
}

// visible is the condition that the engine writes for a holder.
func visible(d db.DB, holder, words string) archive.Cases {
	c := archive.Cases{
		SQL: `EXISTS (SELECT 1 FROM case_grant g WHERE g.case_id = b.id AND g.holder IN ($1, $2) AND g.role IN ('applicant', 'clerk', 'reviewer', 'supervisor')
			AND (g.until = 0 OR g.until > $3) AND NOT (g.role IN ('clerk', 'reviewer', 'supervisor') AND EXISTS
			(SELECT 1 FROM case_party p WHERE p.case_id = b.id AND p.mark IN ($1, $2) AND p.mark <> 'org:' || b.operator)))`,
		Args: []any{holder, "person:person_1", int64(1)},
	}
	if holder != gas {
		c.Few = []string{holder, "person:person_1"}
	}
	if strings.HasPrefix(words, "供用气") { // as the engine writes words that many cases have
		c.SQL += ` AND (b.number = $4 OR EXISTS (SELECT 1 FROM case_search t WHERE t.case_id = b.id AND ' ' || t.body || ' ' LIKE $5 AND ' ' || t.body || ' ' LIKE $6))`
		c.Args = append(c.Args, words, "% 供用 %", "% 用气 %")
		return c
	}
	if words != "" {
		match := d.Dialect().MatchesBigrams("case_words", "words", "$5")
		c.SQL += ` AND b.id IN (SELECT case_id FROM case_words WHERE ` + match + ` UNION SELECT id FROM bcase WHERE number = $4)`
		c.Args = append(c.Args, words, d.Dialect().BigramQuery(db.Bigrams(words)))
	}
	return c
}

// Everything is found once, page by page, by those who may see its case and nobody else.
// Proves GAS-13.
func TestDocumentsAreFoundThroughVisibleCases_GAS13(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		a := newArchive(t, d)
		fill(t, d, 300)
		for _, c := range []struct {
			name  string
			cases archive.Cases
			f     archive.Filter
			want  int
		}{
			{"operator", visible(d, gas, ""), archive.Filter{}, 300},
			{"customer", visible(d, cafe, ""), archive.Filter{}, 3},
			{"stranger", visible(d, "org:org_x", ""), archive.Filter{}, 0},
			{"voided", visible(d, gas, ""), archive.Filter{States: []string{"voided"}}, 30},
			{"words", visible(d, gas, "样例咖啡"), archive.Filter{}, 3},
			{"words of all", visible(d, gas, "供用气合同"), archive.Filter{}, 300},
			{"words of all, but not theirs", visible(d, cafe, "供用气合同"), archive.Filter{}, 3},
			{"words of others", visible(d, cafe, "餐饮管理"), archive.Filter{}, 0},
			{"number", visible(d, gas, ""), archive.Filter{Number: "GHT-2026-00001"}, 10},
			{"dates", visible(d, gas, ""), archive.Filter{EffectiveFrom: start, EffectiveTo: start.Add(10 * time.Minute)}, 10},
			{"expiring", visible(d, gas, ""), archive.Filter{ExpiresBefore: start.AddDate(1, 0, 0).Add(20 * time.Minute)}, 18},
			{"kind", visible(d, gas, ""), archive.Filter{Kind: "other"}, 0},
		} {
			got := all(t, a, c.cases, c.f)
			if len(got) != c.want {
				t.Errorf("%s: %d documents, want %d", c.name, len(got), c.want)
			}
			sorted := slices.IsSortedFunc(got, func(x, y cinnabar.DocID) int { return cmp.Compare(y, x) }) // ids grow with time here
			if c.f.ExpiresBefore.IsZero() && !sorted {
				t.Errorf("%s: not the newest first", c.name)
			}
		}
		if _, _, err := a.List(t.Context(), visible(d, gas, ""), archive.Filter{After: "x"}); err == nil {
			t.Error("a malformed cursor was taken")
		}
	})
}

func all(t *testing.T, a *archive.Archive, c archive.Cases, f archive.Filter) []cinnabar.DocID {
	t.Helper()
	f.Limit = 7
	var out []cinnabar.DocID
	seen := map[cinnabar.DocID]bool{}
	for {
		ids, next, err := a.List(t.Context(), c, f)
		must(t, err)
		for _, d := range ids {
			if seen[d] {
				t.Fatalf("%s came twice", d)
			}
			seen[d] = true
		}
		out = append(out, ids...)
		if next == "" {
			return out
		}
		f.After = next
	}
}

// BenchmarkList_GAS13 lists among 100,000 contracts.
func BenchmarkList_GAS13(b *testing.B) {
	d := dbtest.SQLite(b)
	a := newArchive(b, d)
	fill(b, d, 100_000)
	for name, c := range map[string]struct {
		cases archive.Cases
		f     archive.Filter
	}{
		"operator":     {visible(d, gas, ""), archive.Filter{}},
		"customer":     {visible(d, cafe, ""), archive.Filter{}},
		"voided":       {visible(d, gas, ""), archive.Filter{States: []string{"voided"}}},
		"rare words":   {visible(d, gas, "样例路54321号"), archive.Filter{}},
		"common words": {visible(d, gas, "供用气合同"), archive.Filter{}},
		"number":       {visible(d, gas, ""), archive.Filter{Number: "GHT-2026-054321"}},
		"old dates":    {visible(d, gas, ""), archive.Filter{EffectiveTo: start.Add(time.Hour)}},
		"expiring":     {visible(d, gas, ""), archive.Filter{ExpiresBefore: start.AddDate(1, 0, 1)}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _, err := a.List(b.Context(), c.cases, c.f)
				must(b, err)
			}
		})
	}
}
