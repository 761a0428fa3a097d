package identity

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"cinnabar/internal/cinnabar"
)

// wordings are what is agreed to: one file KIND.VERSION.LANGUAGE.txt for each. A wording that somebody may have agreed to
// is never changed; when what is agreed to changes, the next version is added, and asks everybody anew.
//
//go:embed consents/*.txt
var wordings embed.FS

// ConsentText is one wording of a consent.
type ConsentText struct {
	Kind     string
	Version  int
	Language string // zh or en
	Text     string
	Digest   cinnabar.Digest // of the text
	Current  bool            // the newest version of its kind
}

// ConsentTexts are all wordings, newest first within a kind.
func (s *Service) ConsentTexts() []ConsentText { return slices.Clone(s.consents) }

// consentText is the wording with a digest, or nil.
func (s *Service) consentText(kind string, digest cinnabar.Digest) *ConsentText {
	i := slices.IndexFunc(s.consents, func(t ConsentText) bool { return t.Kind == kind && t.Digest == digest })
	if i < 0 {
		return nil
	}
	return &s.consents[i]
}

// consentVersion is the newest version of a kind; 0 when there is none.
func (s *Service) consentVersion(kind string) int {
	i := slices.IndexFunc(s.consents, func(t ConsentText) bool { return t.Kind == kind })
	if i < 0 {
		return 0
	}
	return s.consents[i].Version
}

func readConsents(files fs.FS) ([]ConsentText, error) {
	var out []ConsentText
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		t := ConsentText{Text: strings.TrimSpace(string(content))}
		part := strings.Split(d.Name(), ".")
		if len(part) != 4 || part[3] != "txt" || t.Text == "" {
			return fmt.Errorf("wording of a consent %s: not KIND.VERSION.LANGUAGE.txt, or empty", path)
		}
		t.Kind, t.Language, t.Digest = part[0], part[2], cinnabar.DigestOf([]byte(t.Text))
		if t.Version, err = strconv.Atoi(part[1]); err != nil || t.Version < 1 {
			return fmt.Errorf("wording of a consent %s: its version is no number from 1", path)
		}
		out = append(out, t)
		return nil
	})
	slices.SortFunc(out, func(a, b ConsentText) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(b.Version, a.Version), cmp.Compare(b.Language, a.Language))
	})
	for i := range out {
		out[i].Current = i == 0 || out[i-1].Kind != out[i].Kind || (out[i-1].Current && out[i-1].Version == out[i].Version)
	}
	return out, errors.Join(err, inBothLanguages(out))
}

// inBothLanguages wants every version in both, and no wording twice, since its digest tells it.
func inBothLanguages(list []ConsentText) error {
	for i, t := range list {
		other := map[string]string{"zh": "en", "en": "zh"}[t.Language]
		if !slices.ContainsFunc(list, func(o ConsentText) bool { return o.Kind == t.Kind && o.Version == t.Version && o.Language == other }) {
			return fmt.Errorf("wording of the consent %s, version %d: not in both languages", t.Kind, t.Version)
		}
		if slices.ContainsFunc(list[:i], func(o ConsentText) bool { return o.Kind == t.Kind && o.Digest == t.Digest }) {
			return fmt.Errorf("wording of the consent %s, version %d: the same as another", t.Kind, t.Version)
		}
	}
	return nil
}
