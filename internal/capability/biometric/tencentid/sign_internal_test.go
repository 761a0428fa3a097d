package tencentid

import (
	"strings"
	"testing"
	"time"

	"cinnabar/internal/platform/secret"
)

// The example of Tencent's documentation "Signature v3", whose key is public.
func TestSignatureOfTheDocumentedExample(t *testing.T) {
	t.Parallel()
	body := []byte(`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`)
	got := authorization("cvm", "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", secret.Secret("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"),
		"cvm.tencentcloudapi.com", body, time.Unix(1551113065, 0))
	if want := "Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"; !strings.HasSuffix(got, want) {
		t.Errorf("%s does not end in %s", got, want)
	}
}
