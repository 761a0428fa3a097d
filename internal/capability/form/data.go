package form

import (
	"slices"

	"cinnabar/internal/cinnabar"
)

// TextOf is the text that a form's data hold under a name, "" when they hold none.
func TextOf(data map[string]any, name string) string {
	s, _ := data[name].(string)
	return s
}

// WithoutFiles is a copy of a form's data without the files that they name.
func (s Schema) WithoutFiles(data map[string]any) map[string]any {
	return s.without(data, Field.isFile)
}

func (f Field) isFile() bool { return f.Kind == File || f.Kind == Files }

// Names tells whether a form's data name a file, and whether a personal field does.
func (s Schema) Names(data map[string]any, id cinnabar.FileID) (named, personal bool) {
	for _, f := range s.Fields {
		list, _ := data[f.Name].([]any)
		if f.isFile() && (data[f.Name] == string(id) || slices.Contains(list, any(string(id)))) {
			named, personal = true, personal || f.IsPersonal()
		}
	}
	return named, personal
}

// WithoutPersonal is a copy of a form's data without what is personal, and without lists that hold such entries.
func (s Schema) WithoutPersonal(data map[string]any) map[string]any {
	return s.without(data, func(f Field) bool { return f.IsPersonal() || slices.ContainsFunc(f.Items, Field.IsPersonal) })
}

func (s Schema) without(data map[string]any, left func(Field) bool) map[string]any {
	out := map[string]any{}
	for name, v := range data {
		if f := s.Field(name); f == nil || !left(*f) {
			out[name] = v
		}
	}
	return out
}
