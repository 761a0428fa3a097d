package gascontract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/registry"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/typeset"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// Kind is the kind of this business's documents.
const Kind = "gas-contract"

// Deps are what the business's own steps need.
type Deps struct {
	step.Deps
	Identity  *identity.Service
	Fonts     *typeset.Fonts
	PublicURL string            // where customers reach this installation, for QR codes
	Registry  registry.Register // nil: none is configured
}

type steps struct{ Deps }

// Handlers returns the business's own behaviours.
func Handlers(d Deps) procedure.Handlers {
	s := &steps{d}
	return procedure.Handlers{
		Identify{}.StepName():     checked{procedure.Behaviour(s.inspectPortrait, s.identify), s},
		TakeBasic{}.StepName():    procedure.Behaviour(s.compareBasic, s.takeBasic),
		Summarise{}.StepName():    checked{procedure.Behaviour[Summarise, struct{}](nil, s.summarise), s},
		MakeContract{}.StepName(): makeHandler{s},
		Correct{}.StepName():      correctHandler{s},
		ImportPaper{}.StepName():  procedure.Behaviour(s.readScan, s.enterScan),

		AmendPaper{}.StepName():     procedure.Behaviour(s.prepareAmendment, s.applyAmendment),
		TakeOutPaper{}.StepName():   procedure.Behaviour[TakeOutPaper, struct{}](nil, s.takeOut),
		BringBackPaper{}.StepName(): procedure.Behaviour[BringBackPaper, struct{}](nil, s.bringBack),
	}
}

// Identify takes in the identity data: it names the case, asks for the materials of the category and type
// of use, and makes the applicant recognisable as a party (GAS-1, GAS-2). The document's picture must show the face that
// is verified next (GAS-3).
type Identify struct{}

func (Identify) StepName() string { return "gas-identify" }

func (s *steps) inspectPortrait(ctx context.Context, r *procedure.Request, _ Identify) (struct{}, error) {
	return struct{}{}, s.portrait(ctx, r)
}

// portrait refuses a picture of the document, at its field, on which no face can be compared.
func (s *steps) portrait(ctx context.Context, r *procedure.Request) error {
	_, content, err := s.Files.Open(ctx, cinnabar.FileID(form.TextOf(r.Section(SectionIdentity), portraitField)))
	if err != nil {
		return err
	}
	defer content.Close()
	picture, err := io.ReadAll(content)
	if err != nil {
		return fmt.Errorf("read the document's picture: %w", err)
	}
	reason, err := s.Face.Inspect(ctx, picture)
	if err != nil || reason == "" {
		return err
	}
	return errs.Wrong(errs.Field{Pointer: "/sections/" + SectionIdentity + "/" + portraitField, Code: "document_" + reason})
}

func (s *steps) identify(ctx context.Context, tx db.Tx, c *procedure.Change, _ Identify, _ struct{}) error {
	if c.Role() == Applicant && c.Actor.Person != "" {
		if err := c.Remember(step.FactSigner, c.Actor.Person); err != nil {
			return err
		}
	}
	if err := c.Remember(FactRegistry, registry.Outcome{Result: registry.Unverified}); err != nil {
		return err
	}
	asked, err := s.materials(ctx, tx, c.Operator, c.Section(SectionIdentity))
	if err != nil {
		return err
	}
	return errors.Join(c.AskMaterials(ctx, tx, asked), s.mark(ctx, tx, c), s.describe(ctx, tx, c, ""))
}

// materials are what is asked for of the category and the type of use.
func (s *steps) materials(ctx context.Context, r db.Reader, operator cinnabar.OrgID, identity map[string]any) ([]procedure.MaterialSpec, error) {
	list := DefaultMaterials()
	_, err := s.Settings.Get(ctx, r, operator, settingMaterials, &list)
	return materialsFor(list, form.TextOf(identity, "category"), form.TextOf(identity, "useType")), err
}

// numbers are the entries of the identity data by which a case is found, and by two of which its applicant is known:
// as keyed digests only.
func numbers() map[string]string {
	return map[string]string{"uscc": "uscc", secret.IndexIDNumber: "number", secret.IndexMobile: "mobile"}
}

// mark makes the applicant recognisable and the case found by the numbers of the identity data, and not any more by
// those that they take the place of. What stays as it was is left alone: an account's new number is a mark by now.
func (s *steps) mark(ctx context.Context, tx db.Tx, c *procedure.Change) error {
	former, data := c.Sections[SectionIdentity].Former, c.Section(SectionIdentity)
	for kind, field := range numbers() {
		was, is := form.TextOf(former, field), form.TextOf(data, field)
		if was == is {
			continue
		}
		if err := errors.Join(c.Unindex(ctx, tx, kind, was), c.Index(ctx, tx, kind, is)); err != nil {
			return err
		}
		if kind == "uscc" { // a company's, which its seals are held against
			continue
		}
		if err := errors.Join(c.UnmarkParty(ctx, tx, Applicant, kind, was), c.MarkParty(ctx, tx, Applicant, kind, is)); err != nil {
			return err
		}
	}
	return nil
}

// Summarise brings what was handed in into lists and search.
type Summarise struct{}

func (Summarise) StepName() string { return "gas-summarise" }

func (s *steps) summarise(ctx context.Context, tx db.Tx, c *procedure.Change, _ Summarise, _ struct{}) error {
	return s.describe(ctx, tx, c, "")
}

// describe sets title and search text: names, addresses and the contract's words in clear where there is one, personal
// numbers only as keyed digests.
func (s *steps) describe(ctx context.Context, tx db.Tx, c *procedure.Change, contractWords string) error {
	identity, basic, contract := c.Section(SectionIdentity), c.Section(SectionBasic), c.Section(SectionContract)
	title := secret.MaskName(form.TextOf(identity, "name"))
	if company := form.TextOf(basic, "company"); company != "" {
		title = company
	}
	c.SetTitle(title)
	words := []string{form.TextOf(identity, "name"), form.TextOf(basic, "company"), form.TextOf(basic, "companyAddress"), form.TextOf(contract, "gasAddress"), form.TextOf(contract, "accountNumber"), contractWords}
	return c.Search(ctx, tx, strings.Join(words, "\n"))
}

// operator reads the gas company and how it runs the procedure.
func (s *steps) operator(ctx context.Context, id cinnabar.OrgID) (identity.Org, Policy, error) {
	org, err := s.Identity.Org(ctx, id)
	if err != nil {
		return org, Policy{}, err
	}
	var p Policy
	_, err = s.Settings.Get(ctx, s.DB, id, SettingPolicy, &p)
	return org, p, err
}
