package gascontract

import (
	"context"

	"cinnabar/internal/capability/form"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// ownCompany refuses identity data with the credit code of another company than the case is for (GAS-2): that of
// the organisations that hold the applicant's role, and of the one that an applicant acts for. Who acts for none (a
// sole proprietor, say) is held against the seals, when they are chosen.
func (s *steps) ownCompany(ctx context.Context, r db.Reader, q *procedure.Request) error {
	holders := q.Grants
	if q.Role() == Applicant && q.Actor.Org != "" {
		holders = append(holders[:len(holders):len(holders)], procedure.Grant{Role: Applicant, Holder: procedure.OrgHolder(q.Actor.Org)})
	}
	for _, g := range holders {
		org := g.Holder.Org()
		if g.Role != Applicant || org == "" {
			continue
		}
		uscc, err := s.Identity.USCCOf(ctx, r, org)
		if err != nil {
			return err
		}
		if uscc != form.TextOf(q.Section(SectionIdentity), "uscc") {
			return errs.Wrong(errs.Field{Pointer: "/sections/" + SectionIdentity + "/uscc", Code: "other-company"})
		}
	}
	return nil
}
