package pades

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"cinnabar/internal/pdf"
	"cinnabar/internal/platform/errs"
)

// VerifyOptions says whom to trust.
type VerifyOptions struct {
	Roots    *x509.CertPool // of signers
	TSARoots *x509.CertPool // of time-stamp authorities; nil means Roots
	Now      time.Time      // when signatures without time-stamp are judged
	Limits   pdf.Limits
	Kind     func(*x509.Certificate) string // names the kind of a signer's certificate; may be nil
}

const maxSignatures = 200

// Verify reads a file that nobody vouches for and reports on its signatures. It uses no network. A damaged
// file that carries signatures is reported as broken; one that carries none gives an errs.Invalid, one
// past the limits an errs.TooLarge.
func Verify(ctx context.Context, data []byte, o VerifyOptions) (*Report, error) {
	if o.TSARoots == nil {
		o.TSARoots = o.Roots
	}
	v := &verifier{
		ctx: ctx, o: o, data: data,
		chains: map[chainKey][]*x509.Certificate{}, lists: map[listKey]bool{},
		report: &Report{Signatures: []Signature{}, Revisions: []Revision{}, Faults: []Fault{}},
	}
	err := v.run()
	if err != nil && errors.Is(err, errs.Invalid) && bytes.Contains(data, []byte("/ByteRange")) {
		v.report.Faults = append(v.report.Faults, Fault{Code: FaultDamaged, Detail: errs.As(err).Detail})
		err = nil
	}
	if err != nil {
		return nil, err
	}
	v.report.settle()
	return v.report, nil
}

type verifier struct {
	ctx    context.Context
	o      VerifyOptions
	data   []byte
	doc    *pdf.Document
	found  []*found
	store  *store
	chains map[chainKey][]*x509.Certificate // built before
	lists  map[listKey]bool                 // revocation lists checked before
	report *Report
}

// found is one signature dictionary with the fields that show it.
type found struct {
	ref     pdf.Ref
	dict    pdf.Dict
	fields  []formField
	section int // of the document, 0 is the newest
	gap     [2]int
	end     int // of the signed ranges
	out     Signature
}

func (v *verifier) run() error {
	var err error
	if v.doc, err = pdf.Open(v.ctx, v.data, v.o.Limits); err != nil {
		return err
	}
	if v.doc.Encrypted() {
		return errs.New(errs.Invalid, pdf.CodeEncrypted, "the PDF is encrypted; its signatures cannot be verified")
	}
	pages, err := v.doc.Pages()
	if err != nil {
		return err
	}
	v.report.Pages = len(pages)
	if err := v.collect(); err != nil {
		return err
	}
	if err := v.findHidden(); err != nil {
		return err
	}
	if len(v.found) == 0 {
		return nil
	}
	for _, f := range v.found {
		v.locate(f)
	}
	slices.SortStableFunc(v.found, func(a, b *found) int { return a.end - b.end })
	if v.store, err = readStore(v.doc); err != nil {
		return err
	}
	if err := v.checkAll(); err != nil {
		return err
	}
	if err := v.checkRevisions(); err != nil {
		return err
	}
	v.levels()
	for _, f := range v.found {
		v.report.Signatures = append(v.report.Signatures, f.out)
	}
	return nil
}

// collect groups the signed fields by their signature.
func (v *verifier) collect() error {
	f, err := readForm(v.doc)
	if err != nil {
		return err
	}
	names := map[string]bool{}
	by := map[pdf.Ref]*found{}
	for _, field := range f.fields {
		if names[field.name] {
			v.fault(FaultFieldTwice, fmt.Sprintf("the field name %q is used twice", field.name))
		}
		names[field.name] = true
		if !field.isSignature || field.value == nil {
			continue
		}
		ref, ok := field.value.(pdf.Ref)
		if !ok {
			v.fault(FaultFormat, fmt.Sprintf("the signature of field %q stands in the field itself", field.name))
			continue
		}
		if by[ref] == nil {
			dict, err := v.doc.DictOf(ref)
			if err != nil {
				return err
			}
			by[ref] = &found{ref: ref, dict: dict, out: newSignature(dict)}
			v.found = append(v.found, by[ref])
		}
		by[ref].fields = append(by[ref].fields, field)
		by[ref].out.Fields = append(by[ref].out.Fields, field.name)
	}
	if len(v.found) > maxSignatures {
		return errs.New(errs.TooLarge, pdf.CodeTooLarge, "the PDF has more than %d signatures", maxSignatures)
	}
	return nil
}

func newSignature(d pdf.Dict) Signature {
	s := Signature{Kind: KindSignature, Revocation: revocationUnknown, Faults: []Fault{}}
	if d["Type"] == pdf.Name("DocTimeStamp") || d["SubFilter"] == pdf.Name("ETSI.RFC3161") {
		s.Kind = KindTimeStamp
	}
	text := func(k pdf.Name) string {
		t, _ := d[k].(pdf.String)
		return pdf.DecodeText(t)
	}
	s.Reason, s.Location, s.ClaimedTime = text("Reason"), text("Location"), text("M")
	return s
}

func (v *verifier) fault(code, detail string) {
	v.report.Faults = append(v.report.Faults, Fault{Code: code, Detail: detail})
}

// findHidden looks through all objects for signatures that no field leads to: what is left when someone
// cuts a signature off.
func (v *verifier) findHidden() error {
	known := map[int]bool{}
	for _, f := range v.found {
		known[f.ref.Num] = true
	}
	return v.doc.Each(func(r pdf.Ref, o pdf.Object) error {
		d, _ := o.(pdf.Dict)
		if d["ByteRange"] != nil && !known[r.Num] {
			v.fault(FaultHidden, fmt.Sprintf("object %d is a signature that no field shows", r.Num))
		}
		return nil
	})
}

// locate checks that the signed ranges are one revision of the file, whole but for the signature's value.
func (v *verifier) locate(f *found) {
	a, end, ok := v.ranges(f)
	if !ok {
		return
	}
	f.gap, f.end, f.out.SignedBytes = a, end, end
	f.out.CoversFile = end == len(v.data)
	v.checkContents(f)
	for i, s := range v.doc.Sections() {
		if s.End > 0 && end <= s.End && len(bytes.Trim(v.data[end:s.End], "\r\n")) == 0 && s.End-end <= 2 {
			f.section = i
			f.out.Revision = len(v.doc.Sections()) - i
			if !s.Numbers()[f.ref.Num] {
				f.out.fault(FaultRevision, "the signature is not part of the revision that it signs")
			}
			return
		}
	}
	f.out.fault(FaultRevision, "what is signed does not end where a revision of the file ends")
}

// ranges reads /ByteRange (ISO 32000-2 12.8.1): from the first byte, with exactly one gap.
func (v *verifier) ranges(f *found) (gap [2]int, end int, ok bool) {
	br, _ := f.dict["ByteRange"].(pdf.Array)
	var n [4]int
	if len(br) != 4 {
		f.out.fault(FaultByteRange, "the signed ranges are not two")
		return gap, 0, false
	}
	for i := range n {
		x, isInt := br[i].(int64)
		if !isInt || x < 0 || x > int64(len(v.data)) {
			f.out.fault(FaultByteRange, "the signed ranges lie outside of the file")
			return gap, 0, false
		}
		n[i] = int(x)
	}
	end = n[2] + n[3]
	if n[0] != 0 || n[1] >= n[2] || end > len(v.data) {
		f.out.fault(FaultByteRange, "the signed ranges do not begin at the first byte with one gap")
		return gap, 0, false
	}
	return [2]int{n[1], n[2]}, end, true
}

// checkContents checks that the gap is the hexadecimal string of /Contents and nothing else.
func (v *verifier) checkContents(f *found) {
	raw := v.data[f.gap[0]:f.gap[1]]
	contents, _ := f.dict["Contents"].(pdf.String)
	if len(raw) < 4 || raw[0] != '<' || raw[len(raw)-1] != '>' || len(raw) != 2*len(contents)+2 {
		f.out.fault(FaultContents, "the gap in the signed ranges is not the signature's value")
		return
	}
	lower, upper := false, false
	for _, c := range raw[1 : len(raw)-1] {
		lower = lower || c >= 'a' && c <= 'f'
		upper = upper || c >= 'A' && c <= 'F'
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			f.out.fault(FaultContents, "the signature's value has other characters than hexadecimal digits")
			return
		}
	}
	if lower && upper {
		f.out.fault(FaultContents, "the signature's value is spelled in mixed case: it was touched")
	}
	o, err := pdf.NewParser(v.data, f.gap[0], 1).Object()
	s, _ := o.(pdf.String)
	start, stop, plain := v.doc.Extent(f.ref.Num)
	before := bytes.TrimRight(v.data[:f.gap[0]], "\x00\t\n\f\r ")
	if err != nil || !bytes.Equal(s, contents) || !plain || f.gap[0] < start || f.gap[1] > stop ||
		!bytes.HasSuffix(before, []byte("/Contents")) {
		f.out.fault(FaultContents, "the gap in the signed ranges is not the signature's value")
	}
}

// levels names the PAdES baseline level that each signature has reached.
func (v *verifier) levels() {
	for i, f := range v.found {
		s := &f.out
		s.Level = "B-B"
		if s.TimeOK {
			s.Level = "B-T"
		}
		if s.TimeOK && s.Revocation == revocationGood {
			s.Level = "B-LT"
			for _, later := range v.found[i:] {
				// A document time-stamp protects what came before, itself included.
				if later.out.Kind == KindTimeStamp && len(later.out.Faults) == 0 {
					s.Level = "B-LTA"
				}
			}
		}
	}
}
