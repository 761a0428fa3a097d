package gascontract

import (
	"context"
	"errors"

	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/registry"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// FactRegistry is what a register of companies said of the applicant's data (registry.Outcome).
const FactRegistry = "registry"

// TakeBasic takes in the basic data and has it compared with the register of companies (GAS-2, GAS-5).
type TakeBasic struct{}

func (TakeBasic) StepName() string { return "gas-take-basic" }

func (s *steps) compareBasic(ctx context.Context, r *procedure.Request, _ TakeBasic) (registry.Outcome, error) {
	return s.compared(ctx, r)
}

// compared asks the register. One that is not configured or does not answer keeps nobody waiting: the data is
// unverified then, and every screen says so.
func (s *steps) compared(ctx context.Context, r *procedure.Request) (registry.Outcome, error) {
	unverified := registry.Outcome{Result: registry.Unverified}
	if s.Registry == nil {
		return unverified, nil
	}
	identity, basic := r.Section(SectionIdentity), r.Section(SectionBasic)
	said := registry.Company{USCC: form.TextOf(identity, "uscc"), Name: form.TextOf(basic, "company"), LegalRep: form.TextOf(identity, "legalRep")}
	if said.LegalRep == "" { // the applicant is the legal representative or the proprietor
		said.LegalRep = form.TextOf(identity, "name")
	}
	has, err := s.Registry.Find(ctx, said.USCC)
	switch {
	case errors.Is(err, errs.NotFound):
		return registry.Outcome{Result: registry.Unknown, At: r.At}, nil
	case errors.Is(err, errs.Unavailable):
		return unverified, nil
	case err != nil:
		return unverified, err
	}
	return registry.Compare(said, has, r.At), nil
}

func (s *steps) takeBasic(ctx context.Context, tx db.Tx, c *procedure.Change, _ TakeBasic, o registry.Outcome) error {
	if err := s.noteRegistry(c, o); err != nil {
		return err
	}
	return s.describe(ctx, tx, c, "")
}

func (s *steps) noteRegistry(c *procedure.Change, o registry.Outcome) error {
	c.Note(FactRegistry, o)
	return c.Remember(FactRegistry, o)
}
