package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"cinnabar/internal/platform/secret"
)

// Proves PLT-3.
func TestSecretsDoNotPrint_PLT3(t *testing.T) {
	t.Parallel()
	type request struct {
		Password secret.Secret
		Mobile   secret.PII
	}
	var r request
	if err := json.Unmarshal([]byte(`{"Password":"canary-1","Mobile":"canary-2"}`), &r); err != nil {
		t.Fatal(err)
	}
	if r.Password.Reveal() != "canary-1" || r.Mobile.Reveal() != "canary-2" {
		t.Fatal("control: not read")
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+verb+verb, r, r.Password, r.Mobile)
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "r", r, "p", r.Password, "i", r.Mobile)
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "r", r, "p", r.Password, "i", r.Mobile)
	if err := json.NewEncoder(&out).Encode(r); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "canary") || strings.Contains(out.String(), "63616e617279") {
		t.Errorf("printed: %s", out.String())
	}
}

// Proves PLT-3.
func TestMasks_PLT3(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want string }{
		{secret.MaskMobile("13812341234"), "138****1234"},
		{secret.MaskNumber("11010519491231002X"), "110***********002X"},
		{secret.MaskNumber("E1234567"), "E*******"},
		{secret.MaskName("王小明"), "王*明"},
		{secret.MaskName("王明"), "王*"},
		{secret.MaskName("王"), "*"},
		{secret.MaskName(""), ""},
		{secret.MaskAccount("6222020200012340123"), "***************0123"},
		{secret.MaskAccount("0123"), "0***"},
		{secret.MaskEmail("wang@example.com"), "w***@example.com"},
		{secret.MaskEmail("nonsense"), "n*******"},
		{secret.MaskAddress("江苏省南京市鼓楼区1号"), "江苏省南京市*****"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}
