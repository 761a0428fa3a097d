package pades

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pades/cms"
	"cinnabar/internal/platform/errs"
)

// Timestamper gives RFC 3161 time-stamp tokens (DER) over SHA-256 imprints.
type Timestamper interface {
	Timestamp(ctx context.Context, imprint []byte) (token []byte, err error)
}

// SignRequest is one signature.
type SignRequest struct {
	Field      string
	Appearance *pdf.Stream // form XObject; streams nested in its dictionary become objects; nil for none
	// Also are further fields that carry the same signature, each with its own appearance: the slices of a
	// straddle seal (骑缝章).
	Also []Appearance

	Signer  crypto.Signer
	Chain   []*x509.Certificate // the signer's first
	TSA     Timestamper         // nil signs without time-stamp (B-B)
	Name    string              // of the signer, as shown by viewers
	Reason  string
	Where   string // location
	Time    time.Time
	Certify int // DocMDP permission P (1 to 3) that the first signature gives; 0 for an approval signature
	Reserve int // bytes kept for the message; 0 for enough with the built-in authorities
}

// Appearance is how a field looks.
type Appearance struct {
	Field string
	Form  *pdf.Stream
}

// Bytes kept for messages: 2.2 KB is measured with the built-in authorities.
const (
	reserveSignature = 5_000
	reserveTimeStamp = 3_000
)

// Sign fills a field that Prepare laid and appends the revision with the signature (PAdES B-T when there
// is a TSA). Data stays as it is. Errors: NotFound (no such field), Conflict (signed already, locked).
func Sign(ctx context.Context, data []byte, r SignRequest) ([]byte, error) {
	if len(r.Chain) == 0 || r.Signer == nil {
		return nil, fmt.Errorf("pades: a signature needs a key and its certificate")
	}
	doc, f, err := openForm(ctx, data)
	if err != nil {
		return nil, err
	}
	fields, err := r.fields(f)
	if err != nil {
		return nil, err
	}
	if err := permitted(doc, f, fields); err != nil {
		return nil, err
	}
	u, err := doc.Update(r.reserve()*2 + 8192 + r.appearanceSize())
	if err != nil {
		return nil, err
	}
	sig := u.Alloc()
	if err := r.certify(doc, u, sig); err != nil {
		return nil, err
	}
	h := putPlaceholder(u, sig, r.dict(fields[0]), r.reserve())
	if err := r.fill(doc, u, fields, sig); err != nil {
		return nil, err
	}
	return h.complete(u.Finish(), func(digest []byte) ([]byte, error) {
		return cms.Sign(ctx, r.message(digest))
	})
}

func (r SignRequest) message(digest []byte) cms.Signing {
	m := cms.Signing{Digest: digest, Signer: r.Signer, Certificate: r.Chain[0], Others: r.Chain[1:]}
	if r.TSA != nil {
		m.TimeStamp = r.TSA.Timestamp
	}
	return m
}

func (r SignRequest) reserve() int {
	if r.Reserve > 0 {
		return r.Reserve
	}
	return reserveSignature
}

func (r SignRequest) appearanceSize() int {
	n := 0
	if r.Appearance != nil {
		n = len(r.Appearance.Data)
	}
	return n + 1024*len(r.Also)
}

// fields returns the main field and then the others, in the order of Also.
func (r SignRequest) fields(f *form) ([]formField, error) {
	main, err := f.find(r.Field)
	if err != nil {
		return nil, err
	}
	out := []formField{main}
	for _, a := range r.Also {
		field, err := f.find(a.Field)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out, func(o formField) bool { return o.ref == field.ref }) {
			return nil, errs.New(errs.Conflict, CodeFieldSigned, "the signature field %q is named twice", a.Field)
		}
		out = append(out, field)
	}
	return out, nil
}

// certify makes this the certification signature (ISO 32000-2 12.8.2.2), which only the first can be.
func (r SignRequest) certify(doc *pdf.Document, u *pdf.Update, sig pdf.Ref) error {
	if r.Certify == 0 {
		return nil
	}
	catalog, ref, err := doc.Catalog()
	if err != nil {
		return err
	}
	if catalog["Perms"] != nil {
		return errs.New(errs.Conflict, CodeAlreadySigned, "the PDF is certified already")
	}
	changed := clone(catalog)
	changed["Perms"] = pdf.Dict{"DocMDP": sig}
	u.Put(ref, changed)
	return nil
}

func (r SignRequest) dict(main formField) pdf.Dict {
	d := pdf.Dict{
		"Type": pdf.Name("Sig"), "Filter": pdf.Name("Adobe.PPKLite"), "SubFilter": pdf.Name("ETSI.CAdES.detached"),
		"M": pdf.Date(r.Time),
	}
	for k, v := range map[pdf.Name]string{"Name": r.Name, "Reason": r.Reason, "Location": r.Where} {
		if v != "" {
			d[k] = pdf.Text(v)
		}
	}
	refs := pdf.Array{}
	if r.Certify > 0 {
		refs = append(refs, sigRef("DocMDP", pdf.Dict{
			"Type": pdf.Name("TransformParams"), "P": int64(r.Certify), "V": pdf.Name("1.2"),
		}))
	}
	if lock, ok := main.dict["Lock"].(pdf.Dict); ok {
		params := pdf.Dict{"Type": pdf.Name("TransformParams"), "V": pdf.Name("1.2"), "Action": lock["Action"]}
		if f, ok := lock["Fields"]; ok {
			params["Fields"] = f
		}
		refs = append(refs, sigRef("FieldMDP", params))
	}
	if len(refs) > 0 {
		d["Reference"] = refs
	}
	return d
}

func sigRef(method pdf.Name, params pdf.Dict) pdf.Dict {
	return pdf.Dict{"Type": pdf.Name("SigRef"), "TransformMethod": method, "TransformParams": params}
}

// fill points the fields at the signature and gives them their looks.
func (r SignRequest) fill(doc *pdf.Document, u *pdf.Update, fields []formField, sig pdf.Ref) error {
	pages, err := doc.Pages()
	if err != nil {
		return err
	}
	turned := map[pdf.Ref]int{}
	for _, p := range pages {
		turned[p.Ref] = p.Rotate
	}
	looks := []*pdf.Stream{r.Appearance}
	for _, a := range r.Also {
		looks = append(looks, a.Form)
	}
	for i, f := range fields {
		d := clone(f.dict)
		d["V"] = sig
		if looks[i] != nil {
			page, _ := d["P"].(pdf.Ref)
			d["AP"] = pdf.Dict{"N": upright(looks[i], turned[page])}
		}
		u.Put(f.ref, d)
	}
	return nil
}

func matrix(a, b, c, d int64) pdf.Array { return pdf.Array{a, b, c, d, int64(0), int64(0)} }

// upright turns a look against the rotation of its page, so that it stands upright where the page is shown. A viewer
// fits what the matrix makes of it into the field's rectangle (ISO 32000-2 12.5.5).
func upright(look *pdf.Stream, rotate int) *pdf.Stream {
	turn := map[int]pdf.Array{90: matrix(0, 1, -1, 0), 180: matrix(-1, 0, 0, -1), 270: matrix(0, -1, 1, 0)}[rotate]
	if turn == nil {
		return look
	}
	d := clone(look.Dict)
	d["Matrix"] = turn
	return &pdf.Stream{Dict: d, Data: look.Data}
}

// DocTimeStamp fills a field with a time-stamp over the whole file (ISO 32000-2 12.8.5, PAdES B-LTA). reserve
// are the bytes kept for it; 0 for enough with the built-in authority.
func DocTimeStamp(ctx context.Context, data []byte, field string, tsa Timestamper, reserve int) ([]byte, error) {
	if reserve <= 0 {
		reserve = reserveTimeStamp
	}
	doc, f, err := openForm(ctx, data)
	if err != nil {
		return nil, err
	}
	target, err := f.find(field)
	if err != nil {
		return nil, err
	}
	u, err := doc.Update(reserve*2 + 4096)
	if err != nil {
		return nil, err
	}
	sig := u.Alloc()
	h := putPlaceholder(u, sig, pdf.Dict{
		"Type": pdf.Name("DocTimeStamp"), "Filter": pdf.Name("Adobe.PPKLite"), "SubFilter": pdf.Name("ETSI.RFC3161"),
	}, reserve)
	changed := clone(target.dict)
	changed["V"] = sig
	u.Put(target.ref, changed)
	return h.complete(u.Finish(), func(digest []byte) ([]byte, error) { return tsa.Timestamp(ctx, digest) })
}

// placeholder remembers where the two values stand that are known only when the file is whole.
type placeholder struct {
	byteRange int // offset of "[0 0000000000 …]"
	contents  int // offset of "<"
	reserve   int // bytes that fit into it
}

const byteRangePlace = "[0 0000000000 0000000000 0000000000]"

// putPlaceholder writes the signature dictionary with room for /ByteRange and /Contents at its end.
func putPlaceholder(u *pdf.Update, sig pdf.Ref, d pdf.Dict, reserve int) placeholder {
	body := pdf.AppendObject(make([]byte, 0, reserve*2+1024), d)
	body = body[:len(body)-len(">>")]
	body = append(body, " /ByteRange "...)
	h := placeholder{byteRange: len(body), reserve: reserve}
	body = append(body, byteRangePlace...)
	body = append(body, " /Contents "...)
	h.contents = len(body)
	body = append(body, '<')
	for range reserve * 2 {
		body = append(body, '0')
	}
	body = append(body, ">>>"...)
	at := u.PutRaw(sig, body)
	h.byteRange += at
	h.contents += at
	return h
}

// complete fills in the byte range, digests everything but the contents, and fills those in.
func (h placeholder) complete(out []byte, message func(digest []byte) ([]byte, error)) ([]byte, error) {
	end := h.contents + 2 + 2*h.reserve
	copy(out[h.byteRange:], fmt.Sprintf("[0 %010d %010d %010d]", h.contents, end, len(out)-end))
	digest := sha256.New()
	digest.Write(out[:h.contents])
	digest.Write(out[end:])
	m, err := message(digest.Sum(nil))
	if err != nil {
		return nil, err
	}
	if len(m) > h.reserve {
		return nil, errs.New(errs.Internal, CodeTooBig, "the signature has %d bytes and %d were reserved", len(m), h.reserve)
	}
	hex.Encode(out[h.contents+1:], m)
	return out, nil
}
