package alipay_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"testing"

	"cinnabar/internal/capability/biometric/alipay"
)

func TestKeysAreReadAsAlipaysToolsWriteThem(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8 := func(key any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	inPEM := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	bare := base64.StdEncoding.EncodeToString
	for _, text := range []string{inPEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), inPEM("PRIVATE KEY", pkcs8(key)), bare(pkcs8(key)) + "\n"} {
		if got, err := alipay.ParseKey(text); err != nil || !got.Equal(key) {
			t.Errorf("%.20s: %v", text, err)
		}
	}
	for _, text := range []string{inPEM("PUBLIC KEY", public), bare(public)} {
		if got, err := alipay.ParsePublicKey(text); err != nil || !got.Equal(&key.PublicKey) {
			t.Errorf("%.20s: %v", text, err)
		}
	}
	for _, text := range []string{"", "?", bare(pkcs8(foreign)), bare(public)} {
		if _, err := alipay.ParseKey(text); err == nil {
			t.Errorf("%.20q is a private key", text)
		}
	}
	if _, err := alipay.ParsePublicKey(bare(pkcs8(key))); err == nil {
		t.Error("a private key is a public one")
	}
}
