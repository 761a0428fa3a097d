package template

import (
	"strconv"
	"strings"
)

// sampleRows is how many rows a list has in a preview.
const sampleRows = 3

// Sample gives every field its example from the template file, or a value that names the field.
func (t *Template) Sample() map[string]any { return sampleOf(t.head.fields, 0) }

// sampleOf takes of several examples, set apart by semicolons, the one for this row.
func sampleOf(fields []Field, row int) map[string]any {
	out := make(map[string]any, len(fields))
	for _, f := range fields {
		examples := strings.Split(f.Example, ";")
		f.Example = strings.TrimSpace(examples[row%len(examples)])
		out[f.Name] = f.sample()
	}
	return out
}

func (f Field) sample() any {
	switch f.Type {
	case Integer:
		return f.example(int64(3))
	case Decimal:
		return f.example("12.5")
	case Money:
		return f.example(int64(4747005))
	case Date:
		return f.example("2026-12-01")
	case Bool:
		return true
	case Choice:
		return f.Choices[0].Value
	case List:
		rows := make([]any, sampleRows)
		for i := range rows {
			rows[i] = sampleOf(f.Columns, i)
		}
		return rows
	}
	return f.example("〔" + f.Title.Zh + "〕")
}

// example takes the file's example when it is of the right form.
func (f Field) example(otherwise any) any {
	if f.Example == "" {
		return otherwise
	}
	var v any = strings.ReplaceAll(f.Example, `\n`, "\n")
	if f.Type == Integer || f.Type == Money {
		n, ok := parseWhole(f.Example)
		if !ok {
			return otherwise
		}
		v = n
	}
	if _, ok := f.readOne(v); !ok {
		return otherwise
	}
	return v
}

func parseWhole(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}
