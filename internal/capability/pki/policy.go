// Package pki is the built-in certificate authority and time-stamp authority: a root, an issuing authority
// and a TSA on P-256, certificates for persons' ceremonies and for seals, revocation lists, and RFC 3161
// tokens. Their keys are crypto.Signers, so that a PKCS#11 token can stand in for a key in memory. The
// package keeps nothing: who calls it stores certificates, serials, and keys (encrypted).
//
// Its certificates carry a policy that marks them as internal (内部证书): they bind by agreement between the
// parties (电子签名法 art. 13), not by a licence.
package pki

import (
	"crypto/x509"
	"encoding/asn1"
)

// The arc of this project's identifiers: 2.25 needs no registration (ITU-T X.667). Its number was drawn at
// random below 2^31, which is as far as the readers of certificate extensions in common libraries go.
const arc = 1_913_044_727

var (
	// oidInternal is the policy of all certificates that this package issues.
	oidInternal = []uint64{2, 25, arc, 1, 1}
	// oidTimeStampPolicy is the policy of its time-stamps.
	oidTimeStampPolicy = asn1.ObjectIdentifier{2, 25, arc, 1, 2}
	// oidCeremony is the extension that binds a certificate to one ceremony and one document.
	oidCeremony = asn1.ObjectIdentifier{2, 25, arc, 2, 1}

	oidExtKeyUsage  = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidTimeStamping = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
)

// Kinds of certificates as the verification page names them.
const (
	KindInternal = "internal" // 内部证书, by this package
	KindLicensed = "licensed" // of an outside authority
)

// Kind tells whose policy a certificate is under.
func Kind(c *x509.Certificate) string {
	internal := internalPolicy()
	for _, p := range c.Policies {
		if p.Equal(internal) {
			return KindInternal
		}
	}
	return KindLicensed
}

func internalPolicy() x509.OID {
	oid, err := x509.OIDFromInts(oidInternal)
	if err != nil {
		panic("pki: the policy identifier is malformed: " + err.Error())
	}
	return oid
}
