package outside_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/db/outside"
	"cinnabar/internal/platform/db/outside/outsidetest"
	"cinnabar/internal/platform/errs"
)

func TestMain(m *testing.M) { dbtest.Main(m, outsidetest.Stop) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, kind outside.Kind, dsn string) *outside.Index {
	t.Helper()
	x, err := outside.Open(kind, dsn, outside.DefaultTable)
	must(t, err)
	t.Cleanup(func() { must(t, x.Close()) })
	must(t, x.Prepare(t.Context(), ""))
	return x
}

// sample is a row with everything in it; client numbers and paths may be Chinese.
func sample(number string, version int64) outside.Row {
	return outside.Row{
		Number: number, Org: "org_1", Client: "客户-𠮷-01", Path: "ORDER/2026/03/" + number + "-0123456789abcdef.pdf", Digest: strings.Repeat("ab", 32),
		Size: 50_000, Type: "order", State: "sealed", Version: version, Updated: time.Date(2026, 3, 1, 8, 0, 0, int(version)*1e6, time.UTC),
	}
}

func page(t testing.TB, x *outside.Index) []outside.Row {
	t.Helper()
	rows, err := x.Page(t.Context(), outside.Key{}, 1000)
	must(t, err)
	return rows
}

func wantRows(t testing.TB, x *outside.Index, want ...outside.Row) {
	t.Helper()
	got := page(t, x)
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d: %+v", len(got), len(want), got)
	}
	for i := range want {
		if !got[i].Same(want[i]) {
			t.Fatalf("row %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

// Proves DOC-4.
func TestNewestVersionStays_DOC4(t *testing.T) {
	t.Parallel()
	outsidetest.Each(t, func(t *testing.T, kind outside.Kind, dsn string) {
		x := open(t, kind, dsn)
		must(t, x.Put(t.Context(), []outside.Row{sample("B-1", 3), sample("A-1", 1)}))
		must(t, x.Put(t.Context(), []outside.Row{sample("A-1", 2), sample("B-1", 2), sample("C-1", 1)}))
		must(t, x.Put(t.Context(), []outside.Row{sample("C-1", 1)}))
		wantRows(t, x, sample("A-1", 2), sample("B-1", 3), sample("C-1", 1))
		empty := outside.Row{Number: "D-1", Org: "org_1", Version: 1, Updated: time.UnixMilli(0)}
		must(t, x.Put(t.Context(), []outside.Row{empty}))
		wantRows(t, x, sample("A-1", 2), sample("B-1", 3), sample("C-1", 1), empty)
	})
}

func TestRowsAreChangedOnlyAsSeen(t *testing.T) {
	t.Parallel()
	outsidetest.Each(t, func(t *testing.T, kind outside.Kind, dsn string) {
		x := open(t, kind, dsn)
		must(t, x.Put(t.Context(), []outside.Row{sample("A", 5), sample("B", 5)}))
		for _, c := range []struct {
			seen int64
			want bool
		}{{4, false}, {5, true}} {
			if ok, err := x.Replace(t.Context(), c.seen, sample("A", 2)); err != nil || ok != c.want {
				t.Fatalf("replace seen as %d: %v, %v", c.seen, ok, err)
			}
			if ok, err := x.Delete(t.Context(), sample("B", 1).Key(), c.seen); err != nil || ok != c.want {
				t.Fatalf("delete seen as %d: %v, %v", c.seen, ok, err)
			}
		}
		wantRows(t, x, sample("A", 2))
	})
}

func TestPagesAreInOrderOfBytes(t *testing.T) {
	t.Parallel()
	outsidetest.Each(t, func(t *testing.T, kind outside.Kind, dsn string) {
		x := open(t, kind, dsn)
		want := []string{"A", "A 1", "A-1", "A1", "B", "Z", "a", "z", "é", "订单-1", "𠮷"}
		var rows []outside.Row
		for i := range want {
			rows = append(rows, sample(want[len(want)-1-i], 1))
		}
		must(t, x.Put(t.Context(), rows))
		var got []string
		for after := (outside.Key{}); ; after.Number, after.Org = got[len(got)-1], "org_1" {
			p, err := x.Page(t.Context(), after, 3)
			must(t, err)
			for _, r := range p {
				got = append(got, r.Number)
			}
			if len(p) < 3 {
				break
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}

// A table that somebody made by hand without the columns is refused, and one is never altered.
func TestForeignTableIsRefused(t *testing.T) {
	t.Parallel()
	outsidetest.Each(t, func(t *testing.T, kind outside.Kind, dsn string) {
		outsidetest.Exec(t, kind, dsn, "CREATE TABLE mine (id INTEGER)")
		x, err := outside.Open(kind, dsn, "mine")
		must(t, err)
		defer func() { must(t, x.Close()) }()
		if err := x.Prepare(t.Context(), ""); errs.As(err).Code != "index-table" {
			t.Fatal(err)
		}
	})
}

// What does not fit is refused by the database and never cut; all rows of the call stay out.
func TestNothingIsCut(t *testing.T) {
	t.Parallel()
	for _, kind := range []outside.Kind{outside.Postgres, outside.MySQL} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			x := open(t, kind, outsidetest.Fresh(t, kind))
			long := sample("A", 1)
			long.State = strings.Repeat("x", 33)
			if errs.As(long.Valid()).Fields[0].Pointer != "/state" {
				t.Fatal("too long a state is taken for valid")
			}
			if err := x.Put(t.Context(), []outside.Row{sample("B", 1), long}); errs.As(err).Code != "index-write" {
				t.Fatal(err)
			}
			wantRows(t, x)
		})
	}
}

func TestErrorsHoldNoPasswords(t *testing.T) {
	t.Parallel()
	for kind, dsn := range map[outside.Kind]string{
		outside.Postgres: "postgres://u:verysecret@127.0.0.1:1/d",
		outside.MySQL:    "u:verysecret@tcp(127.0.0.1:1)/d",
		outside.Oracle:   "oracle://u:verysecret@127.0.0.1:1/d",
		outside.SQLite:   "/nowhere/verysecret/x.db",
	} {
		x, err := outside.Open(kind, dsn, "t")
		must(t, err)
		err = x.Prepare(t.Context(), "")
		must(t, x.Close())
		if errs.As(err).Code != "index-database-unreachable" || strings.Contains(err.Error(), "verysecret") && kind != outside.SQLite {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestNamesAndAddressesAreChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind       outside.Kind
		dsn, table string
		pointer    string
	}{
		"kind":          {"access", "x", "t", "/kind"},
		"no DSN":        {outside.SQLite, "", "t", "/dsn"},
		"relative path": {outside.SQLite, "x.db", "t", "/dsn"},
		"MySQL DSN":     {outside.MySQL, "nonsense", "t", "/dsn"},
		"Postgres DSN":  {outside.Postgres, "postgres://u:p@h:x/d", "t", "/dsn"},
		"Oracle DSN":    {outside.Oracle, "postgres://u:p@h/d", "t", "/dsn"},
		"injection":     {outside.SQLite, "/x.db", "t; DROP TABLE x", "/table"},
		"quotes":        {outside.SQLite, "/x.db", `t"`, "/table"},
		"capitals":      {outside.SQLite, "/x.db", "T", "/table"},
		"long":          {outside.SQLite, "/x.db", strings.Repeat("t", 31), "/table"},
		"empty":         {outside.SQLite, "/x.db", "", "/table"},
	} {
		_, err := outside.Open(c.kind, c.dsn, c.table)
		if e := errs.As(err); len(e.Fields) != 1 || e.Fields[0].Pointer != c.pointer {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Two organisations may give the same number.
// Proves DOC-3, DOC-4.
func TestNumbersAreAnOrganisationsOwn_DOC3_DOC4(t *testing.T) {
	t.Parallel()
	outsidetest.Each(t, func(t *testing.T, kind outside.Kind, dsn string) {
		x := open(t, kind, dsn)
		mine, theirs := sample("PO-1", 3), sample("PO-1", 2)
		theirs.Org, theirs.Client = "org_2", "C-2"
		must(t, x.Put(t.Context(), []outside.Row{mine, theirs}))
		wantRows(t, x, mine, theirs)
		if p, err := x.Page(t.Context(), mine.Key(), 10); err != nil || len(p) != 1 || !p[0].Same(theirs) {
			t.Fatalf("behind the first: %+v, %v", p, err)
		}
		theirs.State = "voided"
		if ok, err := x.Replace(t.Context(), 2, theirs); err != nil || !ok {
			t.Fatal(ok, err)
		}
		if ok, err := x.Delete(t.Context(), mine.Key(), 3); err != nil || !ok {
			t.Fatal(ok, err)
		}
		wantRows(t, x, theirs)
	})
}

// A table from before rows had an organisation gets the column and the key; what is in it, and what a department
// added to it, stays.
func TestFormerTableGetsItsOrganisation(t *testing.T) {
	t.Parallel()
	outsidetest.Each(t, func(t *testing.T, kind outside.Kind, dsn string) {
		collate := map[outside.Kind]string{outside.Postgres: ` COLLATE "C"`}[kind]
		table := map[outside.Kind]string{outside.MySQL: " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"}[kind]
		at := sample("A", 4).Updated.Format("2006-01-02T15:04:05.000Z")
		outsidetest.Exec(t, kind, dsn, `CREATE TABLE cinnabar_document (doc_number VARCHAR(64)`+collate+` PRIMARY KEY, client_number VARCHAR(100), storage_path VARCHAR(500),
			sha256 VARCHAR(64), byte_size INTEGER NOT NULL, doc_type VARCHAR(64), doc_state VARCHAR(32), doc_version INTEGER NOT NULL, updated_at VARCHAR(24), ours VARCHAR(20))`+table,
			`CREATE INDEX ours_path ON cinnabar_document (ours)`,
			`INSERT INTO cinnabar_document VALUES ('A', '客户-𠮷-01', 'ORDER/2026/03/A-0123456789abcdef.pdf', '`+strings.Repeat("ab", 32)+`', 50000, 'order', 'sealed', 4, '`+at+`', 'kept')`)
		x, err := outside.Open(kind, dsn, outside.DefaultTable)
		must(t, err)
		defer func() { must(t, x.Close()) }()
		for range 2 {
			must(t, x.Prepare(t.Context(), "org_1"))
		}
		wantRows(t, x, sample("A", 4))
		other := sample("A", 1)
		other.Org = "org_2"
		must(t, x.Put(t.Context(), []outside.Row{sample("A", 5), other}))
		wantRows(t, x, sample("A", 5), other)
		outsidetest.Exec(t, kind, dsn, `DROP INDEX ours_path`+map[outside.Kind]string{outside.MySQL: " ON cinnabar_document"}[kind],
			`UPDATE cinnabar_document SET client_number = 'x' WHERE ours = 'kept' AND org_id = 'org_1'`)
		if got := page(t, x); got[0].Client != "x" {
			t.Errorf("what the department added is gone: %+v", got[0])
		}
	})
}
