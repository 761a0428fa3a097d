package identity_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// outbox keeps what would be sent.
type outbox struct {
	mu            sync.Mutex
	codes, tokens []string
	notices       []string
}

func (o *outbox) add(tx db.Tx, list *[]string, text string) error {
	tx.AfterCommit(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		*list = append(*list, text)
	})
	return nil
}

func (o *outbox) SendCode(_ context.Context, tx db.Tx, _, _, code, _ string) error {
	return o.add(tx, &o.codes, code)
}

func (o *outbox) SendLink(_ context.Context, tx db.Tx, _, _, token, _ string) error {
	return o.add(tx, &o.tokens, token)
}

func (o *outbox) SendNotice(_ context.Context, tx db.Tx, person cinnabar.PersonID, notice string) error {
	return o.add(tx, &o.notices, string(person)+" "+notice)
}

func (o *outbox) SendInvitation(_ context.Context, tx db.Tx, person cinnabar.PersonID, org string) error {
	return o.add(tx, &o.notices, string(person)+" invited by "+org)
}

func (o *outbox) SendNoticeTo(_ context.Context, tx db.Tx, mobile, notice, _ string) error {
	return o.add(tx, &o.notices, mobile+" "+notice)
}

func (o *outbox) lastCode() string { return o.codes[len(o.codes)-1] }

func (o *outbox) count(notice string) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, told := range o.notices {
		if told == notice {
			n++
		}
	}
	return n
}

func (o *outbox) told(person cinnabar.PersonID, notice string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, n := range o.notices {
		if n == string(person)+" "+notice {
			return true
		}
	}
	return false
}

// renumbered keeps which numbers took the place of which.
type renumbered struct{ moves [][2]string }

func (r *renumbered) Renumber(_ context.Context, _ db.Tx, from, to string) (int64, error) {
	r.moves = append(r.moves, [2]string{from, to})
	return 2, nil
}

// world is a service with its surroundings.
type world struct {
	testing.TB
	*identity.Service
	db    db.DB
	clock *clocktest.Hand
	out   *outbox
	cases *renumbered
}

func newWorld(t testing.TB, d db.DB) world {
	t.Helper()
	return worldAt(t, d, secret.Cost{MemoryKiB: 64, Time: 1, Threads: 1})
}

// worldAt is a world whose passwords cost so much.
func worldAt(t testing.TB, d db.DB, cost secret.Cost) world {
	t.Helper()
	v, err := secret.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	w := world{TB: t, db: d, clock: clocktest.At(time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)), out: &outbox{}, cases: &renumbered{}}
	w.Service, err = identity.New(identity.Deps{
		DB: d, Vault: v, Passwords: secret.NewPasswords(secret.NewKDF(), v.Key("password"), cost), Clock: w.clock, Sender: w.out, Parties: w.cases,
		ValidUSCC: func(s string) bool { return len(s) == 18 },
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// with is the service with other wordings of consents: names of files, each with its text.
func (w world) with(files ...string) (*identity.Service, error) {
	d := w.Deps
	wordings := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		wordings[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	d.Consents = wordings
	return identity.New(d)
}

// wording is the digest of a present one.
func (w world) wording(kind string) cinnabar.Digest {
	w.Helper()
	for _, t := range w.ConsentTexts() {
		if t.Kind == kind && t.Current {
			return t.Digest
		}
	}
	w.Fatalf("no wording of %s", kind)
	return cinnabar.Digest{}
}

func (w world) reword(files ...string) {
	w.Helper()
	s, err := w.with(files...)
	w.must(err)
	*w.Service = *s
}

func each(t *testing.T, f func(w world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d db.DB) { f(newWorld(t, d)) })
}

const (
	password = "gruen-7-Ginkgo"
	mobile   = "13800138000"
	uscc     = "91350100M000100Y43"
)

var (
	root   = cinnabar.Actor{Kind: cinnabar.System}
	laptop = identity.Client{Address: "192.0.2.1", Agent: "test browser"}
)

func (w world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// wants checks an error's code; "" wants none.
func (w world) wants(what string, err error, code string) {
	w.Helper()
	got := ""
	if err != nil {
		got = errs.As(err).Code
	}
	if got != code {
		w.Errorf("%s: %q (%v), want %q", what, got, err, code)
	}
}

func (w world) person(login, mobile string) identity.Person {
	w.Helper()
	p, err := w.CreatePerson(w.Context(), root, identity.NewPerson{Name: "王小明", Login: login, Mobile: mobile, Password: password})
	w.must(err)
	return p
}

func (w world) signIn(login string) identity.SignIn {
	w.Helper()
	in, err := w.SignInPassword(w.Context(), login, password, laptop)
	w.must(err)
	return in
}

func (w world) actor(in identity.SignIn) cinnabar.Actor {
	w.Helper()
	_, a, err := w.Authenticate(w.Context(), in.Token, laptop)
	w.must(err)
	return a
}

// stands tells what Authenticate says of a token.
func (w world) stands(token string) error {
	_, _, err := w.Authenticate(w.Context(), token, laptop)
	return err
}

func (w world) org(name, code, kind string, first cinnabar.PersonID, roles ...string) identity.Org {
	w.Helper()
	o, err := w.CreateOrg(w.Context(), root, identity.Org{Name: name, USCC: code, Kind: kind}, first, roles...)
	w.must(err)
	return o
}

func (w world) code(mobile, purpose string) string {
	w.Helper()
	w.must(w.SendCode(w.Context(), mobile, purpose, "zh", laptop))
	return w.out.lastCode()
}
