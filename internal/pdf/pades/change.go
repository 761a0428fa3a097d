package pades

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"cinnabar/internal/pdf"
)

// comparison holds a revision against the one before it. It knows what is allowed and refuses the rest:
// signature fields filled, invisible ones added for time-stamps, validation data, metadata. So a way of
// changing a document that nobody has thought of is refused too.
type comparison struct {
	ctx              context.Context
	older, newer     *pdf.Document
	oldForm, newForm *form
	permission       permission
	section          pdf.Section
	numbers          map[int]bool // that the section adds or replaces; false: frees
	allowed          map[int]string
	signed           map[pdf.Ref]bool // the signatures that this revision makes
	rev              *Revision
}

func (c *comparison) run() error {
	var err error
	if c.oldForm, err = readForm(c.older); err != nil {
		return err
	}
	if c.newForm, err = readForm(c.newer); err != nil {
		return err
	}
	var added []int
	for _, n := range c.sortedNumbers() {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if !c.older.Has(n) {
			if c.numbers[n] {
				added = append(added, n)
			}
			continue
		}
		what, ok, err := c.replaced(n)
		if err != nil {
			return err
		}
		c.note(n, what, ok)
	}
	for _, n := range added {
		what, ok, err := c.added(n)
		if err != nil {
			return err
		}
		c.note(n, what, ok)
	}
	return nil
}

func (c *comparison) note(n int, what string, ok bool) {
	c.rev.Changes = append(c.rev.Changes, Change{Object: n, What: what, Allowed: ok})
	if !ok {
		c.rev.fault(FaultLaterChange, fmt.Sprintf("object %d: %s", n, what))
	}
}

// added judges a new object; replaced has run before and said what it leads to.
func (c *comparison) added(n int) (what string, ok bool, err error) {
	if why, ok := c.allowed[n]; ok {
		return why, true, nil
	}
	o, err := c.newer.Object(n)
	if err != nil {
		return "", false, err
	}
	if s, isStream := o.(*pdf.Stream); isStream {
		if start, _, plain := c.newer.Extent(n); plain && start == c.section.Offset {
			return "cross-reference", true, nil
		}
		if s.Dict["Type"] == pdf.Name("ObjStm") {
			return "object stream", true, nil
		}
	}
	// Software without care leaves such objects behind; a certified document must be without.
	return "added, but nothing that is allowed leads to it", c.permission.level == 0 && len(c.permission.locks) == 0, nil
}

// replaced judges an object that the revision before had.
func (c *comparison) replaced(n int) (what string, ok bool, err error) {
	if !c.numbers[n] {
		return "removed", false, nil
	}
	was, err := c.older.Object(n)
	if err != nil {
		return "", false, err
	}
	is, err := c.newer.Object(n)
	if err != nil {
		return "", false, err
	}
	if same(was, is) {
		return "rewritten unchanged", true, nil
	}
	_, root, err := c.newer.Catalog()
	if err != nil {
		return "", false, err
	}
	old, oldDict := was.(pdf.Dict)
	later, newDict := is.(pdf.Dict)
	switch {
	case oldDict && newDict && n == root.Num:
		return c.catalog(old, later)
	case oldDict && newDict && c.oldForm.ref != nil && n == c.oldForm.ref.Num:
		ok, err := c.acroForm(old, later)
		return "form", ok, err
	case oldDict && newDict && isRef(c.older.Trailer()["Info"], n):
		return "document information", c.permission.level != 1 && onlyDiffer(old, later, "ModDate", "Producer"), nil
	case oldDict && newDict && c.fieldOf(c.oldForm, n) != nil:
		return c.field(*c.fieldOf(c.oldForm, n), old, later)
	case oldDict && newDict && old["Type"] == pdf.Name("Page"):
		return c.page(old, later)
	}
	if a, isArray := was.(pdf.Array); isArray {
		b, _ := is.(pdf.Array)
		ok, err := c.extended(a, b)
		return "list of fields", ok, err
	}
	if oldDict && newDict && c.isStore(n) && storeShaped(old) && storeShaped(later) {
		c.follow(is, "validation data")
		return "validation data", true, nil
	}
	return "replaced", false, nil
}

// catalog may gain validation data and, in its form, signature fields.
func (c *comparison) catalog(old, later pdf.Dict) (string, bool, error) {
	if !onlyDiffer(old, later, "DSS", "Extensions", "AcroForm") {
		return "catalog replaced", false, nil
	}
	if !same(old["DSS"], later["DSS"]) {
		c.follow(later["DSS"], "validation data")
	}
	if same(old["AcroForm"], later["AcroForm"]) {
		return "catalog: validation data", true, nil
	}
	before, ok1 := old["AcroForm"].(pdf.Dict)
	after, ok2 := later["AcroForm"].(pdf.Dict)
	if old["AcroForm"] == nil {
		ok1 = true
	}
	if !ok1 || !ok2 {
		return "catalog: form replaced", false, nil
	}
	ok, err := c.acroForm(before, after)
	return "catalog: form", ok, err
}

func (c *comparison) acroForm(old, later pdf.Dict) (bool, error) {
	if !onlyDiffer(old, later, "Fields", "SigFlags") {
		return false, nil
	}
	before, err := c.older.ArrayOf(old["Fields"])
	if err != nil {
		return false, err
	}
	after, err := c.newer.ArrayOf(later["Fields"])
	if err != nil {
		return false, err
	}
	return c.extended(before, after)
}

// extended allows signature fields behind what a list held.
func (c *comparison) extended(old, later pdf.Array) (bool, error) {
	if len(later) < len(old) || !same(old, later[:len(old)]) {
		return false, nil
	}
	for _, o := range later[len(old):] {
		r, ok := o.(pdf.Ref)
		if !ok || c.older.Has(r.Num) {
			return false, nil
		}
		f := c.fieldOf(c.newForm, r.Num)
		if f == nil || !f.isSignature || !c.mayAdd(*f) {
			return false, nil
		}
		c.follow(r, "signature field")
	}
	return true, nil
}

// mayAdd allows new fields for time-stamps that show nothing, and others where no signature restricts the
// document; whether DocMDP P=2 allows more is disputed, so it is refused.
func (c *comparison) mayAdd(f formField) bool {
	if !c.isSigned(f) && (f.value != nil || f.dict["AP"] != nil || f.dict["Kids"] != nil) {
		return false // looks like a seal and is none
	}
	if c.isTimeStamp(f) || c.permission.level == 2 {
		return invisible(f.dict) && (c.isTimeStamp(f) || !c.permission.covers(f.name))
	}
	return c.permission.level != 1 && !c.permission.covers(f.name)
}

// isSigned reports whether the field shows a signature of this very revision, not one borrowed from before.
func (c *comparison) isSigned(f formField) bool {
	r, ok := f.value.(pdf.Ref)
	return ok && c.signed[r]
}

func (c *comparison) isTimeStamp(f formField) bool {
	sig, _ := c.newer.DictOf(f.value)
	return sig["SubFilter"] == pdf.Name("ETSI.RFC3161") && sig["Type"] == pdf.Name("DocTimeStamp")
}

// invisible tells a widget of no area without looks.
func invisible(widget pdf.Dict) bool {
	rect, _ := widget["Rect"].(pdf.Array)
	return len(rect) == 4 && same(rect[0], rect[2]) && same(rect[1], rect[3]) && widget["Kids"] == nil
}

// field allows an empty signature field to be filled, unless an earlier signature locked it.
func (c *comparison) field(before formField, old, later pdf.Dict) (string, bool, error) {
	if !before.isSignature {
		return fmt.Sprintf("form field %q changed", before.name), false, nil
	}
	if before.value != nil {
		return fmt.Sprintf("signed field %q changed", before.name), false, nil
	}
	after := c.fieldOf(c.newForm, before.ref.Num)
	if after == nil || !c.isSigned(*after) || !onlyDiffer(old, later, "V", "AP", "M") {
		return fmt.Sprintf("signature field %q changed otherwise than by signing", before.name), false, nil
	}
	if !c.isTimeStamp(*after) && (c.permission.level == 1 || c.permission.covers(before.name)) {
		c.rev.fault(FaultForbidden, fmt.Sprintf("the field %q was signed although an earlier signature locked it", before.name))
	}
	c.follow(later["V"], "signature")
	c.follow(later["AP"], "appearance of a signature")
	return fmt.Sprintf("signature field %q filled", before.name), true, nil
}

func (c *comparison) page(old, later pdf.Dict) (string, bool, error) {
	if !onlyDiffer(old, later, "Annots") {
		return "page replaced", false, nil
	}
	before, err := c.older.ArrayOf(old["Annots"])
	if err != nil {
		return "", false, err
	}
	after, err := c.newer.ArrayOf(later["Annots"])
	if err != nil {
		return "", false, err
	}
	ok, err := c.extended(before, after)
	return "annotations of a page", ok, err
}

// follow allows the new objects that o leads to.
func (c *comparison) follow(o pdf.Object, why string) {
	pdf.References(o, func(r pdf.Ref) {
		if _, done := c.allowed[r.Num]; done || !c.numbers[r.Num] || c.older.Has(r.Num) {
			return
		}
		c.allowed[r.Num] = why
		if next, err := c.newer.Object(r.Num); err == nil {
			c.follow(next, why)
		}
	})
}

// isStore reports whether object n is the older document's security store itself. What the store refers to
// is never replaced: it could be made to refer to a page.
func (c *comparison) isStore(n int) bool {
	catalog, _, err := c.older.Catalog()
	return err == nil && isRef(catalog["DSS"], n)
}

// storeShaped tells a store from any other dictionary that someone may have named as one.
func storeShaped(d pdf.Dict) bool {
	return onlyDiffer(pdf.Dict{}, d, "Type", "Certs", "CRLs", "OCSPs", "VRI")
}

func (c *comparison) fieldOf(f *form, n int) *formField {
	i, ok := f.byNum[n]
	if !ok {
		return nil
	}
	return &f.fields[i]
}

func isRef(o pdf.Object, n int) bool {
	r, ok := o.(pdf.Ref)
	return ok && r.Num == n
}

// onlyDiffer reports whether two dictionaries are equal but for the given keys.
func onlyDiffer(a, b pdf.Dict, keys ...pdf.Name) bool {
	for k := range a {
		if !slices.Contains(keys, k) && !same(a[k], b[k]) {
			return false
		}
	}
	for k := range b {
		if _, had := a[k]; !had && !slices.Contains(keys, k) {
			return false
		}
	}
	return true
}

func same(a, b pdf.Object) bool {
	return bytes.Equal(pdf.AppendObject(nil, a), pdf.AppendObject(nil, b))
}
