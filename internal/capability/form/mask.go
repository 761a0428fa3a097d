package form

import "reflect"

const hiddenValue = "****"

// Mask returns what may be shown of data: personal fields masked, passwords, codes and drawings left out,
// and nothing that the form does not declare (PLT-3). Of personal files the ids stay: whoever hands out their contents
// asks Names.
func (s Schema) Mask(data map[string]any) map[string]any { return shown(s.Fields, data, Field.masked) }

// Unmasked returns the same of data, personal fields in full.
func (s Schema) Unmasked(data map[string]any) map[string]any {
	return shown(s.Fields, data, func(_ Field, v any) any { return v })
}

func shown(fields []Field, data map[string]any, as func(Field, any) any) map[string]any {
	out := map[string]any{}
	for _, f := range fields {
		v, present := data[f.Name]
		if !present || v == nil || kinds[f.Kind].secret {
			continue
		}
		if _, done := out[f.Name]; done && !f.IsPersonal() {
			continue // of two fields with one name the stricter decides
		}
		if rows, ok := v.([]any); ok && f.Kind == List {
			out[f.Name] = shownRows(f.Items, rows, as)
			continue
		}
		out[f.Name] = as(f, v)
	}
	return out
}

func shownRows(fields []Field, rows []any, as func(Field, any) any) []any {
	out := make([]any, len(rows))
	for i, row := range rows {
		if data, ok := row.(map[string]any); ok {
			out[i] = shown(fields, data, as)
		}
	}
	return out
}

func (f Field) masked(v any) any {
	if !f.IsPersonal() || f.isFile() {
		return v
	}
	if text, ok := v.(string); ok && kinds[f.Kind].mask != nil {
		return kinds[f.Kind].mask(text)
	}
	return hiddenValue
}

// Change is a field whose value is another than before.
type Change struct {
	Pointer string
	Printed bool // it stands in the document, which must be made anew
}

// Changes compares two clean values, in the form's order.
func (s Schema) Changes(before, after map[string]any) []Change {
	var out []Change
	seen := map[string]bool{}
	for _, f := range s.Fields {
		if !seen[f.Name] && !reflect.DeepEqual(before[f.Name], after[f.Name]) {
			out = append(out, Change{Pointer: "/" + f.Name, Printed: s.printed(f.Name)})
		}
		seen[f.Name] = true
	}
	return out
}

// printed tells whether any field of a name, or of its items, stands in the document.
func (s Schema) printed(name string) bool {
	for _, f := range s.Fields {
		if f.Name == name && (f.Printed || anyPrinted(f.Items)) {
			return true
		}
	}
	return false
}

func anyPrinted(fields []Field) bool {
	for _, f := range fields {
		if f.Printed || anyPrinted(f.Items) {
			return true
		}
	}
	return false
}
