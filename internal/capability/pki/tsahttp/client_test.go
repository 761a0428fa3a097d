package tsahttp_test

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"cinnabar/internal/capability/pki"
	"cinnabar/internal/capability/pki/tsahttp"
	"cinnabar/internal/pdf/pades/cms"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// opensslTSA serves time-stamps made by openssl, an implementation that is not ours.
func opensslTSA(t *testing.T) *httptest.Server {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed")
	}
	dir := t.TempDir()
	keys, err := pki.NewKeys()
	must(t, err)
	b, err := pki.Create("Sample", keys, clock.System{})
	must(t, err)
	key, err := pki.MarshalPrivateKey(keys.TimeStamp)
	must(t, err)
	write := func(name string, data []byte) { must(t, os.WriteFile(filepath.Join(dir, name), data, 0o600)) }
	write("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	write("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: b.TimeStamp.Certificate.Raw}))
	write("serial", []byte("01\n"))
	write("tsa.cnf", []byte("[tsa]\ndefault_tsa=t\n[t]\nserial="+dir+"/serial\nsigner_cert="+dir+"/cert.pem\nsigner_key="+dir+
		"/key.pem\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\naccuracy=secs:1\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n"))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, _ := io.ReadAll(r.Body)
		name := filepath.Join(dir, "query")
		if err := os.WriteFile(name, query, 0o600); err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		out, err := exec.Command("openssl", "ts", "-reply", "-config", filepath.Join(dir, "tsa.cnf"), "-queryfile", name).Output()
		if err != nil {
			t.Errorf("openssl ts: %v", err)
		}
		w.Header().Set("Content-Type", "application/timestamp-reply")
		_, _ = w.Write(out)
	}))
	t.Cleanup(s.Close)
	return s
}

// Proves PLT-10.
func TestTakesTimeStampsFromOutside_PLT10(t *testing.T) {
	t.Parallel()
	c, err := tsahttp.New(tsahttp.Deps{URL: opensslTSA(t).URL, HTTP: &http.Client{Timeout: 10 * time.Second}})
	must(t, err)
	imprint := sha256.Sum256([]byte("contract"))
	der, err := c.Timestamp(context.Background(), imprint[:])
	must(t, err)
	token, rest, err := cms.ParseToken(der)
	must(t, err)
	if err := token.Verify(imprint[:]); err != nil || len(rest) > 0 || len(token.Certificate.ExtKeyUsage) != 1 ||
		token.Certificate.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping {
		t.Errorf("%v", err)
	}
}

// An authority that is slow, down, or answers something else.
// Proves PLT-10.
func TestWrongAnswersAreUnavailable_PLT10(t *testing.T) {
	t.Parallel()
	imprint := sha256.Sum256([]byte("contract"))
	for name, handler := range map[string]http.HandlerFunc{
		"down":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"refused": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte{0x30, 5, 0x30, 3, 2, 1, 2}) },
		"page":    func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"endless": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(handler)
			defer s.Close()
			c, err := tsahttp.New(tsahttp.Deps{URL: s.URL, HTTP: s.Client()})
			must(t, err)
			if _, err := c.Timestamp(context.Background(), imprint[:]); !errors.Is(err, errs.Unavailable) {
				t.Errorf("%v", err)
			}
		})
	}
	if _, err := tsahttp.New(tsahttp.Deps{URL: "file:///etc/passwd", HTTP: http.DefaultClient}); err == nil {
		t.Error("a file was taken for an authority")
	}
}
