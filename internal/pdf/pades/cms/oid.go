// Package cms builds and reads the signed messages that PAdES signatures and RFC 3161 time-stamps are made
// of (RFC 5652, RFC 5035, ETSI EN 319 122-1). It reads strictly: DER only, one signer, and nothing that is
// neither signed nor checked is passed over, so that no byte of a message can be changed unnoticed.
package cms

import (
	"crypto"
	_ "crypto/sha256" // SHA-256 for crypto.Hash
	_ "crypto/sha512" // SHA-384 and SHA-512 for crypto.Hash
	"crypto/x509"
	"encoding/asn1"
)

var (
	oidData       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidTSTInfo    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidSigningCert   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidTimeStamp     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}

	oidExtKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}

	oidSHA256 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSHA384 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	oidSHA512 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}

	oidRSA         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidSHA256RSA   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}
	oidSHA384RSA   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}
	oidSHA512RSA   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}
	oidECDSASHA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	oidECDSASHA384 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}
	oidECDSASHA512 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}
)

// hashOf names the digest algorithms that count as sound.
func hashOf(oid asn1.ObjectIdentifier) (crypto.Hash, bool) {
	switch {
	case oid.Equal(oidSHA256):
		return crypto.SHA256, true
	case oid.Equal(oidSHA384):
		return crypto.SHA384, true
	case oid.Equal(oidSHA512):
		return crypto.SHA512, true
	}
	return 0, false
}

// algorithmOf names the signature algorithm; rsaEncryption takes its digest from the signer's digest
// algorithm (RFC 3370 3.2).
func algorithmOf(oid asn1.ObjectIdentifier, h crypto.Hash) (alg x509.SignatureAlgorithm, isRSA bool) {
	switch {
	case oid.Equal(oidECDSASHA256) && h == crypto.SHA256:
		return x509.ECDSAWithSHA256, false
	case oid.Equal(oidECDSASHA384) && h == crypto.SHA384:
		return x509.ECDSAWithSHA384, false
	case oid.Equal(oidECDSASHA512) && h == crypto.SHA512:
		return x509.ECDSAWithSHA512, false
	case (oid.Equal(oidSHA256RSA) || oid.Equal(oidRSA)) && h == crypto.SHA256:
		return x509.SHA256WithRSA, true
	case (oid.Equal(oidSHA384RSA) || oid.Equal(oidRSA)) && h == crypto.SHA384:
		return x509.SHA384WithRSA, true
	case (oid.Equal(oidSHA512RSA) || oid.Equal(oidRSA)) && h == crypto.SHA512:
		return x509.SHA512WithRSA, true
	}
	return x509.UnknownSignatureAlgorithm, false
}
