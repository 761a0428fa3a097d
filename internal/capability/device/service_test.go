package device_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/capability/device"
	"cinnabar/internal/capability/device/protocol"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

type quiet struct{}

func (quiet) Publish(string, int64) {}

var (
	admin    = cinnabar.Actor{Kind: cinnabar.Member, Person: "p_admin", Org: "org_1"}
	clerk    = cinnabar.Actor{Kind: cinnabar.Member, Person: "p_clerk", Org: "org_1"}
	stranger = cinnabar.Actor{Kind: cinnabar.Member, Person: "p_other", Org: "org_2"}
)

type bench struct {
	*device.Service
	db    db.DB
	clock *clocktest.Hand
	key   ed25519.PrivateKey
	dev   device.Device
}

func newBench(t *testing.T, d db.DB) *bench {
	t.Helper()
	b := &bench{db: d, clock: clocktest.At(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))}
	err := d.InTx(t.Context(), func(tx db.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO organisation (id, name, uscc, kind, created_at) VALUES ('org_1', '样例', '91350100M000100Y43', 'operator', 0)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	vault, err := secret.Open(t.Context(), d, filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	if b.Service, err = device.New(device.Deps{DB: d, Clock: b.clock, Vault: vault, Live: quiet{}}); err != nil {
		t.Fatal(err)
	}
	_, b.key, err = ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) enrolment(code string) protocol.Enrolment {
	e := protocol.Enrolment{
		Code: code, Name: "counter 1", PublicKey: base64.RawURLEncoding.EncodeToString(b.key.Public().(ed25519.PublicKey)),
		LocalToken: strings.Repeat("t", 43), Readers: []protocol.Reader{{ID: "r1", Name: "stand-in", Kind: "files"}},
	}
	e.Signature = protocol.Sign(b.key, e.Message())
	return e
}

func (b *bench) enrolled(t *testing.T) {
	t.Helper()
	code, _, err := b.NewCode(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	if b.dev, err = b.Enrol(t.Context(), b.enrolment(code), "192.0.2.1"); err != nil {
		t.Fatal(err)
	}
}

// answer is what an honest device hands in.
func (b *bench) answer(c device.Capture, picture string) protocol.Capture {
	a := protocol.Capture{Picture: base64.StdEncoding.EncodeToString([]byte(picture))}
	a.Statement = protocol.Statement{
		Request: c.ID, Nonce: c.Nonce, Device: c.Device, Reader: "r1", Position: c.Position, DPI: 500, Quality: 80,
		Digest: cinnabar.DigestOf([]byte(picture)), Taken: b.clock.Now(),
	}
	a.Signature = protocol.Sign(b.key, a.Message())
	return a
}

func kindOf(err error) errs.Kind {
	if err == nil {
		return ""
	}
	return errs.As(err).Kind
}

// A code makes one device, in its time, for whoever holds the key. Proves PLT-1.
func TestCodeMakesOneDevice_PLT1(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		code, _, err := b.NewCode(t.Context(), admin)
		if err != nil {
			t.Fatal(err)
		}
		forged := b.enrolment(code)
		forged.LocalToken = strings.Repeat("x", 43)
		if _, err := b.Enrol(t.Context(), forged, ""); kindOf(err) != errs.Invalid {
			t.Errorf("another's key: %v", err)
		}
		if b.dev, err = b.Enrol(t.Context(), b.enrolment(strings.ToUpper(code)), ""); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Enrol(t.Context(), b.enrolment(code), ""); kindOf(err) != errs.Unauthorized {
			t.Errorf("a used code: %v", err)
		}
		late, _, err := b.NewCode(t.Context(), admin)
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(16 * time.Minute)
		if _, err := b.Enrol(t.Context(), b.enrolment(late), ""); kindOf(err) != errs.Unauthorized {
			t.Errorf("an old code: %v", err)
		}
		if token, err := b.LocalToken(t.Context(), clerk, b.dev.ID); err != nil || len(token) != 43 {
			t.Errorf("local token %q, %v", token, err)
		}
		if _, err := b.LocalToken(t.Context(), stranger, b.dev.ID); kindOf(err) != errs.NotFound {
			t.Errorf("a stranger got the local token: %v", err)
		}
		if err := b.Revoke(t.Context(), stranger, b.dev.ID); kindOf(err) != errs.NotFound {
			t.Errorf("a stranger revoked: %v", err)
		}
		if list, err := b.List(t.Context(), "org_1"); err != nil || len(list) != 1 || list[0].Readers[0].ID != "r1" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// A picture is taken in once, fresh, from the device that was asked; it is given out once, to whoever asked.
// Proves LCK-13.
func TestCaptureIsProvenAndTakenOnce_LCK13(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		b.enrolled(t)
		self := cinnabar.Actor{Kind: cinnabar.Device, Key: b.dev.ID}
		ask := func() device.Capture {
			c, err := b.Ask(t.Context(), clerk, b.dev.ID, 2)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		if _, err := b.Ask(t.Context(), stranger, b.dev.ID, 2); kindOf(err) != errs.NotFound {
			t.Errorf("a stranger asked: %v", err)
		}
		c := ask()
		if list, err := b.Waiting(t.Context(), b.dev.ID); err != nil || len(list) != 1 || list[0].Nonce != c.Nonce {
			t.Fatalf("%+v, %v", list, err)
		}
		for name, change := range map[string]func(*protocol.Capture){
			"another picture": func(a *protocol.Capture) { a.Picture = base64.StdEncoding.EncodeToString([]byte("other")) },
			"another finger":  func(a *protocol.Capture) { a.Position = 3 },
			"another nonce":   func(a *protocol.Capture) { a.Nonce = "x"; a.Signature = protocol.Sign(b.key, a.Message()) },
			"another quality": func(a *protocol.Capture) { a.Quality = 100 },
			"no signature":    func(a *protocol.Capture) { a.Signature = "" },
			"a line too many": func(a *protocol.Capture) { a.Reader = "r1\n2" },
			"an old picture": func(a *protocol.Capture) {
				a.Taken = a.Taken.Add(-time.Hour)
				a.Signature = protocol.Sign(b.key, a.Message())
			},
			"not even base64!": func(a *protocol.Capture) { a.Picture = "!" },
		} {
			a := b.answer(c, "print")
			change(&a)
			if err := b.HandIn(t.Context(), self, c.ID, a); err == nil {
				t.Errorf("%s was taken in", name)
			}
		}
		if err := b.HandIn(t.Context(), stranger, c.ID, b.answer(c, "print")); kindOf(err) != errs.NotFound {
			t.Errorf("a stranger handed in: %v", err)
		}
		if err := b.HandIn(t.Context(), self, c.ID, b.answer(c, "print")); err != nil {
			t.Fatal(err)
		}
		if err := b.HandIn(t.Context(), clerk, c.ID, b.answer(c, "print")); kindOf(err) != errs.Conflict {
			t.Errorf("a nonce was used twice: %v", err)
		}
		if _, _, err := b.Take(t.Context(), admin, c.ID); kindOf(err) != errs.NotFound {
			t.Errorf("another person took the picture: %v", err)
		}
		if got, picture, err := b.Take(t.Context(), clerk, c.ID); err != nil || string(picture) != "print" || got.Quality != 80 {
			t.Errorf("%+v, %q, %v", got, picture, err)
		}
		if _, _, err := b.Take(t.Context(), clerk, c.ID); kindOf(err) != errs.Conflict {
			t.Errorf("taken twice: %v", err)
		}
		failed := ask()
		if err := b.Fail(t.Context(), self, failed.ID, "timeout"); err != nil {
			t.Fatal(err)
		}
		if got, err := b.Get(t.Context(), clerk, failed.ID); err != nil || got.State != device.Failed || got.Reason != "timeout" {
			t.Errorf("%+v, %v", got, err)
		}
		late, revoked := ask(), ask()
		b.clock.Advance(time.Minute)
		if err := b.Revoke(t.Context(), admin, b.dev.ID); err != nil {
			t.Fatal(err)
		}
		if err := b.HandIn(t.Context(), self, revoked.ID, b.answer(revoked, "print")); kindOf(err) != errs.NotFound {
			t.Errorf("a revoked device handed in: %v", err)
		}
		b.clock.Advance(2 * time.Minute)
		if err := b.HandIn(t.Context(), clerk, late.ID, b.answer(late, "print")); kindOf(err) != errs.Conflict {
			t.Errorf("too late: %v", err)
		}
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, err := b.Get(t.Context(), clerk, late.ID); err != nil || got.State != device.Failed {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// A device proves each request; a proof is for one method, target, body and moment.
func TestRequestsAreProven(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	b.enrolled(t)
	proof := func(target, body string) protocol.Proof {
		p := protocol.Proof{Device: b.dev.ID, Time: b.clock.Now()}
		p.Signature = protocol.Sign(b.key, protocol.ProofMessage(p.Device, "POST", target, p.Time, []byte(body)))
		got, err := protocol.ParseProof(p.Header())
		if err != nil || got.Device != p.Device || got.Time.UnixMilli() != p.Time.UnixMilli() {
			t.Fatalf("%+v, %v", got, err)
		}
		return got
	}
	try := func(p protocol.Proof) error {
		_, err := b.Authenticate(t.Context(), p, "POST", "/a?b", []byte("body"))
		return err
	}
	good := proof("/a?b", "body")
	if err := try(good); err != nil {
		t.Fatal(err)
	}
	if err := try(proof("/a", "body")); kindOf(err) != errs.Unauthorized {
		t.Errorf("another target: %v", err)
	}
	if err := try(proof("/a?b", "other")); kindOf(err) != errs.Unauthorized {
		t.Errorf("another body: %v", err)
	}
	b.clock.Advance(3 * time.Minute)
	if err := try(good); kindOf(err) != errs.Unauthorized {
		t.Errorf("an old proof: %v", err)
	}
	fresh := proof("/a?b", "body")
	if err := b.Revoke(t.Context(), admin, b.dev.ID); err != nil {
		t.Fatal(err)
	}
	if err := try(fresh); kindOf(err) != errs.Unauthorized {
		t.Errorf("a revoked device: %v", err)
	}
}

func FuzzParseProof(f *testing.F) {
	f.Add(protocol.Proof{Device: "d", Time: time.UnixMilli(5), Signature: "s"}.Header())
	f.Fuzz(func(t *testing.T, header string) {
		if p, err := protocol.ParseProof(header); err == nil && (p.Device == "" || p.Signature == "") {
			t.Error("half a proof was read")
		}
	})
}
