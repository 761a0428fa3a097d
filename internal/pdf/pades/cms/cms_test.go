package cms_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"testing"
	"time"

	"cinnabar/internal/pdf/pades/cms"
)

func key(tb testing.TB) (*ecdsa.PrivateKey, *x509.Certificate) {
	tb.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "示例"}, NotAfter: time.Unix(4e9, 0)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, k.Public(), k)
	if err != nil {
		tb.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	return k, c
}

func token(tb testing.TB, imprint []byte) []byte {
	tb.Helper()
	k, c := key(tb)
	der, err := cms.NewToken(context.Background(), cms.TokenRequest{
		Imprint: imprint, Time: time.Unix(1_700_000_000, 120e6), Accuracy: 1500 * time.Millisecond, Serial: big.NewInt(9),
		Nonce: big.NewInt(5), Policy: asn1.ObjectIdentifier{1, 2, 3}, Signer: k, Certificate: c,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return der
}

func TestSignedMessageIsReadBack(t *testing.T) {
	t.Parallel()
	k, c := key(t)
	digest := sha256.Sum256([]byte("contract"))
	der, err := cms.Sign(context.Background(), cms.Signing{
		Digest: digest[:], Signer: k, Certificate: c, Others: []*x509.Certificate{c},
		TimeStamp: func(_ context.Context, imprint []byte) ([]byte, error) { return token(t, imprint), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	m, rest, err := cms.Parse(append(der, 0, 0))
	if err != nil || len(rest) != 2 || m.HasSigningTime || !m.NamesSigner || len(m.Certificates) != 1 {
		t.Fatalf("%+v %v", m, err)
	}
	if err := m.Verify(digest[:]); err != nil {
		t.Error(err)
	}
	other := sha256.Sum256([]byte("another"))
	if err := m.Verify(other[:]); !errors.Is(err, cms.ErrDigest) {
		t.Error(err)
	}
	stamp, _, err := cms.ParseToken(m.Token)
	if err != nil {
		t.Fatal(err)
	}
	imprint := sha256.Sum256(m.Signature)
	if err := stamp.Verify(imprint[:]); err != nil {
		t.Error(err)
	}
	if err := stamp.Verify(other[:]); !errors.Is(err, cms.ErrImprint) {
		t.Error(err)
	}
	if !stamp.Time.Equal(time.Unix(1_700_000_000, 120e6)) || stamp.Nonce.Int64() != 5 || stamp.Serial.Int64() != 9 {
		t.Errorf("%v %v %v", stamp.Time, stamp.Nonce, stamp.Serial)
	}
}

// No bit of a token can be changed: it does not parse, does not verify, or its certificate is another.
// Proves GAS-14.
func TestEveryBitOfATokenCounts_GAS14(t *testing.T) {
	t.Parallel()
	imprint := sha256.Sum256([]byte("contract"))
	der := token(t, imprint[:])
	whole, _, err := cms.ParseToken(der)
	if err != nil {
		t.Fatal(err)
	}
	for i := range der {
		for bit := range 8 {
			der[i] ^= 1 << bit
			got, rest, err := cms.ParseToken(bytes.Clone(der))
			if err == nil && len(rest) == 0 && got.Verify(imprint[:]) == nil && bytes.Equal(got.Certificate.Raw, whole.Certificate.Raw) {
				t.Errorf("byte %d bit %d can be changed", i, bit)
			}
			der[i] ^= 1 << bit
		}
	}
}

func FuzzMessage(f *testing.F) {
	imprint := sha256.Sum256(nil)
	f.Add(token(f, imprint[:]))
	f.Add([]byte{0x30, 0x80, 0x24, 0x80, 4, 1, 1, 4, 1, 2, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, der []byte) {
		if out, _, err := cms.FromBER(der); err == nil {
			again, rest, err := cms.FromBER(out)
			if err != nil || len(rest) > 0 || !bytes.Equal(out, again) {
				t.Fatalf("%x became %x, then %x", der, out, again)
			}
		}
		if token, _, err := cms.ParseToken(der); err == nil {
			_ = token.Verify(imprint[:])
		}
		if m, _, err := cms.Parse(der); err == nil {
			_ = m.Verify(imprint[:])
		}
	})
}
