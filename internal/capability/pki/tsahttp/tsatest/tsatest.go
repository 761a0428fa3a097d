// Package tsatest serves time-stamps by openssl, an implementation that is not ours, behind HTTP, and can be put
// into bad moods. Its tokens are like those of public authorities: by an RSA key, with the chain sent along.
package tsatest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/pdf/pades/cms"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/testtool"
)

// Mood is how the authority answers.
type Mood string

const (
	Good        Mood = "good"
	Down        Mood = "down"
	Slow        Mood = "slow"         // never answers
	Refuses     Mood = "refuses"      // as the protocol says
	Page        Mood = "page"         // of a proxy
	Endless     Mood = "endless"      // more than any token
	WrongNonce  Mood = "wrong-nonce"  // an answer to another question
	WrongDigest Mood = "wrong-digest" // a time-stamp over something else
	NoUsage     Mood = "no-usage"     // a certificate that is not for time-stamps
	WrongClock  Mood = "wrong-clock"  // an hour late
	Foreign     Mood = "foreign"      // a certificate under another root
)

// Bad are all moods but Good.
func Bad() []Mood {
	return []Mood{Down, Slow, Refuses, Page, Endless, WrongNonce, WrongDigest, NoUsage, WrongClock, Foreign}
}

// User and Password are what the authority wants by basic authentication.
const (
	User     = "sample"
	Password = "sample-password"
)

// Authority is a running one.
type Authority struct {
	URL   string
	Root  *x509.Certificate
	Asked chan struct{} // has an element after a request came in

	dir   string
	home  house
	other house
	lock  sync.Mutex
	mood  Mood
	given int
}

// Start serves until the test ends. It needs openssl (testtool).
func Start(t *testing.T) *Authority {
	t.Helper()
	testtool.Need(t, "openssl")
	a := &Authority{dir: t.TempDir(), mood: Good, Asked: make(chan struct{}, 1)}
	var err error
	if a.home, err = build("Sample TSA"); err == nil {
		a.other, err = build("Other TSA")
	}
	if err = errors.Join(err, a.configure()); err != nil {
		t.Fatal(err)
	}
	a.Root = a.home.root
	s := httptest.NewServer(http.HandlerFunc(a.answer))
	t.Cleanup(s.Close)
	a.URL = s.URL
	return a
}

// Be changes the mood.
func (a *Authority) Be(m Mood) {
	a.lock.Lock()
	defer a.lock.Unlock()
	a.mood = m
}

// Given is how many time-stamps openssl made.
func (a *Authority) Given() int {
	a.lock.Lock()
	defer a.lock.Unlock()
	return a.given
}

func (a *Authority) answer(w http.ResponseWriter, r *http.Request) {
	query, err := io.ReadAll(r.Body)
	if user, password, _ := r.BasicAuth(); err != nil || user != User || password != Password {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	a.lock.Lock()
	mood := a.mood
	a.lock.Unlock()
	select {
	case a.Asked <- struct{}{}:
	default:
	}
	var out []byte
	switch mood {
	case Down:
		w.WriteHeader(http.StatusBadGateway)
		return
	case Slow:
		<-r.Context().Done()
		return
	case Page:
		out = []byte("<html>")
	case Endless:
		out = make([]byte, 1<<20)
	default:
		out, err = a.reply(r.Context(), mood, query)
	}
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = w.Write(out)
}

// question is a TimeStampReq (RFC 3161 2.4.1).
type question struct {
	Version int
	Imprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	Nonce    *big.Int
	WithCert bool
}

func (a *Authority) reply(ctx context.Context, m Mood, query []byte) ([]byte, error) {
	var q question
	if _, err := asn1.Unmarshal(query, &q); err != nil {
		return nil, err
	}
	switch m {
	case NoUsage:
		return a.home.stamp(ctx, q, a.home.useless, 0)
	case WrongClock:
		return a.home.stamp(ctx, q, a.home.leaf, -time.Hour)
	case Foreign:
		return a.other.stamp(ctx, q, a.other.leaf, 0)
	case WrongNonce:
		q.Nonce = new(big.Int).Add(q.Nonce, big.NewInt(1))
	case WrongDigest:
		q.Imprint.Digest[0] ^= 1
	case Refuses:
		q.Imprint.Algorithm.Algorithm = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 7} // SHA3-224
	}
	query, err := asn1.Marshal(q)
	if err != nil {
		return nil, err
	}
	return a.openssl(ctx, query)
}

func (a *Authority) path(name string) string { return filepath.Join(a.dir, name) }

// openssl runs one after another: they count serial numbers in a file.
func (a *Authority) openssl(ctx context.Context, query []byte) ([]byte, error) {
	a.lock.Lock()
	defer a.lock.Unlock()
	if err := os.WriteFile(a.path("query"), query, 0o600); err != nil {
		return nil, err
	}
	a.given++
	return exec.CommandContext(ctx, "openssl", "ts", "-reply", "-config", a.path("tsa.cnf"), "-queryfile", a.path("query")).Output()
}

func (a *Authority) configure() error {
	key, err := x509.MarshalPKCS8PrivateKey(a.home.key)
	if err != nil {
		return err
	}
	chain := append(certificate(a.home.issuing), certificate(a.home.root)...)
	text := "[tsa]\ndefault_tsa=t\n[t]\nserial=" + a.path("serial") + "\nsigner_cert=" + a.path("cert.pem") + "\nsigner_key=" + a.path("key.pem") +
		"\ncerts=" + a.path("chain.pem") + "\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\naccuracy=secs:1\ness_cert_id_chain=yes\ness_cert_id_alg=sha256\n"
	for name, data := range map[string][]byte{
		"key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), "cert.pem": certificate(a.home.leaf), "chain.pem": chain,
		"serial": []byte("01\n"), "tsa.cnf": []byte(text),
	} {
		err = errors.Join(err, os.WriteFile(a.path(name), data, 0o600))
	}
	return err
}

func certificate(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

// house is a root, what issues under it, and two certificates of one key: for time-stamps, and for something else.
type house struct {
	root, issuing, leaf, useless *x509.Certificate
	key                          *rsa.PrivateKey
}

func build(name string) (h house, err error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return h, err
	}
	if h.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return h, err
	}
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		return h, err
	}
	stamps := []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}}
	now := clock.System{}.Now()
	issue := func(into **x509.Certificate, what string, parent *x509.Certificate, public crypto.PublicKey, extra []pkix.Extension) {
		t := &x509.Certificate{
			Subject: pkix.Name{CommonName: name + " " + what, Country: []string{"CN"}}, SerialNumber: big.NewInt(now.UnixNano()),
			NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(10, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: extra,
		}
		if public == rootKey.Public() {
			t.IsCA, t.BasicConstraintsValid, t.KeyUsage = true, true, x509.KeyUsageCertSign
		}
		if parent == nil {
			parent = t
		}
		der, failed := x509.CreateCertificate(rand.Reader, t, parent, public, rootKey)
		if failed == nil {
			*into, failed = x509.ParseCertificate(der)
		}
		err = errors.Join(err, failed)
	}
	issue(&h.root, "root", nil, rootKey.Public(), nil)
	issue(&h.issuing, "issuing", h.root, rootKey.Public(), nil)
	issue(&h.leaf, "unit", h.issuing, h.key.Public(), stamps)
	issue(&h.useless, "web", h.issuing, h.key.Public(), nil)
	return h, err
}

// stamp answers as openssl refuses to: by a certificate or at a time that is not in order.
func (h house) stamp(ctx context.Context, q question, by *x509.Certificate, late time.Duration) ([]byte, error) {
	token, err := cms.NewToken(ctx, cms.TokenRequest{
		Imprint: q.Imprint.Digest, Time: clock.System{}.Now().Add(late), Serial: q.Nonce, Nonce: q.Nonce,
		Policy: asn1.ObjectIdentifier{1, 2, 3, 4}, Signer: h.key, Certificate: by,
	})
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(struct {
		Status struct{ Code int }
		Token  asn1.RawValue
	}{Token: asn1.RawValue{FullBytes: token}})
}
