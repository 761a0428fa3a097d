package app

import (
	"context"
	"encoding/json"
	"time"

	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/evidence"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/capability/signing"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
	"cinnabar/internal/procedure"
)

// journal brings the heads of timelines into the evidence log.
type journal struct{ log *evidence.Log }

func (j journal) Append(ctx context.Context, tx db.Tx, c cinnabar.CaseID, seq int64, head cinnabar.Digest) error {
	return j.log.Append(ctx, tx, evidence.Leaf{Case: c, Seq: seq, Hash: head})
}

// sealJournal brings the lines of the seals' logs into the evidence log, each seal as a timeline of its own.
type sealJournal struct{ log *evidence.Log }

func (j sealJournal) Append(ctx context.Context, tx db.Tx, id cinnabar.SealID, seq int64, line cinnabar.Digest) error {
	return j.log.Append(ctx, tx, evidence.Leaf{Case: cinnabar.CaseID(id), Seq: seq, Hash: line})
}

// marks are by what a person is recognised as a party: organisations and the keyed mobile number.
type marks struct{ a *App }

func (m marks) Marks(ctx context.Context, r db.Reader, p cinnabar.PersonID) ([]string, error) {
	orgs, err := m.a.Identity.OrgsOf(ctx, r, p)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, o := range orgs {
		out = append(out, string(procedure.OrgHolder(o.Org.ID)))
	}
	person, err := m.a.Identity.Person(ctx, r, p)
	if err != nil {
		return nil, err
	}
	if mobile := person.Mobile.Reveal(); mobile != "" {
		out = append(out, procedure.NumberMark(m.a.Vault.Index(secret.IndexMobile, mobile)))
	}
	return out, nil
}

// holdings are the seals that would have nobody left to open them.
type holdings struct{ a *App }

func (h holdings) MayGo(ctx context.Context, r db.Reader, p cinnabar.PersonID) error {
	held, err := h.a.Seals.Held(ctx, r, p)
	for _, s := range held {
		switch s.State {
		case seal.Applied, seal.Approved, seal.InUse, seal.Suspended:
			return errs.New(errs.Conflict, "seal-held", "the seal %s (%s) is this person's to open; have it revoked, or replaced by one of somebody else, first", s.Text, s.ID)
		}
	}
	return err
}

// numbers keeps a person a party of the cases that know them by a mobile number when it changes.
type numbers struct{ a *App }

func (n numbers) Renumber(ctx context.Context, tx db.Tx, from, to string) (int64, error) {
	return n.a.Engine.MoveMark(ctx, tx, procedure.NumberMark(from), procedure.NumberMark(to))
}

// pdfInspector refuses uploads that are broken, hostile or encrypted.
type pdfInspector struct{}

func (pdfInspector) InspectPDF(ctx context.Context, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	found, err := pdf.Inspect(ctx, data, pdf.Limits{})
	if err != nil {
		return err
	}
	switch {
	case found.Encrypted:
		return errs.New(errs.Invalid, "pdf-encrypted", "the PDF is encrypted; save it without a password")
	case found.HasJavaScript || found.Launches:
		return errs.New(errs.Invalid, "pdf-scripts", "the PDF holds scripts; print it to a new PDF")
	case found.EmbeddedFiles > 0:
		return errs.New(errs.Invalid, "pdf-attachments", "the PDF holds attached files; print it to a new PDF")
	}
	return nil
}

// confirmer checks the second factor of a signing: a one-time password where the person has set it up and
// the code fits, else the code by SMS.
type confirmer struct{ a *App }

func (c confirmer) Confirm(ctx context.Context, p cinnabar.PersonID, purpose, code string) (signing.Confirmation, error) {
	person, err := c.a.Identity.Person(ctx, c.a.DB, p)
	if err != nil {
		return signing.Confirmation{}, err
	}
	out := signing.Confirmation{Method: "sms"}
	if person.TOTP {
		out.Method = "totp" // used up at once: the next one is there within half a minute
		err = c.a.Identity.UseTOTP(ctx, p, code)
	} else {
		var id string
		id, err = c.a.Identity.CheckCodeOf(ctx, p, purpose, code)
		out.Spend = func(ctx context.Context, tx db.Tx) error { return c.a.Identity.SpendCode(ctx, tx, id) }
	}
	if err != nil {
		return signing.Confirmation{}, err
	}
	out.Evidence, err = json.Marshal(map[string]any{"method": out.Method, "purpose": purpose, "person": p, "at": c.a.Clock.Now()})
	return out, err
}

// builtInFaces makes the built-in face engine; fs.ErrNotExist when this build has no models.
func (a *App) builtInFaces() (err error) {
	if a.faces, err = face.Open(biometric.EmbeddedFaces); err != nil {
		return err
	}
	a.faceJudge, err = biometric.NewBuiltIn(a.faces, challengeRandom(), a.Clock, a.FaceAtOnce)
	return err
}
