package cms

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Signing is what a message is made from. The digest algorithm is SHA-256.
type Signing struct {
	Digest      []byte            // SHA-256 of the content, which stays outside
	Signer      crypto.Signer     // P-256 or RSA; a token's key as well as one in memory
	Certificate *x509.Certificate // of Signer
	Others      []*x509.Certificate
	// TimeStamp returns an RFC 3161 token over a SHA-256 imprint. Nil makes a message without time-stamp.
	TimeStamp func(ctx context.Context, imprint []byte) ([]byte, error)
}

// Sign makes a detached CAdES-BES message with the signed attributes content-type, message-digest and
// signing-certificate-v2; signing-time is left out as PAdES demands (EN 319 142-1 6.3). With TimeStamp the
// signature's time-stamp is added as unsigned attribute (baseline level T).
func Sign(ctx context.Context, s Signing) ([]byte, error) {
	if len(s.Digest) != sha256.Size {
		return nil, fmt.Errorf("cms: a digest of %d bytes is no SHA-256", len(s.Digest))
	}
	return build(ctx, message{Signing: s, contentType: oidData})
}

type message struct {
	Signing
	contentType asn1.ObjectIdentifier
	content     []byte // nil when detached
}

func build(ctx context.Context, m message) ([]byte, error) {
	algorithm, err := signatureAlgorithm(m.Signer.Public())
	if err != nil {
		return nil, err
	}
	if !samePublicKey(m.Signer.Public(), m.Certificate.PublicKey) {
		return nil, fmt.Errorf("cms: the certificate is not that of the key")
	}
	attributes, err := m.signedAttributes()
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(attributes)
	signature, err := m.Signer.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("cms: sign: %w", err)
	}
	var token []byte
	if m.TimeStamp != nil {
		imprint := sha256.Sum256(signature)
		if token, err = m.TimeStamp(ctx, imprint[:]); err != nil {
			return nil, fmt.Errorf("cms: time-stamp: %w", err)
		}
	}
	return m.assemble(algorithm, attributes, signature, token)
}

func (m message) assemble(algorithm asn1.ObjectIdentifier, attributes, signature, token []byte) ([]byte, error) {
	version := int64(1)
	if !m.contentType.Equal(oidData) {
		version = 3 // RFC 5652 5.1
	}
	var b cryptobyte.Builder
	sequence(&b, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidSignedData)
		explicit(b, 0, func(b *cryptobyte.Builder) {
			sequence(b, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(version)
				b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) { addAlgorithm(b, oidSHA256, true) })
				sequence(b, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(m.contentType)
					if m.content != nil {
						explicit(b, 0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(m.content) })
					}
				})
				explicit(b, 0, func(b *cryptobyte.Builder) { b.AddBytes(m.certificates()) })
				b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) { m.signerInfo(b, algorithm, attributes, signature, token) })
			})
		})
	})
	return b.Bytes()
}

func (m message) signerInfo(b *cryptobyte.Builder, algorithm asn1.ObjectIdentifier, attributes, signature, token []byte) {
	sequence(b, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		sequence(b, func(b *cryptobyte.Builder) {
			b.AddBytes(m.Certificate.RawIssuer)
			b.AddASN1BigInt(m.Certificate.SerialNumber)
		})
		addAlgorithm(b, oidSHA256, true)
		// Signed as a SET (0x31), stored with the implicit tag (RFC 5652 5.4).
		stored := bytes.Clone(attributes)
		stored[0] = 0xA0
		b.AddBytes(stored)
		addAlgorithm(b, algorithm, algorithm.Equal(oidSHA256RSA))
		b.AddASN1OctetString(signature)
		if token != nil {
			b.AddASN1(cbasn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				addAttribute(b, oidTimeStamp, func(b *cryptobyte.Builder) { b.AddBytes(token) })
			})
		}
	})
}

// signedAttributes are encoded as a DER SET OF, i.e. sorted by their bytes.
func (m message) signedAttributes() ([]byte, error) {
	certHash := sha256.Sum256(m.Certificate.Raw)
	writers := []func(*cryptobyte.Builder){
		func(b *cryptobyte.Builder) {
			addAttribute(b, oidContentType, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(m.contentType) })
		},
		func(b *cryptobyte.Builder) {
			addAttribute(b, oidMessageDigest, func(b *cryptobyte.Builder) { b.AddASN1OctetString(m.Digest) })
		},
		func(b *cryptobyte.Builder) {
			addAttribute(b, oidSigningCertV2, func(b *cryptobyte.Builder) { m.essCertificate(b, certHash[:]) })
		},
	}
	encoded := make([][]byte, len(writers))
	for i, write := range writers {
		var b cryptobyte.Builder
		write(&b)
		var err error
		if encoded[i], err = b.Bytes(); err != nil {
			return nil, fmt.Errorf("cms: attributes: %w", err)
		}
	}
	slices.SortFunc(encoded, bytes.Compare)
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(bytes.Join(encoded, nil)) })
	return b.Bytes()
}

// essCertificate writes SigningCertificateV2 (RFC 5035 3); its hash algorithm SHA-256 is the default and
// therefore absent.
func (m message) essCertificate(b *cryptobyte.Builder, hash []byte) {
	sequence(b, func(b *cryptobyte.Builder) {
		sequence(b, func(b *cryptobyte.Builder) {
			sequence(b, func(b *cryptobyte.Builder) {
				b.AddASN1OctetString(hash)
				sequence(b, func(b *cryptobyte.Builder) {
					sequence(b, func(b *cryptobyte.Builder) {
						explicit(b, 4, func(b *cryptobyte.Builder) { b.AddBytes(m.Certificate.RawIssuer) })
					})
					b.AddASN1BigInt(m.Certificate.SerialNumber)
				})
			})
		})
	})
}

func (m message) certificates() []byte {
	all := [][]byte{m.Certificate.Raw}
	for _, c := range m.Others {
		all = append(all, c.Raw)
	}
	slices.SortFunc(all, bytes.Compare)
	return bytes.Join(slices.CompactFunc(all, bytes.Equal), nil)
}

func signatureAlgorithm(key crypto.PublicKey) (asn1.ObjectIdentifier, error) {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() {
			return oidECDSASHA256, nil
		}
	case *rsa.PublicKey:
		return oidSHA256RSA, nil
	}
	return nil, fmt.Errorf("cms: keys of type %T are not used; P-256 and RSA are", key)
}

func samePublicKey(a, b crypto.PublicKey) bool {
	k, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(b)
}

func sequence(b *cryptobyte.Builder, f func(*cryptobyte.Builder)) { b.AddASN1(cbasn1.SEQUENCE, f) }

func explicit(b *cryptobyte.Builder, tag uint8, f func(*cryptobyte.Builder)) {
	b.AddASN1(cbasn1.Tag(tag).ContextSpecific().Constructed(), f)
}

func addAlgorithm(b *cryptobyte.Builder, oid asn1.ObjectIdentifier, withNull bool) {
	sequence(b, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		if withNull {
			b.AddASN1NULL()
		}
	})
}

func addAttribute(b *cryptobyte.Builder, oid asn1.ObjectIdentifier, value func(*cryptobyte.Builder)) {
	sequence(b, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddASN1(cbasn1.SET, value)
	})
}
