package alipay

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
)

// ParseKey reads the merchant's private key: PKCS #8 or PKCS #1, as PEM or, as Alipay's tools write it, in base64 alone.
func ParseKey(text string) (*rsa.PrivateKey, error) {
	der, err := decoded(text)
	if err != nil {
		return nil, err
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if private, ok := key.(*rsa.PrivateKey); err == nil && ok {
		return private, nil
	}
	return nil, errors.New("alipay: this is no RSA private key")
}

// ParsePublicKey reads Alipay's public key, in the same ways.
func ParsePublicKey(text string) (*rsa.PublicKey, error) {
	der, err := decoded(text)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if public, ok := key.(*rsa.PublicKey); err == nil && ok {
		return public, nil
	}
	return nil, errors.New("alipay: this is no RSA public key")
}

func decoded(text string) ([]byte, error) {
	if block, _ := pem.Decode([]byte(text)); block != nil {
		return block.Bytes, nil
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, errors.New("alipay: a key is neither PEM nor base64")
	}
	return der, nil
}
