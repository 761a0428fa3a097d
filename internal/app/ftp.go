package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/filestore/diskstore"
	"cinnabar/internal/capability/filestore/folderstore"
	"cinnabar/internal/capability/filestore/ftpaccount"
	"cinnabar/internal/capability/filestore/ftpserve"
	"cinnabar/internal/capability/pki"
	"cinnabar/internal/platform/clock"
)

// FTPConfig sets up the built-in FTP and explicit FTPS server.
type FTPConfig struct {
	Listen       string // address of the control connection
	PublicIP     string // IPv4 address told to clients; default that which they came to
	PassivePorts [2]int // first and last port for data; default any
	CertFile     string // certificate (PEM) for FTPS; default: one of the own authority, made with every start
	KeyFile      string
	Plain        bool // also talk in the clear; else TLS is a must
}

// openDepot opens the folder of the FTP server: ftp/documents is the built-in store, ftp/clients holds the
// inboxes and outboxes.
func (a *App) openDepot(disk *diskstore.Store) error {
	root, err := filepath.Abs(a.path("ftp"))
	if err != nil {
		return err
	}
	builtIn, err := folderstore.New(filepath.Join(root, "documents"))
	if err != nil {
		return err
	}
	a.closing(builtIn.Close)
	a.Depot, err = depot.New(depot.Deps{DB: a.DB, Clock: a.Clock, Log: a.Log, Copies: disk, Vault: a.Vault, BuiltIn: builtIn})
	if err != nil {
		return err
	}
	a.closing(a.Depot.Close)
	a.Accounts, err = ftpaccount.New(ftpaccount.Deps{
		DB: a.DB, Clock: a.Clock, Vault: a.Vault, Root: filepath.Join(root, "clients"), Ended: a.endSessions,
	})
	return err
}

// endSessions ends the FTP sessions of an account.
func (a *App) endSessions(account string) {
	if a.ftp != nil {
		a.ftp.End(account)
	}
}

// openFTP begins to listen, if that is wanted.
func (a *App) openFTP(context.Context) error {
	if a.FTP == nil {
		return nil
	}
	certificate, err := a.ftpCertificate()
	if err != nil {
		return err
	}
	server, err := ftpserve.New(ftpserve.Deps{
		Accounts: a.Accounts, Clock: a.Clock, Log: a.Log, Addr: a.FTP.Listen, PublicIP: a.FTP.PublicIP, PassivePorts: a.FTP.PassivePorts,
		TLS: &tls.Config{GetCertificate: certificate, MinVersion: tls.VersionTLS12}, RequireTLS: !a.FTP.Plain,
		Appeared: func(context.Context, string, string) { a.Inbox.Appeared() },
	})
	if err != nil {
		return err
	}
	a.ftp = server
	a.closing(server.Close)
	return nil
}

// FTPAddr is where the FTP server listens; empty when it does not.
func (a *App) FTPAddr() string {
	if a.ftp == nil {
		return ""
	}
	return a.ftp.Addr().String()
}

type certificateSource func(*tls.ClientHelloInfo) (*tls.Certificate, error)

func (a *App) ftpCertificate() (certificateSource, error) {
	if a.FTP.CertFile == "" {
		own := &serverCertificate{bundle: a.authority.bundle, hosts: a.ftpHosts(), clock: a.Clock}
		_, err := own.get(nil)
		return own.get, err
	}
	pair, err := tls.LoadX509KeyPair(a.FTP.CertFile, a.FTP.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("FTPS certificate: %w", err)
	}
	return func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &pair, nil }, nil
}

// ftpHosts are the names under which clients reach the server.
func (a *App) ftpHosts() []string {
	hosts := []string{"localhost", "127.0.0.1", "::1"}
	if u, err := url.Parse(a.PublicURL); err == nil && u.Hostname() != "" {
		hosts = append([]string{u.Hostname()}, hosts...)
	}
	if a.FTP.PublicIP != "" {
		hosts = append(hosts, a.FTP.PublicIP)
	}
	return hosts
}

// serverCertificate is a certificate of the own authority, which is renewed a month before it ends.
type serverCertificate struct {
	bundle *pki.Bundle
	hosts  []string
	clock  clock.Clock

	lock sync.Mutex
	pair *tls.Certificate
}

const renewBefore = 30 * 24 * time.Hour

func (s *serverCertificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.pair != nil && s.clock.Now().Add(renewBefore).Before(s.pair.Leaf.NotAfter) {
		return s.pair, nil
	}
	key, err := pki.NewKey()
	if err != nil {
		return nil, err
	}
	leaf, err := s.bundle.IssueForServer(s.hosts, key.Public(), s.clock)
	if err != nil {
		return nil, err
	}
	s.pair = &tls.Certificate{PrivateKey: key, Leaf: leaf}
	for _, c := range s.bundle.Chain(leaf) {
		s.pair.Certificate = append(s.pair.Certificate, c.Raw)
	}
	return s.pair, nil
}
