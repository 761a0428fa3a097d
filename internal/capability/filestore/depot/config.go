package depot

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"cinnabar/internal/capability/filestore/folderstore"
	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/capability/filestore/sftpstore"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// Kind is how a store is reached.
type Kind string

const (
	Folder Kind = "folder" // on this machine, or mounted; each replica must see the same
	FTP    Kind = "ftp"    // in the clear
	FTPS   Kind = "ftps"   // explicit, RFC 4217
	SFTP   Kind = "sftp"
)

// Config says where a store is.
type Config struct {
	Name     string        // lower-case letters, digits, hyphens
	Kind     Kind          //
	Address  string        // host:port; not for a Folder
	User     string        //
	Password secret.Secret // or, for SFTP, a private key (PEM). Empty when changing: it stays as it is
	Folder   string        // that all paths are below; absolute for a Folder, default that of the login else
	CA       string        // certificates (PEM) to trust for FTPS; empty: those of the system
	HostKey  string        // of an SFTP server, as in authorized_keys
	TLS13    bool          // allow TLS 1.3 for FTPS; vsftpd 3.0.3 loses the end of uploads then
}

var storeName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// check tells which entries are wrong.
func (c Config) check() error {
	var wrong []errs.Field
	refuse := func(bad bool, pointer, code string) {
		if bad {
			wrong = append(wrong, errs.Field{Pointer: pointer, Code: code})
		}
	}
	refuse(!storeName.MatchString(c.Name) || c.Name == BuiltIn, "/name", "malformed")
	_, port, err := net.SplitHostPort(c.Address)
	switch c.Kind {
	case Folder:
		refuse(!filepath.IsAbs(c.Folder), "/folder", "malformed")
	case FTP, FTPS, SFTP:
		refuse(err != nil || port == "", "/address", "malformed")
		refuse(c.User == "", "/user", "missing")
		refuse(strings.ContainsAny(c.User+c.Password.Reveal()+c.Folder, "\x00") || c.Kind != SFTP && strings.ContainsAny(c.User+c.Password.Reveal()+c.Folder, "\r\n"), "/password", "malformed")
	default:
		refuse(true, "/kind", "unknown")
	}
	if c.Kind == FTPS && c.CA != "" {
		refuse(!x509.NewCertPool().AppendCertsFromPEM([]byte(c.CA)), "/ca", "malformed")
	}
	if c.Kind == SFTP {
		_, err := c.hostKey()
		refuse(c.HostKey == "", "/hostKey", "missing")
		refuse(c.HostKey != "" && err != nil, "/hostKey", "malformed")
	}
	if len(wrong) > 0 {
		return errs.Wrong(wrong...)
	}
	return nil
}

func (c Config) hostKey() (ssh.PublicKey, error) {
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(c.HostKey))
	return key, err
}

// Fingerprint is that of the trusted host key (SHA256:…); empty where there is none.
func (c Config) Fingerprint() string {
	key, err := c.hostKey()
	if err != nil {
		return ""
	}
	return ssh.FingerprintSHA256(key)
}

// opened is a store that can be used.
type opened struct {
	Store
	version int64
	close   func()
}

// connect makes the store of a configuration; nothing is connected to yet, but a Folder is made.
func (c Config) connect(clk clock.Clock, wait time.Duration) (opened, error) {
	switch c.Kind {
	case Folder:
		s, err := folderstore.New(c.Folder)
		if err != nil {
			return opened{}, &ftpstore.Error{Kind: ftpstore.Temporary, Op: "open", Path: c.Folder, Err: err}
		}
		return opened{Store: s, close: func() { _ = s.Close() }}, nil
	case SFTP:
		return c.connectSFTP(clk, wait)
	}
	f := ftpstore.Config{Addr: c.Address, User: c.User, Password: c.Password.Reveal(), Base: c.Folder, Clock: clk, Wait: wait}
	if c.Kind == FTPS {
		f.TLS = c.tls()
	}
	s, err := ftpstore.New(f)
	if err != nil {
		return opened{}, err
	}
	return opened{Store: s, close: s.Close}, nil
}

func (c Config) tls() *tls.Config {
	t := &tls.Config{MinVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(32)}
	if c.CA != "" {
		t.RootCAs = x509.NewCertPool()
		t.RootCAs.AppendCertsFromPEM([]byte(c.CA))
	}
	if c.TLS13 {
		t.MaxVersion = tls.VersionTLS13
	}
	return t
}

func (c Config) connectSFTP(clk clock.Clock, wait time.Duration) (opened, error) {
	key, err := c.hostKey()
	if err != nil {
		return opened{}, err
	}
	auth := ssh.Password(c.Password.Reveal())
	if strings.HasPrefix(c.Password.Reveal(), "-----BEGIN") {
		signer, err := ssh.ParsePrivateKey([]byte(c.Password.Reveal()))
		if err != nil {
			return opened{}, errs.Wrong(errs.Field{Pointer: "/password", Code: "malformed"})
		}
		auth = ssh.PublicKeys(signer)
	}
	s, err := sftpstore.New(sftpstore.Config{Addr: c.Address, User: c.User, Auth: []ssh.AuthMethod{auth}, HostKey: key, Base: c.Folder, Clock: clk, Wait: wait})
	if err != nil {
		return opened{}, err
	}
	return opened{Store: s, close: s.Close}, nil
}

// sealing names whose key a store's password is sealed under, and where it stands.
func sealing(name string) (secret.Subject, string) {
	return secret.Subject("depot-store/" + name), "depot_store.password/" + name
}

// open finds a store by its name, as it is configured now.
func (s *Service) open(ctx context.Context, name string) (Store, error) {
	if name == BuiltIn {
		return s.BuiltIn, nil
	}
	version, err := storeVersion(ctx, s.DB, name)
	if err != nil {
		return nil, err
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	old, ok := s.cache[name]
	if ok && old.version == version {
		return old, nil
	}
	c, version, err := s.config(ctx, name)
	if err != nil {
		return nil, err
	}
	o, err := c.connect(s.Clock, s.Wait)
	if err != nil {
		return nil, told(name, err)
	}
	if ok {
		old.close() // what runs on it ends with its connection
	}
	o.version = version
	s.cache[name] = o
	return o, nil
}

// config reads a configuration with its password.
func (s *Service) config(ctx context.Context, name string) (Config, int64, error) {
	c, sealed, version, err := readStore(ctx, s.DB, name)
	if err != nil {
		return c, 0, err
	}
	subject, at := sealing(name)
	plain, err := s.Vault.Open(ctx, s.DB, subject, at, sealed)
	c.Password = secret.Secret(plain)
	return c, version, err
}
