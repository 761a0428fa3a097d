package form

import (
	"encoding/json"
	"slices"
)

type object = map[string]any

// JSONSchema describes the form in JSON Schema 2020-12: `title` and `description` are Chinese, with English
// in x-title-en and x-description-en; x-personal marks what is shown masked, x-changes-document what stands
// in the document. Conditions are if/then in allOf.
func (s Schema) JSONSchema() json.RawMessage {
	out := objectSchema(s.Fields)
	out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	return encode(out)
}

// encode cannot fail for what is built here: maps, slices, text, numbers.
func encode(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func objectSchema(fields []Field) object {
	out := object{"type": "object", "unevaluatedProperties": false}
	properties, required := describe(fields, nil)
	out["properties"] = properties
	if len(required) > 0 {
		out["required"] = required
	}
	var all []any
	for _, w := range conditions(fields) {
		properties, required := describe(fields, w)
		then := object{"properties": properties}
		if len(required) > 0 {
			then["required"] = required
		}
		all = append(all, object{"if": w.schema(fields), "then": then})
	}
	all = append(all, documentNumbers(fields)...)
	if len(all) > 0 {
		out["allOf"] = all
	}
	return out
}

// describe gives the properties of the fields under one condition.
func describe(fields []Field, w *When) (properties object, required []string) {
	properties = object{}
	for _, f := range fields {
		if !sameWhen(f.When, w) {
			continue
		}
		properties[f.Name] = f.schema()
		if f.Required && !f.ReadOnly {
			required = append(required, f.Name)
		}
	}
	return properties, required
}

func sameWhen(a, b *When) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Field == b.Field && slices.Equal(a.In, b.In)
}

func conditions(fields []Field) []*When {
	var out []*When
	for _, f := range fields {
		if f.When != nil && !slices.ContainsFunc(out, func(w *When) bool { return sameWhen(w, f.When) }) {
			out = append(out, f.When)
		}
	}
	return out
}

// schema is the condition; yes and no are JSON's own.
func (w *When) schema(fields []Field) object {
	var values []any
	for _, v := range w.In {
		values = append(values, v)
		for _, f := range fields {
			if f.Name == w.Field && (f.Kind == Bool || f.Kind == Agreement) {
				values[len(values)-1] = v == "true"
			}
		}
	}
	return object{"properties": object{w.Field: object{"enum": values}}, "required": []string{w.Field}}
}

// documentNumbers gives each IDNumber the format of the document that was chosen.
func documentNumbers(fields []Field) []any {
	var out []any
	for _, f := range fields {
		for _, choice := range fields {
			if f.Kind != IDNumber || f.Like == "" || choice.Name != f.Like {
				continue
			}
			for _, o := range choice.Options {
				w := When{Field: choice.Name, In: []string{o.Value}}
				out = append(out, object{
					"if":   w.schema(fields),
					"then": object{"properties": object{f.Name: object{"format": o.Value}}},
				})
			}
		}
	}
	return out
}

func (f Field) schema() object {
	out := f.shape()
	out["title"], out["x-title-en"] = f.Title.Zh, f.Title.En
	out["x-kind"] = string(f.Kind)
	if f.Help.Zh != "" {
		out["description"], out["x-description-en"] = f.Help.Zh, f.Help.En
	}
	for key, set := range map[string]bool{
		"x-personal": f.IsPersonal(), "x-changes-document": f.Printed,
		"readOnly": f.ReadOnly, "writeOnly": f.Kind == Password || f.Kind == Code,
	} {
		if set {
			out[key] = true
		}
	}
	return out
}

func (f Field) shape() object {
	switch f.Kind {
	case Bool:
		return object{"type": "boolean"}
	case Agreement:
		if f.Required {
			return object{"type": "boolean", "const": true}
		}
		return object{"type": "boolean"}
	case Integer:
		return bounds(object{"type": "integer"}, "minimum", f.Min, "maximum", f.Max)
	case Choice:
		return object{"type": "string", "oneOf": options(f.Options)}
	case Choices:
		return f.array(object{"type": "string", "oneOf": options(f.Options)}, true)
	case Files:
		return f.array(f.fileShape(), true)
	case List:
		return f.array(objectSchema(f.Items), false)
	case Drawing:
		return object{"type": "object", "format": kinds[Drawing].format}
	case Object:
		return object{"type": []string{"object", "array"}}
	case File:
		return f.fileShape()
	default:
		return f.textShape()
	}
}

func (f Field) textShape() object {
	r, out := kinds[f.Kind], object{"type": "string"}
	if r.format != "" {
		out["format"] = r.format
	}
	if r.pattern != nil {
		out["pattern"] = r.pattern.String()
	}
	if f.free() {
		bounds(out, "minLength", f.Min, "maxLength", f.length())
	}
	if f.Kind == Money || f.Kind == Decimal {
		bounds(out, "x-minimum", f.Min, "x-maximum", f.Max)
	}
	if f.Past {
		out["x-range"] = "past"
	}
	if f.Future {
		out["x-range"] = "future"
	}
	if f.Like != "" {
		out["x-like"] = f.Like
	}
	return out
}

func (f Field) fileShape() object {
	out := object{"type": "string", "format": kinds[File].format}
	if len(f.Accept) > 0 {
		out["x-accept"] = f.Accept
	}
	return out
}

func (f Field) array(items object, unique bool) object {
	out := object{"type": "array", "items": items}
	if unique {
		out["uniqueItems"] = true
	}
	least := f.Min
	if f.Required {
		least = max(1, least)
	}
	return bounds(out, "minItems", least, "maxItems", f.length())
}

func bounds(out object, minKey string, least int, maxKey string, most int) object {
	if least != 0 || minKey == "minimum" {
		out[minKey] = least
	}
	if most != 0 {
		out[maxKey] = most
	}
	return out
}

func options(list []Option) []any {
	out := make([]any, 0, len(list))
	for _, o := range list {
		out = append(out, object{"const": o.Value, "title": o.Title.Zh, "x-title-en": o.Title.En})
	}
	return out
}

// UISchema gives react-jsonschema-form the order of the fields and the names of our widgets.
func (s Schema) UISchema() json.RawMessage { return encode(uiSchema(s.Fields)) }

func uiSchema(fields []Field) object {
	out, order := object{}, make([]string, 0, len(fields))
	for _, f := range fields {
		if !slices.Contains(order, f.Name) {
			order = append(order, f.Name)
		}
		if ui := f.ui(); len(ui) > 0 {
			out[f.Name] = ui
		}
	}
	out["ui:order"] = order
	return out
}

func (f Field) ui() object {
	switch f.Kind {
	case LongText:
		return object{"ui:widget": "textarea"}
	case Password:
		return object{"ui:widget": "password"}
	case Choices:
		return object{"ui:widget": "checkboxes"}
	case Agreement:
		return object{"ui:widget": "agreement"}
	case Date:
		return object{"ui:widget": "date"}
	case Files, Drawing, Object:
		return object{"ui:field": string(f.Kind)}
	case File, Expiry, Money, Code, SealChoice:
		return object{"ui:widget": string(f.Kind)}
	case List:
		return object{"items": uiSchema(f.Items)}
	}
	return nil
}
