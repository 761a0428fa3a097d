package cms

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// TokenRequest is what a time-stamp token is made from.
type TokenRequest struct {
	Imprint     []byte // SHA-256
	Time        time.Time
	Accuracy    time.Duration // how far Time may be off; whole milliseconds, below 1000 s
	Serial      *big.Int      // unique for this authority
	Nonce       *big.Int      // of the request, or nil
	Policy      asn1.ObjectIdentifier
	Signer      crypto.Signer
	Certificate *x509.Certificate
}

// NewToken makes an RFC 3161 time-stamp token. It carries the authority's own certificate and no other:
// all its bytes are thereby signed or checked; the chain belongs into the document's security store.
func NewToken(ctx context.Context, r TokenRequest) ([]byte, error) {
	if len(r.Imprint) != sha256.Size {
		return nil, fmt.Errorf("cms: an imprint of %d bytes is no SHA-256", len(r.Imprint))
	}
	var b cryptobyte.Builder
	sequence(&b, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1ObjectIdentifier(r.Policy)
		sequence(b, func(b *cryptobyte.Builder) {
			addAlgorithm(b, oidSHA256, true)
			b.AddASN1OctetString(r.Imprint)
		})
		b.AddASN1BigInt(r.Serial)
		addGeneralizedTime(b, r.Time)
		addAccuracy(b, r.Accuracy)
		if r.Nonce != nil {
			b.AddASN1BigInt(r.Nonce)
		}
	})
	content, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("cms: token: %w", err)
	}
	digest := sha256.Sum256(content)
	return build(ctx, message{
		Signing:     Signing{Digest: digest[:], Signer: r.Signer, Certificate: r.Certificate},
		contentType: oidTSTInfo,
		content:     content,
	})
}

// addGeneralizedTime writes seconds and the milliseconds that are not zero (RFC 3161 2.4.2: no trailing
// zeros in the fraction).
func addGeneralizedTime(b *cryptobyte.Builder, t time.Time) {
	b.AddASN1(cbasn1.GeneralizedTime, func(b *cryptobyte.Builder) {
		b.AddBytes([]byte(t.UTC().Truncate(time.Millisecond).Format("20060102150405.999") + "Z"))
	})
}

func addAccuracy(b *cryptobyte.Builder, d time.Duration) {
	if d <= 0 {
		return
	}
	sequence(b, func(b *cryptobyte.Builder) {
		if s := int64(d / time.Second); s > 0 {
			b.AddASN1Int64(s)
		}
		if ms := int64(d % time.Second / time.Millisecond); ms > 0 {
			b.AddASN1Int64WithTag(ms, cbasn1.Tag(0).ContextSpecific())
		}
	})
}

// Token is a time-stamp token that was read but not yet verified.
type Token struct {
	*Message
	Time    time.Time
	Serial  *big.Int
	Policy  asn1.ObjectIdentifier
	Imprint []byte
	Digest  crypto.Hash // with which Imprint was made
	Nonce   *big.Int    // nil when there is none
}

// ParseToken reads a token from the beginning of der and returns what follows it.
func ParseToken(der []byte) (t *Token, rest []byte, err error) {
	m, rest, err := Parse(der)
	if err != nil {
		return nil, nil, err
	}
	if !m.ContentType.Equal(oidTSTInfo) || m.Content == nil {
		return nil, nil, fmt.Errorf("%w: no time-stamp inside", ErrNotDER)
	}
	t = &Token{Message: m, Serial: new(big.Int)}
	if err := t.info(m.Content); err != nil {
		return nil, nil, err
	}
	return t, rest, nil
}

func (t *Token) info(content []byte) error {
	in := cryptobyte.String(content)
	var info, imprint, hashed cryptobyte.String
	var version int64
	var when time.Time
	ok := in.ReadASN1(&info, cbasn1.SEQUENCE) && in.Empty() &&
		info.ReadASN1Int64WithTag(&version, cbasn1.INTEGER) && version == 1 &&
		info.ReadASN1ObjectIdentifier(&t.Policy) && info.ReadASN1(&imprint, cbasn1.SEQUENCE)
	if !ok {
		return fmt.Errorf("%w: time-stamp content", ErrNotDER)
	}
	var err error
	if t.Digest, err = readHash(&imprint); err != nil {
		return err
	}
	if !imprint.ReadASN1(&hashed, cbasn1.OCTET_STRING) || !imprint.Empty() ||
		!info.ReadASN1Integer(t.Serial) || !readGeneralizedTime(&info, &when) {
		return fmt.Errorf("%w: time-stamp content", ErrNotDER)
	}
	t.Imprint, t.Time = hashed, when
	var accuracy cryptobyte.String
	var present bool
	if !info.ReadOptionalASN1(&accuracy, &present, cbasn1.SEQUENCE) ||
		!info.SkipOptionalASN1(cbasn1.BOOLEAN) {
		return fmt.Errorf("%w: time-stamp content", ErrNotDER)
	}
	if info.PeekASN1Tag(cbasn1.INTEGER) {
		t.Nonce = new(big.Int)
		if !info.ReadASN1Integer(t.Nonce) {
			return fmt.Errorf("%w: time-stamp content", ErrNotDER)
		}
	}
	if !info.SkipOptionalASN1(tagged(0)) || !info.SkipOptionalASN1(tagged(1)) || !info.Empty() {
		return fmt.Errorf("%w: time-stamp content", ErrNotDER)
	}
	return nil
}

// readGeneralizedTime allows the fraction that RFC 3161 has and Go's reader has not.
func readGeneralizedTime(s *cryptobyte.String, out *time.Time) bool {
	var raw cryptobyte.String
	if !s.ReadASN1(&raw, cbasn1.GeneralizedTime) {
		return false
	}
	t, err := time.Parse("20060102150405.999999999Z", string(raw))
	if err != nil {
		t, err = time.Parse("20060102150405Z", string(raw))
	}
	*out = t.UTC()
	return err == nil
}

// Verify checks the token's own signature and that it was made over data with this digest, which Digest
// must have made.
func (t *Token) Verify(imprint []byte) error {
	if !bytes.Equal(t.Imprint, imprint) {
		return ErrImprint
	}
	h := t.Hash.New()
	h.Write(t.Content)
	return t.Message.Verify(h.Sum(nil))
}

// ErrImprint says that a time-stamp belongs to something else.
var ErrImprint = fmt.Errorf("cms: the time-stamp was made over something else")

// OnlyTimeStamping tells whether a certificate is for time-stamps and nothing else, as RFC 3161 2.3 demands: that
// usage, no other, critical.
func OnlyTimeStamping(c *x509.Certificate) bool {
	if len(c.ExtKeyUsage) != 1 || c.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(c.UnknownExtKeyUsage) > 0 {
		return false
	}
	for _, e := range c.Extensions {
		if e.Id.Equal(oidExtKeyUsage) {
			return e.Critical
		}
	}
	return false
}
