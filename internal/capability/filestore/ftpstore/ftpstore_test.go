package ftpstore_test

import (
	"errors"
	"testing"
	"time"

	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
	"cinnabar/internal/platform/clock"
)

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

// Proves DOC-4.
func TestDocumentsOnEveryServer_DOC4(t *testing.T) {
	t.Parallel()
	for name, start := range ftpstoretest.Servers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ftpstoretest.Run(t, open(t, start(t, nil), nil))
		})
	}
}

// Proves DOC-4.
func TestDocumentsOnEveryServerOverTLS_DOC4(t *testing.T) {
	t.Parallel()
	for name, start := range ftpstoretest.Servers() {
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
	s := open(t, ftpstoretest.BuiltIn(t, &cert), func(c *ftpstore.Config) { c.TLS = other.Client })
	doc, _ := ftpstoretest.NewDocument(10)
	if err := s.Verify(t.Context(), doc); ftpstore.KindOf(err) != ftpstore.Permanent {
		t.Fatal(err)
	}
}
