package filestore_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"testing"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/platform/secret"
)

// fixCRC makes the checksum of a PNG's header right again.
func fixCRC(p []byte) []byte {
	binary.BigEndian.PutUint32(p[29:33], crc32.ChecksumIEEE(p[12:29]))
	return p
}

// archive packs name, text pairs.
func archive(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		w, err := z.Create(pairs[i])
		if err == nil {
			_, err = w.Write([]byte(pairs[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func flipByte(t testing.TB, name string) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Names are harmless on every system (A21).
func TestCleanName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"合同.pdf":                 "合同.pdf",
		"../../etc/passwd":       "passwd",
		`C:\temp\身份证.jpg`:        "身份证.jpg",
		"CON":                    "_CON",
		"nul.txt":                "_nul.txt",
		"a\x00b\r\nc":            "ab  c",
		"exe\u202egpj.pdf":       "exegpj.pdf",
		"e\u0301.pdf":            "\u00e9.pdf",
		` a<b>:"|?*.pdf. `:       "a_b______.pdf",
		"..":                     "file",
		"":                       "file",
		"\xff\xfe":               "file",
		"=HYPERLINK(\"x\").xlsx": "=HYPERLINK(_x_).xlsx",
	} {
		if got := filestore.CleanName(in); got != want {
			t.Errorf("CleanName(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("a/b\\c")
	f.Add(string(bytes.Repeat([]byte("长"), 200)) + ".pdf")
	f.Fuzz(func(t *testing.T, name string) {
		once := filestore.CleanName(name)
		if once == "" || len(once) > 210 || bytes.ContainsAny([]byte(once), "/\\\x00\r\n\"") {
			t.Fatalf("%q becomes %q", name, once)
		}
	})
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	f := &filestore.File{MIME: "image/png", Name: secret.PII(`合同"1.html`)}
	h := filestore.Headers(f, true)
	want := `inline; filename="___1.html.png"; filename*=UTF-8''%E5%90%88%E5%90%8C%221.html.png`
	if h["Content-Disposition"] != want || h["X-Content-Type-Options"] != "nosniff" {
		t.Errorf("%v", h)
	}
	f.MIME = "text/csv"
	if h := filestore.Headers(f, true); h["Content-Disposition"][:10] != "attachment" || h["Content-Security-Policy"][:8] != "sandbox;" {
		t.Errorf("%v", h)
	}
}
