package signing_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/capability/signing"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/pdf/pades/cms"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// authority is a certificate and time-stamp authority.
type authority struct {
	t     testing.TB
	clock clock.Clock
	root  *x509.Certificate
	key   *ecdsa.PrivateKey
	tsa   *x509.Certificate
	tsKey *ecdsa.PrivateKey

	mu     sync.Mutex
	serial int64
	bound  []string // ceremony and digest of the certificates given out
}

func newAuthority(t testing.TB, c clock.Clock) *authority {
	t.Helper()
	a := &authority{t: t, clock: c, key: newKey(t), tsKey: newKey(t)}
	a.root = a.issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: "Sample Root"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}, a.key.Public())
	eku, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	must(t, err)
	a.tsa = a.issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: "Sample TSA"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: eku}},
	}, a.tsKey.Public())
	return a
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return k
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (a *authority) issue(c *x509.Certificate, pub crypto.PublicKey) *x509.Certificate {
	a.t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.serial++
	c.SerialNumber = big.NewInt(a.serial)
	c.NotBefore = a.clock.Now().Add(-time.Hour)
	if c.NotAfter.IsZero() {
		c.NotAfter = a.clock.Now().Add(24 * time.Hour)
	}
	parent := a.root
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, pub, a.key)
	must(a.t, err)
	out, err := x509.ParseCertificate(der)
	must(a.t, err)
	return out
}

func (a *authority) certify(name string, pub crypto.PublicKey, until time.Time) []*x509.Certificate {
	a.t.Helper()
	c := a.issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: name}, NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
	}, pub)
	return []*x509.Certificate{c, a.root}
}

// ceremonyLife is how long the certificate of a ceremony is valid.
const ceremonyLife = 15 * time.Minute

func (a *authority) CertifyCeremony(_ context.Context, name string, key crypto.PublicKey, ceremony string, d cinnabar.Digest) ([]*x509.Certificate, error) {
	a.bound = append(a.bound, ceremony+" "+d.String())
	return a.certify(name, key, a.clock.Now().Add(ceremonyLife)), nil
}

func (a *authority) Timestamp(ctx context.Context, imprint []byte) ([]byte, error) {
	return cms.NewToken(ctx, cms.TokenRequest{
		Imprint: imprint, Time: a.clock.Now(), Accuracy: time.Second, Serial: big.NewInt(1),
		Policy: asn1.ObjectIdentifier{1, 2, 3}, Signer: a.tsKey, Certificate: a.tsa,
	})
}

func (a *authority) Evidence(context.Context, []byte) (pades.Evidence, error) {
	crl, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: a.clock.Now().Add(-time.Minute), NextUpdate: a.clock.Now().Add(time.Hour),
	}, a.root, a.key)
	return pades.Evidence{Certificates: []*x509.Certificate{a.root, a.tsa}, CRLs: [][]byte{crl}}, err
}

// outside is the people outside of the capability.
type outside struct {
	mu    sync.Mutex
	asked []string
	spent int
}

func (o *outside) Confirm(_ context.Context, _ cinnabar.PersonID, purpose, code string) (signing.Confirmation, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = append(o.asked, purpose)
	if code != "246810" {
		return signing.Confirmation{}, errs.New(errs.Unauthorized, "wrong-code", "the code is wrong")
	}
	return signing.Confirmation{Method: "sms", Evidence: fmt.Appendf(nil, `{"given":%d}`, len(o.asked)), Spend: func(context.Context, db.Tx) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.spent++
		return nil
	}}, nil
}

type bench struct {
	*signing.Service
	t    *testing.T
	db   db.DB
	now  *clocktest.Hand
	ca   *authority
	told *outside
}

func newBench(t *testing.T, d db.DB) *bench {
	t.Helper()
	c := clocktest.At(time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC))
	b := &bench{t: t, db: d, now: c, ca: newAuthority(t, c), told: &outside{}}
	s, err := signing.New(signing.Deps{
		DB: d, Clock: c, Certifier: b.ca, Confirmer: b.told, TSA: b.ca, Validation: b.ca,
	})
	must(t, err)
	b.Service = s
	return b
}

func (b *bench) tx(f func(tx db.Tx) error) error { return b.db.InTx(b.t.Context(), f) }

func (b *bench) wants(err error, kind errs.Kind, code string) {
	b.t.Helper()
	if e := errs.As(err); err == nil || e.Kind != kind || (code != "" && e.Code != code) {
		b.t.Fatalf("got %v, want %s %s", err, kind, code)
	}
}

// contract is a file of three pages with the fields of all who will sign.
func (b *bench) contract() []byte {
	b.t.Helper()
	fields := []pades.Field{
		{Name: "applicant", Page: 2, Rect: [4]float64{50, 200, 200, 260}},
		{Name: "second", Page: 2, Rect: [4]float64{250, 200, 400, 260}},
		{Name: "company", Page: 2, Rect: [4]float64{50, 50, 150, 150}},
		{Name: "rep", Page: 2, Rect: [4]float64{160, 50, 220, 110}},
		{Name: "gas", Page: 2, Rect: [4]float64{300, 50, 400, 150}, Lock: &pades.Lock{Except: []string{"archive"}, P: 1}},
		{Name: "archive", Page: 0},
	}
	for i := range 3 {
		fields = append(fields, pades.Field{Name: "edge" + string(rune('1'+i)), Page: i, Rect: [4]float64{560, 400, 595, 500}})
	}
	out, err := pades.Prepare(b.t.Context(), paper(b.t, 3), fields)
	must(b.t, err)
	return out
}

func paper(t testing.TB, pages int) []byte {
	t.Helper()
	w := pdf.NewWriter()
	tree, kids := w.Alloc(), pdf.Array{}
	for range pages {
		content := w.AddStream(pdf.Dict{}, []byte("0 0 m 100 100 l S"))
		kids = append(kids, w.Add(pdf.Dict{
			"Type": pdf.Name("Page"), "Parent": tree, "MediaBox": pdf.Array{int64(0), int64(0), int64(595), int64(842)},
			"Contents": content, "Resources": pdf.Dict{},
		}))
	}
	w.Set(tree, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": kids, "Count": int64(pages)})
	out, err := w.Finish(pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": tree}, pdf.Info{Title: "供用气合同"})
	must(t, err)
	return out
}

// plan has the applicant and a second person sign.
func (b *bench) plan(file []byte) []signing.Ceremony {
	b.t.Helper()
	var out []signing.Ceremony
	must(b.t, b.tx(func(tx db.Tx) (err error) {
		out, err = b.Begin(b.t.Context(), tx, signing.Plan{
			Case: "case_1", Doc: "doc_1", Digest: cinnabar.DigestOf(file), Pages: 3, Sender: "sender",
			Signers: []signing.Signer{{"first", "applicant"}, {"second", "second"}}, Expires: b.now.Now().Add(time.Hour),
		})
		return err
	}))
	return out
}

func (b *bench) shown(c string, p cinnabar.PersonID, file []byte, page int) error {
	return b.tx(func(tx db.Tx) error {
		return b.ShownToEnd(b.t.Context(), tx, c, p, cinnabar.DigestOf(file), page)
	})
}

// ready reads and confirms, and returns what Sign wants.
func (b *bench) ready(p cinnabar.PersonID, file []byte) signing.Input {
	b.t.Helper()
	c, err := b.Turn(b.t.Context(), "doc_1", p)
	must(b.t, err)
	must(b.t, b.shown(c.ID, p, file, 3))
	wish, err := b.Confirm(b.t.Context(), c.ID, p, "246810")
	must(b.t, err)
	c, err = b.Turn(b.t.Context(), "doc_1", p)
	must(b.t, err)
	return signing.Input{Ceremony: c, Confirmation: wish, PDF: file, Name: "样例人 " + string(p), Drawing: scribble(), Width: 150, Height: 60, Reason: "签署合同"}
}

// confirm gives a code, and tells only how that went.
func (b *bench) confirm(c string, p cinnabar.PersonID, code string) error {
	_, err := b.Confirm(b.t.Context(), c, p, code)
	return err
}

func (b *bench) record(in signing.Input, out *signing.Output) error {
	return b.tx(func(tx db.Tx) error {
		_, err := b.Record(b.t.Context(), tx, in.Ceremony, out)
		return err
	})
}

// sign goes through the whole ceremony.
func (b *bench) sign(p cinnabar.PersonID, file []byte) []byte {
	b.t.Helper()
	in := b.ready(p, file)
	out, err := b.Sign(b.t.Context(), in)
	must(b.t, err)
	must(b.t, b.record(in, out))
	return out.PDF
}

func (b *bench) verify(file []byte) *pades.Report {
	b.t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(b.ca.root)
	r, err := pades.Verify(b.t.Context(), file, pades.VerifyOptions{Roots: pool, Now: b.now.Now()})
	must(b.t, err)
	return r
}

// stamp is a seal that was unlocked.
func (b *bench) stamp(field, name string) signing.Stamp {
	k := newKey(b.t)
	return signing.Stamp{Field: field, Look: square(), Signer: k, Chain: b.ca.certify(name, k.Public(), time.Time{}), Name: name}
}

func square() *pdf.Stream {
	return &pdf.Stream{Dict: pdf.Dict{
		"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0.0, 0.0, 100.0, 100.0}, "Resources": pdf.Dict{},
	}, Data: []byte("0 0 100 100 re f")}
}

// scribble is a signature.
func scribble() signing.Drawing {
	d := signing.Drawing{Width: 600, Height: 240}
	for s := range 3 {
		var stroke [][]float64
		for i := range 60 {
			t := float64(i) / 8
			stroke = append(stroke, []float64{80 + 130*float64(s) + 15*t, 120 + 70*math.Sin(t+float64(s)), float64(i) * 8})
		}
		d.Strokes = append(d.Strokes, stroke)
	}
	return d
}

// broken is a token that fails.
type broken struct{ crypto.Signer }

var errBroken = errors.New("token gone")

func (broken) Sign(_ io.Reader, _ []byte, _ crypto.SignerOpts) ([]byte, error) { return nil, errBroken }
