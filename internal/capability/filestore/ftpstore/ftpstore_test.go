package ftpstore_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"cinnabar/internal/capability/filestore/ftpserve"
	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
	"cinnabar/internal/platform/clock"
)

// one is the only account of a built-in server.
type one struct{ ftpserve.Client }

func (o one) Open(_ context.Context, user, password string) (ftpserve.Client, error) {
	if user != "store" || password != "secret" {
		return ftpserve.Client{}, errors.New("wrong")
	}
	return o.Client, nil
}

// builtIn starts the built-in server with an empty folder.
func builtIn(t testing.TB, cert *ftpstoretest.Certificate) ftpstoretest.Server {
	t.Helper()
	deps := ftpserve.Deps{
		Accounts: one{ftpserve.Client{ID: "store", Root: t.TempDir(), Access: ftpserve.Store, Connections: 20}},
		Clock:    clock.System{}, Log: slog.New(slog.DiscardHandler), Grace: time.Millisecond,
	}
	if cert != nil {
		deps.TLS, deps.RequireTLS = cert.Server, true
	}
	s, err := ftpserve.New(deps)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return ftpstoretest.Server{Name: "built-in", Addr: s.Addr().String(), User: "store", Password: "secret"}
}

// open makes a store on a server, and lets change set it up otherwise.
func open(t testing.TB, s ftpstoretest.Server, change func(*ftpstore.Config)) *ftpstore.Store {
	t.Helper()
	cfg := ftpstore.Config{Addr: s.Addr, User: s.User, Password: s.Password, Base: s.Base, Clock: clock.System{}, Wait: 20 * time.Second}
	if change != nil {
		change(&cfg)
	}
	store, err := ftpstore.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return store
}

// servers are all that documents are tested on.
var servers = map[string]func(testing.TB, *ftpstoretest.Certificate) ftpstoretest.Server{
	"built-in": builtIn, "vsftpd": ftpstoretest.Vsftpd, "proftpd": ftpstoretest.Proftpd,
}

// Proves DOC-4.
func TestDocumentsOnEveryServer_DOC4(t *testing.T) {
	t.Parallel()
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ftpstoretest.Run(t, open(t, start(t, nil), nil))
		})
	}
}

// Proves DOC-4.
func TestDocumentsOnEveryServerOverTLS_DOC4(t *testing.T) {
	t.Parallel()
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cert := ftpstoretest.NewCertificate(t)
			s := start(t, &cert)
			ftpstoretest.Run(t, open(t, s, func(c *ftpstore.Config) { c.TLS = cert.Client }))

			open := open(t, s, nil)
			doc, _ := ftpstoretest.NewDocument(10)
			if err := open.Verify(t.Context(), doc); !errors.Is(err, ftpstore.Permanent) && !errors.Is(err, ftpstore.Temporary) {
				t.Fatalf("talked in the clear: %v", err)
			}
		})
	}
}

func TestUntrustedCertificateIsPermanent(t *testing.T) {
	t.Parallel()
	cert, other := ftpstoretest.NewCertificate(t), ftpstoretest.NewCertificate(t)
	s := open(t, builtIn(t, &cert), func(c *ftpstore.Config) { c.TLS = other.Client })
	doc, _ := ftpstoretest.NewDocument(10)
	if err := s.Verify(t.Context(), doc); ftpstore.KindOf(err) != ftpstore.Permanent {
		t.Fatal(err)
	}
}
