package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/capability/message/smtpmail"
	"cinnabar/internal/capability/pki"
	"cinnabar/internal/capability/registry/registryhttp"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/secret"
	"cinnabar/web"
)

// readHeaderTimeout bounds slow clients; there is no write timeout, since event streams stay open.
const readHeaderTimeout = 10 * time.Second

// stopWithin is how long running requests get when the program is to end.
const stopWithin = 20 * time.Second

func (c *serveCmd) config(e *env) (app.Config, error) {
	cfg, err := c.dataFlags.config(e)
	if err != nil {
		return cfg, err
	}
	cfg.Operator, cfg.PublicURL, cfg.Secure, cfg.UI, cfg.WebhookAllow, cfg.TrustedProxies = c.Operator, c.PublicURL, c.Secure, web.Dist(), c.WebhookAllow, c.TrustedProxy
	if cfg.PublicURL, err = c.publicURL(); err != nil {
		return cfg, err
	}
	if c.SMTPHost != "" {
		password, err := readSecret(c.SMTPPasswordFile)
		if err != nil {
			return cfg, err
		}
		cfg.Mail = &smtpmail.Config{
			Host: c.SMTPHost, Port: c.SMTPPort, TLS: c.SMTPTLS, Username: c.SMTPUser, Password: password, From: c.SMTPFrom, Clock: clock.System{},
		}
	}
	if c.FTPListen != "" {
		ports, err := portRange(c.FTPPorts)
		if err != nil {
			return cfg, err
		}
		cfg.FTP = &app.FTPConfig{
			Listen: c.FTPListen, PublicIP: c.FTPIP, PassivePorts: ports, CertFile: c.FTPTLSCert, KeyFile: c.FTPTLSKey, Plain: c.FTPPlain,
		}
	}
	if cfg.TimeStamps, err = c.timeStamps(); err != nil {
		return cfg, err
	}
	if c.RegistryURL != "" {
		token, err := readSecret(c.RegistryTokenFile)
		if err != nil {
			return cfg, err
		}
		if cfg.Registry, err = registryhttp.New(registryhttp.Config{URL: c.RegistryURL, Token: token}); err != nil {
			return cfg, err
		}
	}
	if cfg.Faces, err = c.faceProvider(); err != nil {
		return cfg, err
	}
	if c.SMSURL != "" {
		key, err := readSecret(c.SMSSecretFile)
		if err != nil {
			return cfg, err
		}
		cfg.SMS = &app.SMSConfig{URL: c.SMSURL, KeyName: c.SMSKey, Secret: key}
	}
	return cfg, nil
}

// timeStamps is nil when the built-in authority stamps and no other ever did.
func (c *serveCmd) timeStamps() (*app.TimeStampConfig, error) {
	if c.TSARoots == "" {
		if c.TSAURL != "" {
			return nil, errors.New("--tsa-url needs --tsa-roots: without the authority's root nobody could verify its time-stamps")
		}
		return nil, nil
	}
	text, err := os.ReadFile(c.TSARoots)
	if err != nil {
		return nil, fmt.Errorf("time-stamp authority: %w", err)
	}
	roots, err := pki.ParseTrust(text)
	if err != nil {
		return nil, fmt.Errorf("time-stamp authority: %s: %w", c.TSARoots, err)
	}
	password, err := readSecret(c.TSAPasswordFile)
	return &app.TimeStampConfig{URL: c.TSAURL, Roots: append(roots.Signers, roots.TimeStamps...), User: c.TSAUser, Password: password}, err
}

// portRange reads "first-last"; empty means any.
func portRange(s string) (ports [2]int, err error) {
	if s == "" {
		return ports, nil
	}
	first, last, ok := strings.Cut(s, "-")
	for i, text := range []string{first, last} {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil || n == 0 || !ok {
			return ports, fmt.Errorf("%q is not a range of ports like 50000-50100", s)
		}
		ports[i] = int(n)
	}
	return ports, nil
}

// publicURL is what links and QR codes begin with: those in contracts can never be corrected.
func (c *serveCmd) publicURL() (string, error) {
	if c.PublicURL == "" {
		if host, _, err := net.SplitHostPort(c.Listen); err == nil && (host == "" || net.ParseIP(host).IsUnspecified()) {
			return "", fmt.Errorf("--listen %s names no host for links and QR codes: give --public-url", c.Listen)
		}
		return scheme(c.TLSCert != "") + c.Listen, nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.Trim(u.Path, "/")+u.RawQuery+u.Fragment != "" || u.User != nil {
		return "", fmt.Errorf("--public-url %q is not an address like https://contracts.example.org", c.PublicURL)
	}
	return u.Scheme + "://" + u.Host, nil
}

func scheme(tls bool) string {
	if tls {
		return "https://"
	}
	return "http://"
}

// readSecret reads a secret from a file, which nobody but its owner may read.
func readSecret(file string) (secret.Secret, error) {
	if file == "" {
		return "", nil
	}
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s holds a secret and can be read by others; chmod 600 it", file)
	}
	b, err := os.ReadFile(file)
	return secret.Secret(trimLine(b)), err
}

func trimLine(b []byte) string {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return string(b)
}

func (c *serveCmd) Run(e *env) error {
	cfg, err := c.config(e)
	if err != nil {
		return err
	}
	hold, err := alone(c.Data, c.Database)
	if err != nil {
		return err
	}
	defer hold.Close()
	var t *tls.Config
	if c.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
		if err != nil {
			return fmt.Errorf("HTTPS certificate: %w", err)
		}
		t = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	l, err := listen(c.Listen, t)
	if err != nil {
		return err
	}
	a, err := app.New(e, cfg)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	listeners := []served{{l, a.Handler()}}
	if c.Metrics != "" {
		m, err := net.Listen("tcp", c.Metrics)
		if err != nil {
			return errors.Join(fmt.Errorf("--metrics: %w", err), l.Close(), a.Close())
		}
		listeners = append(listeners, served{m, a.Metrics.Handler()})
	}
	e.log.Info("serving", "address", l.Addr().String(), "url", cfg.PublicURL)
	return errors.Join(serveAll(e, a, listeners), a.Close())
}

// listen fails at once when the address is taken.
func listen(address string, t *tls.Config) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if t != nil {
		return tls.NewListener(l, t), nil
	}
	return l, nil
}

type served struct {
	net.Listener
	handler http.Handler
}

// serveAll runs the work and the listeners until ctx ends, then stops taking requests, lets the running
// ones finish, and ends the work.
func serveAll(ctx context.Context, a *app.App, list []served) error {
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	worked := make(chan error, 1)
	go func() { worked <- a.Run(work) }()
	failed := make(chan error, len(list))
	var servers []*http.Server
	for _, l := range list {
		s := &http.Server{Handler: l.handler, ReadHeaderTimeout: readHeaderTimeout, MaxHeaderBytes: 64 << 10}
		servers = append(servers, s)
		go func() { failed <- s.Serve(l) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	case err = <-worked:
		worked <- nil
	}
	a.Hub.Close() // ends the event streams, which would keep Shutdown waiting
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	for _, s := range servers {
		err = errors.Join(err, s.Shutdown(bounded))
	}
	stopWork()
	return errors.Join(err, <-worked)
}
