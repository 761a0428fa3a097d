package gascontract

import (
	"context"
	"errors"
	"slices"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/registry"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// Correct takes in what was judged unqualified. When that touches the contract's text, the contract is made
// anew and signed and sealed again; the former one stays as superseded (GAS-10). Who becomes somebody else is
// verified anew, and the steps after that are taken again (GAS-4). The clerk's terms are corrected the same way.
type Correct struct{}

func (Correct) StepName() string { return "gas-correct" }

// Outcomes of Correct.
const (
	correctedToReview = "to-review"
	correctedToCheck  = "to-pre-check"
	correctedToSign   = "to-sign"
	correctedToFace   = "to-face"
)

// byApplicant tells whether the applicant's data are corrected, and not the terms.
func byApplicant(a *procedure.Action) bool { return slices.Contains(a.Submits, SectionIdentity) }

type correctHandler struct{ *steps }

// Outcomes tells how an action ends: the terms are corrected once there are seals, and say nothing of who the applicant is.
func (correctHandler) Outcomes(a *procedure.Action) ([]string, error) {
	if !byApplicant(a) {
		return []string{correctedToReview, correctedToSign}, nil
	}
	return []string{correctedToReview, correctedToSign, correctedToCheck, correctedToFace}, nil
}

// corrected holds the contract that was made anew; nil when the old one still says what was handed in.
type corrected struct {
	anew    *made
	changed []string
	sealed  bool // the contract bears the applicant's seals
	company registry.Outcome
	other   bool // it is another person than was verified
}

// identifies are the entries that say who the applicant is.
func identifies() []string { return []string{"name", "document", "number"} }

func (h correctHandler) Prepare(ctx context.Context, r *procedure.Request) (any, error) {
	was, is := r.Data(SectionIdentity), r.Section(SectionIdentity)
	if form.TextOf(was, portraitField) != form.TextOf(is, portraitField) {
		if err := h.portrait(ctx, r); err != nil {
			return nil, err
		}
	}
	_, knows := r.Action.To[correctedToFace] // cases that began before do not
	if knows && slices.ContainsFunc(identifies(), func(name string) bool { return form.TextOf(was, name) != form.TextOf(is, name) }) {
		company, err := h.compared(ctx, r)
		return &corrected{other: true, company: company}, err
	}
	d, err := h.Documents.Get(ctx, cinnabar.DocID(r.Facts.Text(step.FactDocument)))
	if err != nil {
		return nil, err
	}
	t, err := h.template(ctx, r)
	if err != nil {
		return nil, err
	}
	before, _, err := h.contractData(ctx, r, r.Data)
	if err != nil {
		return nil, err
	}
	after, _, err := h.contractData(ctx, r, r.Section)
	if err != nil {
		return nil, err
	}
	out := &corrected{changed: t.Changed(before, after), sealed: d.State == document.Sealed}
	if byApplicant(r.Action) {
		if out.company, err = h.compared(ctx, r); err != nil {
			return nil, err
		}
	}
	if len(out.changed) > 0 {
		out.anew, err = h.make(ctx, r, document.Reservation{Number: d.Number, Token: d.Token})
	}
	return out, err
}

func (h correctHandler) Apply(ctx context.Context, tx db.Tx, c *procedure.Change, prepared any) error {
	p := prepared.(*corrected)
	switch {
	case p.other:
		c.Outcome(correctedToFace)
		if err := errors.Join(c.Remember(step.FactAssurance, nil), c.Remember(step.FactFace, nil)); err != nil {
			return err
		}
	case !p.sealed:
		c.Outcome(correctedToCheck)
	case p.anew != nil:
		c.Outcome(correctedToSign)
	default:
		c.Outcome(correctedToReview)
	}
	if byApplicant(c.Action) {
		if err := errors.Join(h.takeIdentity(ctx, tx, c), h.noteRegistry(c, p.company)); err != nil {
			return err
		}
	}
	c.Note("changed", p.changed)
	if p.anew == nil {
		return nil
	}
	return h.enter(ctx, tx, c, p.anew)
}
