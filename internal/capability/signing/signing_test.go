package signing_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"cinnabar/internal/capability/signing"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
)

// A gas contract from the prepared file to the archive: two people sign, both seals at once, countersealing
// with the straddle seal, time-stamp over all. Every signature stays valid and the file ends locked.
// Proves GAS-7, GAS-8, GAS-11, PLT-10.
func TestContractFromPreparedToArchived_GAS7_GAS8_GAS11_PLT10(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		file := b.contract()
		plan := b.plan(file)
		signed := b.sign("second", b.sign("first", file))
		b.now.Advance(ceremonyLife + time.Hour) // seals come days later, when the ceremonies' certificates have ended
		sealed, err := b.Apply(t.Context(), signed, []signing.Stamp{b.stamp("company", "示例餐饮有限公司"), b.stamp("rep", "样例人")})
		must(t, err)
		gas := b.stamp("gas", "示例燃气有限公司")
		for _, edge := range []string{"edge1", "edge2", "edge3"} {
			gas.Also = append(gas.Also, pades.Appearance{Field: edge, Form: square()})
		}
		inForce, err := b.Apply(t.Context(), sealed, []signing.Stamp{gas})
		must(t, err)
		archived, err := b.Archive(t.Context(), inForce, "archive")
		must(t, err)

		r := b.verify(archived)
		if (r.Verdict != pades.Valid && r.Verdict != pades.ValidWithAdditions) || len(r.Signatures) != 6 || !r.Locked {
			t.Fatalf("%+v", r)
		}
		for _, s := range r.Signatures {
			if !s.DigestOK || !s.SignatureOK || !s.ChainOK || !s.TimeOK {
				t.Errorf("%v: %+v", s.Fields, s)
			}
		}
		if r.Signatures[0].Certifies != 2 || r.Signatures[1].Certifies != 0 {
			t.Error("the first signature must certify, and it alone")
		}
		if want := plan[0].ID + " " + cinnabar.DigestOf(file).String(); b.ca.bound[0] != want {
			t.Errorf("the certificate is bound to %s, want %s", b.ca.bound[0], want)
		}
		all, err := b.Of(t.Context(), d, "doc_1")
		must(t, err)
		for _, c := range all {
			if c.State != signing.Signed || c.Method != "sms" || c.Evidence.IsZero() || c.Drawing != scribble().Digest() {
				t.Errorf("%+v", c)
			}
		}
		if all[1].Digest != all[0].Result || all[1].Result != cinnabar.DigestOf(signed) {
			t.Error("the second signed something else than what the first made")
		}
		// Nothing more can be sealed.
		_, err = b.Apply(t.Context(), archived, []signing.Stamp{b.stamp("gas", "again")})
		b.wants(err, errs.Conflict, "")
		if i := bytes.IndexByte(archived, 'S'); b.verify(slices.Replace(slices.Clone(archived), i, i+1, 'T')).Verdict == pades.Valid {
			t.Error("a flipped byte was not noticed")
		}
	})
}

// Strict order: who comes later sees nothing, nobody signs for another, each step needs the one before.
// Proves PLT-21, GAS-7.
func TestCeremonyOrder_PLT21_GAS7(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		ctx, file := t.Context(), b.contract()
		c := b.plan(file)
		for _, p := range []cinnabar.PersonID{"second", "sender", ""} {
			_, err := b.Turn(ctx, "doc_1", p)
			b.wants(err, errs.NotFound, "no-ceremony")
			b.wants(b.shown(c[0].ID, p, file, 3), errs.NotFound, "no-ceremony")
			b.wants(b.confirm(c[0].ID, p, "246810"), errs.NotFound, "no-ceremony")
		}
		b.wants(b.shown(c[1].ID, "second", file, 3), errs.NotFound, "no-ceremony")

		_, err := b.Sign(ctx, signing.Input{Ceremony: c[0], PDF: file, Drawing: scribble(), Width: 150, Height: 60})
		b.wants(err, errs.Conflict, "ceremony-state")
		b.wants(b.confirm(c[0].ID, "first", "246810"), errs.Conflict, "ceremony-state")
		b.wants(b.shown(c[0].ID, "first", file, 2), errs.Conflict, "not-read")
		b.wants(b.shown(c[0].ID, "first", []byte("another text"), 3), errs.Stale, "stale")
		must(t, b.shown(c[0].ID, "first", file, 3))
		b.wants(b.confirm(c[0].ID, "first", "000000"), errs.Unauthorized, "wrong-code")
		in := b.ready("first", file)
		if len(b.told.asked) < 2 || b.told.asked[0] != in.Ceremony.Purpose() {
			t.Errorf("codes were asked for %v", b.told.asked)
		}
		unconfirmed := in
		unconfirmed.Confirmation = signing.Confirmation{}
		_, err = b.Sign(ctx, unconfirmed)
		b.wants(err, errs.Stale, "stale")
		other := in
		other.PDF = append(slices.Clone(file), '\n')
		_, err = b.Sign(ctx, other)
		b.wants(err, errs.Stale, "stale")

		out, err := b.Sign(ctx, in)
		must(t, err)
		if b.told.spent != 0 {
			t.Error("the code was used up before the signature was recorded")
		}
		must(t, b.record(in, out))
		b.wants(b.record(in, out), errs.Conflict, "ceremony-state")
		if b.told.spent != 1 {
			t.Errorf("one signature used %d codes up", b.told.spent)
		}
		if next, err := b.Turn(ctx, "doc_1", "second"); err != nil || next.Digest != out.Digest {
			t.Errorf("%+v, %v", next, err)
		}
	})
}

// Who declines gives a reason; the sender and those who signed before are to be told; nobody signs after.
// Proves PLT-21.
func TestDeclined_PLT21(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		file := b.contract()
		c := b.plan(file)
		signed := b.sign("first", file)
		decline := func(p cinnabar.PersonID, reason string) (tell []cinnabar.PersonID, err error) {
			err = b.tx(func(tx db.Tx) (err error) {
				tell, err = b.Decline(t.Context(), tx, c[1].ID, p, reason)
				return err
			})
			return tell, err
		}
		_, err := decline("second", "")
		b.wants(err, errs.Invalid, "")
		_, err = decline("first", "the price is wrong")
		b.wants(err, errs.NotFound, "no-ceremony")
		in := b.ready("second", signed)
		out, err := b.Sign(t.Context(), in)
		must(t, err)
		tell, err := decline("second", "the price is wrong")
		must(t, err)
		if !slices.Equal(tell, []cinnabar.PersonID{"sender", "first"}) {
			t.Errorf("to be told: %v", tell)
		}
		b.wants(b.record(in, out), errs.Conflict, "ceremony-state")
	})
}

// Whose seal comes after all signatures can decline like a signer: it stands at the end of the plan, once.
// Proves PLT-21.
func TestSealDeclinedAfterSigning_PLT21(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		file := b.contract()
		b.plan(file)
		signed := b.sign("second", b.sign("first", file))
		decline := func(now []byte, who signing.Signer, reason string) (c signing.Ceremony, tell []cinnabar.PersonID, err error) {
			err = b.tx(func(tx db.Tx) (err error) {
				c, tell, err = b.DeclineAfter(t.Context(), tx, "doc_1", cinnabar.DigestOf(now), who, reason)
				return err
			})
			return c, tell, err
		}
		boss := signing.Signer{Person: "boss", Field: "rep"}
		_, _, err := decline(signed, boss, "")
		b.wants(err, errs.Invalid, "")
		_, _, err = decline(file, boss, "not as I know it") // nobody signed that
		b.wants(err, errs.NotFound, "no-ceremony")
		_, _, err = decline(signed, signing.Signer{Field: "rep"}, "not as I know it")
		b.wants(err, errs.NotFound, "no-ceremony")
		c, tell, err := decline(signed, boss, "not as I know it")
		must(t, err)
		if !slices.Equal(tell, []cinnabar.PersonID{"sender", "first", "second"}) {
			t.Errorf("to be told: %v", tell)
		}
		all, err := b.Of(t.Context(), d, "doc_1")
		must(t, err)
		last := all[len(all)-1]
		if last.ID != c.ID || last.State != signing.Declined || last.Reason != "not as I know it" || last.Signer != "boss" || last.Order != 3 {
			t.Errorf("recorded: %+v", last)
		}
	})
}

// A contract made anew ends the former ceremonies, and so does time.
// Proves GAS-10.
func TestFormerAndLateCeremoniesEnd_GAS10(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		b := newBench(t, d)
		file := b.contract()
		b.plan(file)
		in := b.ready("first", file)
		out, err := b.Sign(t.Context(), in)
		must(t, err)
		b.plan(file)
		b.wants(b.record(in, out), errs.Conflict, "ceremony-state")

		in = b.ready("first", file)
		out, err = b.Sign(t.Context(), in)
		must(t, err)
		b.now.Advance(time.Hour)
		b.wants(b.record(in, out), errs.Conflict, "ceremony-expired")
		must(t, b.tx(func(tx db.Tx) error {
			n, err := b.Expire(t.Context(), tx)
			if n != 2 {
				t.Errorf("%d ended", n)
			}
			return err
		}))
	})
}

// Both seals or none: when the second fails there is no file with one seal.
// Proves GAS-8.
func TestNeverOneSealOnly_GAS8(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t))
	file := b.contract()
	before := slices.Clone(file)
	rep := b.stamp("rep", "样例人")
	rep.Signer = broken{rep.Signer}
	out, err := b.Apply(t.Context(), file, []signing.Stamp{b.stamp("company", "示例"), rep})
	if !errors.Is(err, errBroken) || out != nil || !bytes.Equal(file, before) {
		t.Fatalf("%d bytes, %v", len(out), err)
	}
	// A key that does not fit its certificate is found before anybody sees the file.
	wrong := b.stamp("rep", "样例人")
	wrong.Signer = newKey(t)
	if out, err := b.Apply(t.Context(), file, []signing.Stamp{b.stamp("company", "示例"), wrong}); err == nil || out != nil {
		t.Fatal("a signature by a foreign key was let through")
	}
}
