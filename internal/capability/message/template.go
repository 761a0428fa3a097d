package message

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"text/template"

	"cinnabar/internal/cinnabar"
)

// A template is a text file <id>.txt:
//
//	params: number reason
//	--- zh
//	标题
//	正文 {{.number}} {{.reason}}
//	--- en
//	Title
//	Body {{.number}} {{.reason}}
//
// Every parameter is declared, and used in both languages; nothing else may be used. A value that is worded otherwise
// in English comes twice: as reason, and as reason@en.

const inEnglish = "@en"

//go:embed templates/*.txt
var embedded embed.FS

// Templates are the wordings by id.
type Templates struct{ byID map[string]*wording }

type wording struct {
	params []string
	zh, en text
}

type text struct{ title, body *template.Template }

// LoadTemplates reads the program's own templates and those of more folders (e.g. a business's). An id
// given twice, a missing language, and an undeclared or unused parameter are errors.
func LoadTemplates(more ...fs.FS) (Templates, error) {
	own, err := fs.Sub(embedded, "templates")
	if err != nil {
		return Templates{}, err
	}
	t := Templates{map[string]*wording{}}
	for _, folder := range append([]fs.FS{own}, more...) {
		names, err := fs.Glob(folder, "*.txt")
		if err != nil {
			return t, err
		}
		for _, name := range names {
			if err := t.load(folder, name); err != nil {
				return t, fmt.Errorf("message template %s: %w", name, err)
			}
		}
	}
	return t, nil
}

func (t Templates) load(folder fs.FS, name string) error {
	b, err := fs.ReadFile(folder, name)
	if err != nil {
		return err
	}
	id := strings.TrimSuffix(name, ".txt")
	if t.byID[id] != nil {
		return errors.New("it is there twice")
	}
	head, rest, zh := strings.Cut(string(b), "--- zh\n")
	chinese, english, en := strings.Cut(rest, "--- en\n")
	list, ok := strings.CutPrefix(strings.TrimSpace(head), "params:")
	if !zh || !en || !ok {
		return errors.New("it needs the parts params:, --- zh and --- en")
	}
	w := &wording{params: strings.Fields(list)}
	if w.zh, err = parseText(chinese, w.params); err != nil {
		return fmt.Errorf("zh: %w", err)
	}
	if w.en, err = parseText(english, w.params); err != nil {
		return fmt.Errorf("en: %w", err)
	}
	t.byID[id] = w
	return nil
}

func parseText(s string, params []string) (t text, err error) {
	title, body, _ := strings.Cut(strings.TrimSpace(s), "\n")
	if title == "" || strings.TrimSpace(body) == "" {
		return t, errors.New("a title and a body are needed")
	}
	if t.title, err = template.New("title").Option("missingkey=error").Parse(title); err != nil {
		return t, err
	}
	if t.body, err = template.New("body").Option("missingkey=error").Parse(strings.TrimSpace(body)); err != nil {
		return t, err
	}
	for _, p := range params {
		if !strings.Contains(s, "{{."+p+"}}") {
			return t, fmt.Errorf("parameter %s is not used", p)
		}
	}
	probe := map[string]string{}
	for _, p := range params {
		probe[p] = "x"
	}
	_, _, err = t.write(probe)
	return t, err
}

func (t text) write(params map[string]string) (title, body string, err error) {
	var a, b strings.Builder
	err = errors.Join(t.title.Execute(&a, params), t.body.Execute(&b, params))
	return a.String(), b.String(), err
}

// check fails unless params are exactly those that the template declares.
func (t Templates) check(id string, params map[string]string) error {
	w := t.byID[id]
	if w == nil {
		return fmt.Errorf("message template %q does not exist", id)
	}
	got := slices.DeleteFunc(slices.Sorted(maps.Keys(params)), func(name string) bool {
		name, english := strings.CutSuffix(name, inEnglish)
		_, both := params[name]
		return english && both
	})
	if want := slices.Sorted(slices.Values(w.params)); !slices.Equal(got, want) {
		return fmt.Errorf("message template %s takes %v and got %v", id, want, got)
	}
	return nil
}

// Params lists what a template takes, for start-up checks of whoever names templates in declarations; false when
// there is no such template.
func (t Templates) Params(id string) ([]string, bool) {
	w := t.byID[id]
	if w == nil {
		return nil, false
	}
	return slices.Clone(w.params), true
}

// render writes a template in both languages.
func (t Templates) render(id string, params map[string]string) (title, body cinnabar.Text, err error) {
	if err := t.check(id, params); err != nil {
		return title, body, err
	}
	w := t.byID[id]
	zhTitle, zhBody, err1 := w.zh.write(params)
	enTitle, enBody, err2 := w.en.write(english(params))
	return cinnabar.Text{Zh: zhTitle, En: enTitle}, cinnabar.Text{Zh: zhBody, En: enBody}, errors.Join(err1, err2)
}

// english are the values as the English text has them.
func english(params map[string]string) map[string]string {
	out := maps.Clone(params)
	for name, v := range params {
		if of, ok := strings.CutSuffix(name, inEnglish); ok {
			out[of] = v
		}
	}
	return out
}
