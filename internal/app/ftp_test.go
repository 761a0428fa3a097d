package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jlaffaye/ftp"

	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/filestore/ftpaccount"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
)

// The built-in server talks TLS by a certificate of the own authority, refuses to talk in the clear, and its
// accounts are those of the program; the built-in store is there from the start.
// Proves DOC-4, DOC-11.
func TestBuiltInFTPServer_DOC4(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(context.Background())
	a, err := New(ctx, Config{
		Data: t.TempDir(), PublicURL: "http://localhost", Log: slog.New(slog.DiscardHandler), FTP: &FTPConfig{Listen: "127.0.0.1:0"},
	})
	must(t, err)
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		must(t, <-ended)
		must(t, a.Close())
	})
	_, password, err := a.Accounts.Create(ctx, "person_1", ftpaccount.NewAccount{Name: "works", Org: "org_1"})
	must(t, err)

	anchor, err := os.ReadFile(a.TrustAnchorFile())
	must(t, err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(anchor)
	c, err := ftp.Dial(a.FTPAddr(), ftp.DialWithTimeout(10*time.Second), ftp.DialWithExplicitTLS(&tls.Config{
		RootCAs: roots, ServerName: "localhost", ClientSessionCache: tls.NewLRUClientSessionCache(0), MaxVersion: tls.VersionTLS12,
	}))
	must(t, err)
	must(t, c.Login("works", password.Reveal()))
	must(t, c.Stor("inbox/a.pdf", strings.NewReader("abc")))
	must(t, c.Quit())

	plain, err := ftp.Dial(a.FTPAddr(), ftp.DialWithTimeout(10*time.Second))
	must(t, err)
	if err := plain.Login("works", password.Reveal()); err == nil {
		t.Error("talked in the clear")
	}
	_ = plain.Quit()

	body := []byte("document")
	it, err := a.Depot.Put(ctx, depot.BuiltIn, "PO/2026/11/1.pdf", body, cinnabar.DigestOf(body))
	must(t, err)
	must(t, a.DB.InTx(ctx, func(tx db.Tx) error { return a.Depot.Settle(ctx, tx, it.ID) }))
	got, err := a.Depot.Read(ctx, it.ID)
	must(t, err)
	if string(got) != "document" {
		t.Errorf("read %q", got)
	}
}

// A part that cannot do its work ends the program, which whoever runs it then sees.
func TestAFailedPartEndsTheProgram(t *testing.T) {
	t.Parallel()
	a, err := New(t.Context(), Config{
		Data: t.TempDir(), PublicURL: "http://localhost", Log: slog.New(slog.DiscardHandler), FTP: &FTPConfig{Listen: "127.0.0.1:0", PublicIP: "nowhere"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("it ended with %v", err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}
