package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/db/outside"
	"cinnabar/internal/platform/db/outside/outsidetest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

func TestMain(m *testing.M) {
	if childMain() {
		return
	}
	dbtest.Main(m, outsidetest.Stop)
}

func newHand() *clocktest.Hand { return clocktest.At(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const department = "finance"

type fixture struct {
	*mirror.Service
	db    db.DB
	clock *clocktest.Hand
	dir   string
}

func newFixture(t testing.TB, d db.DB) *fixture {
	t.Helper()
	f := &fixture{db: d, clock: newHand(), dir: t.TempDir()}
	v, err := secret.Open(t.Context(), d, filepath.Join(f.dir, "key"))
	must(t, err)
	f.Service, err = mirror.New(mirror.Deps{DB: d, Clock: f.clock, Log: slog.New(slog.DiscardHandler), Vault: v})
	must(t, err)
	t.Cleanup(func() { must(t, f.Close()) })
	return f
}

// toSQLite configures the department's database as a file, and returns a look into it.
func (f *fixture) toSQLite(t testing.TB) *outside.Index {
	t.Helper()
	return f.to(t, outside.SQLite, filepath.Join(f.dir, "department.db"))
}

func (f *fixture) to(t testing.TB, kind outside.Kind, dsn string) *outside.Index {
	t.Helper()
	must(t, f.Configure(t.Context(), cinnabar.Actor{}, department, mirror.Target{Kind: kind, DSN: secret.Secret(dsn)}))
	x, err := outside.Open(kind, dsn, outside.DefaultTable)
	must(t, err)
	t.Cleanup(func() { must(t, x.Close()) })
	return x
}

func row(number string, version int64) mirror.Row {
	return mirror.Row{
		Number: number, Org: "org_1", Client: "C-1", Path: "ORDER/" + number + ".pdf", Digest: strings.Repeat("0a", 32), Size: 1000,
		Type: "order", State: fmt.Sprintf("s%d", version), Version: version, Updated: time.UnixMilli(1_700_000_000_000 + version),
	}
}

func (f *fixture) write(t testing.TB, rows ...mirror.Row) {
	t.Helper()
	must(t, f.db.InTx(t.Context(), func(tx db.Tx) error {
		for _, r := range rows {
			if err := f.Write(t.Context(), tx, department, r); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (f *fixture) deliver(t testing.TB, want int) {
	t.Helper()
	if n, err := f.Deliver(t.Context(), department); err != nil || n != want {
		t.Fatalf("delivered %d rows, want %d: %v", n, want, err)
	}
}

func (f *fixture) state(t testing.TB) mirror.Database {
	t.Helper()
	d, err := f.Database(t.Context(), department)
	must(t, err)
	return d
}

// states are what a department's system reads: number and state, which tells the version.
func states(t testing.TB, x *outside.Index) []string {
	t.Helper()
	rows, err := x.Page(t.Context(), outside.Key{}, 1000)
	must(t, err)
	var out []string
	for _, r := range rows {
		out = append(out, r.Number+" "+r.State)
	}
	return out
}

func wantStates(t testing.TB, x *outside.Index, want ...string) {
	t.Helper()
	if got := states(t, x); !slices.Equal(got, want) {
		t.Fatalf("%q, want %q", got, want)
	}
}

// Proves DOC-4.
func TestCommittedRowsReachTheDepartment_DOC4(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		x := f.toSQLite(t)
		stop := errors.New("stop")
		if err := d.InTx(t.Context(), func(tx db.Tx) error {
			return errors.Join(f.Write(t.Context(), tx, department, row("A", 1)), stop)
		}); !errors.Is(err, stop) {
			t.Fatal(err)
		}
		f.write(t, row("B", 1), row("C", 2))
		f.write(t, row("B", 3))
		f.write(t, row("B", 2)) // comes late
		if s := f.state(t); s.Waiting != 2 || s.Oldest.IsZero() {
			t.Fatalf("%+v", s)
		}
		f.deliver(t, 2)
		wantStates(t, x, "B s3", "C s2")
		f.write(t, row("C", 1), row("D", 1)) // of C something newer is there
		f.deliver(t, 2)
		wantStates(t, x, "B s3", "C s2", "D s1")
		if s := f.state(t); s.Waiting != 0 || !s.Oldest.IsZero() || s.LastOKAt.IsZero() {
			t.Fatalf("%+v", s)
		}
	})
}

func TestTheMainDatabaseNeedsNoMirror(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	must(t, f.db.InTx(t.Context(), func(tx db.Tx) error {
		for _, name := range []string{"", mirror.Main} {
			if err := f.Write(t.Context(), tx, name, mirror.Row{}); err != nil {
				return err
			}
		}
		if err := f.Write(t.Context(), tx, "nowhere", row("A", 1)); errs.As(err).Code != "index-database-unknown" {
			t.Errorf("unknown database: %v", err)
		}
		return nil
	}))
}

// A database that is down delays, says why, and is up to date soon after it is back.
func TestOutageDelaysAndLosesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		f.to(t, outside.SQLite, filepath.Join(f.dir, "later", "department.db"))
		f.write(t, row("A", 1))
		for i := range 3 {
			if n, err := f.Deliver(t.Context(), department); n != 0 || errs.As(err).Code != "index-database-unreachable" {
				t.Fatalf("%d, %v", n, err)
			}
			if s := f.state(t); s.Failures != i+1 || s.LastError == "" || !s.NextAt.After(f.clock.Now()) || s.Waiting != 1 {
				t.Fatalf("%+v", s)
			}
		}
		x := f.toSQLite(t) // the operator corrects the address
		f.deliver(t, 1)
		wantStates(t, x, "A s1")
		if s := f.state(t); s.Failures != 0 || s.LastError != "" || s.Waiting != 0 {
			t.Fatalf("%+v", s)
		}
	})
}

// A row that the database refuses stands aside with the reason, and the others go on.
func TestRefusedRowHoldsUpNobody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		x := f.toSQLite(t)
		f.write(t, row("A", 1))
		f.deliver(t, 1)
		path := filepath.Join(f.dir, "department.db")
		outsidetest.Exec(t, outside.SQLite, path, `CREATE TRIGGER no BEFORE INSERT ON cinnabar_document WHEN NEW.doc_number = 'C'
			BEGIN SELECT RAISE(ABORT, 'C is not wanted'); END`)
		f.write(t, row("B", 1), row("C", 1), row("D", 1))
		f.deliver(t, 2)
		wantStates(t, x, "A s1", "B s1", "D s1")
		if s := f.state(t); s.Refused != 1 || s.Waiting != 1 || !strings.Contains(s.RefusedWhy, "C is not wanted") || s.Failures != 0 {
			t.Fatalf("%+v", s)
		}
		f.deliver(t, 0)
		outsidetest.Exec(t, outside.SQLite, path, `DROP TRIGGER no`)
		f.clock.Advance(time.Minute)
		f.deliver(t, 1)
		wantStates(t, x, "A s1", "B s1", "C s1", "D s1")
	})
}

func TestOneReplicaDelivers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		f.toSQLite(t)
		f.write(t, row("A", 1))
		// Another replica took the lease and died.
		must(t, d.InTx(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE mirror_database SET lease_owner = 'other', lease_until = $1`, db.Millis(f.clock.Now().Add(10*time.Second)))
			return err
		}))
		f.deliver(t, 0)
		f.clock.Advance(10 * time.Second)
		f.deliver(t, 1)
	})
}

// Run delivers as soon as the transaction is committed, to every database for itself.
func TestRunDeliversAfterTheCommit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		x := f.toSQLite(t)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Run(ctx) }()
		for i := range 5 {
			f.write(t, row(fmt.Sprintf("A-%d", i), 1))
		}
		until(t, func() bool { return f.state(t).Waiting == 0 })
		stop()
		must(t, <-ended)
		if got := states(t, x); len(got) != 5 {
			t.Fatalf("%q", got)
		}
	})
}

func TestAddressesAreSealed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	dsn := secret.Secret("mysql-user:verysecret@tcp(db.sample.invalid:3306)/d")
	must(t, f.Configure(t.Context(), cinnabar.Actor{}, department, mirror.Target{Kind: outside.MySQL, DSN: dsn}))
	if kept, err := db.Exists(t.Context(), f.db, `SELECT 1 FROM mirror_database WHERE CAST(dsn AS TEXT) LIKE '%verysecret%'`); kept || err != nil {
		t.Fatalf("the password is kept in clear: %v, %v", kept, err)
	}
	// Without a DSN the old one stays.
	must(t, f.Configure(t.Context(), cinnabar.Actor{}, department, mirror.Target{Kind: outside.MySQL, Table: "other"}))
	if s := f.state(t); s.Table != "other" || s.Experimental {
		t.Fatalf("%+v", s)
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	good := mirror.Target{Kind: outside.SQLite, DSN: "/x.db"}
	for name, c := range map[string]struct {
		name string
		t    mirror.Target
	}{
		"reserved":      {mirror.Main, good},
		"no name":       {"", good},
		"odd name":      {"a b", good},
		"unknown kind":  {"a", mirror.Target{Kind: "access", DSN: "x"}},
		"no DSN":        {"a", mirror.Target{Kind: outside.SQLite}},
		"table by name": {"a", mirror.Target{Kind: outside.SQLite, DSN: "/x.db", Table: "a b"}},
	} {
		if err := f.Configure(t.Context(), cinnabar.Actor{}, c.name, c.t); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := f.Remove(t.Context(), cinnabar.Actor{}, "nowhere"); !errors.Is(err, errs.NotFound) {
		t.Error(err)
	}
}

// Where a folder is set, nobody names files elsewhere.
func TestSQLiteFilesLieInTheFolder(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	f.Folder = filepath.Join(f.dir, "index")
	for _, name := range []string{"/x.db", "../x.db", "a/b.db", ".hidden", `a\b`} {
		if err := f.Configure(t.Context(), cinnabar.Actor{}, department, mirror.Target{Kind: outside.SQLite, DSN: secret.Secret(name)}); !errors.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
	must(t, f.Configure(t.Context(), cinnabar.Actor{}, department, mirror.Target{Kind: outside.SQLite, DSN: "finance.db"}))
	f.write(t, row("A", 1))
	f.deliver(t, 1)
	if _, err := os.Stat(filepath.Join(f.Folder, "finance.db")); err != nil {
		t.Error(err)
	}
}

func TestRemoveWaitsForTheRows(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	f.toSQLite(t)
	f.write(t, row("A", 1))
	if err := f.Remove(t.Context(), cinnabar.Actor{}, department); errs.As(err).Code != "index-database-busy" {
		t.Fatal(err)
	}
	f.deliver(t, 1)
	must(t, f.Remove(t.Context(), cinnabar.Actor{}, department))
}

func TestConnectionIsTested(t *testing.T) {
	t.Parallel()
	outsidetest.Each(t, func(t *testing.T, kind outside.Kind, dsn string) {
		f := newFixture(t, dbtest.SQLite(t))
		f.to(t, kind, dsn)
		if v, err := f.TestNamed(t.Context(), department); err != nil || v == "" {
			t.Fatalf("%q, %v", v, err)
		}
		if _, err := f.Test(t.Context(), mirror.Target{Kind: kind, DSN: "/nowhere/x"}); err == nil {
			t.Error("a wrong address is found right")
		}
	})
}

// until waits for what another goroutine or process does to the database.
func until(t testing.TB, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.NewTimer(60 * time.Second)
	defer limit.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatal("nothing happened for a minute")
		}
	}
}
