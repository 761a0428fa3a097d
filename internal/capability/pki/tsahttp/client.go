// Package tsahttp asks an outside time-stamp authority for RFC 3161 tokens over HTTP (RFC 3161 3.4).
//
// Guaranteed: a token that is handed out will be accepted by those who trust the roots that were given. It
// answers this question, verifies, was made by a certificate that is for time-stamps alone and leads to one of
// the roots, tells about the time it is here, and fits into the room that is kept for it. Whatever else comes, or
// does not come in time, is errs.Unavailable.
package tsahttp

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"cinnabar/internal/pdf/pades/cms"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// Deps is what a Client needs.
type Deps struct {
	URL string // of the authority, http or https
	// HTTP sends the requests; its timeout and its guard against inner addresses are the caller's.
	HTTP     *http.Client
	Clock    clock.Clock
	Roots    *x509.CertPool // to which the authority's certificate must lead
	User     string         // for basic authentication; empty for none
	Password secret.Secret
}

// MaxToken is the size of the largest token that is taken. Authorities that send their chain along need 6,000.
const MaxToken = 9_000

// maxApart is how far the authority's clock may be from the one here. The certificate of a ceremony is valid
// from 5 minutes ago on, so that a time-stamp from before it would spoil the signature for good.
const maxApart = 2 * time.Minute

// Client is a time-stamp authority behind HTTP. It is safe for several goroutines.
type Client struct{ d Deps }

// New checks the address.
func New(d Deps) (*Client, error) {
	u, err := url.Parse(d.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("tsahttp: %q is no http address", d.URL)
	}
	if d.HTTP == nil || d.Clock == nil || d.Roots == nil {
		return nil, errors.New("tsahttp: an HTTP client, a clock and trusted roots are needed")
	}
	return &Client{d: d}, nil
}

// maxAnswer bounds what an authority may send.
const maxAnswer = 64 << 10

// Timestamp returns a token over a SHA-256 imprint. It fails with errs.Unavailable when the authority does
// not answer, refuses, or answers what cannot be used.
func (c *Client) Timestamp(ctx context.Context, imprint []byte) ([]byte, error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, fmt.Errorf("tsahttp: nonce: %w", err)
	}
	query, err := marshalQuery(imprint, nonce)
	if err != nil {
		return nil, err
	}
	answer, err := c.post(ctx, query)
	if err != nil {
		return nil, unavailable(err)
	}
	der, token, err := readAnswer(answer, imprint, nonce)
	if err == nil {
		err = c.trusted(token, len(der))
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return der, nil
}

func unavailable(err error) error {
	return errs.New(errs.Unavailable, "time-stamp-authority", "the time-stamp authority gives no time-stamps at the moment, so nothing was signed; try again later").Because(err)
}

func (c *Client) post(ctx context.Context, query []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.d.URL, bytes.NewReader(query))
	if err != nil {
		return nil, fmt.Errorf("tsahttp: request: %w", err)
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	req.Header.Set("Accept", "application/timestamp-reply")
	if c.d.User != "" {
		req.SetBasicAuth(c.d.User, c.d.Password.Reveal())
	}
	res, err := c.d.HTTP.Do(req)
	if err != nil {
		return nil, fmt.Errorf("tsahttp: send: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("tsahttp: status %d", res.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = fmt.Errorf("more than %d bytes", maxAnswer)
	}
	if err != nil {
		return nil, fmt.Errorf("tsahttp: answer: %w", err)
	}
	return body, nil
}

var oidSHA256 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}

// marshalQuery writes a TimeStampReq that asks for the authority's certificate (RFC 3161 2.4.1).
func marshalQuery(imprint []byte, nonce *big.Int) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidSHA256)
				b.AddASN1NULL()
			})
			b.AddASN1OctetString(imprint)
		})
		b.AddASN1BigInt(nonce)
		b.AddASN1Boolean(true)
	})
	out, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("tsahttp: query: %w", err)
	}
	return out, nil
}

// readAnswer takes the token out of a TimeStampResp (RFC 3161 2.4.2) and holds it against the question.
func readAnswer(answer, imprint []byte, nonce *big.Int) (der []byte, token *cms.Token, err error) {
	in := cryptobyte.String(answer)
	var all, status cryptobyte.String
	var code int64
	if !in.ReadASN1(&all, cbasn1.SEQUENCE) || !in.Empty() || !all.ReadASN1(&status, cbasn1.SEQUENCE) ||
		!status.ReadASN1Int64WithTag(&code, cbasn1.INTEGER) {
		return nil, nil, fmt.Errorf("tsahttp: the answer is malformed")
	}
	if code > 1 {
		return nil, nil, fmt.Errorf("tsahttp: refused with status %d", code)
	}
	token, rest, err := cms.ParseToken(all)
	if err == nil && len(rest) > 0 {
		err = errors.New("something follows it")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("tsahttp: the token is malformed: %w", err)
	}
	if token.Nonce == nil || token.Nonce.Cmp(nonce) != 0 {
		return nil, nil, fmt.Errorf("tsahttp: the answer is to another question")
	}
	if err := token.Verify(imprint); err != nil {
		return nil, nil, fmt.Errorf("tsahttp: %w", err)
	}
	return all, token, nil
}

// trusted holds a token that answers the question against what verifiers will demand.
func (c *Client) trusted(t *cms.Token, size int) error {
	switch apart := t.Time.Sub(c.d.Clock.Now()).Abs(); {
	case !cms.OnlyTimeStamping(t.Certificate):
		return errors.New("tsahttp: the authority's certificate is not for time-stamps alone")
	case apart > maxApart:
		return fmt.Errorf("tsahttp: the authority's clock and the one here are %s apart", apart.Round(time.Second))
	case size > MaxToken:
		return fmt.Errorf("tsahttp: a token of %d bytes, more than %d", size, MaxToken)
	case len(t.Unknown) > 0 || t.Token != nil:
		return errors.New("tsahttp: the token carries attributes that nothing protects")
	}
	between := x509.NewCertPool()
	for _, one := range t.Certificates {
		between.AddCert(one)
	}
	o := x509.VerifyOptions{Roots: c.d.Roots, Intermediates: between, CurrentTime: t.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}}
	if _, err := t.Certificate.Verify(o); err != nil {
		return fmt.Errorf("tsahttp: the authority's certificate: %w", err)
	}
	o.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	for _, beside := range t.Certificates {
		if _, err := beside.Verify(o); err != nil {
			return fmt.Errorf("tsahttp: a certificate that the authority sends along: %w", err)
		}
	}
	return nil
}
