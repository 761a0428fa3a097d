// Package pades puts PAdES signatures on PDF files (ETSI EN 319 142-1, ISO 32000-2 12.8) and says of signed
// files exactly what was signed, by whom, when, what came after and whether that was allowed.
//
// A file grows by revisions and no byte of an earlier one ever changes:
//
//	Prepare  all signature fields of all signers, once, unsigned
//	Sign     one revision for each signer; the first certifies (DocMDP)
//	AddDSS   certificates and revocation lists (B-LT)
//	DocTimeStamp  a time-stamp over the whole file (B-LTA)
//
// Sign and DocTimeStamp keep the offsets of the places they fill in later and never search for them.
package pades

import (
	"context"

	"cinnabar/internal/pdf"
	"cinnabar/internal/platform/errs"
)

// Codes of the errors of this package.
const (
	CodeAlreadySigned = "pdf-already-signed"      // errs.Conflict: Prepare on a file with signatures
	CodeNoField       = "pdf-no-such-field"       // errs.NotFound
	CodeFieldSigned   = "pdf-field-signed"        // errs.Conflict: the field has its signature
	CodeLocked        = "pdf-locked"              // errs.Conflict: an earlier signature forbids this one
	CodeField         = "pdf-field"               // errs.Invalid: a field that cannot be laid
	CodeTooBig        = "pdf-signature-too-large" // errs.Internal: the message does not fit its place
)

// Field is an empty signature field to be laid.
type Field struct {
	Name string     // unique in the file, without full stops
	Page int        // 0 is the first
	Rect [4]float64 // left, bottom, right, top in points; all zero for an invisible field
	Lock *Lock      // what signing this field locks; nil for nothing
}

// Lock says which fields cannot be filled any more once its field is signed (ISO 32000-2 table 236).
type Lock struct {
	Except []string // all fields but these are locked
	// P is the access permission that holds from this signature on: 1 allows nothing but validation data
	// and time-stamps, 2 also the filling of fields. 0 leaves out the entry and changes nothing.
	P int
}

func (l *Lock) dict(kind pdf.Name) pdf.Dict {
	d := pdf.Dict{"Type": kind, "Action": pdf.Name("All")}
	if len(l.Except) > 0 {
		names := pdf.Array{}
		for _, n := range l.Except {
			names = append(names, pdf.Text(n))
		}
		d["Action"], d["Fields"] = pdf.Name("Exclude"), names
	}
	return d
}

// Prepare lays all signature fields in one unsigned revision. What stands in /AcroForm and /Annots
// already is kept. A file that carries a signature is refused: new fields would be a change to it.
func Prepare(ctx context.Context, data []byte, fields []Field) ([]byte, error) {
	doc, f, err := openForm(ctx, data)
	if err != nil {
		return nil, err
	}
	for _, have := range f.fields {
		if have.isSignature && have.value != nil {
			return nil, errs.New(errs.Conflict, CodeAlreadySigned, "the PDF is signed already; no signature field can be added")
		}
	}
	pages, err := doc.Pages()
	if err != nil {
		return nil, err
	}
	if err := checkFields(f, fields, len(pages)); err != nil {
		return nil, err
	}
	u, err := doc.Update(len(fields)*400 + 4096)
	if err != nil {
		return nil, err
	}
	widgets := map[int]pdf.Array{}
	all := pdf.Array{}
	for _, field := range fields {
		r := u.Add(field.widget(pages[field.Page].Ref))
		all = append(all, r)
		widgets[field.Page] = append(widgets[field.Page], r)
	}
	for i, p := range pages {
		if err := addAnnotations(doc, u, p, widgets[i]); err != nil {
			return nil, err
		}
	}
	if err := addToForm(doc, u, f, all); err != nil {
		return nil, err
	}
	return u.Finish(), nil
}

func checkFields(f *form, fields []Field, pages int) error {
	seen := map[string]bool{}
	for _, have := range f.fields {
		seen[have.name] = true
	}
	for _, field := range fields {
		if field.Name == "" || seen[field.Name] {
			return errs.New(errs.Invalid, CodeField, "the signature field name %q is empty or used twice", field.Name)
		}
		if field.Page < 0 || field.Page >= pages {
			return errs.New(errs.Invalid, CodeField, "the signature field %q is for page %d of %d", field.Name, field.Page+1, pages)
		}
		seen[field.Name] = true
	}
	return nil
}

func (f Field) widget(page pdf.Ref) pdf.Dict {
	d := pdf.Dict{
		"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"),
		"T": pdf.Text(f.Name), "F": int64(132), // Print and Locked
		"Rect": pdf.Array{f.Rect[0], f.Rect[1], f.Rect[2], f.Rect[3]},
		"P":    page,
	}
	if f.Lock != nil {
		lock := f.Lock.dict("SigFieldLock")
		if f.Lock.P > 0 {
			lock["P"] = int64(f.Lock.P)
		}
		d["Lock"] = lock
	}
	return d
}

func addAnnotations(doc *pdf.Document, u *pdf.Update, p pdf.Page, more pdf.Array) error {
	if len(more) == 0 {
		return nil
	}
	have, err := doc.ArrayOf(p.Dict["Annots"])
	if err != nil {
		return err
	}
	page := clone(p.Dict)
	page["Annots"] = append(append(pdf.Array{}, have...), more...)
	u.Put(p.Ref, page)
	return nil
}

func addToForm(doc *pdf.Document, u *pdf.Update, f *form, more pdf.Array) error {
	catalog, ref, err := doc.Catalog()
	if err != nil {
		return err
	}
	acro := clone(f.dict)
	acro["Fields"] = append(append(pdf.Array{}, f.top...), more...)
	acro["SigFlags"] = int64(3) // signatures exist, append only
	delete(acro, "XFA")         // would hide the fields from XFA readers
	if f.ref != nil {
		u.Put(*f.ref, acro)
		return nil
	}
	changed := clone(catalog)
	changed["AcroForm"] = acro
	u.Put(ref, changed)
	return nil
}

// form is a file's interactive form as far as it matters to signatures.
type form struct {
	dict   pdf.Dict
	ref    *pdf.Ref // nil when it stands in the catalog itself
	top    pdf.Array
	fields []formField
	byNum  map[int]int // object number to place in fields
}

type formField struct {
	ref         pdf.Ref
	dict        pdf.Dict
	name        string // fully qualified
	isSignature bool
	value       pdf.Object // /V, its own or inherited
}

const maxFields = 10_000

// openForm opens a file with its fields.
func openForm(ctx context.Context, data []byte) (*pdf.Document, *form, error) {
	doc, err := pdf.Open(ctx, data, pdf.Limits{})
	if err != nil {
		return nil, nil, err
	}
	f, err := readForm(doc)
	return doc, f, err
}

// readForm lists the terminal fields (ISO 32000-2 12.7.4).
func readForm(doc *pdf.Document) (*form, error) {
	catalog, _, err := doc.Catalog()
	if err != nil {
		return nil, err
	}
	f := &form{byNum: map[int]int{}}
	if r, ok := catalog["AcroForm"].(pdf.Ref); ok {
		f.ref = &r
	}
	if f.dict, err = doc.DictOf(catalog["AcroForm"]); err != nil {
		return nil, err
	}
	if f.top, err = doc.ArrayOf(f.dict["Fields"]); err != nil {
		return nil, err
	}
	w := fieldWalk{doc: doc, form: f, seen: map[pdf.Ref]bool{}}
	for _, o := range f.top {
		if err := w.visit(o, formField{}, 0); err != nil {
			return nil, err
		}
	}
	return f, nil
}

type fieldWalk struct {
	doc  *pdf.Document
	form *form
	seen map[pdf.Ref]bool
}

func (w *fieldWalk) visit(o pdf.Object, parent formField, depth int) error {
	r, ok := o.(pdf.Ref)
	if !ok || w.seen[r] || depth > 32 || len(w.seen) > maxFields {
		return errs.New(errs.Invalid, pdf.CodeMalformed, "the PDF is damaged: its form fields are no tree")
	}
	w.seen[r] = true
	dict, err := w.doc.DictOf(r)
	if err != nil || dict == nil {
		return err
	}
	f := formField{ref: r, dict: dict, name: parent.name, isSignature: parent.isSignature, value: parent.value}
	if t, ok := dict["T"].(pdf.String); ok {
		f.name = joinName(parent.name, pdf.DecodeText(t))
	}
	if ft, ok := dict["FT"]; ok {
		f.isSignature = ft == pdf.Name("Sig")
	}
	if v, ok := dict["V"]; ok {
		f.value = v
	}
	kids, err := w.doc.ArrayOf(dict["Kids"])
	if err != nil {
		return err
	}
	children, err := w.children(kids)
	if err != nil {
		return err
	}
	if len(children) == 0 {
		w.form.byNum[r.Num] = len(w.form.fields)
		w.form.fields = append(w.form.fields, f)
	}
	for _, k := range children {
		if err := w.visit(k, f, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// children are the kids that are fields; the others are widgets of this field.
func (w *fieldWalk) children(kids pdf.Array) (pdf.Array, error) {
	var out pdf.Array
	for _, k := range kids {
		d, err := w.doc.DictOf(k)
		if err != nil {
			return nil, err
		}
		if _, named := d["T"]; named {
			out = append(out, k)
		}
	}
	return out, nil
}

func joinName(parent, own string) string {
	if parent == "" {
		return own
	}
	return parent + "." + own
}

// find returns the signature field of that name.
func (f *form) find(name string) (formField, error) {
	for _, field := range f.fields {
		if field.name == name && field.isSignature {
			if field.value != nil {
				return field, errs.New(errs.Conflict, CodeFieldSigned, "the signature field %q is signed already", name)
			}
			return field, nil
		}
	}
	return formField{}, errs.New(errs.NotFound, CodeNoField, "the PDF has no signature field %q", name)
}

func clone(d pdf.Dict) pdf.Dict {
	out := make(pdf.Dict, len(d)+1)
	for k, v := range d {
		out[k] = v
	}
	return out
}
