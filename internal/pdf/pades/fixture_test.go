package pades_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"cinnabar/internal/capability/pki"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/testtool"
)

// world is one operator with its authorities and the people who sign.
type world struct {
	tb     testing.TB
	bundle *pki.Bundle
	tsa    *pki.TSA
	clock  clock.Clock
	crls   [][]byte
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{tb: tb, clock: clock.System{}}
	keys, err := pki.NewKeys()
	must(tb, err)
	w.bundle, err = pki.Create("Sample Gas Company 示例燃气", keys, w.clock)
	must(tb, err)
	w.tsa, err = pki.NewTSA(pki.TSADeps{Pair: w.bundle.TimeStamp, Clock: w.clock})
	must(tb, err)
	leaf, err := w.bundle.CRL(1, nil, 24*time.Hour, w.clock)
	must(tb, err)
	root, err := w.bundle.RootCRL(1, nil, 24*time.Hour, w.clock)
	must(tb, err)
	w.crls = [][]byte{leaf, root}
	return w
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func (w *world) roots() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(w.bundle.Root.Certificate)
	return p
}

func (w *world) seal(name string, rsaKey bool) (crypto.Signer, []*x509.Certificate) {
	w.tb.Helper()
	var key crypto.Signer
	var err error
	if rsaKey {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	} else {
		key, err = pki.NewKey()
	}
	must(w.tb, err)
	c, err := w.bundle.IssueForSeal(pki.Subject{Name: name, Organization: name, CreditCode: "91110000MA00000000"}, key.Public(), w.clock)
	must(w.tb, err)
	return key, w.bundle.Chain(c)
}

func (w *world) person(name string) (crypto.Signer, []*x509.Certificate) {
	w.tb.Helper()
	key, err := pki.NewKey()
	must(w.tb, err)
	c, err := w.bundle.IssueForCeremony(pki.Subject{Name: name}, key.Public(),
		pki.Ceremony{ID: "ceremony-1", Document: cinnabar.DigestOf([]byte("seen"))}, w.clock)
	must(w.tb, err)
	return key, w.bundle.Chain(c)
}

func (w *world) evidence(chains ...[]*x509.Certificate) pades.Evidence {
	e := pades.Evidence{CRLs: w.crls}
	for _, c := range append(chains, []*x509.Certificate{w.bundle.TimeStamp.Certificate, w.bundle.Root.Certificate}) {
		e.Certificates = append(e.Certificates, c...)
	}
	return e
}

func (w *world) verify(data []byte) *pades.Report {
	w.tb.Helper()
	r, err := pades.Verify(context.Background(), data, w.options())
	must(w.tb, err)
	return r
}

func (w *world) options() pades.VerifyOptions {
	return pades.VerifyOptions{Roots: w.roots(), Now: w.clock.Now(), Kind: pki.Kind}
}

// paper makes an unsigned file of n pages; modern gives it a cross-reference stream.
func paper(n int, modern bool) []byte {
	b := []byte("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	var offsets []int
	put := func(o pdf.Object) {
		offsets = append(offsets, len(b))
		b = pdf.AppendIndirect(b, pdf.Ref{Num: len(offsets)}, o)
	}
	kids := pdf.Array{}
	for i := range n {
		kids = append(kids, pdf.Ref{Num: 4 + 2*i})
	}
	put(pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": pdf.Ref{Num: 2}})
	put(pdf.Dict{"Type": pdf.Name("Pages"), "Kids": kids, "Count": int64(n), "MediaBox": pdf.Array{int64(0), int64(0), 595.0, 842.0}})
	put(pdf.Dict{"Title": pdf.Text("供气合同"), "Producer": pdf.Text("test")})
	for i := range n {
		content := fmt.Sprintf("BT /F1 24 Tf 72 720 Td (Page %d of the contract) Tj ET", i+1)
		put(pdf.Dict{
			"Type": pdf.Name("Page"), "Parent": pdf.Ref{Num: 2}, "Contents": pdf.Ref{Num: 5 + 2*i},
			"Resources": pdf.Dict{"Font": pdf.Dict{"F1": pdf.Dict{
				"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name("Helvetica"),
			}}},
		})
		put(&pdf.Stream{Dict: pdf.Dict{"Filter": pdf.Name("FlateDecode")}, Data: pdf.Deflate([]byte(content))})
	}
	trailer := pdf.Dict{
		"Root": pdf.Ref{Num: 1}, "Info": pdf.Ref{Num: 3}, "Size": int64(len(offsets) + 1),
		"ID": pdf.Array{pdf.String("0123456789abcdef"), pdf.String("0123456789abcdef")},
	}
	at := len(b)
	if modern {
		return modernEnd(b, offsets, trailer)
	}
	b = fmt.Appendf(b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		b = fmt.Appendf(b, "%010d 00000 n \n", o)
	}
	b = append(b, "trailer\n"...)
	b = pdf.AppendObject(b, trailer)
	return fmt.Appendf(b, "\nstartxref\n%d\n%%%%EOF\n", at)
}

func modernEnd(b []byte, offsets []int, trailer pdf.Dict) []byte {
	at := len(b)
	rows := []byte{0, 0, 0, 0, 255}
	for _, o := range append(offsets, at) {
		rows = append(rows, 1, byte(o>>16), byte(o>>8), byte(o), 0)
	}
	trailer["Type"], trailer["Size"] = pdf.Name("XRef"), int64(len(offsets)+2)
	trailer["W"] = pdf.Array{int64(1), int64(3), int64(1)}
	trailer["Filter"] = pdf.Name("FlateDecode")
	b = pdf.AppendIndirect(b, pdf.Ref{Num: len(offsets) + 1}, &pdf.Stream{Dict: trailer, Data: pdf.Deflate(rows)})
	return fmt.Appendf(b, "startxref\n%d\n%%%%EOF\n", at)
}

// mark is a red square as appearance.
func mark() *pdf.Stream {
	return &pdf.Stream{
		Dict: pdf.Dict{
			"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "Filter": pdf.Name("FlateDecode"),
			"BBox": pdf.Array{int64(0), int64(0), int64(80), int64(80)},
		},
		Data: pdf.Deflate([]byte("0.84 0 0.06 rg 5 5 70 70 re f")),
	}
}

// Names of the contract's fields.
const (
	applicant, companySeal, nameSeal, counterSeal, archive = "Applicant", "ContractSeal", "NameSeal", "CounterSeal", "Archive"
)

func straddle(page int) string { return fmt.Sprintf("Straddle%d", page+1) }

func contractFields(pages int) []pades.Field {
	fields := []pades.Field{
		{Name: applicant, Page: 0, Rect: [4]float64{72, 100, 152, 180}},
		{Name: companySeal, Page: 0, Rect: [4]float64{172, 100, 252, 180}},
		{Name: nameSeal, Page: 0, Rect: [4]float64{272, 100, 352, 180}},
		{Name: counterSeal, Page: 0, Rect: [4]float64{372, 100, 452, 180}, Lock: &pades.Lock{Except: []string{archive}}},
		{Name: archive, Page: 0},
	}
	for i := range pages {
		fields = append(fields, pades.Field{Name: straddle(i), Page: i, Rect: [4]float64{555, 380, 595, 460}})
	}
	return fields
}

// contract runs a gas contract through all its revisions and returns each of them.
type revisions struct {
	base, prepared []byte
	signed         [][]byte // after each of the four signatures
	stored, final  []byte   // with DSS; with document time-stamp
}

func (w *world) contract(pages int, modern bool) revisions {
	w.tb.Helper()
	ctx := context.Background()
	r := revisions{base: paper(pages, modern)}
	var err error
	r.prepared, err = pades.Prepare(ctx, r.base, contractFields(pages))
	must(w.tb, err)
	var slices []pades.Appearance
	for i := range pages {
		slices = append(slices, pades.Appearance{Field: straddle(i), Form: mark()})
	}
	person, personChain := w.person("Sample Person 示例")
	company, companyChain := w.seal("Sample Restaurant 示例餐馆", true)
	name, nameChain := w.seal("Sample Legal Representative", false)
	gas, gasChain := w.seal("Sample Gas Company 示例燃气", false)
	data := r.prepared
	for _, s := range []pades.SignRequest{
		{Field: applicant, Signer: person, Chain: personChain, Name: "示例", Reason: "/Contents<(]>> endobj", Certify: 2},
		{Field: companySeal, Signer: company, Chain: companyChain, Name: "示例餐馆"},
		{Field: nameSeal, Signer: name, Chain: nameChain},
		{Field: counterSeal, Signer: gas, Chain: gasChain, Also: slices, Name: "示例燃气", Where: "示例市"},
	} {
		s.Time, s.TSA, s.Appearance = w.clock.Now(), w.tsa, mark()
		data, err = pades.Sign(ctx, data, s)
		must(w.tb, err)
		r.signed = append(r.signed, data)
	}
	r.stored, err = pades.AddDSS(ctx, data, w.evidence(personChain, companyChain, nameChain, gasChain))
	must(w.tb, err)
	r.final, err = pades.DocTimeStamp(ctx, r.stored, archive, w.tsa, 0)
	must(w.tb, err)
	return r
}

// tool runs an outside program.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	testtool.Need(t, name)
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Errorf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func store(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, data, 0o600))
	return path
}
