// Package tsahttp asks an outside time-stamp authority for RFC 3161 tokens over HTTP (RFC 3161 3.4). It
// checks that the answer belongs to the question and verifies by its own certificate; whether that
// certificate is trusted is for the verifier to say.
package tsahttp

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"cinnabar/internal/pdf/pades/cms"
	"cinnabar/internal/platform/errs"
)

// Deps is what a Client needs.
type Deps struct {
	URL string // of the authority, http or https
	// HTTP sends the requests; its timeout and its guard against inner addresses are the caller's.
	HTTP     *http.Client
	User     string // for basic authentication; empty for none
	Password string
}

// Client is a time-stamp authority behind HTTP. It is safe for several goroutines.
type Client struct{ d Deps }

// New checks the address.
func New(d Deps) (*Client, error) {
	u, err := url.Parse(d.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("tsahttp: %q is no http address", d.URL)
	}
	if d.HTTP == nil {
		return nil, fmt.Errorf("tsahttp: an HTTP client is missing")
	}
	return &Client{d: d}, nil
}

// maxAnswer bounds what an authority may send.
const maxAnswer = 64 << 10

// Timestamp returns a token over a SHA-256 imprint. It fails with errs.Unavailable when the authority does
// not answer, refuses, or answers something else than was asked.
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
	token, err := readAnswer(answer, imprint, nonce)
	if err != nil {
		return nil, unavailable(err)
	}
	return token, nil
}

func unavailable(err error) error {
	return errs.New(errs.Unavailable, "time-stamp-authority", "the time-stamp authority gives no time-stamps at the moment; try again later").Because(err)
}

func (c *Client) post(ctx context.Context, query []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.d.URL, bytes.NewReader(query))
	if err != nil {
		return nil, fmt.Errorf("tsahttp: request: %w", err)
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	req.Header.Set("Accept", "application/timestamp-reply")
	if c.d.User != "" {
		req.SetBasicAuth(c.d.User, c.d.Password)
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
	if err != nil || len(body) > maxAnswer {
		return nil, fmt.Errorf("tsahttp: answer of more than %d bytes, or cut: %w", maxAnswer, err)
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
func readAnswer(answer, imprint []byte, nonce *big.Int) ([]byte, error) {
	in := cryptobyte.String(answer)
	var all, status cryptobyte.String
	var code int64
	if !in.ReadASN1(&all, cbasn1.SEQUENCE) || !in.Empty() || !all.ReadASN1(&status, cbasn1.SEQUENCE) ||
		!status.ReadASN1Int64WithTag(&code, cbasn1.INTEGER) {
		return nil, fmt.Errorf("tsahttp: the answer is malformed")
	}
	if code > 1 {
		return nil, fmt.Errorf("tsahttp: refused with status %d", code)
	}
	token, rest, err := cms.ParseToken(all)
	if err != nil || len(rest) > 0 {
		return nil, fmt.Errorf("tsahttp: the token is malformed: %w", err)
	}
	if token.Nonce == nil || token.Nonce.Cmp(nonce) != 0 {
		return nil, fmt.Errorf("tsahttp: the answer is to another question")
	}
	if err := token.Verify(imprint); err != nil {
		return nil, fmt.Errorf("tsahttp: %w", err)
	}
	return all, nil
}
