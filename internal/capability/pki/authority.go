package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
)

// How long certificates are valid. A seal's is renewed with the seal; a ceremony's only has to outlive its
// one signing, the time-stamp proves when that was.
const (
	rootYears       = 30
	issuingYears    = 15
	timeStampYears  = 10
	sealYears       = 3
	ceremonyMinutes = 15
	backdate        = 5 * time.Minute // for clocks that run behind
)

// KeyPair is a key and the certificate of it.
type KeyPair struct {
	Certificate *x509.Certificate
	Signer      crypto.Signer
}

// Bundle is everything that the built-in authorities consist of.
type Bundle struct {
	Root      KeyPair // may be taken offline: only Create and RootCRL use its key
	Issuing   KeyPair
	TimeStamp KeyPair

	// Addresses stand in the certificates that are issued from now on.
	Addresses Addresses
}

// NewKey makes a P-256 key.
func NewKey() (*ecdsa.PrivateKey, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("pki: new key: %w", err)
	}
	return k, nil
}

// MarshalPrivateKey returns a key as PKCS #8, unencrypted: who stores it encrypts it.
func MarshalPrivateKey(k crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		return nil, fmt.Errorf("pki: marshal key: %w", err)
	}
	return der, nil
}

// ParsePrivateKey reads what MarshalPrivateKey wrote.
func ParsePrivateKey(der []byte) (crypto.Signer, error) {
	k, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("pki: parse key: %w", err)
	}
	s, ok := k.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("pki: a key of type %T cannot sign", k)
	}
	return s, nil
}

// Keys are the three keys of a bundle, from memory or from a token.
type Keys struct{ Root, Issuing, TimeStamp crypto.Signer }

// NewKeys makes them in memory.
func NewKeys() (Keys, error) {
	var out Keys
	for _, to := range []*crypto.Signer{&out.Root, &out.Issuing, &out.TimeStamp} {
		k, err := NewKey()
		if err != nil {
			return Keys{}, err
		}
		*to = k
	}
	return out, nil
}

// Create makes the certificates of new authorities for an operator, e.g. "某市燃气有限公司".
func Create(operator string, keys Keys, c clock.Clock) (*Bundle, error) {
	now := c.Now()
	b := &Bundle{
		Root:      KeyPair{Signer: keys.Root},
		Issuing:   KeyPair{Signer: keys.Issuing},
		TimeStamp: KeyPair{Signer: keys.TimeStamp},
	}
	subject := func(role string) pkix.Name {
		return pkix.Name{CommonName: operator + " " + role, Organization: []string{operator}, Country: []string{"CN"}}
	}
	root := authorityTemplate(subject("Root CA"), now, rootYears)
	var err error
	if b.Root.Certificate, err = issue(root, root, keys.Root.Public(), keys.Root); err != nil {
		return nil, err
	}
	sub := authorityTemplate(subject("Issuing CA"), now, issuingYears)
	sub.MaxPathLenZero = true
	if b.Issuing.Certificate, err = issue(sub, b.Root.Certificate, keys.Issuing.Public(), keys.Root); err != nil {
		return nil, err
	}
	stamp, err := timeStampTemplate(subject("TSA"), now)
	if err != nil {
		return nil, err
	}
	// Directly under the root: a token carries this one certificate, and every verifier has the root.
	b.TimeStamp.Certificate, err = issue(stamp, b.Root.Certificate, keys.TimeStamp.Public(), keys.Root)
	return b, err
}

func authorityTemplate(subject pkix.Name, now time.Time, years int) *x509.Certificate {
	return &x509.Certificate{
		Subject:               subject,
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.AddDate(years, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		Policies:              []x509.OID{internalPolicy()},
	}
}

func timeStampTemplate(subject pkix.Name, now time.Time) (*x509.Certificate, error) {
	// RFC 3161 2.3 wants the extended key usage critical, which x509 does not write by itself.
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{oidTimeStamping})
	if err != nil {
		return nil, fmt.Errorf("pki: extended key usage: %w", err)
	}
	return &x509.Certificate{
		Subject:         subject,
		NotBefore:       now.Add(-backdate),
		NotAfter:        now.AddDate(timeStampYears, 0, 0),
		KeyUsage:        x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: oidExtKeyUsage, Critical: true, Value: usage}},
		Policies:        []x509.OID{internalPolicy()},
	}, nil
}

// issue draws a serial of 127 random bits and makes the certificate.
func issue(t, parent *x509.Certificate, pub crypto.PublicKey, by crypto.Signer) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("pki: serial: %w", err)
	}
	t.SerialNumber = serial
	der, err := x509.CreateCertificate(rand.Reader, t, parent, pub, by)
	if err != nil {
		return nil, fmt.Errorf("pki: issue: %w", err)
	}
	return x509.ParseCertificate(der)
}

// TrustAnchorPEM is the root certificate in PEM: all that an outsider needs to verify offline.
func (b *Bundle) TrustAnchorPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: b.Root.Certificate.Raw})
}

// Chain puts the authorities' certificates behind c; the root, which verifiers hold, is left out.
func (b *Bundle) Chain(c *x509.Certificate) []*x509.Certificate {
	return []*x509.Certificate{c, b.Issuing.Certificate}
}

// Subject is whom a certificate is for.
type Subject struct {
	Name         string // of the person, or the wording of the seal
	Organization string // full name; empty for a person
	CreditCode   string // 统一社会信用代码, or empty; persons' ID numbers do not belong into certificates
}

func (s Subject) name() pkix.Name {
	n := pkix.Name{CommonName: s.Name, Country: []string{"CN"}, SerialNumber: s.CreditCode}
	if s.Organization != "" {
		n.Organization = []string{s.Organization}
	}
	return n
}

// Ceremony is the one occasion that a personal certificate is for (GAS-7).
type Ceremony struct {
	ID       string
	Document cinnabar.Digest // of the file as the person saw it
}

type ceremonyExtension struct {
	ID     string `asn1:"utf8"`
	Digest []byte
}

// IssueForCeremony certifies a key that one person uses once: valid for minutes, bound to the ceremony and
// the document's digest by an extension.
func (b *Bundle) IssueForCeremony(s Subject, pub crypto.PublicKey, c Ceremony, clk clock.Clock) (*x509.Certificate, error) {
	value, err := asn1.Marshal(ceremonyExtension{ID: c.ID, Digest: c.Document[:]})
	if err != nil {
		return nil, fmt.Errorf("pki: ceremony: %w", err)
	}
	now := clk.Now()
	t := b.signingTemplate(s, now.Add(-backdate), now.Add(ceremonyMinutes*time.Minute))
	t.ExtraExtensions = []pkix.Extension{{Id: oidCeremony, Value: value}}
	return issue(t, b.Issuing.Certificate, pub, b.Issuing.Signer)
}

// IssueForSeal certifies the key of an organisation's seal (公章, 合同章) or of a legal representative's
// (法人章).
func (b *Bundle) IssueForSeal(s Subject, pub crypto.PublicKey, clk clock.Clock) (*x509.Certificate, error) {
	now := clk.Now()
	return issue(b.signingTemplate(s, now.Add(-backdate), now.AddDate(sealYears, 0, 0)), b.Issuing.Certificate, pub, b.Issuing.Signer)
}

func (b *Bundle) signingTemplate(s Subject, from, to time.Time) *x509.Certificate {
	t := &x509.Certificate{
		Subject:     s.name(),
		NotBefore:   from,
		NotAfter:    to,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
		Policies:    []x509.OID{internalPolicy()},
	}
	if b.Addresses.CRL != "" {
		t.CRLDistributionPoints = []string{b.Addresses.CRL}
	}
	if b.Addresses.OCSP != "" {
		t.OCSPServer = []string{b.Addresses.OCSP}
	}
	return t
}

// CeremonyOf reads the binding back; false when the certificate has none.
func CeremonyOf(c *x509.Certificate) (Ceremony, bool) {
	for _, e := range c.Extensions {
		if !e.Id.Equal(oidCeremony) {
			continue
		}
		var v ceremonyExtension
		rest, err := asn1.Unmarshal(e.Value, &v)
		if err != nil || len(rest) > 0 || len(v.Digest) != sha256.Size {
			return Ceremony{}, false
		}
		return Ceremony{ID: v.ID, Document: cinnabar.Digest(v.Digest)}, true
	}
	return Ceremony{}, false
}

// Revoked is one certificate that counts no more from Time on.
type Revoked struct {
	Serial *big.Int
	Time   time.Time
}

// CRL makes the issuing authority's revocation list (RFC 5280 5). number must grow from list to list.
func (b *Bundle) CRL(number int64, revoked []Revoked, next time.Duration, clk clock.Clock) ([]byte, error) {
	return crl(b.Issuing, number, revoked, next, clk)
}

// RootCRL makes the root's list, which covers the issuing authority and the time-stamp authority.
func (b *Bundle) RootCRL(number int64, revoked []Revoked, next time.Duration, clk clock.Clock) ([]byte, error) {
	return crl(b.Root, number, revoked, next, clk)
}

func crl(by KeyPair, number int64, revoked []Revoked, next time.Duration, clk clock.Clock) ([]byte, error) {
	entries := make([]x509.RevocationListEntry, len(revoked))
	for i, r := range revoked {
		entries[i] = x509.RevocationListEntry{SerialNumber: r.Serial, RevocationTime: r.Time}
	}
	now := clk.Now()
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(number), ThisUpdate: now, NextUpdate: now.Add(next), RevokedCertificateEntries: entries,
	}, by.Certificate, by.Signer)
	if err != nil {
		return nil, fmt.Errorf("pki: revocation list: %w", err)
	}
	return der, nil
}
