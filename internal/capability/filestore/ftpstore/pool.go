package ftpstore

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"cinnabar/internal/platform/clock"
)

// Config says where the documents are.
type Config struct {
	Addr     string // host:port
	User     string
	Password string
	Base     string      // folder on the server that all paths are below; default that of the login
	TLS      *tls.Config // explicit FTPS; nil: in the clear
	Conns    int         // connections at a time; default 4
	Clock    clock.Clock

	// Wait ends any single wait for the server; default 30 s.
	Wait time.Duration
	// Whole ends a call as a whole, also one that the server feeds drop by drop; default 10 min.
	Whole time.Duration
}

// Store is a folder of documents on a server. It is safe for use by many goroutines.
type Store struct {
	Config
	slots chan struct{} // one for each connection in use
	idle  chan *conn
}

// New makes the store; the first call connects. TLS is at most 1.2 unless TLS.MaxVersion says more: with
// 1.3, vsftpd 3.0.3 throws away the end of uploads (Put notices, but does not get through).
func New(c Config) (*Store, error) {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil || c.User == "" || c.Clock == nil {
		return nil, errors.New("ftpstore: an address with a port, a user and a clock are needed")
	}
	if strings.ContainsAny(c.User+c.Password+c.Base, "\r\n\x00") {
		return nil, errors.New("ftpstore: user, password and base must not contain line breaks")
	}
	if c.Conns <= 0 {
		c.Conns = 4
	}
	if c.Wait <= 0 {
		c.Wait = 30 * time.Second
	}
	if c.Whole <= 0 {
		c.Whole = 10 * time.Minute
	}
	if c.TLS != nil {
		c.TLS = clientTLS(c.TLS, host)
	}
	return &Store{Config: c, slots: make(chan struct{}, c.Conns), idle: make(chan *conn, c.Conns)}, nil
}

func clientTLS(base *tls.Config, host string) *tls.Config {
	t := base.Clone()
	if t.MinVersion == 0 {
		t.MinVersion = tls.VersionTLS12
	}
	if t.MaxVersion == 0 {
		t.MaxVersion = tls.VersionTLS12
	}
	if t.ServerName == "" {
		t.ServerName = host
	}
	return t
}

// Close ends the connections that rest. The store can still be used; it connects anew.
func (s *Store) Close() {
	for {
		select {
		case c := <-s.idle:
			c.quit()
		default:
			return
		}
	}
}

// with does something on a connection, and puts op and path into its error.
func (s *Store) with(ctx context.Context, op, path string, do func(*conn) error) error {
	err := CheckStored(path)
	if op == "put" || op == "get" {
		err = CheckPath(path)
	}
	if err != nil {
		return &Error{Kind: Permanent, Op: op, Path: fmt.Sprintf("%q", path), Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, s.Whole)
	defer cancel()
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return &Error{Kind: Temporary, Op: op, Path: path, Err: ctx.Err()}
	}
	c, err := s.connect(ctx)
	if err == nil {
		err = c.during(ctx, do)
		s.giveBack(c)
	}
	return named(err, op, path)
}

func named(err error, op, path string) error {
	var e *Error
	if errors.As(err, &e) {
		e.Op, e.Path = op, path
	}
	return err
}

// connect takes a connection that rests and still answers, or makes a new one.
func (s *Store) connect(ctx context.Context) (*conn, error) {
	for {
		select {
		case c := <-s.idle:
			if c.during(ctx, func(c *conn) error { return c.ftp.NoOp() }) == nil {
				return c, nil
			}
			c.drop()
		default:
			return dial(ctx, s.Config)
		}
	}
}

func (s *Store) giveBack(c *conn) {
	if c.broken {
		c.drop()
		return
	}
	select {
	case s.idle <- c:
	default:
		c.quit()
	}
}
