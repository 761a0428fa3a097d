package pki

import (
	"bytes"
	"crypto"
	_ "crypto/sha1" // what clients name certificates by in OCSP, not a signature's digest
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/ocsp"

	"cinnabar/internal/platform/clock"
)

// Addresses are where certificates point verifiers to for what was revoked; empty ones are left out.
type Addresses struct {
	CRL  string // the issuing authority's revocation list
	OCSP string // its responder
}

// ocspFor is how long an answer counts.
const ocspFor = time.Hour

// OCSP answers a request about a certificate of the issuing authority (RFC 6960), signed by the authority
// itself. revoked tells since when a serial number counts no more. A request that cannot be read, or asks
// about another authority, gets the protocol's own error answer, which is not signed.
func (b *Bundle) OCSP(request []byte, revoked func(*big.Int) (time.Time, bool), clk clock.Clock) ([]byte, error) {
	r, err := ocsp.ParseRequest(request)
	if err != nil {
		return ocsp.MalformedRequestErrorResponse, nil //nolint:nilerr // the protocol has its own answer for this
	}
	key := b.Issuing.Certificate.RawSubjectPublicKeyInfo
	if !r.HashAlgorithm.Available() || !bytes.Equal(r.IssuerKeyHash, publicKeyHash(r.HashAlgorithm, key)) {
		return ocsp.UnauthorizedErrorResponse, nil
	}
	now := clk.Now()
	answer := ocsp.Response{Status: ocsp.Good, SerialNumber: r.SerialNumber, ThisUpdate: now, NextUpdate: now.Add(ocspFor), IssuerHash: r.HashAlgorithm}
	if at, ok := revoked(r.SerialNumber); ok {
		answer.Status, answer.RevokedAt, answer.RevocationReason = ocsp.Revoked, at, ocsp.Unspecified
	}
	out, err := ocsp.CreateResponse(b.Issuing.Certificate, b.Issuing.Certificate, answer, b.Issuing.Signer)
	if err != nil {
		return nil, fmt.Errorf("pki: OCSP answer: %w", err)
	}
	return out, nil
}

// publicKeyHash hashes the key's bit string, which stands behind a header in the subject's key info.
func publicKeyHash(h crypto.Hash, info []byte) []byte {
	bits, err := keyBits(info)
	if err != nil {
		return nil
	}
	sum := h.New()
	sum.Write(bits)
	return sum.Sum(nil)
}

// keyBits takes the key out of a SubjectPublicKeyInfo (RFC 5280 4.1.2.7).
func keyBits(info []byte) ([]byte, error) {
	var v struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	_, err := asn1.Unmarshal(info, &v)
	return v.Key.RightAlign(), err
}
