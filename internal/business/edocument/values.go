package edocument

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
)

// kinds are the form fields for a template's types.
var kinds = map[template.Type]form.Kind{
	template.TextField: form.LongText, template.Integer: form.Integer, template.Decimal: form.Decimal, template.Money: form.Money,
	template.Date: form.Date, template.Bool: form.Bool, template.Choice: form.Choice, template.List: form.List,
}

// longestKey bounds a business key, wherever it is entered, in characters.
const longestKey = 100

// matchKey is a business key as keys are compared: how wide, large or spaced its letters are makes no other matter of
// it (DOC-3). It is "" for what shows nothing.
func matchKey(entered string) string {
	seen := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Cc) {
			return -1
		}
		return r
	}, norm.NFKC.String(entered))
	return norm.NFKC.String(cases.Fold().String(seen))
}

// formOf is the form of the fields of a type's template: amounts are entered in yuan.
func (t *Type) formOf(parsed *template.Template) form.Schema {
	out := form.Schema{Fields: formFields(parsed.Fields())}
	if key := out.Field(t.Key); key != nil && key.Kind == form.LongText {
		key.Max = longestKey
	}
	return out
}

func formFields(fields []template.Field) []form.Field {
	var out []form.Field
	for _, f := range fields {
		one := form.Field{Name: f.Name, Kind: kinds[f.Type], Title: f.Title, Required: f.Required, Printed: f.Printed, Items: formFields(f.Columns)}
		if one.Kind == form.LongText {
			one.Max = 2000
		}
		for _, c := range f.Choices {
			one.Options = append(one.Options, form.Option{Value: c.Value, Title: cinnabar.Text{Zh: c.Label, En: c.Label}})
		}
		out = append(out, one)
	}
	return out
}

// printable turns entered values into what the template takes: amounts in fen.
func printable(fields []template.Field, values map[string]any) map[string]any {
	out := make(map[string]any, len(values))
	for _, f := range fields {
		v, ok := values[f.Name]
		if !ok {
			continue
		}
		switch f.Type {
		case template.Money:
			if text, isText := v.(string); isText {
				if fen, ok := form.Fen(text); ok {
					v = int64(fen)
				}
			}
		case template.List:
			rows, _ := v.([]any)
			list := make([]any, len(rows))
			for i, row := range rows {
				if m, ok := row.(map[string]any); ok {
					list[i] = printable(f.Columns, m)
				}
			}
			v = list
		default:
		}
		out[f.Name] = v
	}
	return out
}

// Summary is what a document is found by beside its number.
type Summary struct {
	Title  string
	Key    string
	Party  string
	Amount cinnabar.Fen
	Day    string // YYYY-MM-DD or ""
}

// entered is what the template's field says that the type names, or else the frame's own entry, as it is with
// finished PDFs; where is its pointer.
func (t *Type) entered(data, values map[string]any, field, own string) (text, where string) {
	if field != "" && form.TextOf(data, "upload") == "" {
		return strings.TrimSpace(form.TextOf(values, field)), "/values/" + field
	}
	return strings.TrimSpace(form.TextOf(data, own)), "/" + own
}

// summarise is what a document will be found by; without an amount that can be read it is 0.
func (t *Type) summarise(data, values map[string]any) Summary {
	pick := func(field, own string) string {
		text, _ := t.entered(data, values, field, own)
		return text
	}
	s := Summary{Title: form.TextOf(data, "title"), Key: pick(t.Key, "key"), Party: pick(t.Party, "party"), Day: pick(t.Day, "date")}
	s.Amount, _ = form.Fen(pick(t.Amount, "amount"))
	if s.Title == "" {
		s.Title = t.Title.Zh
		if s.Party != "" {
			s.Title += " · " + s.Party
		}
	}
	return s
}
