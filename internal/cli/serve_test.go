package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every flag and its variable are spelled alike, and each says what it is; no word is run together.
func TestFlagsAreSpelledAlike(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	func() {
		defer func() { _ = recover() }() // help ends the program
		parser, err := newParser(&commands{}, &out, &out)
		must(t, err)
		parser.Exit = func(int) { panic("shown") }
		_, _ = parser.Parse([]string{"serve", "--help"})
	}()
	flags := regexp.MustCompile(`(?m)^ +(?:-h, )?--([a-z-]+)`).FindAllStringSubmatch(out.String(), -1)
	text := strings.Join(strings.Fields(out.String()), " ")
	if len(flags) < 30 {
		t.Fatalf("%d flags in\n%s", len(flags), out.String())
	}
	for _, f := range flags {
		variable := "$CINNABAR_" + strings.ToUpper(strings.ReplaceAll(f[1], "-", "_"))
		if f[1] != "help" && !strings.Contains(text, "("+variable+")") {
			t.Errorf("--%s has no variable %s", f[1], variable)
		}
		if regexp.MustCompile(`[a-z](url|tls)|(smtp|sms|tsa|ftp)[a-z]`).MatchString(f[1]) {
			t.Errorf("--%s is run together", f[1])
		}
	}
}

// What belongs together is asked for together, by flags and by variables.
func TestHalfASettingIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(file, []byte("x"), 0o600))
	parse := func(args ...string) error {
		parser, err := newParser(&commands{}, &bytes.Buffer{}, &bytes.Buffer{})
		must(t, err)
		_, err = parser.Parse(append([]string{"serve"}, args...))
		return err
	}
	for _, args := range [][]string{{"--sms-url=http://x"}, {"--tls-cert=" + file}, {"--smtp-host=x"}, {"--smtp-user=x"}, {"--tsa-user=x"}, {"--registry-token-file=" + file}, {"--ftp-plain"}, {"--alipay-app=1"}, {"--tencent-id=1", "--tencent-rule=1"}, {"--tencent-endpoint=http://x"}, {"--alipay-gateway=http://x"}, {"--smtp-tls=sometimes"}, {"--trusted-proxy=10.1.2.3"}, {"--trusted-proxy=10.1.2.3/32,0.0.0.0/0"}} {
		if parse(args...) == nil {
			t.Errorf("%v was taken", args)
		}
	}
	must(t, parse("--sms-url=http://x", "--sms-key=k", "--sms-secret-file="+file, "--smtp-host=x", "--smtp-from=a@x", "--trusted-proxy=10.1.2.3/32,fd00::/8"))
	t.Setenv("CINNABAR_SMS_KEY", "k")
	t.Setenv("CINNABAR_SMS_SECRET_FILE", file)
	must(t, parse("--sms-url=http://x"))
	if _, err := (&serveCmd{TSAURL: "http://x"}).timeStamps(); err == nil {
		t.Error("an outside time-stamp authority without its roots was taken")
	}
}

// Links and QR codes begin with an address that leads somewhere; those in contracts can never be corrected.
func TestPublicURLLeadsSomewhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ public, listen, want string }{
		{"", "127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"https://contracts.example.org", ":8080", "https://contracts.example.org"},
		{"https://contracts.example.org:8443/", "0.0.0.0:8080", "https://contracts.example.org:8443"},
		{"", ":8080", ""},
		{"", "0.0.0.0:8080", ""},
		{"", "[::]:8080", ""},
		{"contracts.example.org", "127.0.0.1:8080", ""},
		{"https://", "127.0.0.1:8080", ""},
		{"ftp://example.org", "127.0.0.1:8080", ""},
		{"https://example.org/contracts", "127.0.0.1:8080", ""},
		{"https://a:b@example.org", "127.0.0.1:8080", ""},
	} {
		got, err := (&serveCmd{PublicURL: c.public, Listen: c.listen}).publicURL()
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("--public-url %q --listen %q: %q, %v", c.public, c.listen, got, err)
		}
	}
}
