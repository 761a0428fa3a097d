package document_test

import (
	"errors"
	"testing"
	"time"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
)

var filedFrom = time.Date(2019, 3, 1, 0, 0, 0, 0, time.UTC)

// file files a document on paper.
func (b *bench) file(number, content string) (d document.Document) {
	b.t.Helper()
	b.must(b.tx(func(tx db.Tx) error {
		ctx := b.t.Context()
		if _, err := b.Imported(ctx, tx, "org_gas", "contract", number, "case_1"); err != nil {
			return err
		}
		var err error
		d, err = b.Create(ctx, tx, document.NewDocument{
			Org: "org_gas", Kind: "contract", Number: number, Case: "case_1", Title: "旧", EffectiveAt: filedFrom, File: version(content, document.Effective),
		})
		return err
	}))
	return d
}

func (b *bench) amend(id cinnabar.DocID, a document.Amendment) (d document.Document, err error) {
	err = b.tx(func(tx db.Tx) error {
		d, err = b.Amend(b.t.Context(), tx, id, a)
		return err
	})
	return d, err
}

func (b *bench) worth(content string) document.Standing {
	b.t.Helper()
	st, err := b.ByDigest(b.t.Context(), cinnabar.DigestOf([]byte(content)))
	if err != nil && !errors.Is(err, errs.NotFound) {
		b.t.Fatal(err)
	}
	return st.Standing
}

// What was filed wrongly is put right: number, name, days. A wrong number is free again; one of our own sequence
// is accounted for.
// Proves GAS-13.
func TestFiledDocumentIsPutRight_GAS13(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		ctx := t.Context()
		doc, other := b.file("老合-17", "scan"), b.file("老合-18", "other")
		right := document.Amendment{Number: "老合-71", Title: "新", EffectiveAt: filedFrom.AddDate(0, 1, 0), ExpiresAt: b.clock.Now().AddDate(1, 0, 0)}
		got, err := b.amend(doc.ID, right)
		b.must(err)
		kept, err := b.Get(ctx, doc.ID)
		b.must(err)
		if got != kept || kept.Number != "老合-71" || kept.Title != "新" || !kept.EffectiveAt.Equal(right.EffectiveAt) || !kept.ExpiresAt.Equal(right.ExpiresAt) ||
			kept.Token != doc.Token || kept.Digest != doc.Digest || b.worth("scan") != document.InForce {
			t.Errorf("%+v", kept)
		}
		_, err = b.amend(doc.ID, document.Amendment{Number: "老合-18", Title: "新", EffectiveAt: filedFrom})
		b.wants(err, errs.Conflict, "number-taken")
		right.Number = "老合-17"
		if _, err = b.amend(other.ID, right); err != nil {
			t.Errorf("the wrong number is not free: %v", err)
		}
		ended := document.Amendment{Number: "老合-71", Title: "新", EffectiveAt: filedFrom, ExpiresAt: b.clock.Now()}
		if got, err = b.amend(doc.ID, ended); err != nil || got.State != document.Expired || b.worth("scan") != document.HasExpired {
			t.Errorf("%v, %v", got.State, err)
		}
		ended.ExpiresAt = time.Time{}
		if got, err = b.amend(doc.ID, ended); err != nil || got.State != document.Effective || got.Reason != "" {
			t.Errorf("%v, %v", got, err)
		}
		b.must(b.tx(func(tx db.Tx) error { return b.Void(ctx, tx, doc.ID, "no more") }))
		_, err = b.amend(doc.ID, ended)
		b.wants(err, errs.Conflict, "document-state")
	})
}

// Proves GAS-13.
func TestWrongNumberOfOurSequenceIsAccountedFor_GAS13(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		doc := b.file("GAS-2026-000001", "scan")
		if own := b.create("own"); own.Number != "GAS-2026-000002" {
			t.Fatal(own.Number)
		}
		_, err := b.amend(doc.ID, document.Amendment{Number: "老合-1", Title: "新", EffectiveAt: filedFrom})
		b.must(err)
		n, err := b.Numbers(t.Context(), "org_gas")
		b.must(err)
		if len(n) != 1 || n[0].Gap() != 0 || n[0].Voided != 1 {
			t.Errorf("%+v", n)
		}
	})
}

// A wrong scan is no version of any document any more; it may be another customer's.
// Proves GAS-13, GAS-14.
func TestWrongScanIsSetAside_GAS13(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		ctx := t.Context()
		doc := b.file("老合-17", "wrong")
		b.file("老合-18", "other")
		a := document.Amendment{Number: doc.Number, Title: "旧", EffectiveAt: filedFrom}
		taken := version("other", "")
		a.File = &taken
		_, err := b.amend(doc.ID, a)
		b.wants(err, errs.Conflict, "document-exists")
		if b.worth("wrong") != document.InForce {
			t.Error("a refused exchange changed something")
		}
		right := version("right", "")
		a.File = &right
		got, err := b.amend(doc.ID, a)
		b.must(err)
		if got.Digest != right.Digest || b.worth("right") != document.InForce || b.worth("wrong") != document.Unknown {
			t.Errorf("%+v: %s, %s", got, b.worth("right"), b.worth("wrong"))
		}
		v, err := b.Current(ctx, b.db, doc.ID)
		b.must(err)
		misfiled, err := b.MisfiledOf(ctx, doc.ID)
		b.must(err)
		if v.File != right.File || len(misfiled) != 1 || misfiled[0].File != "file_wrong" || misfiled[0].Version != 1 || !misfiled[0].At.Equal(b.clock.Now()) {
			t.Errorf("%+v, %+v", v, misfiled)
		}
		for file, want := range map[cinnabar.FileID]bool{"file_wrong": true, "file_right": false} {
			if is, err := b.IsMisfiled(ctx, file); err != nil || is != want {
				t.Errorf("%s: %v, %v", file, is, err)
			}
		}
	})
}

// A document that was taken out says so wherever it is asked about, keeps its number, and comes back as it was.
// Proves GAS-13, GAS-14.
func TestDocumentIsTakenOutAndBroughtBack_GAS13(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		ctx := t.Context()
		doc := b.file("老合-17", "scan")
		b.must(b.tx(func(tx db.Tx) error { return b.TakeOut(ctx, tx, doc.ID) }))
		out, err := b.Get(ctx, doc.ID)
		b.must(err)
		byToken, err := b.ByToken(ctx, doc.Token)
		b.must(err)
		if out.Shown() != document.TakenOut || !out.TakenOutAt.Equal(b.clock.Now()) || b.worth("scan") != document.WasTakenOut || byToken.Standing != document.WasTakenOut {
			t.Errorf("%+v: %s, %s", out, b.worth("scan"), byToken.Standing)
		}
		b.wants(b.tx(func(tx db.Tx) error {
			_, err := b.Imported(ctx, tx, "org_gas", "contract", "老合-17", "case_2")
			return err
		}), errs.Conflict, "number-taken")
		_, err = b.amend(doc.ID, document.Amendment{Number: "x", Title: "x", EffectiveAt: filedFrom})
		b.wants(err, errs.Conflict, "document-state")
		b.must(b.tx(func(tx db.Tx) error { return b.BringBack(ctx, tx, doc.ID) }))
		if back, err := b.Get(ctx, doc.ID); err != nil || back != doc || b.worth("scan") != document.InForce {
			t.Errorf("%+v, %v", back, err)
		}
	})
}
