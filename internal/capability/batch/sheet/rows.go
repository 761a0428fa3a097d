package sheet

import (
	"encoding/json"
	"time"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/platform/errs"
)

// apply makes data of a row and checks it.
func (m Mapping) apply(r Row, f Form, at time.Time) Checked {
	data := make(map[string]any, len(m.Columns)+len(m.Values))
	for name, v := range m.Values {
		data[name] = v
	}
	var wrong []errs.Field
	for _, l := range m.Columns {
		v, code := f.field(l.Field).value(r.Cell(l.Column))
		if code != "" {
			wrong = append(wrong, errs.Field{Pointer: "/" + l.Field, Code: code})
		}
		if v != nil {
			data[l.Field] = v
		}
	}
	clean, more := f.Check(data, at)
	for _, w := range more {
		if !known(wrong, w.Pointer) {
			wrong = append(wrong, w)
		}
	}
	return Checked{Row: r, Data: clean, Wrong: wrong}
}

func known(wrong []errs.Field, pointer string) bool {
	for _, w := range wrong {
		if w.Pointer == pointer {
			return true
		}
	}
	return false
}

// Rows are the rows of a sheet that was checked, as a batch takes them: the data of the form as JSON, and
// the cells for the result. A row that is wrong all the same ends them with an errs.Invalid.
func Rows(s *Sheet, m Mapping, f Form, at time.Time) batch.Rows {
	return func(yield func(batch.NewRow, error) bool) {
		if err := m.validate(s, f); err != nil {
			yield(batch.NewRow{}, err)
			return
		}
		for _, r := range s.Rows {
			if r.Hidden && m.Hidden == SkipHidden {
				continue
			}
			done := m.apply(r, f, at)
			if len(done.Wrong) > 0 {
				yield(batch.NewRow{}, errs.Wrong(done.Wrong...))
				return
			}
			data, err := json.Marshal(done.Data)
			if !yield(batch.NewRow{Line: r.Line, Data: data, Cells: r.Texts(len(s.Columns))}, err) || err != nil {
				return
			}
		}
	}
}

// Preview are the data of the first n rows that are right, for showing what would be made of them.
func Preview(s *Sheet, m Mapping, f Form, at time.Time, n int) ([]Checked, error) {
	if err := m.validate(s, f); err != nil {
		return nil, err
	}
	var out []Checked
	for _, r := range s.Rows {
		if r.Hidden && m.Hidden == SkipHidden {
			continue
		}
		if done := m.apply(r, f, at); len(done.Wrong) == 0 {
			out = append(out, done)
		}
		if len(out) >= n {
			break
		}
	}
	return out, nil
}
