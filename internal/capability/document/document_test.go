package document_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// stamp signs nothing; that a signature holds is tested with the evidence log's key.
type stamp struct{}

func (stamp) SignNote(text string) (string, error) { return text + "\n— signed", nil }

type bench struct {
	*document.Service
	t     testing.TB
	db    db.DB
	clock *clocktest.Hand
}

func newBench(t testing.TB, d db.DB) *bench {
	t.Helper()
	c := clocktest.At(time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC))
	s, err := document.New(document.Deps{DB: d, Clock: c, Signer: stamp{}, Rules: map[string]document.Rule{
		"contract": {Prefix: "GAS", Date: "year", Digits: 6},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return &bench{Service: s, t: t, db: d, clock: c}
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) wants(err error, kind errs.Kind, code string) {
	b.t.Helper()
	if e := errs.As(err); err == nil || e.Kind != kind || (code != "" && e.Code != code) {
		b.t.Fatalf("got %v, want %s %s", err, kind, code)
	}
}

func (b *bench) tx(f func(tx db.Tx) error) error {
	b.t.Helper()
	return b.db.InTx(b.t.Context(), f)
}

func version(content string, s document.State) document.Version {
	return document.Version{File: "file_" + cinnabar.FileID(content), Digest: cinnabar.DigestOf([]byte(content)), Size: int64(len(content)), Pages: 3, State: s}
}

func (b *bench) create(content string) (d document.Document) {
	b.t.Helper()
	b.must(b.tx(func(tx db.Tx) error {
		r, err := b.Reserve(b.t.Context(), tx, "org_gas", "contract", "case_1")
		if err != nil {
			return err
		}
		d, err = b.Create(b.t.Context(), tx, document.NewDocument{
			Org: "org_gas", Kind: "contract", Number: r.Number, Case: "case_1", Title: "供用气合同", File: version(content, document.Draft),
		})
		return err
	}))
	return d
}

func (b *bench) replace(id cinnabar.DocID, from string, to document.Version) error {
	b.t.Helper()
	return b.tx(func(tx db.Tx) error {
		_, err := b.Replace(b.t.Context(), tx, id, cinnabar.DigestOf([]byte(from)), to)
		return err
	})
}

func (b *bench) standing(content string) document.Standing {
	b.t.Helper()
	s, err := b.ByDigest(b.t.Context(), cinnabar.DigestOf([]byte(content)))
	b.must(err)
	return s.Standing
}

// A file's standing from the draft to the archive and the end (GAS-11, GAS-14, PLT-23).
func TestStandingOfEveryVersion_GAS14_PLT23(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		doc := b.create("text")
		if doc.Number != "GAS-2026-000001" {
			t.Errorf("number %q", doc.Number)
		}
		b.must(b.replace(doc.ID, "text", version("signed", document.Signed)))
		b.must(b.replace(doc.ID, "signed", version("sealed", document.Sealed)))
		if s := b.standing("sealed"); s != document.NotInForceYet {
			t.Errorf("sealed only: %s", s)
		}
		// A correction makes it anew.
		b.must(b.replace(doc.ID, "sealed", version("text 2", document.Draft)))
		b.must(b.replace(doc.ID, "text 2", version("signed 2", document.Signed)))
		b.must(b.replace(doc.ID, "signed 2", version("in force", document.Effective)))
		b.must(b.replace(doc.ID, "in force", version("archived", document.Effective)))
		for content, want := range map[string]document.Standing{
			"text": document.WasSuperseded, "sealed": document.WasSuperseded, "signed 2": document.WasSuperseded,
			"in force": document.InForce, "archived": document.InForce,
		} {
			if s := b.standing(content); s != want {
				t.Errorf("%s: %s, want %s", content, s, want)
			}
		}
		_, err := b.ByDigest(t.Context(), cinnabar.DigestOf([]byte("foreign")))
		b.wants(err, errs.NotFound, "")
		byToken, err := b.ByToken(t.Context(), doc.Token)
		if err != nil || byToken.Standing != document.InForce || byToken.Document.ID != doc.ID {
			t.Errorf("by token: %+v, %v", byToken, err)
		}

		b.wants(b.tx(func(tx db.Tx) error { return b.Void(t.Context(), tx, doc.ID, " ") }), errs.Invalid, "")
		b.must(b.tx(func(tx db.Tx) error { return b.Void(t.Context(), tx, doc.ID, "both sides agreed") }))
		for _, content := range []string{"text", "in force", "archived"} {
			if s := b.standing(content); s != document.WasVoided {
				t.Errorf("%s after voiding: %s", content, s)
			}
		}
		b.wants(b.replace(doc.ID, "archived", version("back", document.Effective)), errs.Conflict, "document-state")
	})
}

// Of two who change the same version one wins; the other is told.
// Proves PLT-10.
func TestCompareAndSwap_PLT10(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		doc := b.create("text")
		outcome := make([]error, 8)
		var wg sync.WaitGroup
		for i := range outcome {
			wg.Go(func() { outcome[i] = b.replace(doc.ID, "text", version(fmt.Sprint("signed by ", i), document.Signed)) })
		}
		wg.Wait()
		won := 0
		for _, err := range outcome {
			if err == nil {
				won++
			} else if !errors.Is(err, errs.Stale) {
				t.Errorf("got %v", err)
			}
		}
		if v, err := b.Versions(t.Context(), doc.ID); won != 1 || err != nil || len(v) != 2 {
			t.Errorf("%d won, %d versions, %v", won, len(v), err)
		}
		b.wants(b.replace(doc.ID, "nobody's", version("x", document.Signed)), errs.Stale, "stale")
		second := b.create("other text")
		now, err := b.Get(t.Context(), doc.ID)
		b.must(err)
		same := version("x", document.Signed)
		same.Digest = now.Digest
		b.wants(b.replace(second.ID, "other text", same), errs.Conflict, "document-exists")
	})
}

// Proves GAS-13.
func TestExpiryAndRenewal_GAS13(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		ctx := t.Context()
		old, later := b.create("old"), b.create("new")
		b.must(b.replace(old.ID, "old", version("old in force", document.Effective)))
		until := b.clock.Now().Add(48 * time.Hour)
		b.must(b.tx(func(tx db.Tx) error { return b.SetExpiry(ctx, tx, old.ID, until) }))
		if p, err := b.List(ctx, document.Filter{Org: "org_gas", ExpiresBefore: until.Add(1)}); err != nil || len(p.Items) != 0 {
			t.Errorf("expiring at the limit: %+v, %v", p, err)
		}
		p, err := b.List(ctx, document.Filter{Org: "org_gas", ExpiresBefore: until.Add(time.Hour)})
		if err != nil || len(p.Items) != 1 || p.Items[0].ID != old.ID {
			t.Errorf("expiring: %+v, %v", p, err)
		}
		b.clock.Set(until)
		if s := b.standing("old in force"); s != document.HasExpired {
			t.Errorf("at its end, before the job ran: %s", s)
		}
		for _, want := range []int{1, 0} {
			var ids []cinnabar.DocID
			b.must(b.tx(func(tx db.Tx) (err error) {
				ids, err = b.Expire(ctx, tx, 10)
				return err
			}))
			if len(ids) != want {
				t.Errorf("expired %v, want %d", ids, want)
			}
		}
		b.must(b.tx(func(tx db.Tx) error { return b.Supersede(ctx, tx, old.ID, later.ID, "renewed") }))
		if now, _ := b.Get(ctx, old.ID); now.Successor != later.ID || b.standing("old in force") != document.WasSuperseded {
			t.Errorf("%+v", now)
		}
	})
}

func TestListPagesAndFilters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		for i := range 7 {
			b.create(fmt.Sprint("text ", i))
		}
		seen, after := map[string]bool{}, ""
		for {
			p, err := b.List(t.Context(), document.Filter{Org: "org_gas", NumberPrefix: "GAS-2026", Limit: 3, After: after})
			b.must(err)
			for _, d := range p.Items {
				seen[d.Number] = true
			}
			if after = p.Next; after == "" {
				break
			}
		}
		if len(seen) != 7 {
			t.Errorf("%d of 7 documents seen", len(seen))
		}
		for _, f := range []document.Filter{{Org: "org_other"}, {NumberPrefix: "GAS_2026"}, {State: document.Voided}, {Kind: "receipt"}} {
			if p, err := b.List(t.Context(), f); err != nil || len(p.Items) != 0 {
				t.Errorf("%+v: %d, %v", f, len(p.Items), err)
			}
		}
		_, err := b.List(t.Context(), document.Filter{After: "nonsense"})
		b.wants(err, errs.Invalid, "")
	})
}

// The signed status says what the register says, also about files that it does not know.
// Proves PLT-12.
func TestSignedStatus_PLT12(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	doc := b.create("text")
	b.must(b.tx(func(tx db.Tx) error { return b.Void(t.Context(), tx, doc.ID, "typing error") }))
	for content, want := range map[string]document.Standing{"text": document.WasVoided, "foreign": document.Unknown} {
		signed, err := b.Statement(t.Context(), cinnabar.DigestOf([]byte(content)))
		b.must(err)
		st, err := document.ParseStatement(signed[:len(signed)-len("\n— signed")])
		if err != nil || st.Standing != want || st.Digest != cinnabar.DigestOf([]byte(content)) || !st.AsOf.Equal(b.clock.Now()) {
			t.Errorf("%s: %+v, %v", content, st, err)
		}
	}
	if _, err := document.ParseStatement("cinnabar.test/log\n3\n"); err == nil {
		t.Error("a checkpoint was taken for a status")
	}
}
