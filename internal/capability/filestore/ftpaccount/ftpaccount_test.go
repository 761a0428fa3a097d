package ftpaccount_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jlaffaye/ftp"

	"cinnabar/internal/capability/filestore/ftpaccount"
	"cinnabar/internal/capability/filestore/ftpserve"
	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func open(t *testing.T, d db.DB) *ftpaccount.Service {
	t.Helper()
	v, err := secret.Open(t.Context(), d, filepath.Join(t.TempDir(), "vault.key"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := ftpaccount.New(ftpaccount.Deps{DB: d, Clock: clock.System{}, Vault: v, Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// serve starts the server with the accounts and returns its address.
func serve(t *testing.T, s *ftpaccount.Service) string {
	t.Helper()
	server, err := ftpserve.New(ftpserve.Deps{Accounts: s, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Grace: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s.Ended = server.End
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return server.Addr().String()
}

func login(addr, name string, password secret.Secret) (*ftp.ServerConn, error) {
	c, err := ftp.Dial(addr, ftp.DialWithTimeout(10*time.Second))
	if err != nil {
		return nil, err
	}
	if err := c.Login(name, password.Reveal()); err != nil {
		return nil, errors.Join(err, c.Quit())
	}
	return c, nil
}

// A client sees its own inbox and outbox; others' files are not there.
// Proves DOC-11.
func TestClientSeesItsOwnFolder_DOC11(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		s := open(t, d)
		addr := serve(t, s)
		a, mine, err := s.Create(t.Context(), "person_1", ftpaccount.NewAccount{Name: "works-dept", Org: "org_1"})
		if err != nil {
			t.Fatal(err)
		}
		_, theirs, err := s.Create(t.Context(), "person_1", ftpaccount.NewAccount{Name: "other", Org: "org_2", Folder: "b2"})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.Deliver(t.Context(), "works-dept", "2026/a.pdf", []byte("sealed")); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Deliver(t.Context(), "works-dept", "2026/a.pdf", []byte("others")); !errors.Is(err, ftpstore.Altered) {
			t.Fatalf("another file of the same name: %v", err)
		}
		me, err := login(addr, "works-dept", mine)
		if err != nil {
			t.Fatal(err)
		}
		defer me.Quit()
		if err := me.Stor("inbox/order.pdf", strings.NewReader("order")); err != nil {
			t.Fatal(err)
		}
		if n, err := me.FileSize("outbox/2026/a.pdf"); err != nil || n != 6 {
			t.Fatalf("outbox: %d, %v", n, err)
		}
		if b, err := os.ReadFile(filepath.Join(s.Dir(a), "inbox", "order.pdf")); err != nil || string(b) != "order" {
			t.Fatalf("inbox: %q, %v", b, err)
		}
		other, err := login(addr, "other", theirs)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Quit()
		for _, p := range []string{"outbox/2026/a.pdf", "/works-dept/outbox/2026/a.pdf", "../works-dept/outbox/2026/a.pdf"} {
			if _, err := other.FileSize(p); err == nil {
				t.Errorf("%s is there", p)
			}
		}
	})
}

func TestPasswordsAndDisabling(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		s := open(t, d)
		addr := serve(t, s)
		_, first, err := s.Create(t.Context(), "person_1", ftpaccount.NewAccount{Name: "dept", Org: "org_1"})
		if err != nil {
			t.Fatal(err)
		}
		session, err := login(addr, "dept", first)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Disable(t.Context(), "dept"); err != nil {
			t.Fatal(err)
		}
		if err := session.NoOp(); err == nil {
			t.Error("the session of a disabled account goes on")
		}
		if _, err := login(addr, "dept", first); err == nil {
			t.Error("a disabled account logged in")
		}
		if err := s.Enable(t.Context(), "dept"); err != nil {
			t.Fatal(err)
		}
		second, err := s.Reset(t.Context(), "dept")
		if err != nil {
			t.Fatal(err)
		}
		for password, right := range map[secret.Secret]bool{first: false, second: true, "": false, second + " ": false} {
			if _, err := s.Open(t.Context(), "dept", password.Reveal()); (err == nil) != right {
				t.Errorf("login: %v", err)
			}
		}
		if _, err := s.Open(t.Context(), "nobody", second.Reveal()); !errors.Is(err, errs.Unauthorized) {
			t.Error(err)
		}
		if _, err := s.Reset(t.Context(), "nobody"); !errors.Is(err, errs.NotFound) {
			t.Error(err)
		}
	})
}

func TestAccountsAreChecked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		s := open(t, d)
		for _, n := range []ftpaccount.NewAccount{
			{Name: "", Org: "o"},
			{Name: "../x", Org: "o"},
			{Name: "ab", Org: "o", Folder: "a/b"},
			{Name: "ab"},
			{Name: "AB", Org: "o"},
			{Name: "ab", Org: "o", Quota: -1},
			{Name: "ab", Org: "o", KeepDays: -1},
			{Name: "ab", Org: "o", KeepDays: 3651},
		} {
			if _, _, err := s.Create(t.Context(), "", n); !errors.Is(err, errs.Invalid) {
				t.Errorf("%+v: %v", n, err)
			}
		}
		for _, n := range []ftpaccount.NewAccount{{Name: "ab", Org: "o"}, {Name: "cd", Org: "p", Folder: "x1"}} {
			if _, _, err := s.Create(t.Context(), "", n); err != nil {
				t.Fatal(err)
			}
		}
		for _, n := range []ftpaccount.NewAccount{{Name: "ab", Org: "o", Folder: "y1"}, {Name: "ef", Org: "o", Folder: "x1"}} {
			if _, _, err := s.Create(t.Context(), "", n); !errors.Is(err, errs.Conflict) {
				t.Errorf("%+v: %v", n, err)
			}
		}
		if all, err := s.List(t.Context(), ""); err != nil || len(all) != 2 || all[0].Name != "ab" {
			t.Errorf("%+v, %v", all, err)
		}
		if own, err := s.List(t.Context(), "p"); err != nil || len(own) != 1 || own[0].Folder != "x1" {
			t.Errorf("%+v, %v", own, err)
		}
	})
}

// What lies in an outbox goes after the days of its account, and nothing else does.
// Proves DOC-7.
func TestOutboxesAreEmptiedAfterTheirDays_DOC7(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	placed := map[string]int{"month": 29, "old": 31, "week": 8} // days ago
	for _, n := range []ftpaccount.NewAccount{{Name: "plain", Org: "org_1"}, {Name: "short", Org: "org_1", KeepDays: 90}, {Name: "unused", Org: "org_1"}} {
		if _, _, err := s.Create(t.Context(), "person_1", n); err != nil {
			t.Fatal(err)
		}
	}
	if a, err := s.Change(t.Context(), "short", 0, 7); err != nil || a.KeepDays != 7 {
		t.Fatal(a, err)
	}
	if _, err := s.Change(t.Context(), "short", 0, 0); !errors.Is(err, errs.Invalid) {
		t.Error(err)
	}
	if _, err := s.Change(t.Context(), "nobody", 0, 7); !errors.Is(err, errs.NotFound) {
		t.Error(err)
	}
	at := func(account, name string) string {
		return filepath.Join(s.Root, account, "outbox", "2026", name+".pdf")
	}
	for _, account := range []string{"plain", "short"} {
		for name, days := range placed {
			if err := s.Deliver(t.Context(), account, "2026/"+name+".pdf", []byte(name)); err != nil {
				t.Fatal(err)
			}
			then := s.Clock.Now().Add(-time.Duration(days) * 24 * time.Hour)
			if err := os.Chtimes(at(account, name), then, then); err != nil {
				t.Fatal(err)
			}
		}
	}
	sent := filepath.Join(s.Root, "plain", "inbox", "order.pdf")
	if err := errors.Join(os.MkdirAll(filepath.Dir(sent), 0o755), os.WriteFile(sent, nil, 0o600), os.Chtimes(sent, time.Unix(0, 0), time.Unix(0, 0))); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for path, stays := range map[string]bool{
		at("plain", "month"): true, at("plain", "old"): false, at("plain", "week"): true,
		at("short", "month"): false, at("short", "old"): false, at("short", "week"): false, sent: true,
	} {
		if _, err := os.Stat(path); (err == nil) != stays {
			t.Errorf("%s: %v", path, err)
		}
	}
}
