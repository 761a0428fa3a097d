package gascontract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"cinnabar/internal/business/gascontract/contracts"
	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/document/template"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// MakeContract fills the template for the type of use and lays the fields of all signatures (GAS-6).
type MakeContract struct{}

func (MakeContract) StepName() string { return "gas-make-contract" }

// Outcomes of MakeContract.
const (
	madeToSign  = "to-sign"
	madeToCheck = "to-pre-check"
)

// factWording is the digest of the template that the contract was made from, which says what the contract does about
// the type of use, and in which words.
const factWording = "wording"

// made is a contract before it is entered in the register.
type made struct {
	paper    *step.Paper
	title    string
	wording  cinnabar.Digest
	words    string
	document *template.Document
	number   document.Reservation
	expires  time.Time
	precheck bool
}

type makeHandler struct{ *steps }

// Outcomes tells how an action ends.
func (makeHandler) Outcomes(*procedure.Action) ([]string, error) {
	return []string{madeToSign, madeToCheck}, nil
}

func (h makeHandler) Open(ctx context.Context, tx db.Tx, r *procedure.Request) error {
	return step.ReserveNumber(ctx, tx, h.Deps.Deps, r, Kind, "生成合同未完成")
}

func (h makeHandler) Prepare(ctx context.Context, r *procedure.Request) (any, error) {
	number, err := step.ReservedNumber(ctx, h.Deps.Deps, r)
	if err != nil {
		return nil, err
	}
	t, err := h.template(ctx, r)
	if err != nil {
		return nil, err
	}
	return h.make(ctx, r, t, number)
}

func (s *steps) make(ctx context.Context, r *procedure.Request, t *template.Template, number document.Reservation) (*made, error) {
	data, expires, err := s.contractData(ctx, r, r.Section)
	if err != nil {
		return nil, err
	}
	words, err := s.words(ctx, r, t, number.Number)
	if err != nil {
		return nil, err
	}
	out := &made{number: number, title: t.Title().Zh, wording: t.Digest(), words: words, expires: expires}
	out.document, err = t.Render(ctx, data, template.RenderOptions{
		Fonts: s.Fonts, Number: number.Number, VerifyURL: s.PublicURL + "/v/" + number.Token, Now: r.At, Author: form.TextOf(data, "supplier"),
	})
	if err != nil {
		return nil, contractFault(err)
	}
	pdf, err := step.LayFields(ctx, out.document.PDF, out.document.Pages, out.document.Places, "company-seal")
	if err != nil {
		return nil, fmt.Errorf("lay the signature fields: %w", err)
	}
	_, policy, err := s.operator(ctx, r.Operator)
	if err != nil {
		return nil, err
	}
	out.precheck = policy.Precheck
	out.paper, err = step.PutPaper(ctx, s.Deps.Deps, pdf, out.document.Pages)
	return out, err
}

// words are those by which the contract is found: its number and all its text but for what is personal, which is found
// by its keyed digest (PLT-3).
func (s *steps) words(ctx context.Context, r *procedure.Request, t *template.Template, number string) (string, error) {
	data, _, err := s.contractData(ctx, r, func(section string) map[string]any {
		return r.Definition.Section(section).Form.WithoutPersonal(r.Section(section))
	})
	if err != nil {
		return "", err
	}
	text, err := t.Words(data, template.RenderOptions{Number: number, Now: r.At})
	return number + "\n" + text, err
}

// template is the wording of the applicant's category and type of use.
func (s *steps) template(ctx context.Context, r *procedure.Request) (*template.Template, error) {
	identity := r.Section(SectionIdentity)
	own := map[string]string{}
	if _, err := s.Settings.Get(ctx, s.DB, r.Operator, settingTemplates, &own); err != nil {
		return nil, err
	}
	return wording(own, form.TextOf(identity, "useType"), form.TextOf(identity, "category"))
}

// WordingKey is under what the gas company keeps a wording of its own: for a type of use, or for a category in it.
func WordingKey(use, category string) string {
	if category == "" {
		return use
	}
	return use + "/" + category
}

// wording is the gas company's own for category and use type, else its own for the use type, else the program's (GAS-6).
func wording(own map[string]string, use, category string) (*template.Template, error) {
	if source := cmp.Or(own[WordingKey(use, category)], own[use]); source != "" {
		return template.Parse(use, []byte(source))
	}
	source, err := contracts.Source(use)
	if err != nil {
		return nil, err
	}
	return template.Parse(use, source)
}

// contractFault says which entry keeps the contract from being made: its pointer leads to the section.
func contractFault(err error) error {
	var e *errs.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return err
	}
	return errs.Wrong(errs.Under("/contract", e.Fields)...)
}

func (h makeHandler) Apply(ctx context.Context, tx db.Tx, c *procedure.Change, prepared any) error {
	m := prepared.(*made)
	c.Outcome(madeToSign)
	if m.precheck {
		c.Outcome(madeToCheck)
	}
	c.Param("number", m.number.Number)
	return errors.Join(h.enter(ctx, tx, c, m), h.describe(ctx, tx, c, m.words))
}

// enter puts a made contract into the register: as a new document, or anew in the place of the former one,
// which stays as superseded (GAS-10).
func (s *steps) enter(ctx context.Context, tx db.Tx, c *procedure.Change, m *made) error {
	id, err := step.EnterPaper(ctx, tx, s.Deps.Deps, c, m.paper, document.NewDocument{Kind: Kind, Number: m.number.Number, Title: m.title})
	if err != nil {
		return err
	}
	if err := s.Documents.SetExpiry(ctx, tx, id, m.expires); err != nil {
		return err
	}
	return remember(c, m)
}

func remember(c *procedure.Change, m *made) error {
	c.Note("document", m.number.Number)
	c.Note("digest", m.paper.Blob.Digest)
	for name, value := range map[string]any{
		factWording: m.wording, step.FactPlaces: step.Sizes(m.document.Places), step.FactSealing: nil, step.FactRead: nil,
	} {
		if err := c.Remember(name, value); err != nil {
			return err
		}
	}
	return nil
}
