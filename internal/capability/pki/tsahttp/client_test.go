package tsahttp_test

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"net/http"
	"testing"
	"time"

	"cinnabar/internal/capability/pki/tsahttp"
	"cinnabar/internal/capability/pki/tsahttp/tsatest"
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

// client asks the authority and gives up after timeout.
func client(t *testing.T, a *tsatest.Authority, timeout time.Duration) *tsahttp.Client {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(a.Root)
	c, err := tsahttp.New(tsahttp.Deps{
		URL: a.URL, HTTP: &http.Client{Timeout: timeout}, Clock: clock.System{}, Roots: roots, User: tsatest.User, Password: tsatest.Password,
	})
	must(t, err)
	return c
}

// Proves PLT-10.
func TestTakesTimeStampsFromOutside_PLT10(t *testing.T) {
	t.Parallel()
	imprint := sha256.Sum256([]byte("contract"))
	der, err := client(t, tsatest.Start(t), 30*time.Second).Timestamp(context.Background(), imprint[:])
	must(t, err)
	token, rest, err := cms.ParseToken(der)
	must(t, err)
	if err := token.Verify(imprint[:]); err != nil || len(rest) > 0 || len(token.Certificates) != 3 || !cms.OnlyTimeStamping(token.Certificate) {
		t.Errorf("%v, %d certificates", err, len(token.Certificates))
	}
}

// An authority that is down, slow, answers something else, or whose answer no verifier would accept.
// Proves PLT-10.
func TestWrongAnswersAreUnavailable_PLT10(t *testing.T) {
	t.Parallel()
	imprint := sha256.Sum256([]byte("contract"))
	a := tsatest.Start(t)
	for _, mood := range tsatest.Bad() {
		a.Be(mood)
		timeout := 30 * time.Second
		if mood == tsatest.Slow {
			timeout = 200 * time.Millisecond
		}
		_, err := client(t, a, timeout).Timestamp(context.Background(), imprint[:])
		if !errors.Is(err, errs.Unavailable) || errs.As(err).Code != "time-stamp-authority" {
			t.Errorf("%s: %v", mood, err)
		}
	}
	a.Be(tsatest.Good)
	if _, err := client(t, a, 30*time.Second).Timestamp(context.Background(), imprint[:]); err != nil {
		t.Errorf("in a good mood again: %v", err)
	}
	if _, err := tsahttp.New(tsahttp.Deps{URL: "file:///etc/passwd", HTTP: http.DefaultClient, Clock: clock.System{}, Roots: x509.NewCertPool()}); err == nil {
		t.Error("a file was taken for an authority")
	}
}
