package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxLines is the ceiling for a file; most have 60 to 250 lines.
const maxLines = 600

// drawers are names under which anything can be put away.
var drawers = []string{"util", "utils", "common", "helper", "helpers", "models", "types", "misc", "shared", "base", "x"}

// NamedForWhatItIs refuses packages named like a drawer.
func NamedForWhatItIs(p Package) []string {
	if slices.Contains(drawers, p.Name) || slices.Contains(drawers, filepath.Base(p.Path)) {
		return []string{p.Path + ": name the package for what it does"}
	}
	return nil
}

// Source is one parsed file.
type Source struct {
	Path  string
	Lines int
	AST   *ast.File
}

// Parse reads the package's files.
func Parse(p Package) ([]Source, error) {
	var all []Source
	for _, file := range p.Files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		s, err := parse(file, text)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func parse(path string, text []byte) (Source, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ParseComments)
	return Source{Path: path, Lines: strings.Count(string(text), "\n"), AST: tree}, err
}

// SaysWhatItIs wants a package comment, which says what is guaranteed.
func SaysWhatItIs(p Package, files []Source) []string {
	for _, f := range files {
		if f.AST.Doc != nil {
			return nil
		}
	}
	return []string{p.Path + ": no package comment"}
}

// FitsOneLook refuses files that are two things in one room.
func FitsOneLook(_ Package, files []Source) []string {
	var faults []string
	for _, f := range files {
		if f.Lines > maxLines && !ast.IsGenerated(f.AST) {
			faults = append(faults, fmt.Sprintf("%s: %d lines, more than %d", f.Path, f.Lines, maxLines))
		}
	}
	return faults
}

// TakesTheClock lets only platform/clock read the time, so that every rule about time can be tested.
// Timers (time.After, time.NewTicker) are allowed: they wait, they do not tell the time.
func TakesTheClock(p Package, files []Source) []string {
	if p.Path == "internal/platform/clock" {
		return nil
	}
	var faults []string
	for _, f := range files {
		ast.Inspect(f.AST, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"Now", "Since", "Until"}, s.Sel.Name) {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && x.Obj == nil {
				faults = append(faults, fmt.Sprintf("%s: time.%s; take a clock.Clock", f.Path, s.Sel.Name))
			}
			return true
		})
	}
	return faults
}

// StartsNothingByItself refuses init functions: what is registered is registered where one can read it.
func StartsNothingByItself(_ Package, files []Source) []string {
	var faults []string
	for _, f := range files {
		for _, d := range f.AST.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				faults = append(faults, f.Path+": an init function; wire it in app")
			}
		}
	}
	return faults
}
