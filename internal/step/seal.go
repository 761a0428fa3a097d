package step

import (
	"context"
	"errors"
	"slices"
	"time"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/capability/signing"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// Straddler cuts a seal for the edges of the pages of a document.
type Straddler interface {
	Slices(ctx context.Context, a seal.Art, pages int) ([]pades.Appearance, error)
}

// SealField says which kind of seal goes to which place.
type SealField struct {
	Name  string      `json:"name"`  // in the body of the instruction
	Field string      `json:"field"` // in the document
	Kinds []seal.Kind `json:"kinds"`
}

// Instruction is a sealing instruction (电子盖章指令): this document, these seals, all or none (GAS-8).
type Instruction struct {
	Doc    cinnabar.DocID             `json:"doc"`
	Digest cinnabar.Digest            `json:"digest"`
	Seals  map[string]cinnabar.SealID `json:"seals"`
	Fields map[string]string          `json:"fields"`

	// Unlocked says until when a seal stays open that waits for the others.
	Unlocked map[string]time.Time `json:"unlocked,omitempty"`
}

func (i Instruction) purpose(c *procedure.Case) seal.Purpose {
	return seal.Purpose{Case: c.ID, Template: TemplateOf(c), Digests: []cinnabar.Digest{i.Digest}}
}

// order are the names of the seals in the order in which they are put on.
func (i Instruction) order() []string {
	var out []string
	for name := range i.Seals {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func (i Instruction) ids() []cinnabar.SealID {
	var out []cinnabar.SealID
	for _, name := range i.order() {
		out = append(out, i.Seals[name])
	}
	return out
}

// InstructSeals makes the sealing instruction. Body: a seal's id for each field's name.
type InstructSeals struct {
	Fields []SealField `json:"fields"`
	// The entry with the credit code of the company whose seals they must be; "": any company that is acted for.
	Section string `json:"section,omitempty"`
	USCC    string `json:"uscc,omitempty"`
}

func (InstructSeals) StepName() string { return "instruct-seals" }

func (s *steps) instruct(ctx context.Context, tx db.Tx, c *procedure.Change, p InstructSeals, _ struct{}) error {
	doc := cinnabar.DocID(c.Facts.Text(FactDocument))
	v, err := s.Documents.Current(ctx, tx, doc)
	if err != nil {
		return err
	}
	i := Instruction{Doc: doc, Digest: v.Digest, Seals: map[string]cinnabar.SealID{}, Fields: map[string]string{}}
	var wrong []errs.Field
	for _, f := range p.Fields {
		id := cinnabar.SealID(form.TextOf(c.Body, f.Name))
		code, err := s.sealFault(ctx, tx, id, c.Actor.Org, f.Kinds)
		if code == "" && err == nil {
			code, err = s.companyFault(ctx, tx, c.Actor.Org, c.Text(p.Section, p.USCC))
		}
		if err != nil {
			return err
		}
		if slices.Contains(i.ids(), id) {
			code = "duplicate"
		}
		if code != "" {
			wrong = append(wrong, errs.Field{Pointer: "/" + f.Name, Code: code})
		}
		i.Seals[f.Name], i.Fields[f.Name] = id, f.Field
	}
	if len(wrong) > 0 {
		return errs.Wrong(wrong...)
	}
	c.Note("instruction", i)
	return c.Remember(FactSealing, i)
}

// FitsSeal says why a seal cannot be put on where one of an organisation is wanted, of one of these kinds; "" when it
// can: unknown, not-allowed, not-in-use.
func FitsSeal(v seal.Seal, org cinnabar.OrgID, kinds []seal.Kind) string {
	switch {
	case v.Org != org || org == "":
		return "unknown"
	case !slices.Contains(kinds, v.Kind):
		return "not-allowed"
	case v.State != seal.InUse:
		return "not-in-use"
	}
	return ""
}

// sealFault is FitsSeal by the seal's id.
func (s *steps) sealFault(ctx context.Context, r db.Reader, id cinnabar.SealID, org cinnabar.OrgID, kinds []seal.Kind) (string, error) {
	v, err := s.Seals.Get(ctx, r, id)
	if errors.Is(err, errs.NotFound) {
		return "unknown", nil
	}
	if err != nil {
		return "", err
	}
	return FitsSeal(v, org, kinds), nil
}

// companyFault says why the organisation acted for is not the company of a credit code, which is "" for any.
func (s *steps) companyFault(ctx context.Context, r db.Reader, org cinnabar.OrgID, uscc string) (string, error) {
	if uscc == "" {
		return "", nil
	}
	if is, err := s.Companies.USCCOf(ctx, r, org); err != nil || is == uscc {
		return "", err
	}
	return "other-company-seal", nil
}

// UnlockSeal opens one seal of the instruction by its holder's password; when all are open, all sign.
// Body: password.
type UnlockSeal struct {
	Seal string `json:"seal"` // its name in the instruction
}

func (UnlockSeal) StepName() string { return "unlock-seal" }

// Outcomes of UnlockSeal.
const (
	SealWaits = "waits" // for the others' passwords
	AllSealed = "sealed"
)

func (UnlockSeal) Outcomes() []string { return []string{SealWaits, AllSealed} }

// Sealed is a document with seals on it that is not entered yet.
type Sealed struct {
	Paper *Paper // nil while others wait
	was   *opened
	until time.Time // when the seal closes again
	taken []*seal.Unlocked
	bulk  bool // the keys stay open for the other documents of their batch
}

// Number is the document's number.
func (v *Sealed) Number() string { return v.was.doc.Number }

// Close lets go of the keys once the paper is published.
func (v *Sealed) Close() {
	if v.bulk {
		return
	}
	for _, u := range v.taken {
		u.Close()
	}
}

// Discard lets go of the keys and of the paper; in a batch the document can be tried again.
func (v *Sealed) Discard() {
	if v.bulk {
		v.taken[0].Release(v.was.doc.Digest)
	}
	v.Close()
}

func (s *steps) prepareUnlock(ctx context.Context, r *procedure.Request, p UnlockSeal) (*Sealed, error) {
	i, err := s.instruction(r.Case)
	if err != nil {
		return nil, err
	}
	id, ok := i.Seals[p.Seal]
	if !ok {
		return nil, errs.New(errs.Conflict, "no-instruction", "this seal is not part of the sealing instruction")
	}
	was, err := s.current(ctx, r.Case)
	if err != nil {
		return nil, err
	}
	if was.doc.Digest != i.Digest {
		return nil, errs.New(errs.Conflict, "no-instruction", "the document changed since the sealing instruction; start sealing again")
	}
	purpose := i.purpose(r.Case)
	open, err := s.Seals.Unlock(ctx, id, r.Actor.Person, form.TextOf(r.Body, "password"), purpose)
	if err != nil {
		return nil, refusal(err, "/password")
	}
	v := &Sealed{was: was, until: open.Expires}
	if len(s.Seals.Opened(purpose, i.ids()...)) < len(i.Seals) {
		return v, nil
	}
	if v.taken, err = s.Seals.Take(purpose, i.ids()...); errors.Is(err, errs.Conflict) {
		return v, nil // another holder's request is putting them on at this moment
	}
	if err != nil {
		return nil, err
	}
	if v.Paper, err = s.putOn(ctx, was, i, v.taken); errors.Is(err, errs.Unavailable) {
		s.Seals.GiveBack(v.taken...) // the other holders are not asked again
		return nil, err
	}
	if err != nil {
		v.Discard()
		return nil, err
	}
	return v, nil
}

func (s *steps) instruction(c *procedure.Case) (Instruction, error) {
	var i Instruction
	if !c.Facts.Get(FactSealing, &i) {
		return i, errs.New(errs.Conflict, "no-instruction", "choose the seals first")
	}
	return i, nil
}

// putOn makes the document with all seals of the instruction, in memory.
func (s *steps) putOn(ctx context.Context, was *opened, i Instruction, taken []*seal.Unlocked) (*Paper, error) {
	var stamps []signing.Stamp
	for n, name := range i.order() {
		st, err := s.stamp(ctx, taken[n], i.Digest, i.Fields[name])
		if err != nil {
			return nil, err
		}
		stamps = append(stamps, st)
	}
	data, err := s.Signing.Apply(ctx, was.data, stamps)
	if err != nil {
		return nil, err
	}
	return s.put(ctx, data, was.version.Pages)
}

func (s *steps) stamp(ctx context.Context, u *seal.Unlocked, digest cinnabar.Digest, field string) (signing.Stamp, error) {
	signer, err := u.For(digest)
	if err != nil {
		return signing.Stamp{}, err
	}
	look, err := s.Seals.Draw(ctx, u.Seal.ID)
	if err != nil {
		return signing.Stamp{}, err
	}
	return signing.Stamp{Field: field, Look: look.Form, Signer: signer, Chain: u.Chain, Name: u.Seal.Text, Reason: "电子盖章"}, nil
}

func (s *steps) applyUnlock(ctx context.Context, tx db.Tx, c *procedure.Change, p UnlockSeal, v *Sealed) error {
	c.Note("seal", p.Seal)
	c.Outcome(SealWaits)
	if v.Paper == nil {
		return waits(c, p.Seal, v.until)
	}
	tx.AfterCommit(v.Close)
	c.Outcome(AllSealed)
	return s.publish(ctx, tx, c, v, document.Sealed)
}

// waits remembers which seal is open and until when, so that whoever looks at the case knows whose password
// is still missing.
func waits(c *procedure.Change, name string, until time.Time) error {
	var i Instruction
	if !c.Facts.Get(FactSealing, &i) {
		return nil
	}
	if i.Unlocked == nil {
		i.Unlocked = map[string]time.Time{}
	}
	i.Unlocked[name] = until
	return c.Remember(FactSealing, i)
}

// publish makes the sealed paper the document's version and writes every use on the seals' logs.
func (s *steps) publish(ctx context.Context, tx db.Tx, c *procedure.Change, v *Sealed, to document.State) error {
	if err := s.replace(ctx, tx, c, v.was, v.Paper, to); err != nil {
		return err
	}
	var used []cinnabar.SealID
	for _, u := range v.taken {
		if err := s.Seals.RecordUse(ctx, tx, u, seal.Use{Digest: v.was.doc.Digest, Result: v.Paper.Blob.Digest, Doc: v.was.doc.ID}); err != nil {
			return err
		}
		used = append(used, u.Seal.ID)
	}
	c.Note("before", v.was.doc.Digest)
	c.Note("after", v.Paper.Blob.Digest)
	c.Note("seals", used)
	return nil
}

// Countersign puts the operator's seal on the document, with the straddle seal over all pages, adds what a
// verifier needs long after, and brings the document into force (GAS-11). Body: seal, password (none in a batch).
type Countersign struct {
	Field    string      `json:"field"`
	Kinds    []seal.Kind `json:"kinds"` // of the operator's seals that will do
	Straddle bool        `json:"straddle"`
}

func (Countersign) StepName() string { return "countersign" }

func (s *steps) prepareCountersign(ctx context.Context, r *procedure.Request, p Countersign) (*Sealed, error) {
	was, err := s.current(ctx, r.Case)
	if err != nil {
		return nil, err
	}
	out, err := s.unlocked(ctx, r, was, Sealing{
		Seal: cinnabar.SealID(form.TextOf(r.Body, "seal")), Org: r.Operator, Kinds: p.Kinds,
		Password: form.TextOf(r.Body, "password"), Batch: r.Batch,
	})
	if err != nil {
		return nil, err
	}
	if out.Paper, err = s.countersigned(ctx, was, out.taken[0], p); err != nil {
		out.Discard()
		return nil, err
	}
	return out, nil
}

func (s *steps) countersigned(ctx context.Context, was *opened, u *seal.Unlocked, p Countersign) (*Paper, error) {
	st, err := s.stamp(ctx, u, was.doc.Digest, p.Field)
	if err != nil {
		return nil, err
	}
	if p.Straddle {
		if st.Also, err = s.Straddler.Slices(ctx, u.Seal.Art(), was.version.Pages); err != nil {
			return nil, err
		}
		for i := range st.Also {
			st.Also[i].Field = straddleField(i + 1)
		}
	}
	data, err := s.Signing.Apply(ctx, was.data, []signing.Stamp{st})
	if err != nil {
		return nil, err
	}
	if data, err = s.Signing.Archive(ctx, data, archiveFields()[0]); err != nil {
		return nil, err
	}
	return s.put(ctx, data, was.version.Pages)
}

func (s *steps) applyCountersign(ctx context.Context, tx db.Tx, c *procedure.Change, _ Countersign, v *Sealed) error {
	tx.AfterCommit(v.Close)
	c.Param("number", v.was.doc.Number)
	return s.publish(ctx, tx, c, v, document.Effective)
}
