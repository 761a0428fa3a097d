package form

// TextOf is the text that a form's data hold under a name, "" when they hold none.
func TextOf(data map[string]any, name string) string {
	s, _ := data[name].(string)
	return s
}
