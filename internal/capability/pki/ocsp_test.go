package pki_test

import (
	"math/big"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"cinnabar/internal/capability/pki"
	"cinnabar/internal/platform/clock"
)

// The responder tells good from revoked, is silent about others' certificates, and its answers hold.
// Proves PLT-10.
func TestOCSP_PLT10(t *testing.T) {
	t.Parallel()
	now := clock.Fixed(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	keys, err := pki.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	b, err := pki.Create("样例燃气有限公司", keys, now)
	if err != nil {
		t.Fatal(err)
	}
	b.Addresses = pki.Addresses{CRL: "http://example.com/x.crl", OCSP: "http://example.com/ocsp"}
	key, err := pki.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	c, err := b.IssueForSeal(pki.Subject{Name: "样例"}, key.Public(), now)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.OCSPServer) != 1 || len(c.CRLDistributionPoints) != 1 {
		t.Fatalf("the certificate points to %v %v", c.OCSPServer, c.CRLDistributionPoints)
	}
	request, err := ocsp.CreateRequest(c, b.Issuing.Certificate, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"good": ocsp.Good, "revoked": ocsp.Revoked} {
		der, err := b.OCSP(request, func(*big.Int) (time.Time, bool) { return now.Now(), want == ocsp.Revoked }, now)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := ocsp.ParseResponseForCert(der, c, b.Issuing.Certificate)
		if err != nil || answer.Status != want {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
	}
	foreign, err := ocsp.CreateRequest(b.TimeStamp.Certificate, b.Root.Certificate, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, der := range map[string][]byte{"foreign": foreign, "rubbish": []byte("rubbish")} {
		answer, err := b.OCSP(der, func(*big.Int) (time.Time, bool) { return time.Time{}, false }, now)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ocsp.ParseResponse(answer, nil); err == nil {
			t.Errorf("%s: answered", name)
		}
	}
}
