package pades_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"testing"
	"time"

	"cinnabar/internal/capability/pki"
	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
)

// one signs a one-page file in one field, as req says.
func (w *world) one(req pades.SignRequest) []byte {
	w.tb.Helper()
	data, err := pades.Prepare(context.Background(), paper(1, false), []pades.Field{{Name: "A"}, {Name: "B"}, {Name: archive}})
	must(w.tb, err)
	req.Field, req.Time = "A", w.clock.Now()
	data, err = pades.Sign(context.Background(), data, req)
	must(w.tb, err)
	return data
}

func (r *reportView) has(code string) bool { return slices.Contains(r.codes, code) }

type reportView struct {
	*pades.Report
	codes []string
}

func (w *world) view(data []byte) *reportView {
	w.tb.Helper()
	r := &reportView{Report: w.verify(data)}
	for _, s := range r.Signatures {
		for _, f := range s.Faults {
			r.codes = append(r.codes, f.Code)
		}
	}
	for _, f := range r.Faults {
		r.codes = append(r.codes, f.Code)
	}
	for _, rev := range r.Revisions {
		for _, f := range rev.Faults {
			r.codes = append(r.codes, f.Code)
		}
	}
	return r
}

// wrongTSA stamps something else than it is asked to.
type wrongTSA struct{ inner pades.Timestamper }

func (t wrongTSA) Timestamp(ctx context.Context, _ []byte) ([]byte, error) {
	other := sha256.Sum256([]byte("something else"))
	return t.inner.Timestamp(ctx, other[:])
}

// Proves PLT-12.
func TestTimeStampOverSomethingElse_PLT12(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, chain := w.seal("Sample", false)
	r := w.view(w.one(pades.SignRequest{Signer: key, Chain: chain, TSA: wrongTSA{w.tsa}}))
	if r.Verdict != pades.Invalid || !r.has(pades.FaultTimeStamp) {
		t.Errorf("%s %v", r.Verdict, r.codes)
	}
}

// A seal's certificate must not pass for a time-stamp authority's, nor the other way round unnoticed.
// Proves PLT-12.
func TestTimeStampByASeal_PLT12(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, chain := w.seal("Sample", false)
	tsa, err := pki.NewTSA(pki.TSADeps{Pair: pki.KeyPair{Certificate: chain[0], Signer: key}, Clock: w.clock})
	must(t, err)
	r := w.view(w.one(pades.SignRequest{Signer: key, Chain: chain, TSA: tsa}))
	if r.Verdict == pades.Valid || r.Signatures[0].TimeOK {
		t.Errorf("%s %v", r.Verdict, r.codes)
	}
}

// Proves PLT-11.
func TestRevokedBeforeAndAfterUse_PLT11(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, chain := w.seal("Sample", false)
	data := w.one(pades.SignRequest{Signer: key, Chain: chain, TSA: w.tsa})
	for when, want := range map[time.Duration]pades.Verdict{-time.Hour: pades.Invalid, time.Hour: pades.ValidWithAdditions} {
		crl, err := w.bundle.CRL(3, []pki.Revoked{{Serial: chain[0].SerialNumber, Time: w.clock.Now().Add(when)}}, time.Hour, w.clock)
		must(t, err)
		e := w.evidence(chain)
		e.CRLs = [][]byte{crl, w.crls[1]}
		stored, err := pades.AddDSS(context.Background(), data, e)
		must(t, err)
		if r := w.view(stored); r.Verdict != want || r.has(pades.FaultRevoked) != (want == pades.Invalid) {
			t.Errorf("revoked %v from use: %s %v", when, r.Verdict, r.codes)
		}
	}
}

// A ceremony's certificate ends after minutes; the time-stamp proves that it was used in time, for ever.
// Proves GAS-7.
func TestCertificateThatHasEnded_GAS7(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, chain := w.person("示例")
	late := w.options()
	late.Now = w.clock.Now().AddDate(1, 0, 0)
	for stamped, want := range map[bool]pades.Verdict{true: pades.Valid, false: pades.Invalid} {
		req := pades.SignRequest{Signer: key, Chain: chain}
		if stamped {
			req.TSA = w.tsa
		}
		r, err := pades.Verify(context.Background(), w.one(req), late)
		must(t, err)
		if r.Verdict != want {
			t.Errorf("time-stamp %v: %s", stamped, r.Verdict)
		}
	}
}

// Proves PLT-10.
func TestStoreGrowsAndTimeStampsAreRenewed_PLT10(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	key, chain := w.seal("Sample", false)
	data := w.one(pades.SignRequest{Signer: key, Chain: chain, TSA: w.tsa, Certify: 2})
	for _, field := range []string{archive, "B"} {
		stored, err := pades.AddDSS(ctx, data, w.evidence(chain))
		must(t, err)
		data, err = pades.DocTimeStamp(ctx, stored, field, w.tsa, 0)
		must(t, err)
		if r := w.view(data); r.Verdict != pades.Valid || r.Signatures[0].Level != "B-LTA" {
			t.Fatalf("%s %s %v", r.Verdict, r.Signatures[0].Level, r.codes)
		}
	}
	doc, err := pdf.Open(ctx, data, pdf.Limits{})
	must(t, err)
	c, _ := catalogOf(t, doc)
	dss, err := doc.DictOf(c["DSS"])
	must(t, err)
	if n := len(dss["Certs"].(pdf.Array)); n != 4 || len(dss["VRI"].(pdf.Dict)) != 2 {
		t.Errorf("%d certificates, VRI %v", n, dss["VRI"])
	}
}

// Proves PLT-12.
func TestTwoFieldsOfOneName_PLT12(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, chain := w.seal("Sample", false)
	data, err := pades.Prepare(context.Background(), paper(1, false), []pades.Field{{Name: "A"}, {Name: "C"}})
	must(t, err)
	data = bytes.Replace(data, []byte("/T (C)"), []byte("/T (A)"), 1)
	data, err = pades.Sign(context.Background(), data, pades.SignRequest{Field: "A", Signer: key, Chain: chain})
	must(t, err)
	if r := w.view(data); r.Verdict != pades.Broken || !r.has(pades.FaultFieldTwice) {
		t.Errorf("%s %v", r.Verdict, r.codes)
	}
}

// The signed page names a picture that does not exist; someone delivers it later, replacing nothing.
// Proves PLT-12.
func TestGapFilledLater_PLT12(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, chain := w.seal("Sample", false)
	ctx := context.Background()
	var gap pdf.Ref
	base := appended(t, paper(1, false), func(d *pdf.Document, u *pdf.Update) {
		gap = pdf.Ref{Num: 40}
		p := pageOf(t, d)
		res := p.Dict["Resources"].(pdf.Dict)
		u.Put(p.Ref, with(p.Dict, "Resources", with(res, "XObject", pdf.Dict{"X": gap})))
	})
	data, err := pades.Prepare(ctx, base, []pades.Field{{Name: "A"}, {Name: "B"}})
	must(t, err)
	data, err = pades.Sign(ctx, data, pades.SignRequest{Field: "A", Signer: key, Chain: chain, TSA: w.tsa, Time: w.clock.Now()})
	must(t, err)
	// Disguised as the looks of the next signature.
	data = appended(t, data, func(d *pdf.Document, u *pdf.Update) {
		u.Put(gap, mark())
		r := pageOf(t, d).Dict["Annots"].(pdf.Array)[1].(pdf.Ref)
		widget, _ := d.DictOf(r)
		u.Put(r, with(with(widget, "AP", pdf.Dict{"N": gap}), "V", widget["V"]))
	})
	if r := w.view(data); r.Verdict != pades.Broken || !r.has(pades.FaultLaterChange) {
		t.Errorf("%s %v", r.Verdict, r.codes)
	}
}

// What is refused before anything is made.
func TestSignRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	key, chain := w.seal("Sample", false)
	other, _ := w.seal("Other", false)
	data := w.one(pades.SignRequest{Signer: key, Chain: chain, TSA: w.tsa, Certify: 2})
	for name, c := range map[string]struct {
		req  pades.SignRequest
		kind errs.Kind
	}{
		"unknown field":     {pades.SignRequest{Field: "Z", Signer: key, Chain: chain}, errs.NotFound},
		"signed field":      {pades.SignRequest{Field: "A", Signer: key, Chain: chain}, errs.Conflict},
		"certified twice":   {pades.SignRequest{Field: "B", Signer: key, Chain: chain, Certify: 2}, errs.Conflict},
		"one field twice":   {pades.SignRequest{Field: "B", Signer: key, Chain: chain, Also: []pades.Appearance{{Field: "B"}}}, errs.Conflict},
		"too small a place": {pades.SignRequest{Field: "B", Signer: key, Chain: chain, Reserve: 100}, errs.Internal},
	} {
		if _, err := pades.Sign(ctx, data, c.req); !errors.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := pades.Sign(ctx, data, pades.SignRequest{Field: "B", Signer: other, Chain: chain}); err == nil {
		t.Error("signed with a key that is not the certificate's")
	}
}

// The time-stamps' own order is held against each other.
// Proves PLT-12.
func TestEarlierTimeOnLaterSignature_PLT12(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, chain := w.seal("Sample", false)
	data := w.one(pades.SignRequest{Signer: key, Chain: chain, TSA: w.tsa})
	early, err := pki.NewTSA(pki.TSADeps{Pair: w.bundle.TimeStamp, Clock: clock.Fixed(w.clock.Now().Add(-time.Minute))})
	must(t, err)
	data, err = pades.Sign(context.Background(), data, pades.SignRequest{Field: "B", Signer: key, Chain: chain, TSA: early, Time: w.clock.Now()})
	must(t, err)
	if r := w.view(data); r.Verdict != pades.Invalid || !r.has(pades.FaultTimeOrder) {
		t.Errorf("%s %v", r.Verdict, r.codes)
	}
}

func FuzzVerify(f *testing.F) {
	w := newWorld(f)
	files := w.contract(1, false)
	f.Add(files.final)
	f.Add(w.contract(1, true).signed[1])
	f.Add(files.prepared)
	o := w.options()
	o.Limits = pdf.Limits{FileSize: 1 << 20, Objects: 2000, Decoded: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := pades.Verify(context.Background(), data, o)
		if err == nil && r.Verdict == pades.Valid && !bytes.Equal(data, files.final) && bytes.HasPrefix(data, files.final[:2000]) && len(data) == len(files.final) {
			t.Fatal("a changed contract is valid")
		}
		if err != nil && errors.Is(err, errs.Internal) {
			t.Fatal(err)
		}
	})
}
