package hookhttp_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"cinnabar/internal/capability/webhook/hookhttp"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func loopback() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }

func newClient(t testing.TB, c hookhttp.Config) *hookhttp.Client {
	t.Helper()
	c.Clock = clock.System{}
	client, err := hookhttp.New(c)
	must(t, err)
	t.Cleanup(client.Close)
	return client
}

func trust(server *httptest.Server) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return &tls.Config{RootCAs: pool}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"8.8.8.8": true, "114.114.114.114": true, "2400:3200::1": true, "2606:4700::1111": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.100.100.200": false, "0.0.0.0": false, "255.255.255.255": false, "224.0.0.1": false, "198.18.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "ff02::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001::1": false, "::127.0.0.1": false, "2001:db8::1": false,
	} {
		if got := hookhttp.Public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func TestAddressesAreChecked(t *testing.T) {
	t.Parallel()
	strict, lax := newClient(t, hookhttp.Config{}), newClient(t, hookhttp.Config{Allow: loopback()})
	for address, want := range map[string]string{
		"https://hooks.sample.invalid/in?x=1": "", "https://8.8.8.8:8443/": "",
		"http://hooks.sample.invalid/": "not-https", "ftp://hooks.sample.invalid/": "not-https", "file:///etc/passwd": "malformed",
		"https://user:pw@hooks.sample.invalid/": "malformed", "https:///x": "malformed", "": "malformed", " https://a.invalid": "malformed",
		"https://a.invalid/#x": "malformed", "https://127.0.0.1/": "address-refused", "https://[::1]/": "address-refused",
		"https://[::ffff:10.0.0.1]/": "address-refused", "https://169.254.169.254/latest": "address-refused",
	} {
		err := strict.Check(address)
		if got := code(err); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
	for address, want := range map[string]string{
		"http://127.0.0.1:8080/": "", "https://127.0.0.1/": "", "http://8.8.8.8/": "address-refused", "http://10.0.0.1/": "address-refused",
	} {
		if got := code(lax.Check(address)); got != want {
			t.Errorf("with loopback allowed: %q: %q, want %q", address, got, want)
		}
	}
}

func code(err error) string {
	if err == nil {
		return ""
	}
	if e := errs.As(err); len(e.Fields) == 1 && e.Fields[0].Pointer == "/url" {
		return e.Fields[0].Code
	}
	return err.Error()
}

// A name that resolves to an inner address is refused when the connection is made, so that it does not help
// to change what the name means after it was checked.
func TestNamesOfInnerAddressesAreRefused(t *testing.T) {
	t.Parallel()
	asked := make(chan bool, 2)
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked <- true }))
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	must(t, err)
	address := "https://localhost:" + port + "/"
	client := newClient(t, hookhttp.Config{TLS: trust(server)})
	must(t, client.Check(address)) // a name as any other
	if _, err := client.Post(t.Context(), address, nil, []byte("{}")); errs.As(err).Code != "address-refused" {
		t.Error(err)
	}
	// Plain HTTP to a name that is not allowed is refused even where some addresses are.
	lax := newClient(t, hookhttp.Config{Allow: []netip.Prefix{netip.MustParsePrefix("192.168.7.0/24")}})
	if _, err := lax.Post(t.Context(), "http://localhost:"+port+"/", nil, []byte("{}")); errs.As(err).Code != "address-refused" {
		t.Error(err)
	}
	if len(asked) != 0 {
		t.Error("the server was asked")
	}
}

func TestAnswersAndFailures(t *testing.T) {
	t.Parallel()
	var elsewhere string
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ok", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("webhook-id") != "msg_1" || r.Header.Get("Content-Type") != "application/json" {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	mux.HandleFunc("POST /away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere, http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("POST /later", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	mux.HandleFunc("POST /cut", func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	})
	mux.HandleFunc("POST /slow", func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the client has gone
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // an answer to a client that is just going could still reach it
	})
	mux.HandleFunc("POST /flood", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	})
	server := httptest.NewUnstartedServer(mux)
	server.EnableHTTP2 = false // so that a connection can be cut
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer other.Close()
	elsewhere = other.URL
	client := newClient(t, hookhttp.Config{Allow: loopback(), TLS: trust(server)})
	for path, want := range map[string]struct {
		status int
		code   string
		after  time.Duration
	}{
		"/ok": {status: 200}, "/away": {status: 307}, "/none": {status: 404}, "/later": {status: 429, after: 2 * time.Minute},
		"/cut": {code: "connection-cut"}, "/slow": {code: "timeout"}, "/flood": {status: 200},
	} {
		patience := time.Minute
		if want.code == "timeout" {
			patience = time.Second
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		answer, err := client.Post(ctx, server.URL+path, map[string]string{"webhook-id": "msg_1"}, []byte("{}"))
		cancel()
		if (err != nil) != (want.code != "") || err != nil && errs.As(err).Code != want.code || answer.Status != want.status || answer.RetryAfter != want.after {
			t.Errorf("%s: %+v, %v", path, answer, err)
		}
	}
	stranger := newClient(t, hookhttp.Config{Allow: loopback()})
	if _, err := stranger.Post(t.Context(), server.URL+"/ok", nil, nil); errs.As(err).Code != "certificate" {
		t.Error(err)
	}
	server.Close()
	if _, err := client.Post(t.Context(), server.URL+"/ok", nil, nil); errs.As(err).Code != "unreachable" {
		t.Error(err)
	}
}
