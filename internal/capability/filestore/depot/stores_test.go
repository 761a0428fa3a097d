package depot_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
	"cinnabar/internal/capability/filestore/sftpstore/sftpstoretest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// ftpAt is the configuration for a server; with a certificate for FTPS.
func ftpAt(t testing.TB, s ftpstoretest.Server, cert *ftpstoretest.Certificate) depot.Config {
	t.Helper()
	c := depot.Config{Name: "outside", Kind: depot.FTP, Address: s.Addr, User: s.User, Password: secret.Secret(s.Password), Folder: s.Base}
	if cert != nil {
		pem, err := os.ReadFile(cert.CertFile)
		if err != nil {
			t.Fatal(err)
		}
		c.Kind, c.CA = depot.FTPS, string(pem)
	}
	return c
}

func sftpAt(t testing.TB) depot.Config {
	s := sftpstoretest.Start(t, sftpstoretest.InProcess)
	return depot.Config{
		Name: "outside", Kind: depot.SFTP, Address: s.Addr, User: "u", Password: "secret", HostKey: string(ssh.MarshalAuthorizedKey(s.Key)),
	}
}

// places are all kinds of outside stores.
func places() map[string]func(t testing.TB) depot.Config {
	all := map[string]func(t testing.TB) depot.Config{
		"sftp": sftpAt,
		"folder": func(t testing.TB) depot.Config {
			return depot.Config{Name: "outside", Kind: depot.Folder, Folder: t.TempDir()}
		},
	}
	for name, start := range ftpstoretest.Servers() {
		all[name] = func(t testing.TB) depot.Config { return ftpAt(t, start(t, nil), nil) }
		all[name+" over TLS"] = func(t testing.TB) depot.Config {
			cert := ftpstoretest.NewCertificate(t)
			return ftpAt(t, start(t, &cert), &cert)
		}
	}
	return all
}

// The life of a file on every kind of store: put, settled, read, checked, withdrawn, gone.
// Proves DOC-4, DOC-5.
func TestFilesOnEveryKindOfStore_DOC4(t *testing.T) {
	t.Parallel()
	for name, place := range places() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.SQLite(t))
			c := place(t)
			if err := w.TestStore(t.Context(), c); err != nil {
				t.Fatalf("test: %v", err)
			}
			if err := w.AddStore(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			keep, _ := w.stored("outside")
			gone, _ := w.stored("outside")
			if _, err := w.Read(t.Context(), keep.ID); err != nil {
				t.Fatal(err)
			}
			if err := w.withdraw(gone.ID); err != nil {
				t.Fatal(err)
			}
			w.recover()
			if s := w.state(gone.ID); s != depot.Deleted {
				t.Fatal(s)
			}
			if got := w.check(false); got != "" {
				t.Fatal(got)
			}
			// What another program put there is moved aside.
			other := newWorld(t, dbtest.SQLite(t))
			if err := other.AddStore(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			if got := other.check(true); got != "outside extra true" {
				t.Fatal(got)
			}
			if got := w.check(true); got != "outside missing true" {
				t.Fatal(got)
			}
			if got := w.check(false); got != "" {
				t.Fatal(got)
			}
			list, err := w.Stores(t.Context())
			if err != nil || len(list) != 2 || !list[0].Reachable || !list[1].Reachable || list[1].Name != "outside" {
				t.Fatalf("%+v, %v", list, err)
			}
		})
	}
}

// A store is set anew without restart; its password is kept sealed and shown to nobody.
// Proves DOC-4, PLT-3.
func TestStoresAreChanged_DOC4(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		w := newWorld(t, d)
		other := w.replica()
		c := ftpAt(t, ftpstoretest.BuiltIn(t, nil), nil)
		c.Password = "wrong"
		if err := w.AddStore(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if err := w.AddStore(t.Context(), c); code(err) != "store-exists" {
			t.Fatal(err)
		}
		doc, body := ftpstoretest.NewDocument(100)
		for _, s := range []*depot.Service{w.Service, other} {
			if _, err := s.Put(t.Context(), "outside", doc.Path, body, doc.Digest); code(err) != "store-refuses" {
				t.Fatal(err)
			}
			w.clock.Advance(time.Minute)
		}
		if list, err := w.Stores(t.Context()); err != nil || list[1].Problem != "store-refuses" || list[1].Password != "" {
			t.Fatalf("%+v, %v", list, err)
		}
		c.Password = "secret"
		if err := w.ChangeStore(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		c.Password = "" // stays
		if err := errors.Join(w.ChangeStore(t.Context(), c), w.TestStore(t.Context(), c)); err != nil {
			t.Fatal(err)
		}
		for _, s := range []*depot.Service{w.Service, other} {
			if _, err := s.Put(t.Context(), "outside", doc.Path, body, doc.Digest); err != nil {
				t.Fatal(err)
			}
			w.clock.Advance(time.Minute)
		}
		var sealed []byte
		if err := d.QueryRow(t.Context(), `SELECT password FROM depot_store`).Scan(&sealed); err != nil || strings.Contains(string(sealed), "secret") {
			t.Fatalf("password in the database: %q, %v", sealed, err)
		}
		c.Name = "unknown"
		if err := w.ChangeStore(t.Context(), c); code(err) != "no-such-store" {
			t.Fatal(err)
		}
	})
}

func TestStoresAreValidated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	good := depot.Config{Name: "a", Kind: depot.FTP, Address: "ftp.example.com:21", User: "u", Password: "p"}
	for field, change := range map[string]func(*depot.Config){
		"/name":     func(c *depot.Config) { c.Name = "built-in" },
		"/kind":     func(c *depot.Config) { c.Kind = "nfs" },
		"/address":  func(c *depot.Config) { c.Address = "ftp.example.com" },
		"/user":     func(c *depot.Config) { c.User = "" },
		"/password": func(c *depot.Config) { c.Password = "a\r\nDELE b" },
		"/folder":   func(c *depot.Config) { c.Kind, c.Folder = depot.Folder, "relative" },
		"/ca":       func(c *depot.Config) { c.Kind, c.CA = depot.FTPS, "not PEM" },
		"/hostKey":  func(c *depot.Config) { c.Kind = depot.SFTP },
	} {
		c := good
		change(&c)
		for _, err := range []error{w.AddStore(t.Context(), c), w.ChangeStore(t.Context(), c)} {
			if e := errs.As(err); e.Kind != errs.Invalid || e.Fields[0].Pointer != field {
				t.Errorf("%s: %v", field, err)
			}
		}
	}
}

// A store that is down is a finding of its own; what was withdrawn there waits until it is back.
// Proves DOC-5.
func TestStoreThatIsDownIsWaitedFor_DOC5(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	liar := ftpstoretest.NewLiar(t, ftpstoretest.BuiltIn(t, nil))
	if err := w.AddStore(t.Context(), ftpAt(t, liar.Server, nil)); err != nil {
		t.Fatal(err)
	}
	it, _ := w.stored("outside")
	liar.Lie(ftpstoretest.Fault{Answer: map[string]string{"NOOP": "421 Bye", "USER": "421 Shutting down"}})
	if err := w.withdraw(it.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.Recover(t.Context()); code(err) != "store-unreachable" || w.state(it.ID) != depot.Deleting {
		t.Fatalf("%v, %s", err, w.state(it.ID))
	}
	if got := w.check(true); got != "outside store-unreachable false" {
		t.Fatal(got)
	}
	liar.Lie(ftpstoretest.Fault{})
	w.recover()
	if s := w.state(it.ID); s != depot.Deleted {
		t.Fatal(s)
	}
}

// The key that a server shows is the line that its configuration wants.
func TestHostKeyForTheSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	c := sftpAt(t)
	line, fingerprint, err := w.HostKey(t.Context(), c.Address)
	if err != nil || !strings.HasPrefix(fingerprint, "SHA256:") {
		t.Fatalf("%q, %v", fingerprint, err)
	}
	c.HostKey = line
	if err := w.TestStore(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	c.Password = "wrong"
	if err := w.TestStore(t.Context(), c); code(err) != "store-refuses" {
		t.Fatalf("a wrong password: %v", err)
	}
	if _, _, err := w.HostKey(t.Context(), "127.0.0.1:1"); code(err) != "store-unreachable" {
		t.Fatal(err)
	}
}

// A server that has another key than the trusted one is not taken for a wrong login: both fingerprints are
// told, and the new key is trusted only with the password given anew.
func TestAnotherHostKeyIsToldAndTrustedByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	c := sftpAt(t)
	shown, seen, err := w.HostKey(t.Context(), c.Address)
	if err != nil {
		t.Fatal(err)
	}
	former := sftpstoretest.Start(t, sftpstoretest.InProcess).Key
	c.HostKey = string(ssh.MarshalAuthorizedKey(former))
	if err := w.AddStore(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	e := errs.As(w.TestStore(t.Context(), c))
	if e.Code != "store-host-key" || e.Params["wanted"] != ssh.FingerprintSHA256(former) || e.Params["seen"] != seen ||
		!strings.Contains(e.Detail, seen) {
		t.Fatalf("%+v", e)
	}
	stores, err := w.Stores(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if i := stores[1]; i.Problem != "store-host-key" || i.Seen != seen || i.Fingerprint() != ssh.FingerprintSHA256(former) {
		t.Fatalf("%+v", i)
	}
	c.HostKey, c.Password = shown, ""
	if err := w.ChangeStore(t.Context(), c); len(errs.As(err).Fields) != 1 || errs.As(err).Fields[0].Pointer != "/password" {
		t.Fatalf("the password would go to whoever has the new key: %v", err)
	}
	c.Password = "secret"
	if err := w.ChangeStore(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if stores, err = w.Stores(t.Context()); err != nil || !stores[1].Reachable || stores[1].Seen != "" {
		t.Fatalf("%+v, %v", stores, err)
	}
}
