package pades

import (
	"slices"

	"cinnabar/internal/pdf"
	"cinnabar/internal/platform/errs"
)

// permission is what the signatures of a file so far allow (ISO 32000-2 12.8.2).
type permission struct {
	level  int     // DocMDP: 1 to 3; 0 when no signature restricts the document
	locks  []locks // FieldMDP of each signature
	signed bool
}

// locks names the fields that one signature locks.
type locks struct {
	action pdf.Name // All, Include or Exclude
	names  []string
}

func (l locks) covers(field string) bool {
	switch l.action {
	case "All":
		return true
	case "Include":
		return slices.Contains(l.names, field)
	case "Exclude":
		return !slices.Contains(l.names, field)
	}
	return false
}

func (p permission) covers(field string) bool {
	return slices.ContainsFunc(p.locks, func(l locks) bool { return l.covers(field) })
}

// add tightens the permission by what the signature in field f says.
func (p *permission) add(doc *pdf.Document, sig pdf.Dict, f formField) error {
	p.signed = true
	refs, err := doc.ArrayOf(sig["Reference"])
	if err != nil {
		return err
	}
	for _, o := range refs {
		ref, err := doc.DictOf(o)
		if err != nil {
			return err
		}
		params, err := doc.DictOf(ref["TransformParams"])
		if err != nil {
			return err
		}
		switch ref["TransformMethod"] {
		case pdf.Name("DocMDP"):
			p.restrict(levelOf(params, 2))
		case pdf.Name("FieldMDP"):
			l, err := readLocks(doc, params)
			if err != nil {
				return err
			}
			p.locks = append(p.locks, l)
		}
	}
	lock, err := doc.DictOf(f.dict["Lock"])
	if err != nil || lock == nil {
		return err
	}
	p.restrict(levelOf(lock, 0))
	return nil
}

// restrict lets a later signature only narrow what an earlier one allows.
func (p *permission) restrict(level int) {
	if level > 0 && (p.level == 0 || level < p.level) {
		p.level = level
	}
}

// levelOf reads /P; otherwise is its default.
func levelOf(d pdf.Dict, otherwise int64) int {
	n, ok := d["P"].(int64)
	if !ok {
		n = otherwise
	}
	if n < 0 || n > 3 {
		return 1 // unknown: the strictest
	}
	return int(n)
}

func readLocks(doc *pdf.Document, params pdf.Dict) (locks, error) {
	l := locks{}
	l.action, _ = params["Action"].(pdf.Name)
	names, err := doc.ArrayOf(params["Fields"])
	for _, n := range names {
		if s, ok := n.(pdf.String); ok {
			l.names = append(l.names, pdf.DecodeText(s))
		}
	}
	return l, err
}

// permitted refuses a signature that an earlier one forbids.
func permitted(doc *pdf.Document, f *form, fields []formField) error {
	var p permission
	for _, have := range f.fields {
		if !have.isSignature || have.value == nil {
			continue
		}
		sig, err := doc.DictOf(have.value)
		if err != nil {
			return err
		}
		if err := p.add(doc, sig, have); err != nil {
			return err
		}
	}
	for _, field := range fields {
		if p.level == 1 || p.covers(field.name) {
			return errs.New(errs.Conflict, CodeLocked, "the PDF is locked by an earlier signature against signing the field %q", field.name)
		}
	}
	return nil
}
