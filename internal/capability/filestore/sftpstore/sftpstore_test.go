package sftpstore_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
	"cinnabar/internal/capability/filestore/sftpstore"
	"cinnabar/internal/platform/clock"
)

// speaker answers SFTP on a channel.
type speaker func(ch ssh.Channel, dir string) error

// inProcess is the server of pkg/sftp, which has no fsync.
func inProcess(ch ssh.Channel, dir string) error {
	s, err := sftp.NewServer(ch, sftp.WithServerWorkingDirectory(dir))
	if err != nil {
		return err
	}
	return s.Serve()
}

// openSSH is OpenSSH's own server program, from where unpack-servers.sh put it or from its package.
func openSSH(t *testing.T) speaker {
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(cache, "cinnabar", "ftp-servers", "usr", "lib", "openssh", "sftp-server")
	if _, err := os.Stat(bin); err != nil {
		bin = "/usr/lib/openssh/sftp-server"
	}
	if _, err := os.Stat(bin); err != nil {
		t.Skip("sftp-server is not here: run ftpstoretest/unpack-servers.sh")
	}
	return func(ch ssh.Channel, dir string) error {
		cmd := exec.Command(bin, "-d", dir)
		cmd.Stdin, cmd.Stdout = ch, ch
		return cmd.Run()
	}
}

// server is an SSH server on loopback that knows one user.
type server struct {
	addr string
	key  ssh.PublicKey

	lock  sync.Mutex
	conns []net.Conn
}

func start(t *testing.T, speak speaker) *server {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cfg := &ssh.ServerConfig{PasswordCallback: func(_ ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
		if string(password) != "secret" {
			return nil, errors.New("wrong")
		}
		return nil, nil
	}}
	cfg.AddHostKey(signer)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, dir := &server{addr: l.Addr().String(), key: signer.PublicKey()}, t.TempDir()
	var jobs sync.WaitGroup
	jobs.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.lock.Lock()
			s.conns = append(s.conns, c)
			s.lock.Unlock()
			jobs.Go(func() { serve(c, cfg, speak, dir) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		s.cut()
		jobs.Wait()
	})
	return s
}

// cut ends all connections.
func (s *server) cut() {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, c := range s.conns {
		_ = c.Close()
	}
}

func serve(c net.Conn, cfg *ssh.ServerConfig, speak speaker, dir string) {
	defer c.Close()
	_, chans, reqs, err := ssh.NewServerConn(c, cfg)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(reqs)
	for offer := range chans {
		ch, asked, err := offer.Accept()
		if err != nil {
			return
		}
		for r := range asked {
			_ = r.Reply(r.Type == "subsystem", nil)
			if r.Type == "subsystem" {
				go ssh.DiscardRequests(asked)
				_ = speak(ch, dir)
				_ = ch.Close()
				break
			}
		}
	}
}

func open(t *testing.T, s *server, change func(*sftpstore.Config)) *sftpstore.Store {
	t.Helper()
	cfg := sftpstore.Config{Addr: s.addr, User: "u", Auth: []ssh.AuthMethod{ssh.Password("secret")}, HostKey: s.key, Clock: clock.System{}}
	if change != nil {
		change(&cfg)
	}
	store, err := sftpstore.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return store
}

// Proves DOC-4.
func TestDocumentsOverSFTP_DOC4(t *testing.T) {
	t.Parallel()
	t.Run("pkg-sftp", func(t *testing.T) {
		t.Parallel()
		ftpstoretest.Run(t, open(t, start(t, inProcess), nil))
	})
	t.Run("openssh", func(t *testing.T) {
		t.Parallel()
		ftpstoretest.Run(t, open(t, start(t, openSSH(t)), nil))
	})
}

func TestOtherHostKeyAndPasswordArePermanent(t *testing.T) {
	t.Parallel()
	a, b := start(t, inProcess), start(t, inProcess)
	doc, _ := ftpstoretest.NewDocument(10)
	for what, change := range map[string]func(*sftpstore.Config){
		"host key": func(c *sftpstore.Config) { c.HostKey = b.key },
		"password": func(c *sftpstore.Config) { c.Auth = []ssh.AuthMethod{ssh.Password("wrong")} },
	} {
		if err := open(t, a, change).Verify(t.Context(), doc); ftpstore.KindOf(err) != ftpstore.Permanent {
			t.Errorf("another %s: %v", what, err)
		}
	}
}

// dying gives half of a body, and then ends the connections.
type dying struct {
	io.Reader
	s *server
}

func (d dying) Read(p []byte) (int, error) {
	n, err := d.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		d.s.cut()
	}
	return n, err
}

// Proves DOC-5.
func TestServerThatDiesIsConnectedToAnew_DOC5(t *testing.T) {
	t.Parallel()
	s := start(t, openSSH(t))
	store := open(t, s, nil)
	doc, body := ftpstoretest.NewDocument(3_000_000)
	if err := store.Put(t.Context(), doc, dying{bytes.NewReader(body), s}); ftpstore.KindOf(err) != ftpstore.Temporary {
		t.Fatalf("put: %v", err)
	}
	if _, err := store.Stat(t.Context(), doc.Path); !errors.Is(err, ftpstore.Absent) {
		t.Fatalf("after the cut: %v", err)
	}
	if err := store.Put(t.Context(), doc, bytes.NewReader(body)); err != nil {
		t.Fatal(err)
	}
	if err := store.Verify(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
}

func TestStalledServerEndsWithTheContext(t *testing.T) {
	t.Parallel()
	s := start(t, func(ch ssh.Channel, dir string) error {
		_, err := io.Copy(io.Discard, ch) // never answers
		return err
	})
	store := open(t, s, nil)
	doc, _ := ftpstoretest.NewDocument(10)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := store.Verify(ctx, doc); err == nil {
		t.Fatal("verified by a server that never answers")
	}
}
