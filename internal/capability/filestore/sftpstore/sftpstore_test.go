package sftpstore_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
	"cinnabar/internal/capability/filestore/sftpstore"
	"cinnabar/internal/capability/filestore/sftpstore/sftpstoretest"
	"cinnabar/internal/platform/clock"
)

func open(t *testing.T, s *sftpstoretest.Server, change func(*sftpstore.Config)) *sftpstore.Store {
	t.Helper()
	cfg := sftpstore.Config{Addr: s.Addr, User: "u", Auth: []ssh.AuthMethod{ssh.Password("secret")}, HostKey: s.Key, Clock: clock.System{}}
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
		ftpstoretest.Run(t, open(t, sftpstoretest.Start(t, sftpstoretest.InProcess), nil))
	})
	t.Run("openssh", func(t *testing.T) {
		t.Parallel()
		ftpstoretest.Run(t, open(t, sftpstoretest.Start(t, sftpstoretest.OpenSSH(t)), nil))
	})
}

// A wrong password and another host key are told apart, also where the new key is of another kind.
func TestOtherHostKeyAndPasswordArePermanent(t *testing.T) {
	t.Parallel()
	a, b := sftpstoretest.Start(t, sftpstoretest.InProcess), sftpstoretest.Start(t, sftpstoretest.InProcess)
	doc, _ := ftpstoretest.NewDocument(10)
	ecdsaKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	otherKind, err := ssh.NewPublicKey(&ecdsaKey.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for what, wanted := range map[string]ssh.PublicKey{"key": b.Key, "kind of key": otherKind} {
		err := open(t, a, func(c *sftpstore.Config) { c.HostKey = wanted }).Verify(t.Context(), doc)
		other := (*sftpstore.OtherKey)(nil)
		if ftpstore.KindOf(err) != ftpstore.Permanent || !errors.As(err, &other) ||
			other.Wanted != ssh.FingerprintSHA256(wanted) || other.Seen != ssh.FingerprintSHA256(a.Key) {
			t.Errorf("another %s: %v", what, err)
		}
	}
	err = open(t, a, func(c *sftpstore.Config) { c.Auth = []ssh.AuthMethod{ssh.Password("wrong")} }).Verify(t.Context(), doc)
	if other := (*sftpstore.OtherKey)(nil); ftpstore.KindOf(err) != ftpstore.Permanent || errors.As(err, &other) {
		t.Errorf("another password: %v", err)
	}
}

// dying gives half of a body, and then ends the connections.
type dying struct {
	io.Reader
	s *sftpstoretest.Server
}

func (d dying) Read(p []byte) (int, error) {
	n, err := d.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		d.s.Cut()
	}
	return n, err
}

// Proves DOC-5.
func TestServerThatDiesIsConnectedToAnew_DOC5(t *testing.T) {
	t.Parallel()
	s := sftpstoretest.Start(t, sftpstoretest.OpenSSH(t))
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
	s := sftpstoretest.Start(t, func(ch ssh.Channel, dir string) error {
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

func TestHostKeyIsSeenWithoutLoggingIn(t *testing.T) {
	t.Parallel()
	s := sftpstoretest.Start(t, sftpstoretest.InProcess)
	key, err := sftpstore.HostKey(t.Context(), s.Addr, clock.System{}, 10*time.Second)
	if err != nil || !bytes.Equal(key.Marshal(), s.Key.Marshal()) {
		t.Fatalf("%v, %v", key, err)
	}
	if _, err := sftpstore.HostKey(t.Context(), "127.0.0.1:1", clock.System{}, time.Second); ftpstore.KindOf(err) != ftpstore.Temporary {
		t.Fatal(err)
	}
}
