package pades_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cinnabar/internal/asset"
	"cinnabar/internal/capability/seal/sealart"
	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/pdf/typeset"
)

// seals are the sample parties' seals.
type seals struct{ company, name, gas *sealart.Art }

func drawSeals(tb testing.TB) seals {
	tb.Helper()
	font, err := asset.Read(asset.SerifBold)
	must(tb, err)
	face, err := sealart.NewFace(font)
	must(tb, err)
	var s seals
	s.company, err = sealart.Round(face, sealart.Company{Name: "示例市某某餐饮有限公司", Kind: "合同专用章", Number: "3701000000001"})
	must(tb, err)
	s.name, err = sealart.Square(face, "张三")
	must(tb, err)
	s.gas, err = sealart.Round(face, sealart.Company{Name: "示例市燃气有限公司", Kind: "合同专用章", Number: "3701000000002"})
	must(tb, err)
	return s
}

// sampleContract is a set contract of three pages or so with places for all signatures.
func sampleContract(tb testing.TB) *typeset.Result {
	tb.Helper()
	fonts, err := typeset.LoadFonts()
	must(tb, err)
	body := []typeset.Block{typeset.Heading{Level: 1, Spans: typeset.Text("供用气合同（样本）")}}
	for range 45 {
		body = append(body, typeset.Paragraph{Spans: typeset.Text("供气方与用气方经协商一致，就燃气供应的地点、用量、计量、价款、安全与责任订立本合同。双方确认已阅读并理解全部条款，并同意以电子签名订立。")})
	}
	const mm = typeset.MM
	body = append(body,
		typeset.PlaceBox{Name: companySeal, Width: 42 * mm, Height: 42 * mm},
		typeset.PlaceBox{Name: nameSeal, Width: 20 * mm, Height: 20 * mm},
		typeset.PlaceBox{Name: counterSeal, Width: 42 * mm, Height: 42 * mm, Align: typeset.Right},
	)
	r, err := typeset.Make(fonts, typeset.Document{Title: "供用气合同", HeaderLeft: "合同编号：样本", Body: body})
	must(tb, err)
	return r
}

// sealContract puts three seals and the straddle seal on it and archives it.
func (w *world) sealContract(doc *typeset.Result, s seals) (sealed, archived []byte) {
	w.tb.Helper()
	ctx := context.Background()
	whole := s.gas.Form()
	slices := sealart.Slices(whole, s.gas, doc.Pages)
	var fields []pades.Field
	for _, p := range doc.Places {
		f := pades.Field{Name: p.Name, Page: p.Page - 1, Rect: [4]float64{p.Rect.X0, p.Rect.Y0, p.Rect.X1, p.Rect.Y1}}
		if p.Name == counterSeal {
			f.Lock = &pades.Lock{Except: []string{archive}}
		}
		fields = append(fields, f)
	}
	fields = append(fields, pades.Field{Name: archive}, pades.Field{Name: applicant})
	var also []pades.Appearance
	for i, slice := range slices {
		const edge = 595.28
		fields = append(fields, pades.Field{Name: straddle(i), Page: i, Rect: [4]float64{edge - slice.Wide, 380, edge, 380 + slice.High}})
		also = append(also, pades.Appearance{Field: straddle(i), Form: slice.Form})
	}
	data, err := pades.Prepare(ctx, doc.PDF, fields)
	must(w.tb, err)
	for i, req := range []pades.SignRequest{
		{Field: applicant, Certify: 2},
		{Field: companySeal, Appearance: s.company.Form()},
		{Field: nameSeal, Appearance: s.name.Form()},
		{Field: counterSeal, Appearance: whole, Also: also},
	} {
		req.Signer, req.Chain = w.seal("示例", i == 9)
		req.TSA, req.Time = w.tsa, w.clock.Now()
		data, err = pades.Sign(ctx, data, req)
		must(w.tb, err)
	}
	stored, err := pades.AddDSS(ctx, data, w.evidence())
	must(w.tb, err)
	final, err := pades.DocTimeStamp(ctx, stored, archive, w.tsa, 0)
	must(w.tb, err)
	return data, final
}

// A contract as it really is: set in Chinese, sealed, archived. PADES_KEEP names a folder to look at it.
// Proves GAS-8, GAS-11, GAS-14.
func TestRealContract_GAS8_GAS11_GAS14(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	doc := sampleContract(t)
	sealed, archived := w.sealContract(doc, drawSeals(t))
	for _, data := range [][]byte{sealed, archived} {
		if v, why := w.verdict(data); v != pades.Valid {
			t.Errorf("%s%s", v, why)
		}
	}
	if r := w.verify(archived); r.Pages != doc.Pages || !r.Locked || len(r.Signatures) != 5 || len(r.Signatures[3].Fields) != doc.Pages+1 {
		t.Errorf("%d pages, locked %v, signatures %+v", r.Pages, r.Locked, r.Signatures)
	}
	parsed, err := pdf.Open(context.Background(), archived, pdf.Limits{})
	must(t, err)
	words, err := parsed.Words()
	if err != nil || !strings.Contains(words, "供用气合同（样本）") || strings.Count(words, "燃气供应的地点") != 45 {
		t.Errorf("%q %v", words[:min(len(words), 300)], err)
	}
	for i := 0; i < len(archived); i += len(archived) / 150 {
		breaks(t, w, archived, i, 0x01)
	}
	if dir := os.Getenv("PADES_KEEP"); dir != "" {
		must(t, os.WriteFile(filepath.Join(dir, "real.pdf"), archived, 0o600))
	}
}

// Sizes and times of a real contract.
func BenchmarkReal(b *testing.B) {
	w := newWorld(b)
	doc, art := sampleContract(b), drawSeals(b)
	sealed, archived := w.sealContract(doc, art)
	ctx := context.Background()
	prepared, err := pades.Prepare(ctx, doc.PDF, []pades.Field{{Name: "A", Rect: [4]float64{72, 72, 191, 191}}})
	must(b, err)
	key, chain := w.seal("示例", false)
	look := art.gas.Form()
	b.Run("SignBT", func(b *testing.B) {
		for b.Loop() {
			_, err := pades.Sign(ctx, prepared, pades.SignRequest{
				Field: "A", Appearance: look, Signer: key, Chain: chain, TSA: w.tsa, Time: w.clock.Now(), Certify: 2,
			})
			must(b, err)
		}
	})
	for name, data := range map[string][]byte{"Verify4": sealed, "VerifyArchived": archived} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w.verify(data)
			}
			b.ReportMetric(float64(len(data)), "file-bytes")
		})
	}
}
