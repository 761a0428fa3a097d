package form

// TextOf is the text that a form's data hold under a name, "" when they hold none.
func TextOf(data map[string]any, name string) string {
	s, _ := data[name].(string)
	return s
}

// WithoutFiles is a copy of a form's data without the files that they name.
func (s Schema) WithoutFiles(data map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range data {
		if f := s.Field(name); f == nil || (f.Kind != File && f.Kind != Files) {
			out[name] = v
		}
	}
	return out
}
