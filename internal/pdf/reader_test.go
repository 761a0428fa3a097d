package pdf_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cinnabar/internal/pdf"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/testtool"
)

func ok(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// sample is a two-page file; edit may change its objects, which are numbered from 1.
func sample(edit func(objects []pdf.Object)) []byte {
	objects := []pdf.Object{
		pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": pdf.Ref{Num: 2}},
		pdf.Dict{
			"Type": pdf.Name("Pages"), "Kids": pdf.Array{pdf.Ref{Num: 3}, pdf.Ref{Num: 4}}, "Count": int64(2),
			"MediaBox": pdf.Array{int64(0), int64(0), 595.28, int64(842)}, "Resources": pdf.Dict{"Font": pdf.Dict{"F": pdf.Ref{Num: 6}}},
		},
		pdf.Dict{"Type": pdf.Name("Page"), "Parent": pdf.Ref{Num: 2}, "Contents": pdf.Ref{Num: 5}},
		pdf.Dict{"Type": pdf.Name("Page"), "Parent": pdf.Ref{Num: 2}, "Contents": pdf.Array{pdf.Ref{Num: 5}}, "Rotate": int64(90)},
		&pdf.Stream{Dict: pdf.Dict{"Filter": pdf.Name("FlateDecode")}, Data: pdf.Deflate([]byte("BT /F 12 Tf <00010002> Tj 0 -14 Td [<0003> -300 (\\000\\001)] TJ ET"))},
		pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type0"), "ToUnicode": pdf.Ref{Num: 7}},
		&pdf.Stream{Dict: pdf.Dict{}, Data: []byte("1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfchar <0001> <4F9B> endbfchar 1 beginbfrange <0002> <0003> <D841DF0E> endbfrange")},
	}
	if edit != nil {
		edit(objects)
	}
	return assemble(objects)
}

func assemble(objects []pdf.Object) []byte {
	b := []byte("%PDF-1.7\n")
	table := "0000000000 65535 f \n"
	for i, o := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", len(b))
		b = pdf.AppendIndirect(b, pdf.Ref{Num: i + 1}, o)
	}
	at := len(b)
	b = fmt.Appendf(b, "xref\n0 %d\n%strailer\n", len(objects)+1, table)
	b = pdf.AppendObject(b, pdf.Dict{"Root": pdf.Ref{Num: 1}, "Size": int64(len(objects) + 1)})
	return fmt.Appendf(b, "\nstartxref\n%d\n%%%%EOF\n", at)
}

const sampleText = "供\U0002070E\n\U0002070F 供\n\f供\U0002070E\n\U0002070F 供\n\f"

func TestReadsWhatOthersWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain.pdf")
	ok(t, os.WriteFile(plain, sample(nil), 0o600))
	for name, args := range map[string][]string{
		"plain": nil, "streams": {"--object-streams=generate"}, "linear": {"--linearize"},
		"both": {"--linearize", "--object-streams=generate"}, "hex": {"--stream-data=uncompress", "--newline-before-endstream"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := plain
			if args != nil {
				testtool.Need(t, "qpdf")
				path = filepath.Join(t.TempDir(), "other.pdf")
				if out, err := exec.Command("qpdf", append(args, plain, path)...).CombinedOutput(); err != nil {
					t.Fatalf("%v %s", err, out)
				}
			}
			data, err := os.ReadFile(path)
			ok(t, err)
			doc, err := pdf.Open(context.Background(), data, pdf.Limits{})
			ok(t, err)
			pages, err := doc.Pages()
			ok(t, err)
			if len(pages) != 2 || pages[1].Rotate != 90 || pages[0].MediaBox[2] != 595.28 {
				t.Errorf("pages %+v", pages)
			}
			if text, err := doc.Words(); err != nil || text != sampleText {
				t.Errorf("%q %v", text, err)
			}
			found, err := pdf.Inspect(context.Background(), data, pdf.Limits{})
			if err != nil || found.Pages != 2 || found.Signed || found.HasJavaScript || found.Encrypted {
				t.Errorf("%+v %v", found, err)
			}
		})
	}
}

func TestUpdateKeepsWhatWasThere(t *testing.T) {
	t.Parallel()
	base := sample(nil)
	for range 3 {
		doc, err := pdf.Open(context.Background(), base, pdf.Limits{})
		ok(t, err)
		u, err := doc.Update(0)
		ok(t, err)
		shared := &pdf.Stream{Dict: pdf.Dict{}, Data: []byte("shared")}
		r := u.Add(pdf.Dict{"A": shared, "B": pdf.Array{shared}})
		next := u.Finish()
		if !bytes.HasPrefix(next, base) {
			t.Fatal("an earlier byte changed")
		}
		doc, err = pdf.Open(context.Background(), next, pdf.Limits{})
		ok(t, err)
		d, err := doc.DictOf(r)
		ok(t, err)
		if d["A"] == nil || d["A"] != d["B"].(pdf.Array)[0] {
			t.Errorf("a stream used twice was written twice: %v", d)
		}
		if s := doc.Sections(); s[0].End != len(next) || s[1].End != len(base) || s[0].Names != s[0].Offset {
			t.Errorf("revisions end at %d and %d", s[0].End, s[1].End)
		}
		base = next
	}
}

// Bombs and broken files are refused with a 4xx kind, without much work.
func TestBombsAreRefused_A23(t *testing.T) {
	t.Parallel()
	bomb := func() []byte {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		zeros := make([]byte, 1<<20)
		for range 100 {
			_, _ = w.Write(zeros)
		}
		_ = w.Close()
		return b.Bytes()
	}()
	nested := func(open, shut string) []byte {
		return bytes.Replace(sample(nil), []byte("/Rotate 90"), []byte("/Rotate "+strings.Repeat(open, 100_000)+strings.Repeat(shut, 100_000)), 1)
	}
	deep := func() []byte { // offsets moved: the deep object is the last
		o := []byte("%PDF-1.7\n1 0 obj\n" + strings.Repeat("[", 100_000) + "\nendobj\n")
		at := len(o)
		return fmt.Appendf(o, "xref\n1 1\n0000000009 00000 n \ntrailer\n<</Root 1 0 R>>\nstartxref\n%d\n%%%%EOF", at)
	}()
	many := func() []byte {
		b := []byte("%PDF-1.7\nxref\n0 1000000\n")
		b = append(b, bytes.Repeat([]byte("0000000009 00000 n \n"), 1_000_000)...)
		return append(b, "trailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF"...)
	}()
	for name, c := range map[string]struct {
		data []byte
		kind errs.Kind
	}{
		"empty":            {nil, errs.Invalid},
		"text":             {[]byte("hello"), errs.Invalid},
		"header only":      {[]byte("%PDF-1.7\n"), errs.Invalid},
		"no start":         {[]byte("%PDF-1.7\nstartxref\n99999\n%%EOF"), errs.Invalid},
		"negative":         {[]byte("%PDF-1.7\nstartxref\n-1\n%%EOF"), errs.Invalid},
		"table in circle":  {[]byte("%PDF-1.7\nxref\n0 0\ntrailer\n<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF"), errs.Invalid},
		"deep nesting":     {deep, errs.TooLarge},
		"deep dictionary":  {nested("<</A ", ">>"), errs.Invalid}, // moves the table, which is found first
		"a million":        {many, errs.TooLarge},
		"cut":              {sample(nil)[:300], errs.Invalid},
		"bytes behind":     {append(sample(nil), "<html>"...), errs.Invalid},
		"page tree circle": {sample(func(o []pdf.Object) { o[1].(pdf.Dict)["Kids"] = pdf.Array{pdf.Ref{Num: 2}} }), errs.Invalid},
		"no pages":         {sample(func(o []pdf.Object) { o[1].(pdf.Dict)["Kids"] = pdf.Array{} }), errs.Invalid},
		"bomb": {sample(func(o []pdf.Object) {
			o[4] = &pdf.Stream{Dict: pdf.Dict{"Filter": pdf.Name("FlateDecode")}, Data: bomb}
		}), errs.TooLarge},
		"bomb in bomb": {sample(func(o []pdf.Object) {
			o[4] = &pdf.Stream{Dict: pdf.Dict{"Filter": pdf.Array{pdf.Name("FlateDecode"), pdf.Name("FlateDecode")}}, Data: pdf.Deflate(bomb)}
		}), errs.TooLarge},
		"huge picture": {sample(func(o []pdf.Object) {
			o[6] = &pdf.Stream{Dict: pdf.Dict{"Subtype": pdf.Name("Image"), "Width": int64(50_000), "Height": int64(50_000)}}
		}), errs.TooLarge},
		"twice the key":    {bytes.Replace(sample(nil), []byte("/Rotate 90"), []byte("/Parent 90"), 1), errs.Invalid},
		"length in circle": {bytes.Replace(sample(nil), []byte("/Length 142"), []byte("/Length 7 0 R"), 1), errs.Invalid},
	} {
		if _, err := pdf.Inspect(context.Background(), c.data, pdf.Limits{}); !errors.Is(err, c.kind) {
			t.Errorf("%s: %v, want %s", name, err, c.kind)
		}
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if _, err := pdf.Inspect(stopped, sample(nil), pdf.Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// Forms that draw forms, and fonts that map everything, do not multiply the work.
func TestWordsOfAHostileFileAreBounded_A23(t *testing.T) {
	t.Parallel()
	data := sample(func(o []pdf.Object) {
		fonts := pdf.Dict{}
		content := strings.Repeat("/X Do ", 2000)
		for i := range 300 {
			name := pdf.Name(fmt.Sprintf("F%d", i))
			fonts[name] = pdf.Dict{"Subtype": pdf.Name("Type0"), "ToUnicode": pdf.Ref{Num: 7}}
			content += fmt.Sprintf("/%s 9 Tf <0001> Tj ", name)
		}
		o[6] = &pdf.Stream{Dict: pdf.Dict{}, Data: []byte("1 beginbfrange <0000> <FFFF> <4E00> endbfrange")}
		o[4] = &pdf.Stream{Dict: pdf.Dict{
			"Subtype":   pdf.Name("Form"),
			"Resources": pdf.Dict{"Font": fonts, "XObject": pdf.Dict{"X": pdf.Ref{Num: 5}}},
		}, Data: []byte(content)}
		o[1].(pdf.Dict)["Resources"] = pdf.Dict{"XObject": pdf.Dict{"X": pdf.Ref{Num: 5}}}
	})
	doc, err := pdf.Open(context.Background(), data, pdf.Limits{Decoded: 4 << 20})
	ok(t, err)
	if _, err := doc.Words(); err == nil || !errors.Is(err, errs.TooLarge) {
		t.Errorf("%v", err)
	}
}

func TestInspectSeesWhatIsHidden_A6(t *testing.T) {
	t.Parallel()
	found, err := pdf.Inspect(context.Background(), sample(func(o []pdf.Object) {
		o[0].(pdf.Dict)["OpenAction"] = pdf.Dict{"S": pdf.Name("JavaScript"), "JS": pdf.Text("app.alert(1)")}
		o[5].(pdf.Dict)["X"] = pdf.Array{pdf.Dict{"EF": pdf.Dict{}}, pdf.Dict{"S": pdf.Name("Launch")}, pdf.Dict{"FT": pdf.Name("Tx")}}
	}), pdf.Limits{})
	if err != nil || !found.HasJavaScript || found.EmbeddedFiles != 1 || !found.Launches || !found.HasForm {
		t.Errorf("%+v %v", found, err)
	}
}

// What is written is read back the same.
func TestObjectsSurviveWritingAndReading(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		o := object(3).Draw(rt, "object")
		written := pdf.AppendObject(nil, o)
		read, err := pdf.NewParser(written, 0, 8).Object()
		if err != nil {
			rt.Fatalf("%s: %v", written, err)
		}
		if again := pdf.AppendObject(nil, read); !bytes.Equal(written, again) {
			rt.Fatalf("%s became %s", written, again)
		}
	})
	for _, s := range []string{"", "plain (with) \\ signs", "供气合同", "\U0002070E rare", "mixed 合同 1"} {
		if got := pdf.DecodeText(pdf.Text(s)); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func object(depth int) *rapid.Generator[pdf.Object] {
	leaf := []*rapid.Generator[pdf.Object]{
		rapid.Map(rapid.Int64(), func(v int64) pdf.Object { return v }),
		rapid.Map(rapid.Float64Range(-1e6, 1e6), func(v float64) pdf.Object { return v }),
		rapid.Map(rapid.Bool(), func(v bool) pdf.Object { return v }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(v []byte) pdf.Object { return pdf.String(v) }),
		rapid.Map(rapid.StringN(1, 9, -1), func(v string) pdf.Object { return pdf.Name(v) }),
		rapid.Map(rapid.IntRange(0, 99999), func(v int) pdf.Object { return pdf.Ref{Num: v} }),
		rapid.Just[pdf.Object](nil),
	}
	if depth == 0 {
		return rapid.OneOf(leaf...)
	}
	return rapid.OneOf(append(leaf,
		rapid.Map(rapid.SliceOfN(object(depth-1), 0, 4), func(v []pdf.Object) pdf.Object { return pdf.Array(v) }),
		rapid.Map(rapid.MapOfN(rapid.StringN(1, 9, -1), object(depth-1), 0, 4), func(v map[string]pdf.Object) pdf.Object {
			d := pdf.Dict{}
			for k, e := range v {
				d[pdf.Name(k)] = e
			}
			return d
		}),
	)...)
}

func FuzzParser(f *testing.F) {
	f.Add([]byte("<</A[1 -2.5(a\\)b)<0A>/N#20 3 0 R true null]>>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := pdf.NewParser(data, 0, 32).Object()
		if err != nil {
			return
		}
		pdf.AppendObject(nil, o)
	})
}

func FuzzReader(f *testing.F) {
	f.Add(sample(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		small := pdf.Limits{FileSize: 1 << 20, Objects: 1000, Decoded: 1 << 20, Stream: 1 << 19, Text: 1 << 16}
		if _, err := pdf.Inspect(context.Background(), data, small); err != nil {
			var e *errs.Error
			if !errors.As(err, &e) || e.Kind == errs.Internal {
				t.Fatalf("not an error that may be shown: %v", err)
			}
			return
		}
		doc, err := pdf.Open(context.Background(), data, small)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := doc.Words(); err != nil && errors.Is(err, errs.Internal) {
			t.Fatal(err)
		}
	})
}
