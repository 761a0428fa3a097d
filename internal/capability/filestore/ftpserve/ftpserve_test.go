package ftpserve_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jlaffaye/ftp"
	"go.uber.org/goleak"

	"cinnabar/internal/capability/filestore/ftpserve"
	"cinnabar/internal/platform/clock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// accounts are clients by their user name; the password is the same for all.
type accounts map[string]ftpserve.Client

func (a accounts) Open(_ context.Context, user, password string) (ftpserve.Client, error) {
	c, ok := a[user]
	if !ok || password != "secret" {
		return ftpserve.Client{}, errors.New("wrong")
	}
	return c, nil
}

type fixture struct {
	*ftpserve.Server
	dir      string
	appeared chan string
	stop     func()
}

// serve starts a server with the clients a and b, and lets change set it up otherwise.
func serve(t *testing.T, change func(*ftpserve.Deps, accounts)) fixture {
	t.Helper()
	f := fixture{dir: t.TempDir(), appeared: make(chan string, 100)}
	known := accounts{
		"a": {ID: "a", Root: filepath.Join(f.dir, "a")},
		"b": {ID: "b", Root: filepath.Join(f.dir, "b")},
	}
	deps := ftpserve.Deps{
		Accounts: known, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), PublicIP: "127.0.0.1",
		Appeared: func(_ context.Context, client, path string) { f.appeared <- client + ":" + path },
	}
	if change != nil {
		change(&deps, known)
	}
	var err error
	if f.Server, err = ftpserve.New(deps); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	stopped := false
	f.stop = func() {
		cancel()
		if !stopped {
			stopped = true
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(f.stop)
	return f
}

func (f fixture) login(t *testing.T, user string, options ...ftp.DialOption) *ftp.ServerConn {
	t.Helper()
	c, err := ftp.Dial(f.Addr().String(), append(options, ftp.DialWithTimeout(5*time.Second))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Quit() })
	if err := c.Login(user, "secret"); err != nil {
		t.Fatal(err)
	}
	return c
}

func content(t *testing.T, c *ftp.ServerConn, path string) string {
	t.Helper()
	r, err := c.Retr(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func names(t *testing.T, c *ftp.ServerConn, path string) []string {
	t.Helper()
	entries, err := c.List(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name)
	}
	slices.Sort(out)
	return out
}

// code is the reply of a server that refused.
func code(err error) int {
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return reply.Code
	}
	return 0
}

// Proves DOC-11.
func TestClientSeesItsInboxAndOutboxOnly_DOC11(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	a, b := f.login(t, "a"), f.login(t, "b")
	if got := names(t, a, "/"); !slices.Equal(got, []string{"inbox", "outbox"}) {
		t.Fatalf("the client sees %q", got)
	}
	if err := a.Stor("/inbox/验收单.pdf", strings.NewReader("content")); err != nil {
		t.Fatal(err)
	}
	if got := <-f.appeared; got != "a:inbox/验收单.pdf" {
		t.Fatalf("told of %q", got)
	}
	if got := names(t, a, "/inbox"); !slices.Equal(got, []string{"验收单.pdf"}) {
		t.Fatalf("inbox holds %q", got)
	}
	if got := content(t, a, "/inbox/验收单.pdf"); got != "content" {
		t.Fatalf("read %q", got)
	}
	if got := names(t, b, "/inbox"); len(got) != 0 {
		t.Fatalf("another client sees %q", got)
	}
	for _, p := range []string{"/x", "/outbox/x", "/../b/inbox/x", "/inbox/../../b/inbox/x", "/.part/x", "/inbox", "/inbox/none/x"} {
		if err := a.Stor(p, strings.NewReader("x")); code(err) < 500 {
			t.Errorf("%s was stored: %v", p, err)
		}
	}
	if _, err := a.Retr("/../b/inbox/x"); err == nil {
		t.Error("read another client's file")
	}
	if err := a.RemoveDir("/inbox"); err == nil {
		t.Error("removed its inbox")
	}
}

func TestDeceivingNameIsRefused(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	c := f.login(t, "a")
	for _, name := range []string{"a\x01.pdf", "gnp\u202efdp.exe", "a\u200b.pdf", "CON.pdf", "a.", "a ", "\xff.pdf", "e\u0301.pdf", `a\b.pdf`, "a:b", "..", strings.Repeat("n", 201)} {
		if err := c.Stor("/inbox/"+name, strings.NewReader("x")); code(err) < 500 {
			t.Errorf("stored as %q: %v", name, err)
		}
		if err := c.MakeDir("/inbox/" + name); code(err) < 500 {
			t.Errorf("made folder %q: %v", name, err)
		}
	}
	if err := c.Stor("/inbox/good", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	if err := c.Rename("/inbox/good", "/inbox/\u202efdp.exe"); code(err) != 553 {
		t.Errorf("renamed: %v", err)
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	c := f.login(t, "a")
	for _, n := range []string{"one", "two"} {
		if err := c.Stor("/inbox/"+n, strings.NewReader(n)); err != nil {
			t.Fatal(err)
		}
	}
	for what, err := range map[string]error{
		"STOR":   c.Stor("/inbox/one", strings.NewReader("other")),
		"REST":   c.StorFrom("/inbox/one", strings.NewReader("other"), 1),
		"APPE":   c.Append("/inbox/one", strings.NewReader("other")),
		"RNTO":   c.Rename("/inbox/two", "/inbox/one"),
		"of dir": c.Rename("/inbox", "/inbox/three"),
	} {
		if code(err) < 500 {
			t.Errorf("%s was not refused: %v", what, err)
		}
	}
	if got := content(t, c, "/inbox/one"); got != "one" {
		t.Errorf("it reads %q", got)
	}
}

// raw is a client that can misbehave.
type raw struct {
	*textproto.Conn
	conn net.Conn
}

func (f fixture) raw(t *testing.T, user string) raw {
	t.Helper()
	conn, err := net.Dial("tcp", f.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	r := raw{textproto.NewConn(conn), conn}
	r.expect(t, 220)
	r.do(t, 331, "USER %s", user)
	r.do(t, 230, "PASS secret")
	r.do(t, 200, "TYPE I")
	return r
}

func (r raw) expect(t *testing.T, want int) string {
	t.Helper()
	_, msg, err := r.ReadResponse(want)
	if err != nil {
		t.Fatal(err)
	}
	return msg
}

func (r raw) do(t *testing.T, want int, format string, args ...any) string {
	t.Helper()
	if err := r.PrintfLine(format, args...); err != nil {
		t.Fatal(err)
	}
	return r.expect(t, want)
}

func (r raw) data(t *testing.T) *net.TCPConn {
	t.Helper()
	msg := r.do(t, 229, "EPSV")
	var port int
	if _, err := fmt.Sscanf(msg[strings.Index(msg, "(|||"):], "(|||%d|)", &port); err != nil {
		t.Fatal(err)
	}
	c, err := net.DialTCP("tcp", nil, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCutUploadStaysHiddenAndGoesOn(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	whole := make([]byte, 300_000)
	_, _ = rand.Read(whole)
	r := f.raw(t, "a")
	d := r.data(t)
	r.do(t, 150, "STOR /inbox/doc.pdf")
	if _, err := d.Write(whole[:150_000]); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.SetLinger(0), d.Close()); err != nil { // a reset
		t.Fatal(err)
	}
	r.expect(t, 550)

	c := f.login(t, "a")
	if got := names(t, c, "/inbox"); len(got) != 0 {
		t.Fatalf("a cut upload shows as %q", got)
	}
	if _, err := c.Retr("/inbox/doc.pdf"); err == nil {
		t.Fatal("a cut upload can be read")
	}
	here, err := c.FileSize("/inbox/doc.pdf")
	if err != nil || here > 150_000 {
		t.Fatalf("%d bytes are here: %v", here, err)
	}
	if err := c.StorFrom("/inbox/doc.pdf", bytes.NewReader(nil), uint64(here)+1); err == nil {
		t.Fatal("went on behind the end")
	}
	from := max(0, here-1000) // what comes twice replaces the former
	if err := c.StorFrom("/inbox/doc.pdf", bytes.NewReader(whole[from:]), uint64(from)); err != nil {
		t.Fatal(err)
	}
	if got := content(t, c, "/inbox/doc.pdf"); got != string(whole) {
		t.Fatal("the resumed upload is not what was sent")
	}
}

func TestUnfinishedNameIsItsOwnPart(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	c := f.login(t, "a")
	for _, body := range []string{"first try, longer", "second"} {
		if err := c.Stor("/inbox/.doc.pdf", strings.NewReader(body)); err != nil {
			t.Fatal(err)
		}
		if got := content(t, c, "/inbox/.doc.pdf"); got != body {
			t.Fatalf("it reads %q", got)
		}
	}
	if err := c.StorFrom("/inbox/.doc.pdf", strings.NewReader("d try"), 5); err != nil {
		t.Fatal(err)
	}
	// A crash in the middle of the renaming leaves both names on the same bytes.
	inbox := filepath.Join(f.dir, "a", "inbox")
	if err := os.Link(filepath.Join(inbox, ".doc.pdf"), filepath.Join(inbox, "doc.pdf")); err != nil {
		t.Fatal(err)
	}
	if err := c.Stor("/inbox/.doc.pdf", strings.NewReader("the next document")); err != nil {
		t.Fatal(err)
	}
	if got := content(t, c, "/inbox/doc.pdf"); got != "second try" {
		t.Errorf("the whole file reads %q", got)
	}
	if err := c.Rename("/inbox/.doc.pdf", "/inbox/next.pdf"); err != nil {
		t.Fatal(err)
	}
	if got := names(t, c, "/inbox"); !slices.Equal(got, []string{"doc.pdf", "next.pdf"}) {
		t.Errorf("there are %q", got)
	}
}

func TestFileOnItsWayIsNotRenamed(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	r := f.raw(t, "a")
	d := r.data(t)
	r.do(t, 150, "STOR /inbox/.doc.pdf")
	if _, err := d.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	if err := f.login(t, "a").Rename("/inbox/.doc.pdf", "/inbox/doc.pdf"); code(err) != 550 {
		t.Errorf("renaming was not refused: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	r.expect(t, 226)
}

func TestUploadOfADeadClientDoesNotAppear(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	r := f.raw(t, "a")
	d := r.data(t)
	r.do(t, 150, "STOR /inbox/doc.pdf")
	if _, err := d.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	_ = r.conn.Close()
	_, _ = io.Copy(io.Discard, d) // until the server hangs up
	_ = d.Close()
	f.stop()
	if entries, err := os.ReadDir(filepath.Join(f.dir, "a", "inbox")); err != nil || len(entries) != 0 {
		t.Fatalf("inbox holds %v, %v", entries, err)
	}
	if len(f.appeared) != 0 {
		t.Fatalf("told of %s", <-f.appeared)
	}
}

func TestTransfersThatAlterBytesAreRefused(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	r := f.raw(t, "a")
	d := r.data(t)
	r.do(t, 200, "TYPE A")
	r.do(t, 150, "STOR /inbox/doc.pdf")
	_, _ = d.Write([]byte("a\r\nb"))
	_ = d.Close()
	r.expect(t, 550)
	if got := names(t, f.login(t, "a"), "/inbox"); len(got) != 0 {
		t.Fatalf("stored %q", got)
	}
}

func TestHashIsSHA256(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	if err := f.login(t, "a").Stor("/inbox/doc", strings.NewReader("hello")); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("hello"))
	want := hex.EncodeToString(sum[:])
	r := f.raw(t, "a")
	if got := r.do(t, 213, "HASH /inbox/doc"); !strings.Contains(got, want) {
		t.Errorf("HASH: %s", got)
	}
	if got := r.do(t, 250, "XSHA256 /inbox/doc"); !strings.Contains(got, want) {
		t.Errorf("XSHA256: %s", got)
	}
	r.do(t, 550, "XMD5 /inbox/doc")
}

func TestLimits(t *testing.T) {
	t.Parallel()
	f := serve(t, func(_ *ftpserve.Deps, a accounts) {
		c := a["a"]
		c.Quota, c.MaxFile, c.Connections = 1500, 1000, 1
		a["a"] = c
	})
	c := f.login(t, "a")
	if err := c.Stor("/inbox/large", strings.NewReader(strings.Repeat("x", 1001))); code(err) != 552 {
		t.Errorf("a file over the limit: %v", err)
	}
	if err := c.Stor("/inbox/large", strings.NewReader("")); err != nil { // replaces the part
		t.Error(err)
	}
	if err := c.Stor("/inbox/one", strings.NewReader(strings.Repeat("x", 1000))); err != nil {
		t.Error(err)
	}
	if err := c.Stor("/inbox/two", strings.NewReader(strings.Repeat("x", 600))); code(err) != 552 {
		t.Errorf("a file over the quota: %v", err)
	}
	second, err := ftp.Dial(f.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Quit()
	if err := second.Login("a", "secret"); code(err) != 530 {
		t.Errorf("a second connection: %v", err)
	}
}

func TestWrongPasswordIsRefused(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	for _, user := range []string{"a", "nobody"} {
		c, err := ftp.Dial(f.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Login(user, "wrong"); code(err) != 530 {
			t.Errorf("%s: %v", user, err)
		}
		_ = c.Quit()
	}
}

// certificate makes a throw-away certificate for 127.0.0.1 and the setting of who trusts it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	card := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Unix(1<<33, 0), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, card, card, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		&tls.Config{RootCAs: pool, ServerName: "127.0.0.1", ClientSessionCache: tls.NewLRUClientSessionCache(8)}
}

func TestUploadsOverTLSAreWhole(t *testing.T) {
	t.Parallel()
	server, client := certificate(t)
	f := serve(t, func(d *ftpserve.Deps, _ accounts) { d.TLS, d.RequireTLS = server, true })
	large := strings.Repeat("0123456789", 200_000)
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		set := client.Clone()
		set.MaxVersion = v
		c := f.login(t, "a", ftp.DialWithExplicitTLS(set))
		for i := range 5 {
			name := fmt.Sprintf("/inbox/%x-%d", v, i)
			if err := c.Stor(name, strings.NewReader(large)); err != nil {
				t.Fatalf("%s: %v", tls.VersionName(v), err)
			}
			if content(t, c, name) != large {
				t.Fatalf("%s: the file is not what was sent", tls.VersionName(v))
			}
		}
	}
	open, err := ftp.Dial(f.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := open.Login("a", "secret"); err == nil || err.Error() != "TLS is required" {
		t.Errorf("login in the clear: %v", err)
	}
	_ = open.Quit()
}

// A stop lets a transfer that runs come to its end.
func TestStopWaitsForTransfers(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	r := f.raw(t, "a")
	d := r.data(t)
	r.do(t, 150, "STOR /inbox/doc")
	stopped := make(chan struct{})
	go func() { f.stop(); close(stopped) }()
	for { // until no one is let in any more
		c, err := net.Dial("tcp", f.Addr().String())
		if err != nil {
			break
		}
		_ = c.Close()
	}
	if _, err := d.Write([]byte("last words")); err != nil {
		t.Fatal(err)
	}
	_ = d.Close()
	r.expect(t, 226)
	<-stopped
	if b, err := os.ReadFile(filepath.Join(f.dir, "a", "inbox", "doc")); string(b) != "last words" {
		t.Fatalf("stored %q, %v", b, err)
	}
}

func TestIdleClientIsLetGo(t *testing.T) {
	t.Parallel()
	f := serve(t, func(d *ftpserve.Deps, _ accounts) { d.Idle = 50 * time.Millisecond })
	r := f.raw(t, "a")
	r.expect(t, 421)
	if _, err := r.ReadLine(); !errors.Is(err, io.EOF) {
		t.Fatalf("still connected: %v", err)
	}
}

func FuzzNames(f *testing.F) {
	for _, s := range []string{"a", "../a", "inbox/\u202e", "inbox//x", ".part/x", "inbox/.x", "CON"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		place, ok := ftpserve.Inside(s)
		if ok && (!filepath.IsLocal(place) || strings.HasPrefix(place, ".part/") || place == ".part" || strings.ContainsAny(place, "\r\n\\\u202e")) {
			t.Fatalf("%q leads to %q", s, place)
		}
	})
}
