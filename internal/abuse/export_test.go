package abuse_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"cinnabar/internal/business/gascontract"
)

// Exports hold only what the caller may see, and no cell that a spreadsheet would run.
// Proves GAS-13, PLT-2.
func TestAbuse22Exports_GAS13_PLT2(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.play(1, gascontract.InForce)
	owner, stranger := w.as("agent1"), w.as("agent2")
	doc, _ := owner.document(id)
	number := doc["number"].(string)
	for _, path := range []string{"/documents", "/documents.csv", "/documents?q=" + number, "/documents.csv?number=" + number} {
		if a := stranger.do("GET", path, nil); a.status != 200 || bytes.Contains(a.body, []byte(number)) {
			t.Errorf("%s: %d, with another's contract: %s", path, a.status, a.body)
		}
		if a := owner.do("GET", path, nil); a.status != 200 || !bytes.Contains(a.body, []byte(number)) {
			t.Errorf("%s: %d, without the own contract: %s", path, a.status, a.body) // control
		}
		if a := w.nobody().do("GET", path, nil); a.status != 401 {
			t.Errorf("%s by nobody: %d", path, a.status)
		}
	}
	theirs := stranger.do("POST", "/documents/zip", object{"ids": []any{doc["id"]}})
	none := stranger.do("POST", "/documents/zip", object{"ids": []any{"doc_00000000000000000000000000"}})
	if theirs.status != 404 || none.status != 404 || theirs.object()["code"] != none.object()["code"] {
		t.Errorf("ZIP of another's contract: %d %s; of none: %d %s", theirs.status, theirs.body, none.status, none.body)
	}
	if a := owner.do("POST", "/documents/zip", object{"ids": []any{doc["id"]}}); a.status != 200 || !bytes.HasPrefix(a.body, []byte("PK")) {
		t.Errorf("ZIP of the own contract: %d", a.status) // control
	}

	for _, name := range []string{`=HYPERLINK("http://x")`, "@SUM(1)", "+1HYPERLINK", "-2HYPERLINK", "\t=HYPERLINK()", "\r=HYPERLINK()", "　＝HYPERLINK", "王=五"} {
		w.sql(`UPDATE bcase SET title = $2 WHERE id = $1`, string(id), name)
		w.sql(`UPDATE document SET title = $2 WHERE case_id = $1`, string(id), name)
		body := owner.do("GET", "/documents.csv", nil).body
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff")))).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%q: %v: %s", name, err, body)
		}
		found := false
		for _, cell := range rows[1] {
			if begin := strings.TrimLeft(cell, " \u3000"); begin != "" && strings.ContainsAny(begin[:1], "=+-@\t\r") {
				t.Errorf("%q makes the cell %q", name, cell)
			}
			found = found || strings.Contains(cell, strings.TrimSpace(name)) || strings.Contains(cell, "HYPERLINK") || strings.Contains(cell, "SUM")
		}
		if !found {
			t.Errorf("%q is not in the export at all: %q", name, rows[1])
		}
	}
}
