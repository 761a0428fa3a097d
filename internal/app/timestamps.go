package app

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"net/http"
	"os"
	"time"

	"cinnabar/internal/capability/pki/tsahttp"
	"cinnabar/internal/platform/secret"
)

// TimeStampConfig is an outside time-stamp authority (RFC 3161 over HTTP).
type TimeStampConfig struct {
	URL      string              // empty: the built-in one stamps, the roots count for what is old
	Roots    []*x509.Certificate // to which the certificates of present and former authorities lead
	User     string              // for basic authentication; empty: none
	Password secret.Secret
	Timeout  time.Duration // for one time-stamp; default 10 s
}

const (
	timeStampTimeout = 10 * time.Second
	// timeStampReserve is kept in files for a signature with the largest token that is taken.
	timeStampReserve = 3_000 + tsahttp.MaxToken
)

// openTimeStamps has the outside authority stamp from now on, and trusts those that did before.
func (a *App) openTimeStamps() (err error) {
	c := a.TimeStamps
	if c == nil {
		return nil
	}
	a.authority.trust.TimeStamps = c.Roots
	if c.URL == "" {
		return nil
	}
	timeout := c.Timeout
	if timeout == 0 {
		timeout = timeStampTimeout
	}
	a.authority.tsa, err = tsahttp.New(tsahttp.Deps{
		URL: c.URL, HTTP: &http.Client{Timeout: timeout}, Clock: a.Clock, Roots: a.authority.TimeStampRoots(), User: c.User, Password: c.Password,
	})
	return err
}

// timeStampsOutside tells whether another authority stamps.
func (a *App) timeStampsOutside() bool { return a.TimeStamps != nil && a.TimeStamps.URL != "" }

// reserved is what signatures need in files.
func (a *App) reserved() int {
	if a.timeStampsOutside() {
		return timeStampReserve
	}
	return 0 // enough for the built-in one
}

// proveTimeStamps asks the outside authority once, so that a wrong setting shows in the log at the start and not
// when somebody signs. It stops nothing.
func (a *App) proveTimeStamps(ctx context.Context) error {
	if !a.timeStampsOutside() {
		return nil
	}
	imprint := sha256.Sum256(nil)
	if _, err := a.authority.Timestamp(ctx, imprint[:]); err != nil && ctx.Err() == nil {
		a.Log.ErrorContext(ctx, "nothing can be signed: the outside time-stamp authority gives none that can be used", "error", err)
	}
	return nil
}

// TrustAnchorFile is where the root certificates stand for verifiers.
func (a *App) TrustAnchorFile() string { return a.path("trust-anchor.pem") }

// writeTrust writes that file. Commands beside the server know of no outside authority: they leave it as it is.
// Whoever reads the file meanwhile sees the former one or the new one, never a part.
func (a *App) writeTrust() error {
	fresh := a.TrustAnchorFile() + ".new"
	if err := os.WriteFile(fresh, a.authority.TrustAnchorPEM(), 0o644); err != nil {
		return err
	}
	return os.Rename(fresh, a.TrustAnchorFile())
}
