package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// overlooking are files that name tables of several owners, and why.
var overlooking = map[string]string{
	"internal/app/check.go":                  "holds against each other what their owners keep",
	"internal/business/edocument/audit.go":   "holds against each other numbers, documents, files and entries",
	"internal/capability/archive/archive.go": "one list over documents and cases, fast for hundreds of thousands",
	"internal/bench/archive.go":              "fills tables to measure lists",
	"internal/bench/manydocuments.go":        "fills tables to measure lists",
}

var (
	created = regexp.MustCompile(`CREATE (?:VIRTUAL )?TABLE (\w+)`)
	queried = regexp.MustCompile(`\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)`)
)

// Tables are the names of the tables that migrations make.
func Tables(migrations []string) (all []string) {
	for _, text := range migrations {
		for _, m := range created.FindAllStringSubmatch(text, -1) {
			all = append(all, m[1])
		}
	}
	return all
}

// TablesHaveOneOwner refuses tables that two rooms name in SQL: what a table's columns mean is known where its rows
// are written, and everybody else asks there.
func TablesHaveOneOwner(tables []string, packages map[string][]Source) (faults []string) {
	rooms := map[string]map[string]bool{}
	for path, files := range packages {
		for _, f := range files {
			if slices.ContainsFunc(slices.Collect(maps.Keys(overlooking)), func(o string) bool { return strings.HasSuffix(f.Path, o) }) {
				continue
			}
			for _, table := range tablesIn(f) {
				if rooms[table] == nil {
					rooms[table] = map[string]bool{}
				}
				rooms[table][room(path)] = true
			}
		}
	}
	for _, table := range tables {
		if len(rooms[table]) > 1 {
			faults = append(faults, fmt.Sprintf("table %s is named by %s; ask the one that writes it", table, strings.Join(slices.Sorted(maps.Keys(rooms[table])), " and ")))
		}
	}
	return faults
}

// tablesIn are the names behind FROM, JOIN, INTO and UPDATE in a file's texts.
func tablesIn(f Source) (all []string) {
	ast.Inspect(f.AST, func(n ast.Node) bool {
		if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
			sql, err := strconv.Unquote(text.Value)
			if err != nil {
				return true
			}
			for _, m := range queried.FindAllStringSubmatch(sql, -1) {
				all = append(all, m[1])
			}
		}
		return true
	})
	return all
}
