package seal_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// authority is a certificate authority that remembers what it revoked.
type authority struct {
	key     *ecdsa.PrivateKey
	mu      sync.Mutex
	serial  int64
	revoked []*big.Int
	ends    time.Time // zero: late
}

func (a *authority) Issue(_ context.Context, s seal.Subject, pub crypto.PublicKey) ([]*x509.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.serial++
	t := &x509.Certificate{
		SerialNumber: big.NewInt(a.serial), Subject: pkix.Name{CommonName: s.Text},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(4e9, 0), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if !a.ends.IsZero() {
		t.NotAfter = a.ends
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, pub, a.key)
	if err != nil {
		return nil, err
	}
	c, err := x509.ParseCertificate(der)
	return []*x509.Certificate{c}, err
}

func (a *authority) Revoke(_ context.Context, _ db.Tx, c *x509.Certificate, _ string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.revoked = append(a.revoked, c.SerialNumber)
	return nil
}

type artist struct{}

func (artist) Draw(_ context.Context, a seal.Art) (*seal.Drawing, error) {
	return &seal.Drawing{SVG: []byte("<svg>" + a.Text + "</svg>"), Form: &pdf.Stream{}, Width: 100, Height: 100}, nil
}

type notices struct {
	mu       sync.Mutex
	locked   []cinnabar.PersonID
	reissued []cinnabar.PersonID
	offered  []cinnabar.PersonID
	uses     []string                   // asked for and decided
	lines    map[string]cinnabar.Digest // handed to the evidence log, also by what was rolled back
}

func (n *notices) Append(_ context.Context, _ db.Tx, id cinnabar.SealID, seq int64, line cinnabar.Digest) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.lines == nil {
		n.lines = map[string]cinnabar.Digest{}
	}
	n.lines[fmt.Sprint(id, "/", seq)] = line
	return nil
}

func (n *notices) SealOffered(_ context.Context, _ db.Tx, _ seal.Seal, to cinnabar.PersonID, _ time.Time) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.offered = append(n.offered, to)
	return nil
}

func (n *notices) SealLocked(_ context.Context, _ db.Tx, _ seal.Seal, to []cinnabar.PersonID, _ time.Time) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.locked = append(n.locked, to...)
	return nil
}

func (n *notices) SealReissued(_ context.Context, _ db.Tx, _ seal.Seal, to []cinnabar.PersonID) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.reissued = append(n.reissued, to...)
	return nil
}

func (n *notices) SealEnding(_ context.Context, _ db.Tx, v seal.Seal, to []cinnabar.PersonID) error {
	return n.use(fmt.Sprintf("%v are told that it ends on %s", to, v.EndsAt.UTC().Format(time.DateOnly)))
}

func (n *notices) UseAsked(_ context.Context, _ db.Tx, _ seal.Seal, by cinnabar.PersonID, documents int, reason string) error {
	return n.use(fmt.Sprintf("%s asks for %d: %s", by, documents, reason))
}

func (n *notices) UseDecided(_ context.Context, _ db.Tx, _ seal.Seal, to cinnabar.PersonID, approved bool, reason string) error {
	return n.use(fmt.Sprintf("%s is told %t: %s", to, approved, reason))
}

func (n *notices) use(line string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.uses = append(n.uses, line)
	return nil
}

type bench struct {
	*seal.Service
	t     *testing.T
	db    db.DB
	clock *clocktest.Hand
	ca    *authority
	told  *notices
	left  left
}

// left are those who belong to no organisation any more.
type left map[cinnabar.PersonID]bool

func (l left) IsMember(_ context.Context, _ db.Reader, _ cinnabar.OrgID, p cinnabar.PersonID) (bool, error) {
	return p != "" && !l[p], nil
}

var (
	agent = cinnabar.Actor{Kind: cinnabar.Member, Person: "person_agent", Org: "org_a"}
	boss  = cinnabar.Actor{Kind: cinnabar.Member, Person: "person_boss", Org: "org_a"}
	admin = cinnabar.Actor{Kind: cinnabar.Member, Person: "person_admin", Org: "org_gas", Roles: []string{"admin"}}
)

const (
	agentPassword = "correct horse 1"
	bossPassword  = "battery staple 2"
)

func pepper(b byte) []byte {
	p := make([]byte, 32)
	p[0] = b
	return p
}

func newBench(t *testing.T, d db.DB) *bench {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, db: d, clock: clocktest.At(time.Unix(1_800_000_000, 0)), ca: &authority{key: key}, told: &notices{}, left: left{}}
	b.Service = b.process(pepper(1))
	return b
}

// process is another process on the same database.
func (b *bench) process(pepper []byte) *seal.Service {
	b.t.Helper()
	s, err := seal.New(seal.Deps{
		DB: b.db, Clock: b.clock, KDF: secret.NewKDF(), Pepper: pepper, Cost: secret.Cost{MemoryKiB: 8, Time: 1, Threads: 1},
		Artist: artist{}, Issuer: b.ca, Notifier: b.told, Evidence: b.told, Members: b.left,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) apply(a seal.Application) cinnabar.SealID {
	b.t.Helper()
	v, err := b.Apply(b.t.Context(), agent, a)
	b.must(err)
	return v.ID
}

// company and legalRep are the applicant's two seals, in use.
func (b *bench) company() cinnabar.SealID {
	b.t.Helper()
	id := b.apply(seal.Application{Org: "org_a", Kind: seal.Contract, Text: "示例餐饮有限公司", Holder: agent.Person, Reason: "first"})
	b.must(b.Approve(b.t.Context(), admin, id, ""))
	b.must(b.Activate(b.t.Context(), id, agent.Person, agentPassword))
	return id
}

func (b *bench) legalRep() cinnabar.SealID {
	b.t.Helper()
	id := b.apply(seal.Application{Org: "org_a", Kind: seal.LegalRep, Text: "样例人", Owner: boss.Person, Reason: "first"})
	b.must(b.Approve(b.t.Context(), admin, id, ""))
	b.must(b.Activate(b.t.Context(), id, boss.Person, bossPassword))
	return id
}

func purpose(doc string) seal.Purpose {
	return seal.Purpose{Case: "case_1", Digests: []cinnabar.Digest{cinnabar.DigestOf([]byte(doc))}}
}

func (b *bench) unlock(id cinnabar.SealID, p cinnabar.PersonID, password, doc string) error {
	_, err := b.Unlock(b.t.Context(), id, p, password, purpose(doc))
	return err
}

// use signs the document with an unlocked seal and publishes it.
func (b *bench) use(u *seal.Unlocked, d cinnabar.Digest) error {
	b.t.Helper()
	signer, err := u.For(d)
	if err != nil {
		return err
	}
	h := cinnabar.DigestOf([]byte("attributes"))
	sig, err := signer.Sign(rand.Reader, h[:], crypto.SHA256)
	if err != nil {
		return err
	}
	if !ecdsa.VerifyASN1(u.Chain[0].PublicKey.(*ecdsa.PublicKey), h[:], sig) {
		b.t.Error("the signature does not fit the certificate")
	}
	return b.db.InTx(b.t.Context(), func(tx db.Tx) error {
		return b.RecordUse(b.t.Context(), tx, u, seal.Use{Digest: d, Result: cinnabar.DigestOf(d[:]), Doc: "doc_1"})
	})
}

func (b *bench) exec(query string, args ...any) {
	b.t.Helper()
	b.must(b.db.InTx(b.t.Context(), func(tx db.Tx) error {
		n, err := tx.Exec(b.t.Context(), query, args...)
		if err == nil && n == 0 {
			return errors.New("touched nothing")
		}
		return err
	}))
}

func (b *bench) events(id cinnabar.SealID, kind string) (n int) {
	b.t.Helper()
	log, err := b.Log(b.t.Context(), id, seal.LogPage{})
	b.must(err)
	for k, e := range log {
		if e.Seq != int64(len(log)-k) {
			b.t.Errorf("event %d has number %d", len(log)-k, e.Seq)
		}
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func (b *bench) wants(err error, kind errs.Kind, code string) {
	b.t.Helper()
	if e := errs.As(err); err == nil || e.Kind != kind || (code != "" && e.Code != code) {
		b.t.Fatalf("got %v, want %s %s", err, kind, code)
	}
}
