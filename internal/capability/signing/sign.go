package signing

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"io"
	"slices"
	"sync"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Input is what a ceremony's signature is made of.
type Input struct {
	Ceremony Ceremony // as read; Record checks that it did not move on meanwhile
	PDF      []byte   // the file that was shown
	Name     string   // the signer's
	Drawing  Drawing
	Width    float64 // of the signature field, points
	Height   float64
	Reason   string
	Where    string

	Confirmation Confirmation // that Confirm gave for this signature
}

// Output is a signed file and what Record keeps of it.
type Output struct {
	PDF         []byte
	Digest      cinnabar.Digest
	Drawing     cinnabar.Digest
	Certificate *x509.Certificate

	confirmation Confirmation
}

// Sign makes the signature by a key made for this ceremony, certified in the signer's name, bound to the
// file's digest, used once and destroyed (GAS-7). The first signature of a file certifies it (DocMDP P=2).
// Errors: Conflict (not confirmed), Stale (another file than the one shown, or confirmed anew meanwhile), Invalid
// (the drawing).
func (s *Service) Sign(ctx context.Context, in Input) (*Output, error) {
	c := in.Ceremony
	if err := c.in(Confirmed); err != nil {
		return nil, err
	}
	if cinnabar.DigestOf(in.PDF) != c.Digest || cinnabar.DigestOf(in.Confirmation.Evidence) != c.Evidence {
		return nil, stale()
	}
	look, err := in.Drawing.Form(in.Width, in.Height)
	if err != nil {
		return nil, err
	}
	key, err := newOnceKey()
	if err != nil {
		return nil, err
	}
	defer key.destroy()
	chain, err := s.Certifier.CertifyCeremony(ctx, in.Name, key.Public(), c.ID, c.Digest)
	if err != nil {
		return nil, fmt.Errorf("certify the signer's key: %w", err)
	}
	stamp := Stamp{Field: c.Field, Look: look, Signer: key, Chain: chain, Name: in.Name, Reason: in.Reason, Where: in.Where}
	if c.Order == 1 {
		stamp.Certify = 2
	}
	signed, err := s.Apply(ctx, in.PDF, []Stamp{stamp})
	if err != nil {
		return nil, err
	}
	return &Output{PDF: signed, Digest: cinnabar.DigestOf(signed), Drawing: in.Drawing.Digest(), Certificate: chain[0], confirmation: in.Confirmation}, nil
}

// Record writes that the ceremony is done, in the transaction that publishes the signed file, uses its confirmation
// up, and gives the next signer their turn. Errors: Stale, Conflict (declined, expired or signed meanwhile).
func (s *Service) Record(ctx context.Context, tx db.Tx, was Ceremony, out *Output) (Ceremony, error) {
	c, err := s.mine(ctx, tx, was.ID, was.Signer)
	if err != nil {
		return c, err
	}
	if c.Digest != was.Digest || !c.ConfirmedAt.Equal(was.ConfirmedAt) {
		return c, stale()
	}
	if err := c.in(Confirmed); err != nil {
		return c, err
	}
	c.State, c.SignedAt, c.Result, c.Drawing = Signed, s.Clock.Now(), out.Digest, out.Drawing
	c.Certificate = cinnabar.DigestOf(out.Certificate.Raw)
	if err := updateCeremony(ctx, tx, c, Confirmed); err != nil {
		return c, err
	}
	if spend := out.confirmation.Spend; spend != nil {
		if err := spend(ctx, tx); err != nil {
			return c, err
		}
	}
	return c, giveTurn(ctx, tx, c, out.Digest)
}

// Stamp is one signature or seal to be put on a file.
type Stamp struct {
	Field   string
	Look    *pdf.Stream
	Also    []pades.Appearance // further places of the same seal: the edges of the pages (骑缝章)
	Signer  crypto.Signer
	Chain   []*x509.Certificate
	Name    string
	Reason  string
	Where   string
	Certify int // DocMDP permission for a first signature; 0: none
}

// Apply puts all stamps on a file, in order, each with a trusted time-stamp (PAdES B-T), and checks the
// result. It returns the whole outcome or nothing, so that a contract never ends up with one seal only
// (GAS-8). data is not changed.
func (s *Service) Apply(ctx context.Context, data []byte, stamps []Stamp) ([]byte, error) {
	if len(stamps) == 0 {
		return nil, errs.New(errs.Internal, "nothing-to-sign", "no signature was asked for")
	}
	for _, st := range stamps {
		var err error
		data, err = pades.Sign(ctx, data, pades.SignRequest{
			Field: st.Field, Appearance: st.Look, Also: st.Also, Signer: st.Signer, Chain: st.Chain, TSA: s.TSA,
			Name: st.Name, Reason: st.Reason, Where: st.Where, Time: s.Clock.Now(), Certify: st.Certify, Reserve: s.Reserve,
		})
		if err != nil {
			return nil, fmt.Errorf("sign the field %s: %w", st.Field, err)
		}
	}
	if err := s.check(ctx, data, stamps); err != nil {
		return nil, err
	}
	return data, nil
}

// check verifies what was made before anybody else sees it.
func (s *Service) check(ctx context.Context, data []byte, stamps []Stamp) error {
	report, err := pades.Verify(ctx, data, pades.VerifyOptions{Roots: x509.NewCertPool(), Now: s.Clock.Now()})
	if err != nil {
		return fmt.Errorf("check the signed file: %w", err)
	}
	good := map[string]bool{}
	for _, sig := range report.Signatures {
		for _, field := range sig.Fields {
			good[field] = sig.DigestOK && sig.SignatureOK
		}
	}
	made := map[string]bool{}
	for _, st := range stamps {
		if made[st.Field] = true; !good[st.Field] {
			return fmt.Errorf("check the signed file: the signature in %s does not hold", st.Field)
		}
	}
	return changed(report, made)
}

// changed looks for damage, not for trust: no roots are known here, so no time is proven, and the certificate
// of an earlier ceremony, valid for minutes only, has usually ended when the next one signs. That of a signature
// just made has not.
func changed(r *pades.Report, made map[string]bool) error {
	faults := slices.Clone(r.Faults)
	for _, s := range r.Signatures {
		fresh := slices.ContainsFunc(s.Fields, func(field string) bool { return made[field] })
		for _, f := range s.Faults {
			if f.Code != pades.FaultUntrusted && (fresh || f.Code != pades.FaultCertificate) {
				faults = append(faults, f)
			}
		}
	}
	for _, rev := range r.Revisions {
		faults = append(faults, rev.Faults...)
	}
	if len(faults) > 0 {
		return fmt.Errorf("check the signed file: it is broken: %v", faults)
	}
	return nil
}

// Archive adds validation data and a time-stamp over the whole file (PAdES B-LTA), so that the file can
// be verified after its certificates have ended. field is an empty signature field laid for it.
func (s *Service) Archive(ctx context.Context, data []byte, field string) ([]byte, error) {
	e, err := s.Validation.Evidence(ctx, data)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	data, err = pades.AddDSS(ctx, data, e)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	data, err = pades.DocTimeStamp(ctx, data, field, s.TSA, s.Reserve)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	return data, nil
}

// onceKey signs once; then, or when destroyed, it is gone. Go may keep copies until it collects them.
type onceKey struct {
	mu     sync.Mutex
	key    *ecdsa.PrivateKey
	public crypto.PublicKey
}

func newOnceKey() (*onceKey, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the ceremony's key: %w", err)
	}
	return &onceKey{key: k, public: k.Public()}, nil
}

func (o *onceKey) Public() crypto.PublicKey { return o.public }

func (o *onceKey) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	o.mu.Lock()
	k := o.key
	o.key = nil
	o.mu.Unlock()
	if k == nil {
		return nil, errs.New(errs.Internal, "key-used", "the ceremony's key was used already")
	}
	defer wipe(k)
	return k.Sign(rand, digest, opts)
}

func (o *onceKey) destroy() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.key != nil {
		wipe(o.key)
		o.key = nil
	}
}

func wipe(k *ecdsa.PrivateKey) { clear(k.D.Bits()) }
