package pades_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/errs"
)

// A form and annotations that the file has already, each as an object of its own.
func TestPrepareKeepsTheFormThatIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	base := appended(t, paper(1, false), func(d *pdf.Document, u *pdf.Update) {
		p := pageOf(t, d)
		c, r := catalogOf(t, d)
		text := u.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Tx"), "T": pdf.Text("地址"), "Rect": pdf.Array{0.0, 0.0, 9.0, 9.0}})
		u.Put(p.Ref, with(p.Dict, "Annots", u.Add(pdf.Array{text})))
		u.Put(r, with(c, "AcroForm", u.Add(pdf.Dict{"Fields": pdf.Array{text}, "DA": pdf.Text("/F 9 Tf")})))
	})
	data, err := pades.Prepare(ctx, base, []pades.Field{{Name: "A"}})
	must(t, err)
	key, chain := w.seal("Sample", false)
	data, err = pades.Sign(ctx, data, pades.SignRequest{Field: "A", Signer: key, Chain: chain, TSA: w.tsa, Certify: 2, Time: w.clock.Now()})
	must(t, err)
	if r := w.view(data); r.Verdict != pades.Valid {
		t.Fatalf("%s %v", r.Verdict, r.codes)
	}
	doc, err := pdf.Open(ctx, data, pdf.Limits{})
	must(t, err)
	c, _ := catalogOf(t, doc)
	acro, err := doc.DictOf(c["AcroForm"])
	must(t, err)
	if len(acro["Fields"].(pdf.Array)) != 2 || acro["DA"] == nil || len(pageOf(t, doc).Dict["Annots"].(pdf.Array)) != 2 {
		t.Errorf("%v", acro)
	}
	if info, err := doc.DictOf(doc.Trailer()["Info"]); err != nil || pdf.DecodeText(info["Title"].(pdf.String)) != "供气合同" {
		t.Errorf("the title is gone: %v %v", info, err)
	}
	// Filling the other field is no longer allowed.
	changed := appended(t, data, func(d *pdf.Document, u *pdf.Update) {
		r := acro["Fields"].(pdf.Array)[0].(pdf.Ref)
		f, _ := d.DictOf(r)
		u.Put(r, with(f, "V", pdf.Text("elsewhere")))
	})
	if r := w.view(changed); r.Verdict != pades.Broken {
		t.Errorf("a filled form field: %s", r.Verdict)
	}
}

func TestPrepareRefuses(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	encrypted := bytes.Replace(paper(1, false), []byte("/Info 3 0 R"), []byte("/Encrypt <<>> /Info 3 0 R"), 1)
	for name, c := range map[string]struct {
		data   []byte
		fields []pades.Field
		code   string
	}{
		"page beyond":  {paper(1, false), []pades.Field{{Name: "A", Page: 1}}, pades.CodeField},
		"no name":      {paper(1, false), []pades.Field{{}}, pades.CodeField},
		"a name twice": {paper(1, false), []pades.Field{{Name: "A"}, {Name: "A"}}, pades.CodeField},
		"encrypted":    {encrypted, []pades.Field{{Name: "A"}}, pdf.CodeEncrypted},
		"not a PDF":    {[]byte("hello"), []pades.Field{{Name: "A"}}, pdf.CodeMalformed},
	} {
		_, err := pades.Prepare(ctx, c.data, c.fields)
		if err == nil || errs.As(err).Code != c.code || !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
