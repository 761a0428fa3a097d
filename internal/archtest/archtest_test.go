package archtest

import (
	"strings"
	"testing"
)

// sourceRules are the rules that read files.
func sourceRules() []func(Package, []Source) []string {
	return []func(Package, []Source) []string{SaysWhatItIs, FitsOneLook, TakesTheClock, StartsNothingByItself}
}

func TestTheProjectKeepsItsRules(t *testing.T) {
	t.Parallel()
	packages, err := Load(".")
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) < 30 {
		t.Fatalf("only %d packages were listed", len(packages))
	}
	for _, p := range packages {
		for _, fault := range faults(t, p) {
			t.Error(fault)
		}
	}
}

func faults(t *testing.T, p Package) []string {
	t.Helper()
	found := NamedForWhatItIs(p)
	for _, imported := range p.Imports {
		found = append(found, judge(ImportRules(), p.Path, imported)...)
	}
	for _, imported := range p.TestImports {
		found = append(found, judge(TestImportRules(), p.Path, imported)...)
	}
	files, err := Parse(p)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		return found // tests only
	}
	for _, rule := range sourceRules() {
		found = append(found, rule(p, files)...)
	}
	return found
}

func judge(rules []ImportRule, from, imported string) []string {
	var found []string
	for _, rule := range rules {
		if fault := rule(from, imported); fault != "" {
			found = append(found, fault)
		}
	}
	return found
}

func TestImportRulesRefuseAndAllow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule           ImportRule
		name           string
		from, imported string
		refused        bool
	}{
		{Downwards, "business to httpapi", "internal/business/gascontract", "internal/httpapi", true},
		{Downwards, "capability to engine", "internal/capability/seal", "internal/procedure", true},
		{Downwards, "shared words to platform", "internal/cinnabar", "internal/platform/errs", true},
		{Downwards, "pdf to capability", "internal/pdf/pades", "internal/capability/pki", true},
		{Downwards, "unplanned folder", "internal/novelty", "internal/cinnabar", true},
		{Downwards, "import of an unplanned folder", "internal/app", "internal/novelty", true},
		{Downwards, "step to engine", "internal/step", "internal/procedure", false},
		{Downwards, "within the pdf room", "internal/pdf", "internal/pdf/typeset", false},
		{Downwards, "foreign module", "internal/cinnabar", "github.com/some/module", false},
		{Apart, "business to business", "internal/business/notary", "internal/business/gascontract", true},
		{Apart, "capability to capability", "internal/capability/signing", "internal/capability/pki", true},
		{Apart, "adapter to another capability", "internal/capability/pki/tsahttp", "internal/capability/message", true},
		{Apart, "capability to its adapter", "internal/capability/message", "internal/capability/message/smtpmail", false},
		{Apart, "name that only begins alike", "internal/capability/seal", "internal/capability/sealing", true},
		{EngineKnowsForms, "engine to seal", "internal/procedure", "internal/capability/seal", true},
		{EngineKnowsForms, "engine to form", "internal/procedure", "internal/capability/form", false},
		{ProjectFree, "face to errs", "internal/capability/biometric/face/nn", "internal/platform/errs", true},
		{ProjectFree, "face to finger", "internal/capability/biometric/face", "internal/capability/biometric/finger", true},
		{ProjectFree, "finger to measure", "internal/capability/biometric/finger/fingerbench", "internal/capability/biometric/measure", false},
		{ProjectFree, "platform to asset", "internal/platform/db", "internal/asset", true},
		{ProjectFree, "platform to shared words", "internal/platform/audit", "internal/cinnabar", false},
		{HTTPAtTheEdges, "business knows HTTP", "internal/business/gascontract", "net/http", true},
		{HTTPAtTheEdges, "capability itself knows HTTP", "internal/capability/seal", "net/http", true},
		{HTTPAtTheEdges, "test server in the engine", "internal/procedure", "net/http/httptest", true},
		{HTTPAtTheEdges, "adapter", "internal/capability/pki/tsahttp", "net/http", false},
		{HTTPAtTheEdges, "server", "internal/httpapi", "net/http", false},
		{OneDatabaseDoor, "capability to driver", "internal/capability/seal", "github.com/jackc/pgx/v5", true},
		{OneDatabaseDoor, "app to database/sql", "internal/app", "database/sql", true},
		{OneDatabaseDoor, "platform/db", "internal/platform/db", "modernc.org/sqlite", false},
		{OneDatabaseDoor, "dbtest", "internal/platform/db/dbtest", "github.com/jackc/pgx/v5", false},
		{TestsApart, "capability's test to a capability", "internal/capability/seal", "internal/capability/pki", true},
		{TestsApart, "capability's test to app", "internal/capability/seal", "internal/app", true},
		{TestsApart, "capability's test to pdf", "internal/capability/seal", "internal/pdf", false},
		{TestsApart, "pades' test to pki", "internal/pdf/pades", "internal/capability/pki", false},
	} {
		fault := c.rule(c.from, c.imported)
		if (fault != "") != c.refused {
			t.Errorf("%s: %s imports %s: refused is %v (%q), want %v", c.name, c.from, c.imported, fault != "", fault, c.refused)
		}
	}
}

func TestDrawersAreRefused(t *testing.T) {
	t.Parallel()
	for name, refused := range map[string]bool{"util": true, "common": true, "models": true, "x": true, "seal": false} {
		if got := len(NamedForWhatItIs(Package{Path: "internal/" + name, Name: name})) > 0; got != refused {
			t.Errorf("%s: refused is %v", name, got)
		}
	}
}

func TestSourceRulesRefuse(t *testing.T) {
	t.Parallel()
	const good = "// Package a is good.\npackage a\n\nimport \"time\"\n\nfunc f(c interface{ Now() time.Time }) { _ = c.Now(); <-time.After(0) }\n"
	for name, c := range map[string]struct {
		rule func(Package, []Source) []string
		text string
	}{
		"no comment": {SaysWhatItIs, "package a\n"},
		"long":       {FitsOneLook, good + strings.Repeat("// more\n", maxLines)},
		"now":        {TakesTheClock, good + "\nvar n = time.Now()\n"},
		"since":      {TakesTheClock, good + "\nfunc g(t time.Time) time.Duration { return time.Since(t) }\n"},
		"handed on":  {TakesTheClock, good + "\nvar clock = time.Now\n"},
		"init":       {StartsNothingByItself, good + "\nfunc init() {}\n"},
	} {
		if found := c.rule(Package{Path: "internal/a"}, parsed(t, c.text)); len(found) != 1 {
			t.Errorf("%s: %q", name, found)
		}
		if found := c.rule(Package{Path: "internal/a"}, parsed(t, good)); len(found) != 0 {
			t.Errorf("%s: refused what is in order: %q", name, found)
		}
	}
}

func parsed(t *testing.T, text string) []Source {
	t.Helper()
	s, err := parse("a.go", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return []Source{s}
}
