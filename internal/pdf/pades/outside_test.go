package pades_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What the tools of others say of a file with four signatures, a straddle seal, validation data and a
// document time-stamp.
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
			out := tool(t, "mutool", "sign", "-v", path)
			t.Log(out)
		})
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
