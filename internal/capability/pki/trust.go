package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// Trust is whom a verifier trusts. Roots of outside time-stamp authorities vouch for time-stamps and for no signer.
type Trust struct {
	Signers    []*x509.Certificate // and their time-stamps
	TimeStamps []*x509.Certificate // of outside authorities
}

// timeStampsOnly is the line before certificates that count for time-stamps alone. Readers of PEM pass over it.
const timeStampsOnly = "# for time-stamps only"

// PEM writes the file that verifiers are given; ParseTrust reads it back.
func (t Trust) PEM() []byte {
	var out bytes.Buffer
	for _, c := range t.Signers {
		_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	for _, c := range t.TimeStamps {
		fmt.Fprintf(&out, "%s: %q\n", timeStampsOnly, c.Subject)
		_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	return out.Bytes()
}

// ParseTrust reads certificates in PEM. Those below a line that begins with "# for time-stamps only" vouch for
// time-stamps alone, all others for signers, too.
func ParseTrust(data []byte) (Trust, error) {
	var t Trust
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			break
		}
		read := data[:len(data)-len(rest)]
		before := read[:bytes.LastIndex(read, []byte("-----BEGIN"))]
		data = rest
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return Trust{}, fmt.Errorf("pki: certificate %d: %w", len(t.Signers)+len(t.TimeStamps)+1, err)
		}
		if bytes.Contains(before, []byte(timeStampsOnly)) {
			t.TimeStamps = append(t.TimeStamps, c)
		} else {
			t.Signers = append(t.Signers, c)
		}
	}
	if len(t.Signers)+len(t.TimeStamps) == 0 {
		return t, errors.New("pki: there is no certificate in PEM")
	}
	return t, nil
}

// SignerRoots are for signers' certificates.
func (t Trust) SignerRoots() *x509.CertPool { return poolOf(t.Signers) }

// TimeStampRoots are for time-stamps.
func (t Trust) TimeStampRoots() *x509.CertPool { return poolOf(t.Signers, t.TimeStamps) }

func poolOf(lists ...[]*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, list := range lists {
		for _, c := range list {
			pool.AddCert(c)
		}
	}
	return pool
}
