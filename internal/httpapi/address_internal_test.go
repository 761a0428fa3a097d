package httpapi

import (
	"net/http"
	"net/netip"
	"testing"
)

// Only what trusted proxies wrote counts, whatever a caller sends along.
// Proves PLT-1.
func TestAddressIsWhatTrustedProxiesSay_PLT1(t *testing.T) {
	t.Parallel()
	inner := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		peer    string
		headers []string
		trusted []netip.Prefix
		want    string
	}{
		{"10.0.0.1:9", []string{"203.0.113.7"}, nil, "10.0.0.1"},
		{"203.0.113.9:9", []string{"10.0.0.2"}, inner, "203.0.113.9"}, // comes past the proxy
		{"10.0.0.1:9", nil, inner, "10.0.0.1"},
		{"10.0.0.1:9", []string{"203.0.113.7"}, inner, "203.0.113.7"},
		{"10.0.0.1:9", []string{"1.1.1.1, 203.0.113.7"}, inner, "203.0.113.7"},             // forged further left
		{"10.0.0.1:9", []string{"1.1.1.1", "203.0.113.7, 10.0.0.2"}, inner, "203.0.113.7"}, // in another header; two proxies
		{"10.0.0.1:9", []string{"10.0.0.5, 203.0.113.7"}, inner, "203.0.113.7"},            // calls itself a proxy
		{"10.0.0.1:9", []string{"203.0.113.7, nonsense"}, inner, "10.0.0.1"},
		{"[fd00::1]:9", []string{"[2001:db8::7]:4711"}, inner, "2001:db8::7"},
		{"[::ffff:10.0.0.1]:9", []string{"203.0.113.7:4711"}, inner, "203.0.113.7"},
		{"@", []string{"203.0.113.7"}, inner, "@"},
	} {
		s := &Server{Deps: Deps{Services: Services{TrustedProxies: c.trusted}}}
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.headers}}
		if got := s.address(r); got != c.want {
			t.Errorf("%s with %q: %s, want %s", c.peer, c.headers, got, c.want)
		}
	}
}
