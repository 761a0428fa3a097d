package ftpstore

import (
	"crypto/rand"
	"fmt"
	"path"
	"regexp"
	"strings"
)

// partPrefix begins the names of unfinished documents; a dot hides them from most listings.
const partPrefix = ".part-"

var (
	segment = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)
	part    = regexp.MustCompile(`^\.part-[A-Z2-7]{26}-[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)
)

// CheckPath refuses paths that some server could read in another way: wanted are up to 8 names of ASCII
// letters, digits, dots, hyphens and underscores, each beginning with a letter or digit.
func CheckPath(p string) error {
	names := strings.Split(p, "/")
	if len(names) > 8 {
		return fmt.Errorf("path %q has too many parts", p)
	}
	for _, n := range names {
		if !segment.MatchString(n) {
			return fmt.Errorf("%q is not a name for the path of a document", n)
		}
	}
	return nil
}

// CheckStored also lets pass what List tells of: the root, and parts.
func CheckStored(p string) error {
	folder, name := path.Split(p)
	if IsPart(name) {
		if folder == "" {
			return nil
		}
		return CheckPath(strings.TrimSuffix(folder, "/"))
	}
	if p == "" {
		return nil
	}
	return CheckPath(p)
}

// PartOf gives a path beside p that no one else uses.
func PartOf(p string) string {
	folder, name := path.Split(p)
	return folder + partPrefix + rand.Text() + "-" + name
}

// IsPart tells whether a name is one that PartOf gave.
func IsPart(name string) bool { return part.MatchString(name) }

// WholeOf is the path that a part was to get: PartOf backwards. Other paths are given back as they are.
func WholeOf(p string) string {
	folder, name := path.Split(p)
	if !IsPart(name) {
		return p
	}
	return folder + name[len(partPrefix)+26+1:]
}
