package abuse_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cinnabar/internal/app"
	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/cli"
)

// found are the findings of all audits.
func (w *world) found() []app.Finding {
	w.t.Helper()
	list, err := w.app.Check(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// Whatever the database's administrator does to the record of a case, the audit names it (A8).
// Proves PLT-6, PLT-13.
func TestAbuse08ChangedRecord_PLT6_PLT13(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := string(w.play(1, gascontract.Contract))
	if list := w.found(); len(list) != 0 {
		t.Fatalf("an untouched record: %v", list) // control
	}
	number := w.as("agent1").do("GET", "/cases/"+id, nil).want(t, 200)["number"].(string)
	kept := `CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM case_event`
	for name, attack := range map[string][]string{
		"detail changed":   {`UPDATE case_event SET detail = '{"x":1}' WHERE case_id = $1 AND seq = 2`},
		"time changed":     {`UPDATE case_event SET at = at + 1 WHERE case_id = $1 AND seq = 2`},
		"role changed":     {`UPDATE case_event SET role = 'clerk' WHERE case_id = $1 AND seq = 2`},
		"outcome changed":  {`UPDATE case_event SET outcome = 'refused' WHERE case_id = $1 AND seq = 2`},
		"person exchanged": {`UPDATE case_event SET personal = (SELECT personal FROM kept k WHERE k.case_id = $1 AND k.seq = 1) WHERE case_id = $1 AND seq = 2`},
		"entry deleted":    {`DELETE FROM case_event WHERE case_id = $1 AND seq = 2`},
		"entry inserted":   {`INSERT INTO case_event SELECT case_id, 99, at, kind, outcome, actor_kind, role, actor_org, detail, personal, commitment, hash FROM kept WHERE case_id = $1 AND seq = 1`},
		"tail cut":         {`DELETE FROM case_event WHERE case_id = $1 AND seq = (SELECT version FROM bcase WHERE id = $1)`},
		"tail cut well":    {`DELETE FROM case_event WHERE case_id = $1 AND seq = (SELECT version FROM bcase WHERE id = $1)`, `UPDATE bcase SET version = version - 1 WHERE id = $1`},
		"order changed": {
			`UPDATE case_event SET seq = -1 WHERE case_id = $1 AND seq = 2`, `UPDATE case_event SET seq = 2 WHERE case_id = $1 AND seq = 3`,
			`UPDATE case_event SET seq = 3 WHERE case_id = $1 AND seq = -1`,
		},
		"log entry changed": {`UPDATE log_leaf SET hash = (SELECT hash FROM case_event WHERE case_id = $1 AND seq = 1) WHERE case_id = $1 AND seq = 2`},
	} {
		w.schema(kept, `CREATE TABLE kept_leaf AS SELECT * FROM log_leaf`, `CREATE TABLE kept_case AS SELECT * FROM bcase`)
		for _, query := range attack {
			w.sql(query, id)
		}
		named := false
		for _, f := range w.found() {
			named = named || strings.Contains(f.Where, number) || strings.Contains(f.Where, id)
		}
		if !named {
			t.Errorf("%s: the audit does not name the case: %v", name, w.found())
		}
		w.schema(`DELETE FROM case_event`, `INSERT INTO case_event SELECT * FROM kept`, `DROP TABLE kept`,
			`UPDATE log_leaf SET hash = (SELECT k.hash FROM kept_leaf k WHERE k.idx = log_leaf.idx)`, `DROP TABLE kept_leaf`,
			`UPDATE bcase SET version = (SELECT k.version FROM kept_case k WHERE k.id = bcase.id)`, `DROP TABLE kept_case`)
		if list := w.found(); len(list) != 0 {
			t.Fatalf("after %s was undone: %v", name, list)
		}
	}
}

// A line of a seal's log that is changed, removed, added or exchanged behind the program's back is found, and its
// seal is named.
// Proves PLT-11, PLT-13.
func TestAbuse08TamperedSealLog_PLT11_PLT13(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play(1, gascontract.Review)
	id := w.as("boss1").seal("legal-rep")
	if list := w.found(); len(list) != 0 {
		t.Fatalf("an untouched record: %v", list) // control
	}
	const used = ` WHERE seal_id = $1 AND kind = 'used'`
	for name, attack := range map[string][]string{
		"another document": {`UPDATE seal_event SET doc_id = 'doc_other'` + used},
		"another digest":   {`UPDATE seal_event SET digest = 'x'` + used},
		"another person":   {`UPDATE seal_event SET person = 'person_other'` + used},
		"another kind":     {`UPDATE seal_event SET kind = 'unlocked'` + used},
		"removed":          {`DELETE FROM seal_event` + used},
		"added":            {`INSERT INTO seal_event SELECT seal_id, seq + 50, at, kind, person, reason, case_id, doc_id, digest, detail FROM seal_event` + used},
		"removed with its leaf": {
			`DELETE FROM log_leaf WHERE case_id = $1 AND seq = (SELECT seq FROM seal_event` + used + `)`, `DELETE FROM seal_event` + used,
		},
	} {
		w.schema(`CREATE TABLE kept_line AS SELECT * FROM seal_event`, `CREATE TABLE kept_leaf AS SELECT * FROM log_leaf`)
		for _, query := range attack {
			w.sql(query, id)
		}
		found := w.found()
		named := slices.ContainsFunc(found, func(f app.Finding) bool { return strings.Contains(f.Where, "seal "+id) })
		if !named && name != "removed with its leaf" || len(found) == 0 {
			t.Errorf("%s: the audit does not name the seal: %v", name, found)
		}
		w.schema(`DELETE FROM seal_event`, `INSERT INTO seal_event SELECT * FROM kept_line`, `DROP TABLE kept_line`,
			`DELETE FROM log_leaf`, `INSERT INTO log_leaf SELECT * FROM kept_leaf`, `DROP TABLE kept_leaf`)
		if list := w.found(); len(list) != 0 {
			t.Fatalf("after %s was undone: %v", name, list)
		}
	}
}

// schema runs statements that may change no row.
func (w *world) schema(queries ...string) {
	w.t.Helper()
	for _, q := range queries {
		if err := w.tx(q); err != nil {
			w.t.Fatalf("%s: %v", q, err)
		}
	}
}

// An older database beside newer checkpoints does not start (A9).
// Proves PLT-13.
func TestAbuse09RolledBackDatabase_PLT13(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play(1, gascontract.Basic)
	w.found() // brings what waits into the log
	w.stop()
	older := w.database()
	w.start()
	agent := w.as("agent2")
	operators := agent.do("GET", "/operators?procedure=gas-contract", nil).list(t)
	agent.do("POST", "/cases", object{"procedure": gascontract.ID, "operator": operators[0]["id"]}).want(t, 201)
	w.found()
	w.stop()
	newer := w.database()
	w.restore(older)
	a, err := app.New(t.Context(), w.config)
	if err == nil {
		t.Error("an older database starts")
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	} else if !strings.Contains(err.Error(), "checkpoint newer than database") {
		t.Errorf("it does not say why: %v", err)
	}
	w.restore(newer)
	w.start() // control
	if list := w.found(); len(list) != 0 {
		t.Errorf("the newest database: %v", list)
	}
	w.stop()

	// Whoever restored it on purpose says so, and goes on; nobody needs to where nothing is lost.
	accept := func() (int, string) {
		var said bytes.Buffer
		code := cli.Main([]string{"rollback", "--data", w.config.Data, "--by", "主管", "--why", "硬盘损坏，恢复周一备份"}, &said, &said)
		return code, said.String()
	}
	if code, said := accept(); code == 0 {
		t.Errorf("there was nothing to accept: %s", said)
	}
	w.restore(older)
	if code, said := accept(); code != 0 {
		t.Fatalf("a restore cannot be accepted: %s", said)
	}
	w.start()
	if list := w.found(); len(list) != 0 {
		t.Errorf("after a restore that was accepted: %v", list)
	}
}

// database is a copy of the database's files while nothing runs.
func (w *world) database() map[string][]byte {
	w.t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(w.config.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(d.Name(), "cinnabar.db") {
			return err
		}
		out[path], err = os.ReadFile(path)
		return err
	})
	if err != nil || len(out) == 0 {
		w.t.Fatal("no database:", err)
	}
	return out
}

func (w *world) restore(files map[string][]byte) {
	w.t.Helper()
	for path := range w.database() {
		if err := os.Remove(path); err != nil {
			w.t.Fatal(err)
		}
	}
	for path, data := range files {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
}
