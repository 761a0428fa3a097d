package form

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
)

var fieldName = regexp.MustCompile(`^[a-z][A-Za-z0-9]{0,63}$`)

// Validate tells what is wrong with the declaration itself.
func (s Schema) Validate() error { return validate(s.Fields) }

func validate(fields []Field) error {
	var all []error
	for i, f := range fields {
		if err := f.validate(fields[:i]); err != nil {
			all = append(all, fmt.Errorf("field %q: %w", f.Name, err))
		}
	}
	return errors.Join(all...)
}

func (f Field) validate(earlier []Field) error {
	_, known := kinds[f.Kind]
	choice := f.Kind == Choice || f.Kind == Choices
	switch {
	case !fieldName.MatchString(f.Name):
		return errors.New("a name is a lower-case letter followed by letters and digits")
	case !known:
		return fmt.Errorf("there is no kind %q", f.Kind)
	case f.Title.Zh == "" || f.Title.En == "":
		return errors.New("it needs a title in both languages")
	case f.Max != 0 && f.Min > f.Max:
		return errors.New("min is above max")
	case choice != (len(f.Options) > 0):
		return errors.New("options belong to choices, and choices need them")
	case (f.Kind == List) != (len(f.Items) > 0):
		return errors.New("items belong to lists, and lists need them")
	case f.Past && f.Future:
		return errors.New("a date cannot lie in the past and in the future")
	}
	return errors.Join(f.validateLinks(earlier), validate(f.Items))
}

// validateLinks checks what the field says about others.
func (f Field) validateLinks(earlier []Field) error {
	for _, e := range earlier {
		if e.Name == f.Name && !exclusive(f.When, e.When) {
			return errors.New("the name is taken by a field that can be asked at the same time")
		}
	}
	if f.Like != "" && !slices.ContainsFunc(earlier, func(e Field) bool { return e.Name == f.Like && e.Kind == Choice }) {
		return fmt.Errorf("there is no earlier choice %q of documents", f.Like)
	}
	if f.When == nil {
		return nil
	}
	if len(f.When.In) == 0 {
		return errors.New("its condition has no value")
	}
	for _, v := range f.When.In {
		if !slices.ContainsFunc(earlier, func(e Field) bool { return e.Name == f.When.Field && e.canBe(v) }) {
			return fmt.Errorf("no earlier field %q can be %q", f.When.Field, v)
		}
	}
	return nil
}

func (f Field) canBe(v string) bool {
	switch f.Kind {
	case Bool, Agreement:
		return v == "true" || v == "false"
	case Choice:
		return f.option(v)
	}
	return false
}

func (f Field) option(v string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == v })
}

// exclusive tells whether two conditions on the same field can never both hold.
func exclusive(a, b *When) bool {
	if a == nil || b == nil || a.Field != b.Field {
		return false
	}
	return !slices.ContainsFunc(a.In, func(v string) bool { return slices.Contains(b.In, v) })
}
