// Package sftpstoretest runs SFTP servers on loopback for tests.
package sftpstoretest

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// Speaker answers SFTP on a channel.
type Speaker func(ch ssh.Channel, dir string) error

// InProcess is the server of pkg/sftp, which has no fsync.
func InProcess(ch ssh.Channel, dir string) error {
	s, err := sftp.NewServer(ch, sftp.WithServerWorkingDirectory(dir))
	if err != nil {
		return err
	}
	return s.Serve()
}

// OpenSSH is OpenSSH's own server program, from where unpack-servers.sh put it or from its package.
func OpenSSH(t testing.TB) Speaker {
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

// Server is an SSH server on loopback that lets any user in whose password is "secret".
type Server struct {
	Addr string
	Key  ssh.PublicKey

	lock  sync.Mutex
	conns []net.Conn
}

// Start starts a server with an empty folder; it stops with the test.
func Start(t testing.TB, speak Speaker) *Server {
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
	s, dir := &Server{Addr: l.Addr().String(), Key: signer.PublicKey()}, t.TempDir()
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
		s.Cut()
		jobs.Wait()
	})
	return s
}

// Cut ends all connections.
func (s *Server) Cut() {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, c := range s.conns {
		_ = c.Close()
	}
}

func serve(c net.Conn, cfg *ssh.ServerConfig, speak Speaker, dir string) {
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
