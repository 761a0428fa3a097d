package httpapi

import (
	"context"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/business/gascontract/contracts"
	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/platform/errs"
)

var (
	materialName  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	decimalNumber = regexp.MustCompile(`^[0-9]{1,6}(\.[0-9]{1,4})?$`)

	materialTypes = []string{"image/jpeg", "image/png", "application/pdf"}
	categories    = []string{gascontract.SoleProprietor, gascontract.LegalPerson, gascontract.Agent}
)

const (
	longestTitle = 100 // characters
	longestHelp  = 500
	mostFiles    = 20
)

// faults collects wrong entries of a list under /items/<n>.
type faults struct {
	list []errs.Field
	at   string
}

func (f *faults) item(i int) { f.at = fmt.Sprintf("/items/%d", i) }

func (f *faults) add(pointer, code string) {
	f.list = append(f.list, errs.Field{Pointer: f.at + pointer, Code: code})
}

// text wants an entry of at most so many characters.
func (f *faults) text(pointer, value string, longest int, required bool) {
	switch {
	case required && strings.TrimSpace(value) == "":
		f.add(pointer, "missing")
	case utf8.RuneCountInString(value) > longest:
		f.add(pointer, "too-long")
	}
}

// among wants every entry to be one of some values.
func (f *faults) among(pointer string, entries, values []string) {
	for i, e := range entries {
		if !slices.Contains(values, e) {
			f.add(fmt.Sprintf("%s/%d", pointer, i), "not-allowed")
		}
	}
}

func checkMaterials(list []gascontract.AskedMaterial) []errs.Field {
	var f faults
	seen := map[string]bool{}
	for i, m := range list {
		f.item(i)
		switch {
		case m.Name == "":
			f.add("/name", "missing")
		case !materialName.MatchString(m.Name):
			f.add("/name", "malformed")
		case strings.HasPrefix(m.Name, "form-"): // those stand for the form sections
			f.add("/name", "not-allowed")
		case seen[m.Name]:
			f.add("/name", "duplicate")
		}
		seen[m.Name] = true
		f.text("/title/zh", m.Title.Zh, longestTitle, true)
		f.text("/title/en", m.Title.En, longestTitle, true)
		f.text("/help/zh", m.Help.Zh, longestHelp, false)
		f.text("/help/en", m.Help.En, longestHelp, false)
		f.among("/accept", m.Accept, materialTypes)
		f.among("/categories", m.Categories, categories)
		f.among("/useTypes", m.UseTypes, contracts.Uses())
		if m.MaxFiles < 0 || m.MaxFiles > mostFiles {
			f.add("/maxFiles", "out-of-range")
		}
		if m.Section != "" {
			f.add("/section", "not-allowed")
		}
	}
	return f.list
}

func checkAppliances(list []gascontract.Appliance) []errs.Field {
	var f faults
	seen := map[string]bool{}
	for i, a := range list {
		f.item(i)
		f.text("/name", a.Name, gascontract.LongestAppliance, true)
		if seen[a.Name] {
			f.add("/name", "duplicate")
		}
		seen[a.Name] = true
		flow, ok := new(big.Rat).SetString(a.Flow)
		switch {
		case a.Flow == "": // for what the catalogue does not have
		case !decimalNumber.MatchString(a.Flow) || !ok:
			f.add("/flow", "malformed")
		case flow.Sign() <= 0:
			f.add("/flow", "out-of-range")
		}
	}
	return f.list
}

func checkPhrases(list []PhraseView) []errs.Field {
	var f faults
	seen := map[string]bool{}
	for i, p := range list {
		f.item(i)
		f.text("/text/zh", p.Text.Zh, longestHelp, true)
		f.text("/text/en", p.Text.En, longestHelp, false)
		if seen[p.Text.Zh] {
			f.add("/text/zh", "duplicate")
		}
		seen[p.Text.Zh] = true
	}
	return f.list
}

// templateFaults tells why a wording cannot make this contract: it is no template, it asks for entries that
// the procedure does not have, or a place for a signature or seal is missing.
func (s *Server) templateFaults(ctx context.Context, v TemplateView, at string) []errs.Field {
	t, err := template.Parse(v.UseType, []byte(v.Body))
	if err != nil {
		return []errs.Field{syntaxField(err, at)}
	}
	was, err := s.builtIn(v.UseType)
	if err != nil {
		return []errs.Field{syntaxField(err, at)}
	}
	for _, field := range t.Fields() {
		known := slices.ContainsFunc(was.Fields(), func(o template.Field) bool { return o.Name == field.Name && o.Type == field.Type })
		if field.Required && !known {
			return []errs.Field{{Pointer: at, Code: "unknown", Params: map[string]any{"field": field.Name}}}
		}
	}
	places, err := s.placesOf(ctx, t)
	if err != nil {
		return []errs.Field{syntaxField(err, at)}
	}
	wanted, err := s.placesOf(ctx, was)
	if err != nil {
		return []errs.Field{syntaxField(err, at)}
	}
	for _, name := range wanted {
		if !slices.Contains(places, name) {
			return []errs.Field{{Pointer: at, Code: "missing", Params: map[string]any{"place": name}}}
		}
	}
	return nil
}

func (s *Server) builtIn(use string) (*template.Template, error) {
	source, err := contracts.Source(use)
	if err != nil {
		return nil, err
	}
	return template.Parse(use, source)
}

// placesOf names the places of signatures and seals, found by a trial print.
func (s *Server) placesOf(ctx context.Context, t *template.Template) ([]string, error) {
	d, err := t.Preview(ctx, template.RenderOptions{Fonts: s.Fonts, Now: s.Clock.Now()})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range d.Places {
		out = append(out, p.Name)
	}
	return out, nil
}

func syntaxField(err error, at string) errs.Field {
	e := errs.As(err)
	return errs.Field{Pointer: at, Code: "malformed", Params: map[string]any{"line": e.Params["line"], "detail": e.Detail}}
}
