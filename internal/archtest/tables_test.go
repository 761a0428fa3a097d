package archtest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestEveryTableHasOneOwner(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../platform/db/migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var migrations []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		migrations = append(migrations, string(text))
	}
	tables := Tables(migrations)
	if !slices.Contains(tables, "bcase") || !slices.Contains(tables, "case_search") {
		t.Fatalf("tables of the migrations: %v", tables)
	}
	packages := sources(t)
	for _, fault := range TablesHaveOneOwner(tables, packages) {
		t.Error(fault)
	}
	for file := range overlooking {
		if !slices.ContainsFunc(packages[filepath.Dir(file)], func(s Source) bool { return filepath.Base(s.Path) == filepath.Base(file) }) {
			t.Errorf("%s is excepted and is not there", file)
		}
	}
}

func TestATableOfTwoOwnersIsRefused(t *testing.T) {
	t.Parallel()
	tables := Tables([]string{"CREATE TABLE seal (id text);\nCREATE VIRTUAL TABLE words USING fts5(body);"})
	if !slices.Equal(tables, []string{"seal", "words"}) {
		t.Fatalf("tables: %v", tables)
	}
	packages := map[string][]Source{
		"internal/capability/seal":         parsed(t, "package seal\n\nconst q = `UPDATE seal SET id = 1`\n"),
		"internal/capability/seal/sealart": parsed(t, "package sealart\n\nconst q = \"SELECT 1 FROM seal\"\n"),
		"internal/procedure":               parsed(t, "package procedure\n\nconst q, r = `SELECT 1 FROM f`, `DELETE FROM words`\n"),
	}
	if found := TablesHaveOneOwner(tables, packages); len(found) != 0 {
		t.Errorf("refused what is in order: %q", found)
	}
	packages["internal/step"] = parsed(t, "package step\n\nconst q = `SELECT 1 FROM words w JOIN\n\tseal s ON true`\n")
	if found := TablesHaveOneOwner(tables, packages); len(found) != 2 {
		t.Errorf("a table with two owners: %q", found)
	}
}
