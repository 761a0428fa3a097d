package gascontract

import (
	"context"
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
	return s.takeIdentity(ctx, tx, c)
}

func (s *steps) takeIdentity(ctx context.Context, tx db.Tx, c *procedure.Change) error {
	data := c.Section(SectionIdentity)
	for purpose, field := range map[string]string{secret.IndexIDNumber: "number", secret.IndexMobile: "mobile"} {
		if err := c.MarkParty(ctx, tx, Applicant, purpose, form.TextOf(data, field)); err != nil {
			return err
		}
	}
	asked := DefaultMaterials()
	if _, err := s.Settings.Get(ctx, tx, c.Operator, settingMaterials, &asked); err != nil {
		return err
	}
	if err := c.AskMaterials(ctx, tx, materialsFor(asked, form.TextOf(data, "category"), form.TextOf(data, "useType"))); err != nil {
		return err
	}
	return s.describe(ctx, tx, c)
}

// Summarise brings what was handed in into lists and search.
type Summarise struct{}

func (Summarise) StepName() string { return "gas-summarise" }

func (s *steps) summarise(ctx context.Context, tx db.Tx, c *procedure.Change, _ Summarise, _ struct{}) error {
	return s.describe(ctx, tx, c)
}

// describe sets title and search text: names and addresses in clear, numbers only as keyed digests.
func (s *steps) describe(ctx context.Context, tx db.Tx, c *procedure.Change) error {
	identity, basic, contract := c.Section(SectionIdentity), c.Section(SectionBasic), c.Section(SectionContract)
	title := secret.MaskName(form.TextOf(identity, "name"))
	if company := form.TextOf(basic, "company"); company != "" {
		title = company
	}
	c.SetTitle(title)
	for kind, value := range map[string]string{"uscc": form.TextOf(identity, "uscc"), "id-number": form.TextOf(identity, "number"), "mobile": form.TextOf(identity, "mobile")} {
		if err := c.Index(ctx, tx, kind, value); err != nil {
			return err
		}
	}
	words := []string{form.TextOf(identity, "name"), form.TextOf(basic, "company"), form.TextOf(basic, "companyAddress"), form.TextOf(contract, "gasAddress"), form.TextOf(contract, "accountNumber")}
	return c.Search(ctx, tx, strings.Join(words, " "))
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
