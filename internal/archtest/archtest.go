// Package archtest keeps the architecture that docs/ARCHITECTURE.md describes: who may import whom, and a
// few rules of the house that a compiler does not know. Its test fails with the rule that was broken and
// why the rule is there; each rule is itself tested on a made-up violation.
package archtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// module is the prefix of every import path of the project.
const module = "cinnabar/"

// Package is what the rules look at. Paths are relative to the module ("internal/pdf").
type Package struct {
	Path        string
	Name        string
	Imports     []string // of the package itself; those of the project are relative to the module
	TestImports []string // of its tests, inside and outside of the package
	Files       []string // absolute paths, without tests
}

// listed is the part of `go list -json` that is needed.
type listed struct {
	Dir, ImportPath, Name                                       string
	GoFiles, IgnoredGoFiles, Imports, TestImports, XTestImports []string
}

// Load lists the packages of the module that dir is in.
func Load(dir string) ([]Package, error) {
	cmd := exec.Command("go", "list", "-json=Dir,ImportPath,Name,GoFiles,IgnoredGoFiles,Imports,TestImports,XTestImports", "cinnabar/...")
	cmd.Dir = dir
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, problems.String())
	}
	var all []Package
	for decoder := json.NewDecoder(bytes.NewReader(out)); decoder.More(); {
		var l listed
		if err := decoder.Decode(&l); err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		all = append(all, l.pkg())
	}
	return all, nil
}

func (l listed) pkg() Package {
	p := Package{
		Path: strings.TrimPrefix(l.ImportPath, module), Name: l.Name,
		Imports: relative(l.Imports), TestImports: relative(append(l.TestImports, l.XTestImports...)),
	}
	for _, name := range append(l.GoFiles, l.IgnoredGoFiles...) {
		if !strings.HasSuffix(name, "_test.go") {
			p.Files = append(p.Files, filepath.Join(l.Dir, name))
		}
	}
	return p
}

func relative(paths []string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = strings.TrimPrefix(p, module)
	}
	return out
}

// ours says whether an import (relative to the module) is the project's.
func ours(path string) bool {
	return path == "web" || within(path, "internal") || within(path, "cmd")
}

// within says whether a path is a folder or below it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}
