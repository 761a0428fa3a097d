package pades_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"testing"

	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pades"
)

// verdict verifies what may be damaged beyond reading.
func (w *world) verdict(data []byte) (pades.Verdict, string) {
	r, err := pades.Verify(context.Background(), data, w.options())
	if err != nil {
		return pades.Broken, "error: " + err.Error()
	}
	why := ""
	for _, f := range r.Faults {
		why += " " + f.Code
	}
	for _, s := range r.Signatures {
		for _, f := range s.Faults {
			why += " " + f.Code
		}
	}
	for _, rev := range r.Revisions {
		for _, f := range rev.Faults {
			why += " " + f.Detail
		}
	}
	return r.Verdict, why
}

// The bytes of an archived file: the time-stamp's message one by one, for nothing but itself protects it; the
// padding behind it and what it covers in steps. Letters of the message are also flipped in their case.
// Proves GAS-14.
func TestAnyFlippedByteBreaksAnArchivedContract_GAS14_A2(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, modern := range map[string]bool{"table": false, "stream": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := w.contract(1, modern).final
			if v, why := w.verdict(file); v != pades.Valid {
				t.Fatalf("untouched: %s %s", v, why)
			}
			message := bytes.LastIndex(file, []byte("/Contents <")) + len("/Contents <")
			padding := message + len(bytes.TrimRight(file[message:message+6000], "0>"))
			for i := 0; i < len(file); i += stepAt(i, message, padding, modern) {
				breaks(t, w, file, i, 0x01)
				if i >= message && i < padding && file[i] > '9' {
					breaks(t, w, file, i, 0x20)
				}
			}
		})
	}
}

func stepAt(i, message, padding int, modern bool) int {
	if i >= message-2 && i < padding+4 && !modern {
		return 1
	}
	return 1 + i%211
}

func breaks(t *testing.T, w *world, file []byte, i int, mask byte) {
	t.Helper()
	file[i] ^= mask
	if v, why := w.verdict(file); v != pades.Broken {
		t.Errorf("byte %d of %d ^ %#x: %s %s", i, len(file), mask, v, why)
	}
	file[i] ^= mask
}

// appended adds a revision in which edit puts what it likes.
func appended(t *testing.T, data []byte, edit func(*pdf.Document, *pdf.Update)) []byte {
	t.Helper()
	doc, err := pdf.Open(context.Background(), data, pdf.Limits{})
	must(t, err)
	u, err := doc.Update(4096)
	must(t, err)
	edit(doc, u)
	return u.Finish()
}

func pageOf(t *testing.T, doc *pdf.Document) pdf.Page {
	t.Helper()
	p, err := doc.Pages()
	must(t, err)
	return p[0]
}

func with(d pdf.Dict, k pdf.Name, v pdf.Object) pdf.Dict {
	out := pdf.Dict{}
	for k, v := range d {
		out[k] = v
	}
	out[k] = v
	return out
}

func catalogOf(t *testing.T, doc *pdf.Document) (pdf.Dict, pdf.Ref) {
	t.Helper()
	c, r, err := doc.Catalog()
	must(t, err)
	return c, r
}

// What someone may append to a signed contract, and none of it passes.
// Proves GAS-14, PLT-12.
func TestLaterChangesAreFound_GAS14_PLT12(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	files := w.contract(2, false)
	key, chain := w.seal("Sample Intruder", false)
	attacks := map[string]func(*pdf.Document, *pdf.Update){
		"page content replaced": func(d *pdf.Document, u *pdf.Update) {
			u.Put(pageOf(t, d).Dict["Contents"].(pdf.Ref), &pdf.Stream{Dict: pdf.Dict{}, Data: []byte("0 0 100 100 re f")})
		},
		"page given other content": func(d *pdf.Document, u *pdf.Update) {
			p := pageOf(t, d)
			u.Put(p.Ref, with(p.Dict, "Contents", u.Add(&pdf.Stream{Dict: pdf.Dict{}, Data: []byte("0 0 100 100 re f")})))
		},
		"annotation over the text": func(d *pdf.Document, u *pdf.Update) {
			p := pageOf(t, d)
			note := u.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("FreeText"), "Rect": pdf.Array{int64(0), int64(0), int64(9), int64(9)}})
			u.Put(p.Ref, with(p.Dict, "Annots", append(append(pdf.Array{}, p.Dict["Annots"].(pdf.Array)...), note)))
		},
		"page removed": func(d *pdf.Document, u *pdf.Update) {
			c, _ := catalogOf(t, d)
			r := c["Pages"].(pdf.Ref)
			tree, _ := d.DictOf(r)
			u.Put(r, with(with(tree, "Kids", tree["Kids"].(pdf.Array)[:1]), "Count", int64(1)))
		},
		"catalog shows other pages": func(d *pdf.Document, u *pdf.Update) {
			c, r := catalogOf(t, d)
			u.Put(r, with(c, "Pages", u.Add(pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{pageOf(t, d).Ref}, "Count": int64(1)})))
		},
		"certification removed": func(d *pdf.Document, u *pdf.Update) {
			c, r := catalogOf(t, d)
			u.Put(r, with(c, "Perms", pdf.Dict{}))
		},
		"form removed": func(d *pdf.Document, u *pdf.Update) {
			c, r := catalogOf(t, d)
			u.Put(r, with(c, "AcroForm", nil))
		},
		"script on opening": func(d *pdf.Document, u *pdf.Update) {
			c, r := catalogOf(t, d)
			u.Put(r, with(c, "OpenAction", pdf.Dict{"S": pdf.Name("JavaScript"), "JS": pdf.Text("app.alert(1)")}))
		},
		"unreferenced object": func(_ *pdf.Document, u *pdf.Update) { u.Add(pdf.Dict{"Type": pdf.Name("Page")}) },
		"seal redrawn": func(d *pdf.Document, u *pdf.Update) {
			p := pageOf(t, d)
			widget, _ := d.DictOf(p.Dict["Annots"].(pdf.Array)[1])
			u.Put(widget["AP"].(pdf.Dict)["N"].(pdf.Ref), &pdf.Stream{Dict: pdf.Dict{}, Data: []byte("0 0 9 9 re f")})
		},
		"seal moved": func(d *pdf.Document, u *pdf.Update) {
			r := pageOf(t, d).Dict["Annots"].(pdf.Array)[1].(pdf.Ref)
			widget, _ := d.DictOf(r)
			u.Put(r, with(widget, "Rect", pdf.Array{int64(0), int64(0), int64(500), int64(500)}))
		},
		"signature taken off its field": func(d *pdf.Document, u *pdf.Update) {
			r := pageOf(t, d).Dict["Annots"].(pdf.Array)[1].(pdf.Ref)
			widget, _ := d.DictOf(r)
			u.Put(r, with(widget, "V", nil))
		},
		"title changed": func(d *pdf.Document, u *pdf.Update) {
			u.Put(d.Trailer()["Info"].(pdf.Ref), pdf.Dict{"Title": pdf.Text("another")})
		},
	}
	for name, edit := range attacks {
		for state, data := range map[string][]byte{"sealed": files.signed[3], "archived": files.final} {
			if v, why := w.verdict(appended(t, data, edit)); v != pades.Broken {
				t.Errorf("%s, %s: %s%s", name, state, v, why)
			}
		}
	}
	if _, err := pades.Sign(context.Background(), files.final, pades.SignRequest{Field: archive, Signer: key, Chain: chain}); err == nil {
		t.Error("a field that has its signature was signed again")
	}
	if _, err := pades.Prepare(context.Background(), files.final, []pades.Field{{Name: "More"}}); err == nil {
		t.Error("a field was laid into a signed file")
	}
}

// Seals that were never put on, and evidence that turns into content.
// Proves GAS-14, PLT-12.
func TestBorrowedSignaturesAreFound_GAS14_PLT12(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, certify := range map[string]int{"certified": 2, "plain": 0} {
		key, chain := w.seal("Sample", false)
		data, err := pades.Prepare(context.Background(), paper(1, false), []pades.Field{{Name: "A"}, {Name: "B", Rect: [4]float64{9, 9, 90, 90}}})
		must(t, err)
		data, err = pades.Sign(context.Background(), data, pades.SignRequest{
			Field: "A", Signer: key, Chain: chain, TSA: w.tsa, Time: w.clock.Now(), Certify: certify, Appearance: mark(),
		})
		must(t, err)
		for attack, edits := range map[string][]func(*pdf.Document, *pdf.Update){
			"signature of A shown in B": {func(d *pdf.Document, u *pdf.Update) {
				annots := pageOf(t, d).Dict["Annots"].(pdf.Array)
				a, _ := d.DictOf(annots[0])
				b, _ := d.DictOf(annots[1])
				u.Put(annots[1].(pdf.Ref), with(with(b, "V", a["V"]), "AP", pdf.Dict{"N": mark()}))
			}},
			"seal in a new empty field": {func(d *pdf.Document, u *pdf.Update) {
				c, r := catalogOf(t, d)
				p := pageOf(t, d)
				f := u.Add(pdf.Dict{
					"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"), "T": pdf.Text("C"),
					"Rect": pdf.Array{int64(9), int64(9), int64(99), int64(99)}, "AP": pdf.Dict{"N": mark()},
				})
				u.Put(p.Ref, with(p.Dict, "Annots", append(append(pdf.Array{}, p.Dict["Annots"].(pdf.Array)...), f)))
				acro := c["AcroForm"].(pdf.Dict)
				u.Put(r, with(c, "AcroForm", with(acro, "Fields", append(append(pdf.Array{}, acro["Fields"].(pdf.Array)...), f))))
			}},
			"content named as evidence, then replaced": {
				func(d *pdf.Document, u *pdf.Update) {
					c, r := catalogOf(t, d)
					u.Put(r, with(c, "DSS", u.Add(pdf.Dict{"Type": pdf.Name("DSS"), "Certs": pdf.Array{pageOf(t, d).Dict["Contents"]}})))
				},
				func(d *pdf.Document, u *pdf.Update) {
					u.Put(pageOf(t, d).Dict["Contents"].(pdf.Ref), &pdf.Stream{Dict: pdf.Dict{}, Data: []byte("0 0 9 9 re f")})
				},
			},
			"page named as store, then replaced": {
				func(d *pdf.Document, u *pdf.Update) {
					c, r := catalogOf(t, d)
					u.Put(r, with(c, "DSS", pageOf(t, d).Ref))
				},
				func(d *pdf.Document, u *pdf.Update) {
					p := pageOf(t, d)
					u.Put(p.Ref, with(p.Dict, "Rotate", int64(90)))
				},
			},
		} {
			changed := data
			for _, edit := range edits {
				changed = appended(t, changed, edit)
			}
			if v, why := w.verdict(changed); v != pades.Broken {
				t.Errorf("%s, %s: %s%s", attack, name, v, why)
			}
		}
	}
}

// After the countersignature nobody can sign any more; only the archive's time-stamp is left.
// Proves GAS-11.
func TestCountersignatureLocksTheFile_GAS11(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	data, err := pades.Prepare(ctx, paper(1, false), []pades.Field{
		{Name: "A"}, {Name: "B"}, {Name: counterSeal, Lock: &pades.Lock{Except: []string{archive}, P: 1}}, {Name: archive},
	})
	must(t, err)
	key, chain := w.seal("Sample", false)
	sign := func(data []byte, field string, certify int) ([]byte, error) {
		return pades.Sign(ctx, data, pades.SignRequest{Field: field, Signer: key, Chain: chain, TSA: w.tsa, Time: w.clock.Now(), Certify: certify})
	}
	one, err := sign(data, "A", 2)
	must(t, err)
	locked, err := sign(one, counterSeal, 0)
	must(t, err)
	if r := w.verify(locked); r.Verdict != pades.Valid || !r.Locked {
		t.Fatalf("%s, locked %v", r.Verdict, r.Locked)
	}
	if _, err := sign(locked, "B", 0); err == nil {
		t.Error("a locked field was signed")
	}
	stored, err := pades.AddDSS(ctx, locked, w.evidence(chain))
	must(t, err)
	final, err := pades.DocTimeStamp(ctx, stored, archive, w.tsa, 0)
	must(t, err)
	if r := w.verify(final); r.Verdict != pades.Valid {
		t.Errorf("archived: %s", r.Verdict)
	}
}

// Tricks with the signature itself.
// Proves PLT-12.
func TestSignatureTricksAreFound_PLT12(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := w.contract(1, false).signed[3]
	at := bytes.LastIndex(file, []byte("/ByteRange ["))
	var zero, a, b, c int
	_, err := fmt.Sscanf(string(file[at:]), "/ByteRange [%d %d %d %d]", &zero, &a, &b, &c)
	must(t, err)
	edit := func(f func([]byte) []byte) []byte { return f(bytes.Clone(file)) }
	ranges := func(n ...any) func([]byte) []byte {
		return func(d []byte) []byte {
			copy(d[at:], fmt.Sprintf("/ByteRange [%d %010d %010d %010d]", n...))
			return d
		}
	}
	for name, data := range map[string][]byte{
		"does not begin at 0":        edit(ranges(1, a-1, b, c)),
		"gap wider than contents":    edit(ranges(0, a-20, b, c)),
		"gap ends later":             edit(ranges(0, a, b+20, c-20)),
		"ranges overlap":             edit(ranges(0, b, a, c)),
		"beyond the file":            edit(ranges(0, a, b, c+1)),
		"short of the file":          edit(ranges(0, a, b, c-10)),
		"bytes behind the message":   edit(func(d []byte) []byte { hex.Encode(d[b-60:], []byte("hidden")); return d }),
		"bytes behind the file":      edit(func(d []byte) []byte { return append(d, "<html>"...) }),
		"white space behind":         edit(func(d []byte) []byte { return append(d, "\n\n\n\n"...) }),
		"upper case in the contents": edit(func(d []byte) []byte { d[a+11] = 'A'; return d }),
		"cut off":                    file[:len(file)-1000],
	} {
		if v, why := w.verdict(data); v == pades.Valid {
			t.Errorf("%s: %s%s", name, v, why)
		}
	}
}

// Proves PLT-12.
func TestForeignRootIsUntrusted_PLT12(t *testing.T) {
	t.Parallel()
	ours, theirs := newWorld(t), newWorld(t)
	if v, why := ours.verdict(theirs.contract(1, false).signed[3]); v != pades.Untrusted {
		t.Errorf("%s%s", v, why)
	}
}
