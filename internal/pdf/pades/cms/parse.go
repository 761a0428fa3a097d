package cms

import (
	"bytes"
	"crypto"
	"crypto/sha1" //nolint:gosec // only to recognise the certificate that an old time-stamp names (RFC 2634)
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Bounds on foreign messages.
const (
	maxSize         = 256 << 10
	maxCertificates = 16
)

// Message is a signed message that was read but not yet verified.
type Message struct {
	ContentType    asn1.ObjectIdentifier
	Content        []byte // nil when detached
	Certificates   []*x509.Certificate
	CRLs           [][]byte          // carried in the message
	Certificate    *x509.Certificate // the signer's
	Hash           crypto.Hash
	MessageDigest  []byte
	Signature      []byte
	Token          []byte   // DER of the signature's time-stamp, nil when there is none
	HasSigningTime bool     // the signed attribute signing-time is there, which PAdES forbids
	NamesSigner    bool     // the signed attributes name the signer's certificate by its digest
	Unknown        []string // unsigned attributes that nothing here looks at

	algorithm  x509.SignatureAlgorithm
	attributes []byte // as a SET, which is what was signed
}

// ErrNotDER says that a message is not what RFC 5652 with the Distinguished Encoding Rules allows.
var ErrNotDER = errors.New("cms: not a well-formed signed message in DER")

// Parse reads one message from the beginning of der and returns what follows it.
func Parse(der []byte) (m *Message, rest []byte, err error) {
	if len(der) > maxSize {
		return nil, nil, fmt.Errorf("%w: larger than %d bytes", ErrNotDER, maxSize)
	}
	in := cryptobyte.String(der)
	var info, content, signed cryptobyte.String
	var contentType asn1.ObjectIdentifier
	if !in.ReadASN1(&info, cbasn1.SEQUENCE) ||
		!info.ReadASN1ObjectIdentifier(&contentType) || !contentType.Equal(oidSignedData) ||
		!info.ReadASN1(&content, tagged(0)) || !info.Empty() ||
		!content.ReadASN1(&signed, cbasn1.SEQUENCE) || !content.Empty() {
		return nil, nil, fmt.Errorf("%w: envelope", ErrNotDER)
	}
	m = &Message{}
	if err := m.signedData(signed); err != nil {
		return nil, nil, err
	}
	return m, in, nil
}

func (m *Message) signedData(s cryptobyte.String) error {
	var version int64
	var digests, encapsulated, infos cryptobyte.String
	if !s.ReadASN1Int64WithTag(&version, cbasn1.INTEGER) ||
		!s.ReadASN1(&digests, cbasn1.SET) || !s.ReadASN1(&encapsulated, cbasn1.SEQUENCE) {
		return fmt.Errorf("%w: signed data", ErrNotDER)
	}
	if err := m.encapsulated(encapsulated); err != nil {
		return err
	}
	if err := m.readCertificates(&s); err != nil {
		return err
	}
	if err := m.readCRLs(&s); err != nil {
		return err
	}
	if !s.ReadASN1(&infos, cbasn1.SET) || !s.Empty() {
		return fmt.Errorf("%w: signers", ErrNotDER)
	}
	var info cryptobyte.String
	if !infos.ReadASN1(&info, cbasn1.SEQUENCE) || !infos.Empty() {
		return fmt.Errorf("%w: exactly one signer is accepted", ErrNotDER)
	}
	signerVersion, err := m.signerInfo(info)
	if err != nil {
		return err
	}
	want := int64(1) // RFC 5652 5.1; the case of attribute certificates does not pass readCertificates
	if signerVersion == 3 || !m.ContentType.Equal(oidData) {
		want = 3
	}
	if version != want {
		return fmt.Errorf("%w: version %d where %d is due", ErrNotDER, version, want)
	}
	h, err := readHash(&digests)
	if err != nil || h != m.Hash || !digests.Empty() {
		return fmt.Errorf("%w: digest algorithms are not those of the signer", ErrNotDER)
	}
	return nil
}

func (m *Message) encapsulated(s cryptobyte.String) error {
	if !s.ReadASN1ObjectIdentifier(&m.ContentType) {
		return fmt.Errorf("%w: content type", ErrNotDER)
	}
	if s.Empty() {
		return nil
	}
	var outer, octets cryptobyte.String
	if !s.ReadASN1(&outer, tagged(0)) || !s.Empty() ||
		!outer.ReadASN1(&octets, cbasn1.OCTET_STRING) || !outer.Empty() {
		return fmt.Errorf("%w: content", ErrNotDER)
	}
	m.Content = octets
	return nil
}

func (m *Message) readCertificates(s *cryptobyte.String) error {
	var set cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&set, &present, tagged(0)) {
		return fmt.Errorf("%w: certificates", ErrNotDER)
	}
	for !set.Empty() {
		var one cryptobyte.String
		if !set.ReadASN1Element(&one, cbasn1.SEQUENCE) || len(m.Certificates) >= maxCertificates {
			return fmt.Errorf("%w: certificates", ErrNotDER)
		}
		c, err := x509.ParseCertificate(one)
		if err != nil {
			return fmt.Errorf("%w: a certificate: %w", ErrNotDER, err)
		}
		m.Certificates = append(m.Certificates, c)
	}
	return nil
}

func (m *Message) readCRLs(s *cryptobyte.String) error {
	var set cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&set, &present, tagged(1)) {
		return fmt.Errorf("%w: revocation lists", ErrNotDER)
	}
	for !set.Empty() {
		var one cryptobyte.String
		if !set.ReadASN1Element(&one, cbasn1.SEQUENCE) {
			return fmt.Errorf("%w: revocation lists", ErrNotDER)
		}
		m.CRLs = append(m.CRLs, one)
	}
	return nil
}

func (m *Message) signerInfo(s cryptobyte.String) (version int64, err error) {
	if !s.ReadASN1Int64WithTag(&version, cbasn1.INTEGER) {
		return 0, fmt.Errorf("%w: signer", ErrNotDER)
	}
	if err := m.findSigner(&s, version); err != nil {
		return 0, err
	}
	if m.Hash, err = readHash(&s); err != nil {
		return 0, err
	}
	var attributes cryptobyte.String
	if !s.ReadASN1Element(&attributes, tagged(0)) {
		return 0, fmt.Errorf("%w: signed attributes are missing", ErrNotDER)
	}
	m.attributes = bytes.Clone(attributes)
	m.attributes[0] = byte(cbasn1.SET)
	if err := m.signedAttributes(m.attributes); err != nil {
		return 0, err
	}
	if err := m.readAlgorithm(&s); err != nil {
		return 0, err
	}
	var signature cryptobyte.String
	if !s.ReadASN1(&signature, cbasn1.OCTET_STRING) {
		return 0, fmt.Errorf("%w: signature value", ErrNotDER)
	}
	m.Signature = signature
	if s.Empty() {
		return version, nil
	}
	var unsigned cryptobyte.String
	if !s.ReadASN1(&unsigned, tagged(1)) || !s.Empty() {
		return 0, fmt.Errorf("%w: unsigned attributes", ErrNotDER)
	}
	return version, m.unsignedAttributes(unsigned)
}

// findSigner reads the signer identifier (RFC 5652 5.3) and finds the certificate it means.
func (m *Message) findSigner(s *cryptobyte.String, version int64) error {
	switch version {
	case 1:
		var both, issuer cryptobyte.String
		serial := new(big.Int)
		if !s.ReadASN1(&both, cbasn1.SEQUENCE) || !both.ReadASN1Element(&issuer, cbasn1.SEQUENCE) ||
			!both.ReadASN1Integer(serial) || !both.Empty() {
			return fmt.Errorf("%w: signer identifier", ErrNotDER)
		}
		for _, c := range m.Certificates {
			if bytes.Equal(c.RawIssuer, issuer) && c.SerialNumber.Cmp(serial) == 0 {
				m.Certificate = c
			}
		}
	case 3:
		var id cryptobyte.String
		if !s.ReadASN1(&id, cbasn1.Tag(0).ContextSpecific()) {
			return fmt.Errorf("%w: signer identifier", ErrNotDER)
		}
		for _, c := range m.Certificates {
			if len(id) > 0 && bytes.Equal(c.SubjectKeyId, id) {
				m.Certificate = c
			}
		}
	default:
		return fmt.Errorf("%w: signer version %d", ErrNotDER, version)
	}
	if m.Certificate == nil {
		return fmt.Errorf("%w: the signer's certificate is missing", ErrNotDER)
	}
	return nil
}

func (m *Message) readAlgorithm(s *cryptobyte.String) error {
	var alg cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !s.ReadASN1(&alg, cbasn1.SEQUENCE) || !alg.ReadASN1ObjectIdentifier(&oid) {
		return fmt.Errorf("%w: signature algorithm", ErrNotDER)
	}
	var isRSA bool
	if m.algorithm, isRSA = algorithmOf(oid, m.Hash); m.algorithm == x509.UnknownSignatureAlgorithm {
		return fmt.Errorf("cms: the signature algorithm %v with %v is not accepted", oid, m.Hash)
	}
	if isRSA {
		readNull(&alg)
	}
	if !alg.Empty() {
		return fmt.Errorf("%w: signature algorithm", ErrNotDER)
	}
	return nil
}

func (m *Message) signedAttributes(set []byte) error {
	in := cryptobyte.String(set)
	var attributes cryptobyte.String
	if !in.ReadASN1(&attributes, cbasn1.SET) {
		return fmt.Errorf("%w: signed attributes", ErrNotDER)
	}
	seen := map[string]bool{}
	var contentType asn1.ObjectIdentifier
	for !attributes.Empty() {
		oid, value, err := readAttribute(&attributes)
		if err != nil || seen[oid.String()] {
			return fmt.Errorf("%w: signed attributes", ErrNotDER)
		}
		seen[oid.String()] = true
		ok := true
		switch {
		case oid.Equal(oidContentType):
			ok = value.ReadASN1ObjectIdentifier(&contentType)
		case oid.Equal(oidMessageDigest):
			var d cryptobyte.String
			ok = value.ReadASN1(&d, cbasn1.OCTET_STRING)
			m.MessageDigest = d
		case oid.Equal(oidSigningTime):
			m.HasSigningTime = true
		case oid.Equal(oidSigningCertV2):
			m.NamesSigner, ok = m.essMatches(value, true)
		case oid.Equal(oidSigningCert):
			m.NamesSigner, ok = m.essMatches(value, false)
		}
		if !ok {
			return fmt.Errorf("%w: a signed attribute", ErrNotDER)
		}
	}
	if !contentType.Equal(m.ContentType) || len(m.MessageDigest) == 0 {
		return fmt.Errorf("%w: content type or digest is not among the signed attributes", ErrNotDER)
	}
	return nil
}

// essMatches compares the certificate named first with the signer's (RFC 5035 5.4). ok is false when the
// attribute is malformed or names another certificate.
func (m *Message) essMatches(value cryptobyte.String, v2 bool) (named, ok bool) {
	var outer, certs, first, hash cryptobyte.String
	if !value.ReadASN1(&outer, cbasn1.SEQUENCE) || !outer.ReadASN1(&certs, cbasn1.SEQUENCE) ||
		!certs.ReadASN1(&first, cbasn1.SEQUENCE) {
		return false, false
	}
	h := crypto.SHA256
	if v2 && first.PeekASN1Tag(cbasn1.SEQUENCE) {
		var err error
		if h, err = readHash(&first); err != nil {
			return false, false
		}
	}
	if !first.ReadASN1(&hash, cbasn1.OCTET_STRING) {
		return false, false
	}
	if !v2 {
		sum := sha1.Sum(m.Certificate.Raw) //nolint:gosec // see import
		return bytes.Equal(hash, sum[:]), bytes.Equal(hash, sum[:])
	}
	d := h.New()
	d.Write(m.Certificate.Raw)
	same := bytes.Equal(hash, d.Sum(nil))
	return same, same
}

func (m *Message) unsignedAttributes(set cryptobyte.String) error {
	if set.Empty() {
		return fmt.Errorf("%w: empty unsigned attributes", ErrNotDER)
	}
	for !set.Empty() {
		oid, value, err := readAttribute(&set)
		if err != nil {
			return err
		}
		if !oid.Equal(oidTimeStamp) {
			m.Unknown = append(m.Unknown, oid.String())
			continue
		}
		if m.Token != nil {
			return fmt.Errorf("%w: two time-stamps", ErrNotDER)
		}
		m.Token = value
	}
	return nil
}

// Verify checks that the message signs content with this digest (made with m.Hash), by the key of
// m.Certificate. Whom that certificate belongs to is not its business.
func (m *Message) Verify(digest []byte) error {
	if !bytes.Equal(digest, m.MessageDigest) {
		return ErrDigest
	}
	if err := m.Certificate.CheckSignature(m.algorithm, m.attributes, m.Signature); err != nil {
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return nil
}

// What Verify finds.
var (
	ErrDigest    = errors.New("cms: the content is not what was signed")
	ErrSignature = errors.New("cms: the signature does not verify")
)

func readAttribute(s *cryptobyte.String) (asn1.ObjectIdentifier, cryptobyte.String, error) {
	var attribute, values, value cryptobyte.String
	var oid asn1.ObjectIdentifier
	var tag cbasn1.Tag
	if !s.ReadASN1(&attribute, cbasn1.SEQUENCE) || !attribute.ReadASN1ObjectIdentifier(&oid) ||
		!attribute.ReadASN1(&values, cbasn1.SET) || !attribute.Empty() ||
		!values.ReadAnyASN1Element(&value, &tag) || !values.Empty() {
		return nil, nil, fmt.Errorf("%w: an attribute", ErrNotDER)
	}
	return oid, value, nil
}

func readHash(s *cryptobyte.String) (crypto.Hash, error) {
	var alg cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !s.ReadASN1(&alg, cbasn1.SEQUENCE) || !alg.ReadASN1ObjectIdentifier(&oid) {
		return 0, fmt.Errorf("%w: digest algorithm", ErrNotDER)
	}
	h, ok := hashOf(oid)
	if !ok {
		return 0, fmt.Errorf("cms: the digest algorithm %v is not accepted", oid)
	}
	readNull(&alg)
	if !alg.Empty() {
		return 0, fmt.Errorf("%w: digest algorithm", ErrNotDER)
	}
	return h, nil
}

// readNull reads the NULL parameters that may stand or not (RFC 5754 2).
func readNull(s *cryptobyte.String) {
	var null cryptobyte.String
	if s.PeekASN1Tag(cbasn1.NULL) && len(*s) == 2 && (*s)[1] == 0 {
		s.ReadASN1(&null, cbasn1.NULL)
	}
}

func tagged(tag uint8) cbasn1.Tag { return cbasn1.Tag(tag).ContextSpecific().Constructed() }
