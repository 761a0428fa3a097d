package app

import (
	"crypto/x509"
	"math/big"
	"path/filepath"
	"testing"
	"time"

	"cinnabar/internal/capability/pki"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The authority is made once; after a restart it is the same, and what it certified leads to its root.
// Proves PLT-10.
func TestAuthorityOutlivesARestart_PLT10(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		now := clock.Fixed(time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC))
		v, err := secret.Open(t.Context(), d, filepath.Join(t.TempDir(), "key"))
		must(t, err)
		first, err := newAuthority(t.Context(), d, v, now, "样例燃气有限公司")
		must(t, err)
		second, err := newAuthority(t.Context(), d, v, now, "样例燃气有限公司")
		must(t, err)
		if string(first.TrustAnchorPEM()) != string(second.TrustAnchorPEM()) {
			t.Error("a restart made another authority")
		}
		key, err := pki.NewKey()
		must(t, err)
		chain, err := second.Issue(t.Context(), seal.Subject{Kind: seal.Contract, Text: "样例餐饮有限公司"}, key.Public())
		must(t, err)
		between := x509.NewCertPool()
		between.AddCert(chain[1])
		if _, err := chain[0].Verify(x509.VerifyOptions{
			Roots: first.Roots(), Intermediates: between, CurrentTime: now.Now(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
		}); err != nil {
			t.Error(err)
		}
		if chain[0].Subject.Organization[0] != "样例餐饮有限公司" {
			t.Errorf("certified %v", chain[0].Subject)
		}
	})
}

// What was revoked stands on every later list, and the lists' numbers grow (RFC 5280 5.2.3).
func TestRevocationsStay_A14(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		now := clock.Fixed(time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC))
		v, err := secret.Open(t.Context(), d, filepath.Join(t.TempDir(), "key"))
		must(t, err)
		a, err := newAuthority(t.Context(), d, v, now, "样例燃气有限公司")
		must(t, err)
		key, err := pki.NewKey()
		must(t, err)
		chain, err := a.CertifyCeremony(t.Context(), "样例人", key.Public(), "ceremony_1", cinnabar.DigestOf([]byte("x")))
		must(t, err)
		for range 2 {
			must(t, d.InTx(t.Context(), func(tx db.Tx) error { return a.Revoke(t.Context(), tx, chain[0], "password forgotten") }))
		}
		var last *big.Int
		for range 2 {
			e, err := a.Evidence(t.Context(), nil)
			must(t, err)
			list, err := x509.ParseRevocationList(e.CRLs[0])
			must(t, err)
			must(t, list.CheckSignatureFrom(a.bundle.Issuing.Certificate))
			if len(list.RevokedCertificateEntries) != 1 || list.RevokedCertificateEntries[0].SerialNumber.Cmp(chain[0].SerialNumber) != 0 {
				t.Errorf("revoked: %v", list.RevokedCertificateEntries)
			}
			if last != nil && list.Number.Cmp(last) <= 0 {
				t.Errorf("list %d follows list %d", list.Number, last)
			}
			last = list.Number
			root, err := x509.ParseRevocationList(e.CRLs[1])
			must(t, err)
			must(t, root.CheckSignatureFrom(a.bundle.Root.Certificate))
		}
	})
}
