package demo_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/cinnabar"
)

// Whatever somebody does to files and index databases behind the program's back is named and put right.
// Proves DOC-4, DOC-5.
func TestCheckDocumentsFindsAndRepairs_DOC4_DOC5(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	index := w.indexed("PO", "purchasing")
	buyer := w.as("buyer")
	var paths, numbers []string
	for n := range 3 {
		made := buyer.makes(order(fmt.Sprintf("CG-C-%d", n), "100.00"), 201)
		paths = append(paths, filepath.Join(w.app.Data, "ftp", "documents", made["path"].(string)))
		numbers = append(numbers, made["number"].(string))
	}
	rows := func() (n int) {
		must(t, index.QueryRowContext(t.Context(), `SELECT count(*) FROM cinnabar_document`).Scan(&n))
		return n
	}
	// What there was before the type had a database comes there by itself.
	wait(t, func() bool { return rows() == len(buyer.documents("?type=PO&limit=200")) })
	if found := w.wrong(false); len(found) != 0 {
		t.Fatalf("wrong to begin with: %v", found)
	}

	must(t, os.Remove(paths[0]))
	must(t, os.WriteFile(paths[1], []byte("%PDF-1.7 other"), 0o600))
	must(t, os.WriteFile(filepath.Join(filepath.Dir(paths[2]), "stranger.pdf"), []byte("%PDF-1.7"), 0o600))
	for _, statement := range []string{
		`DELETE FROM cinnabar_document WHERE doc_number = '` + numbers[0] + `'`,
		`UPDATE cinnabar_document SET storage_path = 'x' WHERE doc_number = '` + numbers[1] + `'`,
		`INSERT INTO cinnabar_document SELECT 'PO-STRANGER', org_id, client_number, storage_path, sha256, byte_size, doc_type, doc_state, doc_version, updated_at
			FROM cinnabar_document WHERE doc_number = '` + numbers[2] + `'`,
	} {
		_, err := index.ExecContext(t.Context(), statement)
		must(t, err)
	}
	want := []string{"altered", "different", "extra", "extra", "missing", "missing"}
	for _, repair := range []bool{false, true} { // a dry run changes nothing
		if got := w.wrong(repair); !slices.Equal(got, want) {
			t.Errorf("found %v, not %v", got, want)
		}
	}
	if left := w.wrong(false); len(left) != 0 {
		t.Errorf("still wrong: %v", left)
	}
	for _, number := range numbers {
		id := buyer.documents("?number=" + number)[0].(object)["case"]
		buyer.call(http.MethodGet, fmt.Sprintf("/e-documents/%v/file", id), nil, 200)
	}

	// Where the type goes no more nothing of it is left, but what somebody else put there, which a check finds.
	_, err := index.ExecContext(t.Context(), `INSERT INTO cinnabar_document SELECT 'JS-STRAY', org_id, client_number, storage_path, sha256, byte_size, 'JS', doc_state, doc_version, updated_at
		FROM cinnabar_document WHERE doc_number = '`+numbers[2]+`'`)
	must(t, err)
	w.goesTo("PO", "main")
	wait(t, func() bool { return rows() == 1 })
	for _, repair := range []bool{false, true} {
		if got := w.wrong(repair); !slices.Equal(got, []string{"extra"}) {
			t.Errorf("of a database that no type names: %v", got)
		}
	}
	if left := w.wrong(false); len(left) != 0 || rows() != 0 {
		t.Errorf("%d rows are left: %v", rows(), left)
	}
}

// indexed gives a type an index database and opens that, as the department's own systems would.
func (w *town) indexed(kind, name string) *sql.DB {
	w.t.Helper()
	must(w.t, w.app.Mirror.Configure(w.t.Context(), cinnabar.Actor{Kind: cinnabar.System}, name, mirror.Target{Kind: "sqlite", DSN: "purchasing.db"}))
	w.goesTo(kind, name)
	out, err := sql.Open("sqlite", "file:"+filepath.Join(w.app.Data, "index-databases", "purchasing.db")+"?_pragma=busy_timeout(5000)")
	must(w.t, err)
	w.t.Cleanup(func() { _ = out.Close() })
	return out
}

// goesTo has a type's documents in an index database from now on.
func (w *town) goesTo(kind, database string) {
	w.t.Helper()
	ctx := w.t.Context()
	me := w.as("buyer").call(http.MethodGet, "/sessions/current", nil, 200)
	admin := cinnabar.Actor{Kind: cinnabar.Member, Org: cinnabar.OrgID(fmt.Sprint(me["org"].(object)["id"])), Roles: []string{"admin"}}
	types, seen, err := w.app.EDocuments.Types(ctx, w.app.DB, admin.Org)
	must(w.t, err)
	for i := range types {
		if types[i].ID == kind {
			types[i].Database = database
		}
	}
	must(w.t, w.app.EDocuments.PutTypes(ctx, admin, seen, types))
}

// wrong is what a check finds, sorted. What the program knows of its own register must always agree.
func (w *town) wrong(repair bool) (out []string) {
	w.t.Helper()
	var waiting int
	wait(w.t, func() bool {
		list, err := w.app.Mirror.Databases(w.t.Context())
		must(w.t, err)
		waiting = 0
		for _, d := range list {
			waiting += d.Waiting
		}
		return waiting == 0
	})
	found, err := w.app.CheckDocuments(w.t.Context(), repair)
	must(w.t, err)
	for _, f := range found {
		if !strings.HasPrefix(f.Side, "file server") && !strings.HasPrefix(f.Side, "index database") || f.Repaired != repair {
			w.t.Errorf("%+v", f)
		}
		out = append(out, f.What)
	}
	slices.Sort(out)
	return out
}
