// Package sampleset finds out which pictures in a folder are of one person or one finger, from the names of
// files and folders. It knows the layouts in which research sets come:
//
//	101_1.tif 1_1.png            FVC: FINGER_IMPRESSION
//	s1/1.pgm                     AT&T: PERSON/PICTURE
//	DB1_B/101_1.tif              several FVC sets side by side
//	000/L/000_L0_3.bmp           CASIA: the name without its last number, within its folder
//	anna.jpg anna2.jpg           a name, with or without a number
//	subject01.happy anna_side.png  a name and a word
//	train/anna/1.jpg test/anna/7.jpg  folders that only divide a set are passed over
//
// Where names are of no such kind an expression says which part of the path is the owner's name. Guaranteed:
// each file under the folder is either a Picture or Skipped with a reason; no file is opened but by its first
// bytes. Not guaranteed: that the set's author meant what the names say; the layout that was taken is part of
// the result, for a person to look at.
package sampleset

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Picture is one file that is or claims to be a picture.
type Picture struct {
	Path  string
	Owner string // whose picture: equal for two pictures of one person or finger
}

// Skipped is a file that is no picture.
type Skipped struct{ Path, Why string }

// Set is the pictures of a folder, in natural order: 2 before 10.
type Set struct {
	Pictures []Picture
	Skipped  []Skipped
	Layout   string // what was taken for the owner
	Owners   int

	root fs.FS
}

// String says how many pictures of whom there are, how the names were read, and what was left out.
func (s Set) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d pictures of %d owners; names read as %s\n", len(s.Pictures), s.Owners, s.Layout)
	for i, k := range s.Skipped {
		if i == shown {
			fmt.Fprintf(&b, "  and %d more files were skipped\n", len(s.Skipped)-shown)
			break
		}
		fmt.Fprintf(&b, "  skipped %s: %s\n", k.Path, k.Why)
	}
	return b.String()
}

const shown = 20 // skipped files that are named in the text

// Options say how to read names.
type Options struct {
	// Owner is matched with each path; its first group (or, without one, the whole match) is the owner.
	// nil: the layout is found out.
	Owner *regexp.Regexp
	// ByName prefers the file's name to its folder where both could be the owner, as is usual with prints.
	ByName bool
}

// ErrNoPictures says that there is nothing to measure.
var ErrNoPictures = errors.New("no pictures in the folder")

// ErrLayout says that the names do not tell who is who.
var ErrLayout = errors.New("the names do not tell which pictures belong together: no two owners with two pictures each; " +
	"name the part of the path that is the owner by an expression")

// Read lists a folder and assigns its pictures to owners.
func Read(root fs.FS, o Options) (Set, error) {
	s := Set{root: root}
	if _, err := fs.Stat(root, "."); err != nil {
		return s, err
	}
	s.walk(".", 0)
	if len(s.Pictures) == 0 {
		return s, ErrNoPictures
	}
	slices.SortFunc(s.Pictures, func(a, b Picture) int { return natural(a.Path, b.Path) })
	if o.Owner != nil {
		return s, s.assign(rule{"by the given expression", byExpression(o.Owner)})
	}
	return s, s.assign(best(s.Pictures, o.ByName))
}

// assign names the owners, and refuses when that leaves nothing to compare.
func (s *Set) assign(r rule) error {
	s.Layout = r.name
	for i := range s.Pictures {
		s.Pictures[i].Owner = r.owner(s.Pictures[i].Path)
	}
	owners, shared := r.judge(s.Pictures)
	if s.Owners = owners; owners < 2 || shared == 0 {
		return fmt.Errorf("%w (%d pictures, %d owners, taken %s)", ErrLayout, len(s.Pictures), owners, r.name)
	}
	return nil
}

func byExpression(e *regexp.Regexp) func(string) string {
	return func(p string) string {
		m := e.FindStringSubmatch(p)
		switch {
		case m == nil:
			return p // of nobody else
		case len(m) > 1:
			return m[1]
		}
		return m[0]
	}
}

// rule is one way to read an owner from a path.
type rule struct {
	name  string
	owner func(path string) string
}

// judge counts the owners, and the pictures that share theirs with another.
func (r rule) judge(pictures []Picture) (owners, shared int) {
	n := make(map[string]int)
	for _, p := range pictures {
		n[r.owner(p.Path)]++
	}
	for _, k := range n {
		if k > 1 {
			shared += k
		}
	}
	return len(n), shared
}

// best takes the first rule by which at least half of the pictures have a partner, else the one by which
// most have.
func best(pictures []Picture, byName bool) rule {
	rules := []rule{
		{"PERSON/PICTURE: by folder", folder},
		{"OWNER_NUMBER: by the name without its last number, within its folder", beforeNumber},
		{"OWNER_WORD: by the name up to its last separator, within its folder", beforeLast},
		{"OWNER_WORD_WORD: by the name up to its first separator, within its folder", beforeFirst},
	}
	if byName || !foldersArePeople(pictures) {
		rules[0], rules[1] = rules[1], rules[0]
	}
	found, most := rules[0], -1
	for _, r := range rules {
		owners, shared := r.judge(pictures)
		if owners < 2 {
			continue
		}
		if 2*shared >= len(pictures) {
			return r
		}
		if shared > most {
			found, most = r, shared
		}
	}
	return found
}

// foldersArePeople tells a folder of one person's pictures from one that collects several people's: in the
// latter names, not mere numbers, come in groups, in every folder.
func foldersArePeople(pictures []Picture) bool {
	groups := make(map[string]map[string]int)
	for _, p := range pictures {
		dir, name := folder(p.Path), head(p.Path)
		if strings.Trim(name, "0123456789") == "" {
			return true
		}
		if groups[dir] == nil {
			groups[dir] = make(map[string]int)
		}
		groups[dir][name]++
	}
	for _, names := range groups {
		repeated := 0
		for _, n := range names {
			if n > 1 {
				repeated++
			}
		}
		if repeated < 2 {
			return true
		}
	}
	return false
}

// dividers are folders that divide a set without saying whose pictures are in them.
var dividers = regexp.MustCompile(`(?i)^(train|training|test|testing|val|valid|validation|gallery|probe|enrol|enroll|query|session[-_ ]?\d*|images?|pictures?|faces?|prints?)$`)

// folder is the path of a picture's folder, without folders that only divide.
func folder(p string) string {
	parts := slices.DeleteFunc(strings.Split(path.Dir(p), "/"), dividers.MatchString)
	return strings.Join(parts, "/")
}

func stem(p string) string { return strings.TrimSuffix(path.Base(p), extension(p)) }

const separators = "_-. ()#"

// head is a file's name without its last number.
func head(p string) string {
	return strings.TrimRight(strings.TrimRight(strings.TrimRight(stem(p), separators), "0123456789"), separators)
}

func beforeNumber(p string) string { return folder(p) + "/" + head(p) }

func beforeLast(p string) string {
	s := stem(p)
	return folder(p) + "/" + s[:max(strings.LastIndexAny(s, separators), 0)]
}

func beforeFirst(p string) string {
	s := stem(p)
	return folder(p) + "/" + s[:max(strings.IndexAny(s, separators), 0)]
}
