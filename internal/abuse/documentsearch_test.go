package abuse_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cinnabar/internal/app"
	"cinnabar/internal/business/edocument"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
)

// registered is more than are tested one by one for whether somebody may see them.
const registered = 4500

// someHold and manyHold are departments enough for half of the documents to make more grants than are looked
// up, and more than are gathered.
const (
	someHold = 7
	manyHold = 28
)

var now = time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)

// plain is a document as a naive search sees it.
type plain struct {
	edocument.Entry
	words  []string
	grants []grant
}

type grant struct {
	role, holder string
	until        int64
}

func plainDocument(r *rand.Rand, i int) plain {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	var d plain
	d.Case = cinnabar.CaseID(fmt.Sprintf("case_%04d", i*7919%10_000))
	d.Type, d.Department, d.State = pick("PO", "PO", "INV"), cinnabar.DepartmentID(pick("dept_a", "dept_b")), pick("routing", "completed", "completed", "returned")
	d.Number, d.Party, d.Amount = fmt.Sprintf("PO-%06d", i), fmt.Sprintf("party %d", r.IntN(40)), cinnabar.Fen(r.IntN(1000))
	d.Created = time.UnixMilli(int64(1_000_000 + i/3)) // some at the same time
	if r.IntN(10) > 0 {
		d.Day = time.Date(2025, 1, 1+r.IntN(60), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	}
	d.words = []string{"常见", "见词"}
	if r.IntN(100) == 0 {
		d.words = append(d.words, "冷僻")
	}
	role := pick(edocument.Signer, edocument.Handled)
	expiry := []int64{0, 0, db.Millis(now.Add(time.Hour)), db.Millis(now.Add(-time.Hour))}
	for _, holder := range []string{"dept:dept_few", "person:person_p", "org:org_o"} {
		if r.IntN(20) == 0 {
			d.grants = append(d.grants, grant{pick(edocument.Signer, edocument.Handled, edocument.Creator), holder, expiry[r.IntN(4)]})
		}
	}
	if i%2 == 0 {
		for n := range manyHold {
			d.grants = append(d.grants, grant{role, fmt.Sprintf("dept:dept_%d", n), 0})
		}
	}
	return d
}

func (d plain) fits(a cinnabar.Actor, q edocument.Query) bool {
	return d.seen(a, q.Role) && (len(q.Types) == 0 || slices.Contains(q.Types, d.Type)) && (len(q.States) == 0 || slices.Contains(q.States, d.State)) &&
		(q.Department == "" || q.Department == d.Department) && strings.HasPrefix(d.Number, strings.ToUpper(q.Number)) && (q.Party == "" || q.Party == d.Party) &&
		!slices.ContainsFunc(strings.Fields(db.Bigrams(q.Text)), func(w string) bool { return !slices.Contains(d.words, w) }) &&
		(q.From == "" || d.Day >= q.From) && (q.To == "" || d.Day != "" && d.Day <= q.To) &&
		(q.Min == nil || d.Amount >= *q.Min) && (q.Max == nil || d.Amount <= *q.Max) &&
		(q.Since.IsZero() || !d.Created.Before(q.Since)) && (q.Until.IsZero() || d.Created.Before(q.Until))
}

func (d plain) seen(a cinnabar.Actor, role string) bool {
	return slices.ContainsFunc(d.grants, func(g grant) bool {
		mine := g.holder == "person:"+string(a.Person) || g.holder == "org:"+string(a.Org) ||
			slices.ContainsFunc(a.Departments, func(id cinnabar.DepartmentID) bool { return g.holder == "dept:"+string(id) })
		held := g.holder == "person:"+string(a.Person) || g.role == edocument.Creator && a.HasRole("doc-creator") || g.role != edocument.Creator && a.HasRole("doc-signer")
		return mine && held && (role == "" || role == g.role) && (g.until == 0 || g.until > db.Millis(now))
	})
}

func actors() (out []cinnabar.Actor) {
	for _, departments := range []int{0, someHold, manyHold} {
		a := cinnabar.Actor{Kind: cinnabar.Member, Person: "person_p", Org: "org_o", Roles: []string{"doc-signer"}, Departments: []cinnabar.DepartmentID{"dept_few"}}
		for n := range departments {
			a.Departments = append(a.Departments, cinnabar.DepartmentID(fmt.Sprintf("dept_%d", n)))
		}
		out = append(out, a)
	}
	both := out[0]
	both.Roles = []string{"doc-signer", "doc-creator"}
	stranger := cinnabar.Actor{Kind: cinnabar.Member, Person: "person_s", Org: "org_s", Roles: []string{"doc-signer"}, Departments: []cinnabar.DepartmentID{"dept_s"}}
	return append(out, both, stranger, cinnabar.Actor{})
}

func drawQuery(t *rapid.T) (q edocument.Query) {
	maybe := func(what string) bool { return rapid.IntRange(0, 3).Draw(t, what) == 0 }
	if maybe("types") {
		q.Types = rapid.SampledFrom([][]string{{"PO"}, {"INV", "PO"}, {"none"}}).Draw(t, "type")
	}
	if maybe("states") {
		q.States = rapid.SampledFrom([][]string{{"returned"}, {"routing", "completed"}}).Draw(t, "state")
	}
	if maybe("department") {
		q.Department = "dept_b"
	}
	if maybe("role") {
		q.Role = rapid.SampledFrom([]string{edocument.Signer, edocument.Handled, edocument.Creator, edocument.Auditor}).Draw(t, "which role")
	}
	if maybe("number") {
		q.Number = rapid.SampledFrom([]string{"po-", "PO-000", "PO-0012", "PO-000123", "X"}).Draw(t, "prefix")
	}
	if maybe("text") {
		q.Text = rapid.SampledFrom([]string{"常见词", "冷僻", "常见 冷僻", "nowhere"}).Draw(t, "words")
	}
	if maybe("party") {
		q.Party = fmt.Sprintf("party %d", rapid.IntRange(0, 40).Draw(t, "who"))
	}
	if maybe("days") {
		q.From, q.To = rapid.SampledFrom([]string{"", "2025-01-01", "2025-01-20"}).Draw(t, "from"), rapid.SampledFrom([]string{"", "2025-01-20", "2025-03-31"}).Draw(t, "to")
	}
	if maybe("amount") {
		low, high := cinnabar.Fen(rapid.IntRange(0, 500).Draw(t, "min")), cinnabar.Fen(rapid.IntRange(400, 1000).Draw(t, "max"))
		q.Min, q.Max = &low, &high
	}
	if maybe("since") {
		q.Since, q.Until = time.UnixMilli(1_000_300), time.UnixMilli(1_000_000+rapid.Int64Range(300, 1500).Draw(t, "until"))
	}
	q.Limit = rapid.SampledFrom([]int{0, 3, 200}).Draw(t, "limit")
	return q
}

// Whatever is asked and however many documents somebody sees, list and count are those of a search that looks
// at every document and every grant.
// Proves DOC-6, PLT-2.
func TestFoundIsWhatANaiveSearchFinds_DOC6_PLT2(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]func(*testing.T) string{
		"sqlite": func(*testing.T) string { return "" }, "postgres": func(t *testing.T) string { return dbtest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, documents := register(t, dsn(t))
			rapid.Check(t, func(r *rapid.T) {
				compare(r, s, documents, rapid.SampledFrom(actors()).Draw(r, "who"), drawQuery(r))
			})
		})
	}
}

// compare looks at the first three pages, and at all documents where they are not very many.
func compare(t *rapid.T, s *edocument.Service, documents []plain, who cinnabar.Actor, q edocument.Query) {
	want := slices.DeleteFunc(slices.Clone(documents), func(d plain) bool { return !d.fits(who, q) })
	slices.SortFunc(want, func(x, y plain) int { return cmp.Or(y.Created.Compare(x.Created), cmp.Compare(y.Case, x.Case)) })
	if len(want) < 700 {
		i := 0
		err := s.Each(context.Background(), who, q, func(e edocument.Entry) error {
			if i >= len(want) || e.Case != want[i].Case {
				return fmt.Errorf("document %d of %d is %s", i, len(want), e.Case)
			}
			i++
			return nil
		})
		if err != nil || i != len(want) {
			t.Fatalf("%d documents of %d: %v", i, len(want), err)
		}
	}
	at := 0
	for page := range 3 {
		got, err := s.Find(context.Background(), who, q)
		if err != nil {
			t.Fatal(err)
		}
		if total := min(len(want), 1001); got.Total != total {
			t.Fatalf("page %d counts %d of %d", page, got.Total, total)
		}
		for _, e := range got.Items {
			if at >= len(want) || e.Case != want[at].Case || e.Number != want[at].Number {
				t.Fatalf("row %d of %d is %s", at, len(want), e.Case)
			}
			at++
		}
		if q.After = got.Next; q.After == "" {
			if at != len(want) {
				t.Fatalf("%d rows of %d", at, len(want))
			}
			return
		}
	}
}

// register is the program with documents written straight into its tables.
func register(t *testing.T, dsn string) (*edocument.Service, []plain) {
	t.Helper()
	a, err := app.New(t.Context(), app.Config{Data: t.TempDir(), Database: dsn, PublicURL: "http://localhost", Clock: clocktest.At(now), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	var documents []plain
	random := rand.New(rand.NewPCG(6, 12))
	for i := range registered {
		documents = append(documents, plainDocument(random, i))
	}
	if err := a.DB.InTx(t.Context(), func(tx db.Tx) error { return put(t.Context(), tx, documents) }); err != nil {
		t.Fatal(err)
	}
	return a.EDocuments, documents
}

func put(ctx context.Context, tx db.Tx, documents []plain) error {
	var definition string
	if err := tx.QueryRow(ctx, `SELECT digest FROM definition LIMIT 1`).Scan(&definition); err != nil {
		return err
	}
	var cases, grants, entries, texts [][]any
	for _, d := range documents {
		id, created := string(d.Case), db.Millis(d.Created)
		cases = append(cases, []any{id, d.Number, edocument.ID, definition, "org_o", d.State, 1, created, created})
		for _, g := range d.grants {
			grants = append(grants, []any{id, g.role, g.holder, g.until})
		}
		entries = append(entries, []any{id, "org_o", d.Type, string(d.Department), "C1", d.Party, int64(d.Amount), d.Day, d.Number, d.State, "item", "digest", created, created})
		texts = append(texts, []any{id, strings.Join(d.words, " ")})
	}
	return errors.Join(
		dbtest.Insert(ctx, tx, "bcase (id, number, procedure, definition, operator, state, version, created_at, updated_at)", cases),
		dbtest.Insert(ctx, tx, "case_grant (case_id, role, holder, until)", grants),
		dbtest.Insert(ctx, tx, "edoc (case_id, org, type, department, client, party, amount, day, number, state, item, digest, created_at, updated_at)", entries),
		dbtest.Insert(ctx, tx, "case_search (case_id, body)", texts),
	)
}
