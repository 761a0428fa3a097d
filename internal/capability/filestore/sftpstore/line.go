package sftpstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path"
	"sync"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/platform/clock"
)

// Config says where the documents are.
type Config struct {
	Addr    string // host:port
	User    string
	Auth    []ssh.AuthMethod // password or key
	HostKey ssh.PublicKey    // of the server; no other is talked to
	Base    string           // folder that all paths are below; default that of the login
	Clock   clock.Clock
	Wait    time.Duration // ends connecting; default 30 s
	Whole   time.Duration // ends a call; default 2 min
}

// Store is a folder of documents on a server. It is safe for use by many goroutines, which share a
// connection; when a call runs out of time, the connection is closed under all of them.
type Store struct {
	Config
	lock   sync.Mutex
	client *sftp.Client
	ssh    *ssh.Client
}

// New makes the store; the first call connects.
func New(c Config) (*Store, error) {
	if c.Addr == "" || c.User == "" || len(c.Auth) == 0 || c.HostKey == nil || c.Clock == nil {
		return nil, errors.New("sftpstore: all of address, user, password or key, host key and clock are needed")
	}
	if c.Wait <= 0 {
		c.Wait = 30 * time.Second
	}
	if c.Whole <= 0 {
		c.Whole = 2 * time.Minute
	}
	return &Store{Config: c}, nil
}

// Close ends the connection. The store can still be used; it connects anew.
func (s *Store) Close() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.hangUp()
}

// hangUp is called with the lock held.
func (s *Store) hangUp() {
	if s.ssh != nil {
		_ = s.ssh.Close()
		_ = s.client.Close()
		s.ssh, s.client = nil, nil
	}
}

// at is a path as the server knows it; "." is where the login leads to.
func (s *Store) at(p string) string { return path.Join(".", s.Base, p) }

// with does something on the connection, and puts op and path into its error.
func (s *Store) with(ctx context.Context, op, p string, do func(*sftp.Client) error) error {
	err := ftpstore.CheckStored(p)
	if op == "put" || op == "get" {
		err = ftpstore.CheckPath(p)
	}
	if err != nil {
		return &ftpstore.Error{Kind: ftpstore.Permanent, Op: op, Path: fmt.Sprintf("%q", p), Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, s.Whole)
	defer cancel()
	c, err := s.connect(ctx)
	if err == nil {
		release := context.AfterFunc(ctx, func() { s.drop(c) })
		if err = do(c); lost(err) {
			s.drop(c)
		}
		if !release() && err != nil {
			err = errors.Join(err, ctx.Err())
		}
	}
	var e *ftpstore.Error
	if errors.As(err, &e) {
		e.Op, e.Path = op, p
	}
	return err
}

// drop closes a connection, unless there is a new one already.
func (s *Store) drop(c *sftp.Client) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.client == c {
		s.hangUp()
	}
}

func (s *Store) connect(ctx context.Context) (*sftp.Client, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.client != nil {
		return s.client, nil
	}
	d := net.Dialer{Timeout: s.Wait}
	raw, err := d.DialContext(ctx, "tcp", s.Addr)
	if err != nil {
		return nil, &ftpstore.Error{Kind: ftpstore.Temporary, Err: fmt.Errorf("connect: %w", err)}
	}
	release := context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer release()
	if err := s.login(raw); err != nil {
		_ = raw.Close()
		return nil, errors.Join(err, ctx.Err())
	}
	return s.client, nil
}

func (s *Store) login(raw net.Conn) error {
	if err := raw.SetDeadline(s.Clock.Now().Add(s.Wait)); err != nil {
		return &ftpstore.Error{Kind: ftpstore.Temporary, Err: err}
	}
	conn, chans, reqs, err := ssh.NewClientConn(raw, s.Addr, &ssh.ClientConfig{
		User: s.User, Auth: s.Auth, HostKeyAlgorithms: algorithms(s.HostKey),
		HostKeyCallback: only(s.HostKey),
	})
	if err != nil {
		// Another host key, or a refused login; the line was there.
		kind := ftpstore.Permanent
		if offline := net.Error(nil); errors.As(err, &offline) || errors.Is(err, io.EOF) {
			kind = ftpstore.Temporary
		}
		return &ftpstore.Error{Kind: kind, Err: fmt.Errorf("log in: %w", err)}
	}
	c := ssh.NewClient(conn, chans, reqs)
	client, err := sftp.NewClient(c, sftp.UseConcurrentWrites(true))
	if err != nil {
		return &ftpstore.Error{Kind: ftpstore.Temporary, Err: errors.Join(fmt.Errorf("begin SFTP: %w", err), c.Close())}
	}
	s.ssh, s.client = c, client
	return raw.SetDeadline(time.Time{})
}

// lost tells whether there may be no connection any more: whoever asked got no answer. The library has many
// words for that, one for each place where a line can break.
func lost(err error) bool {
	var e *ftpstore.Error
	return errors.As(err, &e) && e.Code == 0 && (e.Kind == ftpstore.Temporary || e.Kind == ftpstore.Unknown)
}

// failed classifies an error of the server; gone is the kind for when there was no answer.
func failed(gone ftpstore.Kind, err error) *ftpstore.Error {
	kind, code := gone, 0
	var status *sftp.StatusError
	switch {
	case errors.Is(err, os.ErrNotExist):
		kind = ftpstore.Absent
	case errors.Is(err, os.ErrPermission):
		kind = ftpstore.Permanent
	case errors.As(err, &status):
		// SFTP 3 has one code for a full disk and for all else that goes wrong.
		kind, code = ftpstore.Temporary, int(status.Code)
	}
	return &ftpstore.Error{Kind: kind, Code: code, Err: err}
}
