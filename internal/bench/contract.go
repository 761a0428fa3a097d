package bench

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"cinnabar/internal/asset"
	"cinnabar/internal/business/gascontract/contracts"
	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/capability/pki"
	"cinnabar/internal/capability/seal/sealart"
	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/pdf/typeset"
	"cinnabar/internal/platform/clock"
)

// contract measures the processor time of all threads together, not the time on the wall: others' work on
// the machine disturbs it little.
func contract(ctx context.Context, o Options, r *Report) error {
	b, err := newNotary(o.Clock)
	if err != nil {
		return err
	}
	var made *template.Document
	took, err := perRun(100, func() (err error) {
		made, err = b.make(ctx)
		return err
	})
	if err != nil {
		return err
	}
	r.add(Figure{What: "a contract of 3 pages made", Value: milliseconds(took), Unit: "ms CPU", Limit: 8, Note: fmt.Sprintf("%d kB", len(made.PDF)/1000)})
	prepared, err := b.prepare(ctx, made)
	if err != nil {
		return err
	}
	took, err = perRun(300, func() error {
		_, err := b.sign(ctx, prepared, 0)
		return err
	})
	if err != nil {
		return err
	}
	r.add(Figure{What: "PAdES B-T seal with time-stamp, drawing cached", Value: milliseconds(took), Unit: "ms CPU", Limit: 1})
	signed := prepared
	for i := range signers {
		if signed, err = b.sign(ctx, signed, i); err != nil {
			return err
		}
	}
	took, err = perRun(100, func() error { return b.verify(ctx, signed) })
	if err != nil {
		return err
	}
	r.add(Figure{What: "a contract with 4 signatures verified", Value: milliseconds(took), Unit: "ms CPU", Limit: 5})
	return b.besides(ctx, o, r, made.PDF, signed)
}

const signers = 4

// notary makes, seals and verifies as the program does, with an authority of its own.
type notary struct {
	clock    clock.Clock
	template *template.Template
	fonts    *typeset.Fonts
	bundle   *pki.Bundle
	tsa      *pki.TSA
	roots    *x509.CertPool
	look     *pdf.Stream
	keys     []*ecdsa.PrivateKey
	chains   [][]*x509.Certificate
}

func newNotary(c clock.Clock) (*notary, error) {
	n := &notary{clock: c, roots: x509.NewCertPool()}
	source, err := contracts.Source("commercial")
	if err != nil {
		return nil, err
	}
	if n.template, err = template.Parse("commercial", source); err != nil {
		return nil, err
	}
	if n.fonts, err = typeset.LoadFonts(); err != nil {
		return nil, err
	}
	keys, err := pki.NewKeys()
	if err != nil {
		return nil, err
	}
	if n.bundle, err = pki.Create("Bench", keys, c); err != nil {
		return nil, err
	}
	if n.tsa, err = pki.NewTSA(pki.TSADeps{Pair: n.bundle.TimeStamp, Clock: c}); err != nil {
		return nil, err
	}
	n.roots.AddCert(n.bundle.Root.Certificate)
	if err := n.draw(); err != nil {
		return nil, err
	}
	return n, n.certify()
}

func (n *notary) draw() error {
	font, err := asset.Open(asset.SerifBold)
	if err != nil {
		return err
	}
	face, err := sealart.OpenFace(font)
	if err != nil {
		return err
	}
	art, err := sealart.Round(face, sealart.Company{Name: "示例餐饮管理有限公司", Kind: "合同专用章"})
	if err != nil {
		return err
	}
	n.look = art.Form()
	return nil
}

func (n *notary) certify() error {
	for i := range signers {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return err
		}
		c, err := n.bundle.IssueForSeal(pki.Subject{Name: fmt.Sprint("示例公司", i)}, key.Public(), n.clock)
		if err != nil {
			return err
		}
		n.keys, n.chains = append(n.keys, key), append(n.chains, n.bundle.Chain(c))
	}
	return nil
}

func (n *notary) make(ctx context.Context) (*template.Document, error) {
	return n.template.Render(ctx, n.template.Sample(), template.RenderOptions{
		Fonts: n.fonts, Number: "GHT-2026-000001", VerifyURL: "https://example.com/v/0123456789abcdef", Now: n.clock.Now(), Author: "示例燃气有限公司",
	})
}

func (n *notary) prepare(ctx context.Context, d *template.Document) ([]byte, error) {
	var fields []pades.Field
	for i := range signers {
		left := 60 + 120*float64(i)
		fields = append(fields, pades.Field{Name: fmt.Sprint("seal", i), Page: d.Pages - 1, Rect: [4]float64{left, 60, left + 110, 170}})
	}
	return pades.Prepare(ctx, d.PDF, fields)
}

func (n *notary) sign(ctx context.Context, data []byte, i int) ([]byte, error) {
	return pades.Sign(ctx, data, pades.SignRequest{
		Field: fmt.Sprint("seal", i), Appearance: n.look, Signer: n.keys[i], Chain: n.chains[i], TSA: n.tsa, Name: "示例公司", Reason: "电子盖章", Time: n.clock.Now(),
	})
}

func (n *notary) verify(ctx context.Context, data []byte) error {
	found, err := pades.Verify(ctx, data, pades.VerifyOptions{Roots: n.roots, Now: n.clock.Now().Add(time.Minute)})
	if err != nil {
		return err
	}
	if found.Verdict != pades.Valid || len(found.Signatures) != signers {
		return fmt.Errorf("verified as %s with %d signatures", found.Verdict, len(found.Signatures))
	}
	return nil
}

// besides measures the peers on the same contract.
func (n *notary) besides(ctx context.Context, o Options, r *Report, plain, signed []byte) error {
	folder, err := os.MkdirTemp(o.Temp, "contract-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	for name, data := range map[string][]byte{"plain.pdf": plain, "signed.pdf": signed} {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			return err
		}
	}
	pdfsig(ctx, r, folder, n.bundle.Root.Certificate)
	npmPeers(ctx, o, r, folder, "ms CPU", "sign.mjs", "plain.pdf")
	return nil
}
