package pades_test

import (
	"context"
	"crypto/x509"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/clock"
)

// What the tools of others say of a file with four signatures, a straddle seal, validation data and a
// document time-stamp.
// Proves GAS-11, PLT-10.
func TestOutsideValidatorsAcceptTheContract_GAS11_PLT10(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for kind, modern := range map[string]bool{"table": false, "stream": true} {
		files := w.contract(3, modern)
		path := store(t, "contract.pdf", files.final)
		if dir := os.Getenv("PADES_KEEP"); dir != "" {
			must(t, os.WriteFile(filepath.Join(dir, "contract-"+kind+".pdf"), files.final, 0o600))
			must(t, os.WriteFile(filepath.Join(dir, "anchor.pem"), w.bundle.TrustAnchorPEM(), 0o600))
		}
		t.Run("pdfsig "+kind, func(t *testing.T) {
			db := nssDatabase(t, w)
			out := tool(t, "pdfsig", "-no-ocsp", "-nssdir", db, path)
			// 3 single signatures, 1 countersignature in 1 + 3 fields; this pdfsig does not check the last, the
			// document time-stamp.
			if n := strings.Count(out, "Signature is Valid."); n < 7 {
				t.Errorf("pdfsig finds %d valid signatures, want 7:\n%s", n, out)
			}
			// Its word on certificates is not asked: version 22.12 prints a left-over error code when there is an
			// intermediate authority. openssl judges the chain below.
		})
		t.Run("qpdf "+kind, func(t *testing.T) {
			if out := tool(t, "qpdf", "--check", path); !strings.Contains(out, "No syntax or stream encoding errors") {
				t.Error(out)
			}
		})
		t.Run("mutool "+kind, func(t *testing.T) {
			// mutool counts every later revision as edits, even a time-stamp; the last signer's own revision
			// has none.
			last := store(t, "signed.pdf", files.signed[3])
			out := tool(t, "mutool", "sign", "-v", last)
			if n := strings.Count(out, "The document is unchanged since signing."); n != 4 {
				t.Errorf("mutool finds %d fields untouched since signing, want the countersignature's 4:\n%s", n, out)
			}
			if n := strings.Count(out, "The signature is valid but there have been edits"); n != 3 {
				t.Errorf("mutool finds %d earlier signatures valid, want 3:\n%s", n, out)
			}
		})
		t.Run("openssl "+kind, func(t *testing.T) { opensslAccepts(t, w, files.final) })
	}
}

func nssDatabase(t *testing.T, w *world) string {
	t.Helper()
	dir := t.TempDir()
	anchor := store(t, "anchor.pem", w.bundle.TrustAnchorPEM())
	tool(t, "certutil", "-N", "-d", "sql:"+dir, "--empty-password")
	tool(t, "certutil", "-A", "-d", "sql:"+dir, "-n", "anchor", "-t", "CT,C,C", "-i", anchor)
	return dir
}

// opensslAccepts holds every signature and the document time-stamp against openssl.
func opensslAccepts(t *testing.T, w *world, file []byte) {
	t.Helper()
	anchor := store(t, "anchor.pem", w.bundle.TrustAnchorPEM())
	places := regexp.MustCompile(`/ByteRange \[0 (\d+) (\d+) (\d+)\]`).FindAllSubmatch(file, -1)
	if len(places) != 5 {
		t.Fatalf("%d signatures", len(places))
	}
	for i, p := range places {
		a, b, c := atoi(t, p[1]), atoi(t, p[2]), atoi(t, p[3])
		contents := make([]byte, (b-a-2)/2)
		_, err := hex.Decode(contents, file[a+1:b-1])
		must(t, err)
		message := store(t, "message", contents[:4+int(contents[2])<<8+int(contents[3])]) // 30 82 and two bytes of length
		data := store(t, "data", append(append([]byte{}, file[:a]...), file[b:b+c]...))
		if i == 4 {
			if out := tool(t, "openssl", "ts", "-verify", "-token_in", "-in", message, "-data", data, "-CAfile", anchor); !strings.Contains(out, "Verification: OK") {
				t.Error(out)
			}
			continue
		}
		out := tool(t, "openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", message, "-content", data,
			"-CAfile", anchor, "-out", "/dev/null")
		if !strings.Contains(out, "CAdES Verification successful") {
			t.Error(out)
		}
	}
}

// Two signatures by poppler and NSS, which know nothing of ours: older rules, BER, objects left behind.
// Proves PLT-12.
func TestSignaturesByOthersVerify_PLT12(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	tool(t, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", file("key"), "-out", file("cert"),
		"-days", "30", "-subj", "/CN=Foreign", "-addext", "keyUsage=digitalSignature,nonRepudiation")
	tool(t, "openssl", "pkcs12", "-export", "-in", file("cert"), "-inkey", file("key"), "-name", "foreign", "-out", file("p12"), "-passout", "pass:x")
	must(t, os.Mkdir(file("db"), 0o700))
	tool(t, "certutil", "-N", "-d", "sql:"+file("db"), "--empty-password")
	tool(t, "pk12util", "-i", file("p12"), "-d", "sql:"+file("db"), "-W", "x")
	must(t, os.WriteFile(file("0.pdf"), paper(2, false), 0o600))
	cert, err := os.ReadFile(file("cert"))
	must(t, err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(cert)
	for i, to := range []string{"1.pdf", "2.pdf"} {
		tool(t, "pdfsig", "-nssdir", "sql:"+file("db"), "-add-signature", "-nick", "foreign", file(strconv.Itoa(i)+".pdf"), file(to))
		data, err := os.ReadFile(file(to))
		must(t, err)
		o := pades.VerifyOptions{Roots: roots, Now: clock.System{}.Now()}
		r, err := pades.Verify(context.Background(), data, o)
		must(t, err)
		if r.Verdict != pades.Valid || len(r.Signatures) != i+1 || r.Signatures[0].Name != "Foreign" {
			t.Errorf("%s: %s %+v %+v", to, r.Verdict, r.Signatures, r.Revisions)
		}
		data[len(data)/3] ^= 1
		if r, err := pades.Verify(context.Background(), data, o); err == nil && r.Verdict != pades.Broken {
			t.Errorf("%s flipped: %s", to, r.Verdict)
		}
	}
}

func atoi(t *testing.T, b []byte) int {
	t.Helper()
	n, err := strconv.Atoi(string(b))
	must(t, err)
	return n
}
