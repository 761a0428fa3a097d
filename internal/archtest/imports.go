package archtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// floors are the levels of the house, top to bottom: a package may import what stands on a lower floor.
var floors = [][]string{
	{"cmd"},
	{"internal/cli"},
	{"internal/abuse", "internal/crashtest", "internal/bench"},
	{"internal/demo"},
	{"internal/app"},
	{"internal/httpapi"},
	{"internal/business"},
	{"internal/step"},
	{"internal/procedure"},
	{"internal/capability"},
	{"internal/pdf"},
	{"internal/platform", "internal/asset", "web"},
	{"internal/cinnabar", "internal/archtest"},
}

// floor is the level a package stands on, 0 the top, or -1 when it has none.
func floor(p string) int {
	return slices.IndexFunc(floors, func(folders []string) bool {
		return slices.ContainsFunc(folders, func(folder string) bool { return within(p, folder) })
	})
}

// room is the part of the house within which packages may import each other: each capability and each
// business is a room of its own, every other folder of internal is one.
func room(p string) string {
	parts := strings.Split(p, "/")
	n := min(2, len(parts))
	if len(parts) > 2 && (parts[1] == "capability" || parts[1] == "business") {
		n = 3
	}
	return strings.Join(parts[:n], "/")
}

// ImportRule looks at one import, of code or of a test, and says what is wrong with it, or "".
type ImportRule func(from, imported string) string

// ImportRules are the rules for the code itself.
func ImportRules() []ImportRule {
	return []ImportRule{Downwards, Apart, EngineKnowsForms, ProjectFree, HTTPAtTheEdges, OneDatabaseDoor}
}

// TestImportRules are the rules for tests. They may look at anything but may not break the walls
// between businesses and between capabilities.
func TestImportRules() []ImportRule { return []ImportRule{TestsApart} }

// Downwards keeps the floors in order. A folder that is not on the plan is refused, so that a new one is
// a decision.
func Downwards(from, imported string) string {
	if !ours(imported) || room(from) == room(imported) {
		return ""
	}
	above, below := floor(from), floor(imported)
	switch {
	case above < 0:
		return from + " is not on the plan: give it a floor in internal/archtest and docs/ARCHITECTURE.md"
	case below < 0:
		return imported + " is not on the plan: give it a floor in internal/archtest and docs/ARCHITECTURE.md"
	case above > below:
		return fmt.Sprintf("%s imports upwards: %s", from, imported)
	}
	return ""
}

// Apart keeps businesses from each other and capabilities from each other, so that one can be replaced
// without touching the next. What a capability needs from another it declares as an interface of its own.
func Apart(from, imported string) string {
	if !ours(imported) || room(from) == room(imported) || floor(from) < 0 || floor(from) != floor(imported) {
		return ""
	}
	return fmt.Sprintf("%s imports its neighbour %s: declare a small interface, app hands it in", from, imported)
}

// EngineKnowsForms keeps the engine free of what procedures are made of: of all capabilities it knows
// forms only.
func EngineKnowsForms(from, imported string) string {
	if within(from, "internal/procedure") && within(imported, "internal/capability") && !within(imported, "internal/capability/form") {
		return fmt.Sprintf("%s imports %s: the engine knows capabilities as steps only", from, imported)
	}
	return ""
}

// engines are the folders of algorithms that could be lifted out as they are, with what they may import.
var engines = map[string][]string{
	"internal/capability/biometric/face":    {"internal/capability/biometric/face", "internal/capability/biometric/measure"},
	"internal/capability/biometric/finger":  {"internal/capability/biometric/finger", "internal/capability/biometric/measure"},
	"internal/capability/biometric/measure": nil,
	"internal/cinnabar":                     nil,
	"internal/archtest":                     nil,
	"internal/asset":                        nil,
	"internal/pdf/pades/cms":                nil,
	"web":                                   nil,
}

// ProjectFree keeps the engines and the shared words free of the rest of the project, and the platform
// free of all but the shared words.
func ProjectFree(from, imported string) string {
	if !ours(imported) {
		return ""
	}
	for folder, may := range engines {
		if within(from, folder) && !slices.ContainsFunc(append(may, folder), func(f string) bool { return within(imported, f) }) {
			return fmt.Sprintf("%s imports %s: %s stands on its own", from, imported, folder)
		}
	}
	if within(from, "internal/platform") && !within(imported, "internal/platform") && !within(imported, "internal/cinnabar") {
		return fmt.Sprintf("%s imports %s: the platform knows the shared words only", from, imported)
	}
	return ""
}

// HTTPAtTheEdges lets only the HTTP server, what starts it, and adapters that speak HTTP know net/http.
// An adapter is a sub-package of a capability.
func HTTPAtTheEdges(from, imported string) string {
	if imported != "net/http" && !strings.HasPrefix(imported, "net/http/") {
		return ""
	}
	for _, edge := range []string{"internal/httpapi", "internal/app", "internal/cli", "internal/demo", "internal/bench"} {
		if within(from, edge) {
			return ""
		}
	}
	if within(from, "internal/capability") && path.Dir(from) != "internal/capability" {
		return ""
	}
	return from + " imports net/http: business rules do not know how they are called"
}

// drivers are the ways to a database.
var drivers = []string{"database/sql", "github.com/jackc/pgx", "modernc.org/sqlite", "github.com/pressly/goose", "github.com/go-sql-driver/mysql", "github.com/sijms/go-ora"}

// OneDatabaseDoor lets only platform/db (and its test support) know a database driver.
func OneDatabaseDoor(from, imported string) string {
	driver := slices.ContainsFunc(drivers, func(d string) bool { return within(imported, d) })
	if driver && !within(from, "internal/platform/db") {
		return fmt.Sprintf("%s imports %s: databases are reached through platform/db", from, imported)
	}
	return ""
}

// TestsApart keeps tests of a business from other businesses, and tests of a capability from other
// capabilities and from what stands above.
func TestsApart(from, imported string) string {
	if !ours(imported) || !within(from, "internal/capability") && !within(from, "internal/business") {
		return ""
	}
	if floor(imported) <= floor(from) && room(from) != room(imported) {
		return fmt.Sprintf("tests of %s import %s: test through its own door, with fakes of its own", from, imported)
	}
	return ""
}
