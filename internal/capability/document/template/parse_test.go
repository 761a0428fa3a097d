package template_test

import (
	"strings"
	"testing"

	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/platform/errs"
)

const (
	shown  = "| a | text | yes | yes | 甲 | A |\n"
	hidden = "| h | text | no | no | 乙 | H |\n"
	list   = "| l | list | no | yes | 表 | L |\n| l.x | text | yes | yes | 甲 | X |\n"
)

// The line is that of the file, so that who wrote it can go there. The body begins on the line after the
// second "---".
func TestParseNamesTheLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		src  string
		line int
		says string
	}{
		"empty":              {"", 1, "first line"},
		"no end":             {"---\nid: x1\n", 3, "has no end"},
		"no id":              {"---\nversion: 1\ntitle: t\n---\n", 4, "id is missing"},
		"no version":         {"---\nid: xx\ntitle: t\n---\n", 4, "version is missing"},
		"unknown key":        {"---\nid: xx\ncolour: red\n---\n", 3, "no key"},
		"unknown type":       {"---\n| a | colour | yes | yes | 甲 |\n---\n", 2, "no field type"},
		"twice":              {string(tiny(shown+shown, "{{.a}}")), 6, "declared twice"},
		"neither yes nor no": {"---\n| a | text | maybe | yes | 甲 |\n---\n", 2, "neither yes nor no"},
		"reserved":           {"---\n| number | text | yes | yes | 甲 |\n---\n", 2, "not a possible field name"},
		"unknown field":      {string(tiny(shown, "{{.a}}\n\n{{.b}}")), 9, `no field "b"`},
		"unknown column":     {string(tiny(list, "{{range .l}}{{.x}}\n{{.y}}{{end}}")), 9, `no field "y"`},
		"column outside":     {string(tiny(shown, "{{.a.x}}")), 7, `no field "a.x"`},
		"hidden field":       {string(tiny(shown+hidden, "{{.a}}\n{{.h}}")), 9, "not printed"},
		"field not used":     {string(tiny(shown, "甲")), 0, "does not use it"},
		"unknown function":   {string(tiny(shown, "{{shout .a}}")), 7, `"shout" not defined`},
		"forbidden function": {string(tiny(shown, "{{printf \"%9999999d\" 1}}{{.a}}")), 7, `no function "printf"`},
		"range over text":    {string(tiny(shown, "\n{{range .a}}x{{end}}")), 8, "range needs"},
		"range over number":  {string(tiny(shown, "{{range 1000000000}}x{{end}}{{.a}}")), 7, "range needs"},
		"nested range":       {string(tiny(list, "{{range .l}}{{range $.l}}{{.x}}{{end}}{{end}}")), 8, "within a range"},
		"variable":           {string(tiny(shown, "{{$x := .a}}{{$x}}")), 7, "variables"},
		"define":             {string(tiny(shown, `{{define "x"}}{{end}}{{.a}}`)), 0, "define"},
		"template":           {string(tiny(shown, `{{template "tiny"}}{{.a}}`)), 7, "not possible"},
		"open action":        {string(tiny(shown, "甲\n{{.a")), 8, "unclosed"},
		"no such directive":  {string(tiny(shown, "{{.a}}\n\n:::dance\n")), 0, ":::dance"},
		"bad attribute":      {string(tiny(shown, "{{.a}}\n:::seal name=x colour=red\n")), 0, "colour"},
		"too large":          {string(tiny(shown, "{{.a}}\n:::seal name=x size=9000\n")), 0, "300 mm"},
		"value in directive": {string(tiny(shown, ":::seal name={{.a}}\n")), 0, "cannot hold field values"},
		"no end of columns":  {string(tiny(shown, "{{.a}}\n:::columns\n")), 0, "has no :::end"},
		"torn table":         {string(tiny(shown, "| a | b |\n|--|--|\n| {{.a}} |\n")), 0, "another number of cells"},
		"bold not closed":    {string(tiny(shown, "**{{.a}}\n")), 0, "not closed"},
	} {
		_, err := template.Parse("f.tmpl", []byte(c.src))
		if err == nil {
			t.Errorf("%s: was accepted", name)
			continue
		}
		e := errs.As(err)
		if e.Code != template.CodeSyntax || e.Params["line"] != c.line || !strings.Contains(e.Detail, c.says) {
			t.Errorf("%s: %v at line %v; want line %d and %q", name, err, e.Params["line"], c.line, c.says)
		}
	}
}

func TestFieldsAreAsDeclared(t *testing.T) {
	t.Parallel()
	tm := contract(t)
	if tm.ID() != "gas-commercial" || tm.Version() != 1 || tm.Language() != "zh-CN" || tm.Digest().IsZero() {
		t.Errorf("head: %s %d %s %s", tm.ID(), tm.Version(), tm.Language(), tm.Digest())
	}
	byName := map[string]template.Field{}
	for _, f := range tm.Fields() {
		byName[f.Name] = f
	}
	if f := byName["pressureLevel"]; f.Type != template.Choice || len(f.Choices) != 3 || f.Choices[0].Value != "low" {
		t.Errorf("pressureLevel: %+v", f)
	}
	if f := byName["appliances"]; f.Type != template.List || len(f.Columns) != 3 || !f.Required {
		t.Errorf("appliances: %+v", f)
	}
	if f := byName["email"]; f.Printed || f.Required {
		t.Errorf("email: %+v", f)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(tiny(shown, "# {{.a}}\n\n| a | b |\n|:-:|--|\n| **x** | << |\n| ^^ | {{.a}} |\n"))
	f.Add(tiny(list, "{{range $i, $r := .l}}\n- {{inc $i}} __{{$r.x}}__\n{{end}}\n:::columns\n> a\n:::next\n:::qr\n:::end\n"))
	f.Fuzz(func(_ *testing.T, src []byte) {
		_, _ = template.Parse("fuzz", src) // neither panics nor hangs
	})
}
