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

// Correct takes in what was judged unqualified. When that touches the contract's text, or the template is another one
// than it was made from, the contract is made anew and signed and sealed again; the former one stays as superseded
// (GAS-10). Who becomes somebody else is verified anew, and the steps after that are taken again (GAS-4); for another
// type of use the clerk completes the terms first (GAS-6). The clerk's terms are corrected the same way.
type Correct struct{}

func (Correct) StepName() string { return "gas-correct" }

// Outcomes of Correct.
const (
	correctedToReview = "to-review"
	correctedToCheck  = "to-pre-check"
	correctedToSign   = "to-sign"
	correctedToFace   = "to-face"
	correctedToTerms  = "to-terms"
)

// byApplicant tells whether the applicant's data are corrected, and not the terms.
func byApplicant(a *procedure.Action) bool { return slices.Contains(a.Submits, SectionIdentity) }

type correctHandler struct{ *steps }

// Outcomes tells how an action ends: the terms are corrected once there are seals, and say nothing of who the applicant is.
func (correctHandler) Outcomes(a *procedure.Action) ([]string, error) {
	if !byApplicant(a) {
		return []string{correctedToReview, correctedToSign}, nil
	}
	return []string{correctedToReview, correctedToSign, correctedToCheck, correctedToFace, correctedToTerms}, nil
}

// corrected holds the contract that was made anew; nil when the old one still says what was handed in.
type corrected struct {
	anew    *made
	back    string // the outcome that takes earlier steps again, after which the contract is made anew
	words   string // of the contract that there is then
	changed []string
	asks    []procedure.MaterialSpec
	sealed  bool // the contract bears the applicant's seals
	company registry.Outcome
}

// identifies are the entries that say who the applicant is.
func identifies() []string { return []string{"name", "document", "number"} }

// Asks are the materials of the category and the type of use that are handed in; what was asked for stays so until
// they are others.
func (h correctHandler) Asks(ctx context.Context, r db.Reader, c *procedure.Case, section func(string) map[string]any) ([]procedure.MaterialSpec, error) {
	was, is := c.Data(SectionIdentity), section(SectionIdentity)
	if form.TextOf(was, "category") != form.TextOf(is, "category") || form.TextOf(was, "useType") != form.TextOf(is, "useType") {
		return h.materials(ctx, r, c.Operator, is)
	}
	out := make([]procedure.MaterialSpec, len(c.Materials))
	for i, m := range c.Materials {
		out[i] = m.MaterialSpec
	}
	return out, nil
}

func (h correctHandler) Prepare(ctx context.Context, r *procedure.Request) (any, error) {
	out := &corrected{}
	if !byApplicant(r.Action) {
		return out, h.remake(ctx, r, out)
	}
	var err error
	if form.TextOf(r.Data(SectionIdentity), portraitField) != form.TextOf(r.Section(SectionIdentity), portraitField) {
		if err = h.portrait(ctx, r); err != nil {
			return nil, err
		}
	}
	if out.asks, err = h.Asks(ctx, h.DB, r.Case, r.Section); err != nil {
		return nil, err
	}
	if out.company, err = h.compared(ctx, r); err != nil {
		return nil, err
	}
	if out.back = back(r); out.back != "" {
		return out, nil
	}
	return out, h.remake(ctx, r, out)
}

// back is the outcome of corrections after which earlier steps are taken again: another person than was verified, or
// another type of use, for which the terms are others. Cases that began before have no such ways.
func back(r *procedure.Request) string {
	was, is := r.Data(SectionIdentity), r.Section(SectionIdentity)
	differs := func(name string) bool { return form.TextOf(was, name) != form.TextOf(is, name) }
	outcome := ""
	switch {
	case slices.ContainsFunc(identifies(), differs):
		outcome = correctedToFace
	case differs("useType"):
		outcome = correctedToTerms
	}
	if _, knows := r.Action.To[outcome]; !knows {
		return ""
	}
	return outcome
}

// remake makes the contract anew where it would say something else than it does, or say it in other words.
func (h correctHandler) remake(ctx context.Context, r *procedure.Request, out *corrected) error {
	d, err := h.Documents.Get(ctx, cinnabar.DocID(r.Facts.Text(step.FactDocument)))
	if err != nil {
		return err
	}
	t, err := h.template(ctx, r)
	if err != nil {
		return err
	}
	before, _, err := h.contractData(ctx, r, r.Data)
	if err != nil {
		return err
	}
	after, _, err := h.contractData(ctx, r, r.Section)
	if err != nil {
		return err
	}
	out.changed, out.sealed = t.Changed(before, after), d.State == document.Sealed
	if len(out.changed) == 0 && r.Facts.Text(factWording) == t.Digest().String() {
		out.words, err = h.words(ctx, r, t, d.Number)
		return err
	}
	if out.anew, err = h.make(ctx, r, t, document.Reservation{Number: d.Number, Token: d.Token}); err == nil {
		out.words = out.anew.words
	}
	return err
}

func (h correctHandler) Apply(ctx context.Context, tx db.Tx, c *procedure.Change, prepared any) error {
	p := prepared.(*corrected)
	switch {
	case p.back != "":
		c.Outcome(p.back)
	case !p.sealed:
		c.Outcome(correctedToCheck)
	case p.anew != nil:
		c.Outcome(correctedToSign)
	default:
		c.Outcome(correctedToReview)
	}
	if p.back == correctedToFace {
		if err := errors.Join(c.Remember(step.FactAssurance, nil), c.Remember(step.FactFace, nil)); err != nil {
			return err
		}
	}
	if byApplicant(c.Action) {
		if err := errors.Join(c.AskMaterials(ctx, tx, p.asks), h.mark(ctx, tx, c), h.noteRegistry(c, p.company)); err != nil {
			return err
		}
	}
	c.Note("changed", p.changed)
	if p.anew != nil {
		if err := h.enter(ctx, tx, c, p.anew); err != nil {
			return err
		}
	}
	return h.describe(ctx, tx, c, p.words)
}
