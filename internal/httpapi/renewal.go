package httpapi

import (
	"context"
	"slices"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// formerCase is the case that a new one starts from, as the caller sees it, or nil; its data become drafts.
func (s *Server) formerCase(ctx context.Context, start *procedure.Start) (*procedure.View, error) {
	if start.From == "" {
		return nil, nil
	}
	old, err := s.Engine.View(ctx, start.From, start.Actor)
	if err != nil {
		return nil, err
	}
	if old.State.Aside {
		return nil, errs.New(errs.Conflict, "taken-out", "this was taken out of the archive; bring it back first")
	}
	if start.Procedure == gascontract.ID {
		start.Data = gascontract.Renewal(old.Case, s.Clock.Now())
	}
	return old, nil
}

// sameCustomer leads the case that an officer begins from an old one to the old one's customer, and to nobody
// else, who would read that one's data in the drafts (GAS-13, GAS-15).
func (s *Server) sameCustomer(ctx context.Context, start *procedure.Start, customer cinnabar.OrgID, old *procedure.View) error {
	if old.Operator != start.Operator {
		return errs.Wrong(errs.Field{Pointer: "/operator", Code: "mismatch"})
	}
	start.Grants = gascontract.Customers(old.Case)
	if len(start.Grants) == 0 { // on paper, and the company had no account when it was filed
		var err error
		if start.Grants, err = s.customer(ctx, old.Text(gascontract.SectionPaper, "uscc")); err != nil {
			return err
		}
	}
	switch {
	case len(start.Grants) == 0:
		return errs.Wrong(errs.Field{Pointer: "/for", Code: "unknown"})
	case customer != "" && !slices.ContainsFunc(start.Grants, func(g procedure.Grant) bool { return g.Holder == procedure.OrgHolder(customer) }):
		return errs.Wrong(errs.Field{Pointer: "/for", Code: "mismatch"})
	}
	return nil
}
