package mirror_test

import (
	"context"
	"fmt"
	"testing"

	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/db/outside"
	"cinnabar/internal/platform/db/outside/outsidetest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

func (f *fixture) check(t testing.TB, repair bool) map[string]string {
	t.Helper()
	found, err := f.Check(t.Context(), department, truth(f.db), repair)
	must(t, err)
	out := map[string]string{}
	for _, x := range found {
		out[x.Number] = x.What
		if x.Repaired != repair {
			t.Errorf("%+v", x)
		}
	}
	return out
}

func (f *fixture) change(t testing.TB, numbers ...string) {
	t.Helper()
	for _, n := range numbers {
		must(t, change(t.Context(), f.db, f.Service, n))
	}
}

// Whatever somebody does to the table is found, with what it is, and repaired.
// Proves DOC-5.
func TestCheckFindsAndRepairs_DOC5(t *testing.T) {
	t.Parallel()
	outsidetest.Each(t, func(t *testing.T, kind outside.Kind, dsn string) {
		f := newFixture(t, dbtest.SQLite(t))
		makeTruth(t, f.db)
		f.to(t, kind, dsn)
		f.change(t, "A", "B", "C", "D", "D", "E")
		f.deliver(t, 5)
		if found := f.check(t, false); len(found) != 0 {
			t.Fatalf("%v", found)
		}
		outsidetest.Exec(t, kind, dsn,
			"DELETE FROM cinnabar_document WHERE doc_number = 'A'",
			"UPDATE cinnabar_document SET storage_path = 'elsewhere' WHERE doc_number = 'B'",
			"UPDATE cinnabar_document SET doc_version = 7 WHERE doc_number = 'C'",
			"UPDATE cinnabar_document SET doc_version = 1 WHERE doc_number = 'D'",
			"UPDATE cinnabar_document SET doc_number = 'F' WHERE doc_number = 'E'")
		want := fmt.Sprint(map[string]string{
			"A": mirror.Missing, "B": mirror.Different, "C": mirror.Different, "D": mirror.Different, "E": mirror.Missing, "F": mirror.Extra,
		})
		for _, repair := range []bool{false, true} {
			if found := f.check(t, repair); fmt.Sprint(found) != want {
				t.Fatalf("%v, want %v", found, want)
			}
		}
		if found := f.check(t, false); len(found) != 0 {
			t.Fatalf("after the repair: %v", found)
		}
	})
}

// A new database is filled by a repair; more findings than can be listed are counted, and pages that do not
// match on both sides are compared rightly.
func TestCheckFillsManyPages(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	makeTruth(t, f.db)
	x := f.toSQLite(t)
	must(t, f.db.InTx(t.Context(), func(tx db.Tx) error {
		_, err := tx.Exec(t.Context(), `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3500)
			INSERT INTO truth (number, version) SELECT printf('N-%05d', i), 1 FROM n`)
		return err
	}))
	must(t, x.Prepare(t.Context(), ""))
	var extra []outside.Row
	for i := range 2500 {
		extra = append(extra, row(fmt.Sprintf("N-%05dx", i), 1))
	}
	must(t, x.Put(t.Context(), extra))
	found, err := f.Check(t.Context(), department, truth(f.db), true)
	must(t, err)
	if len(found) != mirror.MaxFindings+1 || found[len(found)-1].Count != 6000-mirror.MaxFindings {
		t.Fatalf("%d findings, last %+v", len(found), found[len(found)-1])
	}
	if found := f.check(t, false); len(found) != 0 {
		t.Fatalf("after the repair: %d", len(found))
	}
}

// What is on its way is no finding, however the looks of the check fall between the writes.
func TestCheckIgnoresWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		makeTruth(t, d)
		f.toSQLite(t)
		f.change(t, "A", "B")
		if found := f.check(t, true); len(found) != 0 {
			t.Fatalf("%v", found)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 2)
		go func() { ended <- f.Run(ctx) }()
		go func() {
			for i := 0; ctx.Err() == nil; i++ {
				if err := change(t.Context(), d, f.Service, fmt.Sprintf("N-%d", i%40)); err != nil {
					ended <- err
					return
				}
			}
			ended <- nil
		}()
		for range 100 {
			if found := f.check(t, false); len(found) != 0 {
				t.Errorf("%v", found)
			}
		}
		stop()
		must(t, <-ended)
		must(t, <-ended)
	})
}

// A truth in another order would show as rows missing and extra; a table that orders otherwise too.
func TestCheckRefusesWrongOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	f.toSQLite(t)
	disorder := func(context.Context, mirror.Key, int) ([]mirror.Row, error) {
		return []mirror.Row{row("B", 1), row("A", 1)}, nil
	}
	if _, err := f.Check(t.Context(), department, disorder, true); errs.As(err).Code != "truth-order" {
		t.Error(err)
	}
	dsn := outsidetest.Fresh(t, outside.MySQL)
	outsidetest.Exec(t, outside.MySQL, dsn, `CREATE TABLE cinnabar_document (doc_number VARCHAR(64) PRIMARY KEY, client_number VARCHAR(100),
		storage_path VARCHAR(500), sha256 VARCHAR(64), byte_size BIGINT, doc_type VARCHAR(64), doc_state VARCHAR(32), doc_version BIGINT, updated_at VARCHAR(24))
		COLLATE utf8mb4_general_ci`)
	must(t, f.Configure(t.Context(), cinnabar.Actor{}, department, mirror.Target{Kind: outside.MySQL, DSN: secret.Secret(dsn)}))
	f.write(t, row("a", 1), row("B", 1))
	f.deliver(t, 2)
	none := func(context.Context, mirror.Key, int) ([]mirror.Row, error) { return nil, nil }
	if _, err := f.Check(t.Context(), department, none, true); errs.As(err).Code != "index-order" {
		t.Error(err)
	}
}

// Two organisations whose numbers are the same share a database: neither overwrites the other, and the check keeps
// them apart. A table from before that gets its organisation, or else is put right by the check.
// Proves DOC-4, DOC-5.
func TestTwoOrganisationsOfOnePrefix_DOC4_DOC5(t *testing.T) {
	t.Parallel()
	outsidetest.Each(t, func(t *testing.T, kind outside.Kind, dsn string) {
		f := newFixture(t, dbtest.SQLite(t))
		x := f.to(t, kind, dsn)
		of := func(org string, version int64) mirror.Row {
			r := row("PO-2026-00001", version)
			r.Org = org
			return r
		}
		f.write(t, of("org_1", 5), of("org_2", 1))
		f.write(t, of("org_2", 2)) // the newest of each waits
		f.deliver(t, 2)
		wantStates(t, x, "PO-2026-00001 s5", "PO-2026-00001 s2")
		both := func(_ context.Context, after mirror.Key, _ int) (out []mirror.Row, err error) {
			for _, r := range []mirror.Row{of("org_1", 5), of("org_2", 2)} {
				if r.Key().Compare(after) > 0 {
					out = append(out, r)
				}
			}
			return out, nil
		}
		check := func(repair bool) (out []string) {
			found, err := f.Check(t.Context(), department, both, repair)
			must(t, err)
			for _, x := range found {
				out = append(out, x.What+" "+x.Org)
			}
			return out
		}
		if found := check(false); len(found) != 0 {
			t.Fatalf("%q", found)
		}
		outsidetest.Exec(t, kind, dsn, "UPDATE cinnabar_document SET org_id = '-' WHERE org_id = 'org_1'", "UPDATE cinnabar_document SET doc_state = 'x' WHERE org_id = 'org_2'")
		for _, repair := range []bool{false, true} {
			if found := check(repair); fmt.Sprint(found) != "[extra - missing org_1 different org_2]" {
				t.Fatalf("%q", found)
			}
		}
		if found := check(false); len(found) != 0 {
			t.Fatalf("after the repair: %q", found)
		}
	})
}
