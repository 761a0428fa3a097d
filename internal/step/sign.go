package step

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/signing"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// ceremonyLife is how long after reading a document it can be signed.
const ceremonyLife = 30 * 24 * time.Hour

// Read records that the signer opened the document to its last page (GAS-7). Body: digest, lastPage.
type Read struct {
	Field string `json:"field"` // that the signer will sign
}

func (Read) StepName() string { return "read" }

func (s *steps) read(ctx context.Context, tx db.Tx, c *procedure.Change, p Read, _ struct{}) error {
	signs, err := isSigner(ctx, tx, c)
	if err != nil {
		return err
	}
	if !signs {
		return errs.New(errs.Forbidden, "not-the-signer", "the person whose identity was verified reads and signs the document")
	}
	digest, err := cinnabar.ParseDigest(form.TextOf(c.Body, "digest"))
	if err != nil {
		return errs.Wrong(errs.Field{Pointer: "/digest", Code: "malformed"})
	}
	id := cinnabar.DocID(c.Facts.Text(FactDocument))
	v, err := s.Documents.Current(ctx, tx, id)
	if err != nil {
		return err
	}
	ceremony, err := s.ceremony(ctx, tx, c, id, v, p.Field)
	if err != nil {
		return err
	}
	last, _ := c.Body["lastPage"].(float64)
	if err := s.Signing.ShownToEnd(ctx, tx, ceremony.ID, c.Actor.Person, digest, int(last)); err != nil {
		return err
	}
	c.Note("digest", digest)
	c.Note("pages", v.Pages)
	return c.Remember(FactRead, digest)
}

// isSigner tells whether the actor is who was verified: whoever handed in the identity data or, where an officer did so
// at the counter, whose mobile number stands in it.
func isSigner(ctx context.Context, tx db.Tx, c *procedure.Change) (bool, error) {
	if signer := cinnabar.PersonID(c.Facts.Text(FactSigner)); signer != "" || c.Actor.Person == "" {
		return signer != "" && signer == c.Actor.Person, nil
	}
	return c.ByNumber(ctx, tx, c.Role())
}

// ceremony finds the signer's ceremony over the document as it is, or begins one.
func (s *steps) ceremony(ctx context.Context, tx db.Tx, c *procedure.Change, id cinnabar.DocID, v document.Version, field string) (signing.Ceremony, error) {
	list, err := s.Signing.Of(ctx, tx, id)
	if err != nil {
		return signing.Ceremony{}, err
	}
	for _, one := range list {
		running := one.State == signing.Waiting || one.State == signing.Shown || one.State == signing.Confirmed
		if running && one.Signer == c.Actor.Person && one.Digest == v.Digest {
			return one, nil
		}
	}
	begun, err := s.Signing.Begin(ctx, tx, signing.Plan{
		Case: c.ID, Doc: id, Digest: v.Digest, Pages: v.Pages, Sender: c.Assignee,
		Signers: []signing.Signer{{Person: c.Actor.Person, Field: field}}, Expires: c.At.Add(ceremonyLife),
	})
	if err != nil {
		return signing.Ceremony{}, err
	}
	return begun[0], nil
}

// Sign puts the applicant's handwritten and digital signature on the document (GAS-7). Body: drawing, code,
// agree.
type Sign struct {
	Section string `json:"section"` // that holds the signer's name
	Name    string `json:"name"`    // its field
	Reason  string `json:"reason"`  // why one signs, as the signature says
}

func (Sign) StepName() string { return "sign" }

type signed struct {
	was      *opened
	ceremony signing.Ceremony
	out      *signing.Output
	paper    *Paper
}

func (s *steps) prepareSign(ctx context.Context, r *procedure.Request, p Sign) (*signed, error) {
	was, err := s.current(ctx, r.Case)
	if err != nil {
		return nil, err
	}
	turn, err := s.Signing.Turn(ctx, was.doc.ID, r.Actor.Person)
	if errors.Is(err, errs.NotFound) {
		return nil, errs.New(errs.Conflict, "not-read", "open the document to its last page first")
	}
	if err != nil {
		return nil, err
	}
	drawing, err := drawingOf(r.Body["drawing"])
	if err != nil {
		return nil, err
	}
	// The drawing is judged before a guess at the code is counted.
	var sizes map[string][2]float64
	r.Facts.Get(FactPlaces, &sizes)
	wide, high := sizes[turn.Field][0], sizes[turn.Field][1]
	if _, err := drawing.Form(wide, high); err != nil {
		return nil, err
	}
	wish, err := s.Signing.Confirm(ctx, turn.ID, r.Actor.Person, form.TextOf(r.Body, "code"))
	if err != nil {
		return nil, refusal(err, "/code")
	}
	if turn, err = s.Signing.Turn(ctx, was.doc.ID, r.Actor.Person); err != nil {
		return nil, err
	}
	out, err := s.Signing.Sign(ctx, signing.Input{
		Ceremony: turn, PDF: was.data, Name: r.Text(p.Section, p.Name), Drawing: drawing, Width: wide, Height: high, Reason: p.Reason,
		Confirmation: wish,
	})
	if err != nil {
		return nil, err
	}
	paper, err := s.put(ctx, out.PDF, was.version.Pages)
	return &signed{was, turn, out, paper}, err
}

func (s *steps) applySign(ctx context.Context, tx db.Tx, c *procedure.Change, _ Sign, v *signed) error {
	done, err := s.Signing.Record(ctx, tx, v.ceremony, v.out)
	if err != nil {
		return err
	}
	c.Note("ceremony", done.ID)
	c.Note("method", done.Method)
	c.Note("before", v.was.version.Digest)
	c.Note("after", v.paper.Blob.Digest)
	c.Note("certificate", done.Certificate)
	c.Note("drawing", done.Drawing)
	return s.replace(ctx, tx, c, v.was, v.paper, document.Signed)
}

func drawingOf(body any) (signing.Drawing, error) {
	var d signing.Drawing
	raw, err := json.Marshal(body)
	if err == nil {
		err = json.Unmarshal(raw, &d)
	}
	if err != nil {
		return d, errs.Wrong(errs.Field{Pointer: "/drawing", Code: "malformed"})
	}
	return d, nil
}

// refusal makes a wrong or locked secret an answer that is recorded on the timeline. It is no matter of
// being signed in, so Unauthorized becomes Forbidden.
func refusal(err error, pointer string) error {
	e := errs.As(err)
	switch {
	case errors.Is(err, errs.Unauthorized):
		shown := *e
		shown.Kind = errs.Forbidden
		shown.Fields = []errs.Field{{Pointer: pointer, Code: "mismatch"}}
		return &procedure.Refusal{Err: &shown}
	case errors.Is(err, errs.Locked):
		return &procedure.Refusal{Err: e}
	}
	return err
}

// PendingConfirmation is what a confirmation code for the caller's signature must be asked for.
func PendingConfirmation(ctx context.Context, d Deps, c *procedure.Case, p cinnabar.PersonID) (purpose string, err error) {
	turn, err := d.Signing.Turn(ctx, cinnabar.DocID(c.Facts.Text(FactDocument)), p)
	if errors.Is(err, errs.NotFound) {
		return "", errs.New(errs.Conflict, "not-read", "open the document to its last page first")
	}
	return turn.Purpose(), err
}
