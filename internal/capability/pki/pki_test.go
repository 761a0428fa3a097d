package pki_test

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/capability/pki"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/pades/cms"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/testtool"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func newBundle(tb testing.TB) *pki.Bundle {
	tb.Helper()
	keys, err := pki.NewKeys()
	must(tb, err)
	b, err := pki.Create("Sample Operator 示例", keys, clock.System{})
	must(tb, err)
	return b
}

func newTSA(tb testing.TB, b *pki.Bundle) *pki.TSA {
	tb.Helper()
	tsa, err := pki.NewTSA(pki.TSADeps{Pair: b.TimeStamp, Clock: clock.System{}})
	must(tb, err)
	return tsa
}

// openssl runs openssl.
func openssl(t *testing.T, args ...string) (string, error) {
	t.Helper()
	testtool.Need(t, "openssl")
	out, err := exec.Command("openssl", args...).CombinedOutput()
	return string(out), err
}

func pemFile(t *testing.T, name, kind string, ders ...[]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	var b []byte
	for _, der := range ders {
		b = append(b, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})...)
	}
	must(t, os.WriteFile(path, b, 0o600))
	return path
}

func seal(t *testing.T, b *pki.Bundle) *x509.Certificate {
	t.Helper()
	key, err := pki.NewKey()
	must(t, err)
	c, err := b.IssueForSeal(pki.Subject{Name: "示例餐馆", Organization: "示例餐馆", CreditCode: "91110000MA00000000"}, key.Public(), clock.System{})
	must(t, err)
	return c
}

// Proves PLT-10.
func TestChainsVerifyElsewhere_PLT10(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	c := seal(t, b)
	anchor := filepath.Join(t.TempDir(), "anchor.pem")
	must(t, os.WriteFile(anchor, b.TrustAnchorPEM(), 0o600))
	between := pemFile(t, "issuing.pem", "CERTIFICATE", b.Issuing.Certificate.Raw)
	leaf := pemFile(t, "leaf.pem", "CERTIFICATE", c.Raw)
	if out, err := openssl(t, "verify", "-x509_strict", "-CAfile", anchor, "-untrusted", between, leaf); err != nil {
		t.Errorf("%v %s", err, out)
	}
	stamp := pemFile(t, "tsa.pem", "CERTIFICATE", b.TimeStamp.Certificate.Raw)
	if out, err := openssl(t, "verify", "-purpose", "timestampsign", "-CAfile", anchor, stamp); err != nil {
		t.Errorf("%v %s", err, out)
	}
	root, err := b.RootCRL(1, nil, time.Hour, clock.System{})
	must(t, err)
	for _, revoked := range []bool{false, true} {
		var list []pki.Revoked
		if revoked {
			list = append(list, pki.Revoked{Serial: c.SerialNumber, Time: time.Unix(1_700_000_000, 0)})
		}
		crl, err := b.CRL(2, list, time.Hour, clock.System{})
		must(t, err)
		lists := pemFile(t, "crl.pem", "X509 CRL", root, crl)
		out, err := openssl(t, "verify", "-crl_check_all", "-CRLfile", lists, "-CAfile", anchor, "-untrusted", between, leaf)
		if (err != nil) != revoked || revoked && !strings.Contains(out, "certificate revoked") {
			t.Errorf("revoked %v: %v %s", revoked, err, out)
		}
	}
}

// Proves PLT-10.
func TestTimeStampsVerifyElsewhere_PLT10(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	data := filepath.Join(t.TempDir(), "data")
	must(t, os.WriteFile(data, []byte("contract"), 0o600))
	imprint := sha256.Sum256([]byte("contract"))
	token, err := newTSA(t, b).Timestamp(context.Background(), imprint[:])
	must(t, err)
	path := filepath.Join(t.TempDir(), "token")
	must(t, os.WriteFile(path, token, 0o600))
	anchor := filepath.Join(t.TempDir(), "anchor.pem")
	must(t, os.WriteFile(anchor, b.TrustAnchorPEM(), 0o600))
	out, err := openssl(t, "ts", "-verify", "-token_in", "-in", path, "-data", data, "-CAfile", anchor)
	if err != nil || !strings.Contains(out, "Verification: OK") {
		t.Errorf("%v %s", err, out)
	}
	must(t, os.WriteFile(data, []byte("another"), 0o600))
	if out, err := openssl(t, "ts", "-verify", "-token_in", "-in", path, "-data", data, "-CAfile", anchor); err == nil {
		t.Errorf("another document passed: %s", out)
	}
}

// The record holds what was given out, before it is given out.
func TestTimeStampsAreRecorded(t *testing.T) {
	t.Parallel()
	var kept pki.Stamp
	tsa, err := pki.NewTSA(pki.TSADeps{Pair: newBundle(t).TimeStamp, Clock: clock.System{}, Record: func(_ context.Context, s pki.Stamp) error {
		kept = s
		return nil
	}})
	must(t, err)
	imprint := sha256.Sum256(nil)
	der, err := tsa.Timestamp(context.Background(), imprint[:])
	must(t, err)
	token, _, err := cms.ParseToken(der)
	must(t, err)
	if token.Serial.Cmp(kept.Serial) != 0 || !token.Time.Equal(kept.Time) || string(kept.Token) != string(der) {
		t.Errorf("recorded %v, gave %v", kept, token)
	}
	if _, err := tsa.Timestamp(context.Background(), imprint[:5]); err == nil {
		t.Error("a short imprint was stamped")
	}
}

// Proves GAS-7.
func TestCeremonyCertificateIsBoundAndShort_GAS7(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	key, err := pki.NewKey()
	must(t, err)
	want := pki.Ceremony{ID: "ceremony-7", Document: cinnabar.DigestOf([]byte("contract"))}
	c, err := b.IssueForCeremony(pki.Subject{Name: "示例"}, key.Public(), want, clock.System{})
	must(t, err)
	got, ok := pki.CeremonyOf(c)
	if !ok || got != want {
		t.Errorf("bound to %v", got)
	}
	if d := c.NotAfter.Sub(c.NotBefore); d > 30*time.Minute {
		t.Errorf("valid for %v", d)
	}
	if pki.Kind(c) != pki.KindInternal || pki.Kind(&x509.Certificate{SerialNumber: big.NewInt(1)}) != pki.KindLicensed {
		t.Error("kinds are confused")
	}
	if _, ok := pki.CeremonyOf(seal(t, b)); ok {
		t.Error("a seal's certificate is bound to a ceremony")
	}
}

func TestKeysAreReadBack(t *testing.T) {
	t.Parallel()
	key, err := pki.NewKey()
	must(t, err)
	der, err := pki.MarshalPrivateKey(key)
	must(t, err)
	back, err := pki.ParsePrivateKey(der)
	must(t, err)
	if !key.PublicKey.Equal(back.Public()) {
		t.Error("another key came back")
	}
	if _, err := pki.ParsePrivateKey(der[:20]); err == nil {
		t.Error("a cut key was read")
	}
}

func BenchmarkTimestamp(b *testing.B) {
	tsa := newTSA(b, newBundle(b))
	imprint := sha256.Sum256(nil)
	for b.Loop() {
		_, err := tsa.Timestamp(context.Background(), imprint[:])
		must(b, err)
	}
}
