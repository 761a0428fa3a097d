package gascontract

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"time"

	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// Bounds of the day on which a contract begins, which the form's help tells too. One that goes on from an old
// contract may begin when that ends, however far ahead.
const (
	startLeeway = 30 // days before today
	startAhead  = 1  // years
)

// leastFlow is the least rated flow of an appliance that is not in the catalogue, in m³/h.
const leastFlow = "0.001"

// checked is a step that takes in identity or contract data.
type checked struct {
	procedure.Handler
	*steps
}

// Quick tells whether the step is.
func (c checked) Quick() bool {
	q, ok := c.Handler.(procedure.Quick)
	return ok && q.Quick()
}

// Check holds what is handed in against what the forms do not know: the company (GAS-2), the catalogue (GAS-6).
func (s *steps) Check(ctx context.Context, r db.Reader, q *procedure.Request) (wrong []errs.Field, err error) {
	var checks []func(context.Context, db.Reader, *procedure.Request) ([]errs.Field, error)
	if q.HandsIn(SectionIdentity) {
		checks = append(checks, s.otherCompany)
	}
	if q.HandsIn(SectionContract) {
		checks = append(checks, s.fromCatalogue, s.outOfBounds)
	}
	for _, check := range checks {
		found, err := check(ctx, r, q)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, found...)
	}
	return wrong, nil
}

// otherCompany finds the credit code of another company than the case is for: that of the organisations that hold
// the applicant's role, and of the one that an applicant acts for.
func (s *steps) otherCompany(ctx context.Context, r db.Reader, q *procedure.Request) ([]errs.Field, error) {
	said := form.TextOf(q.Section(SectionIdentity), "uscc")
	if said == "" {
		return nil, nil
	}
	holders := slices.Clone(q.Grants)
	if q.Role() == Applicant && q.Actor.Org != "" {
		holders = append(holders, procedure.Grant{Role: Applicant, Holder: procedure.OrgHolder(q.Actor.Org)})
	}
	for _, g := range holders {
		org := g.Holder.Org()
		if g.Role != Applicant || org == "" {
			continue
		}
		uscc, err := s.Identity.USCCOf(ctx, r, org)
		if err != nil {
			return nil, err
		}
		if uscc != said {
			return []errs.Field{{Pointer: "/sections/" + SectionIdentity + "/uscc", Code: "other-company"}}, nil
		}
	}
	return nil, nil
}

// fromCatalogue finds appliances that the gas company's catalogue does not have, and takes the rated flow of the
// others from it, whatever was entered. Of its entries without one, the applicant says model and rated flow.
func (s *steps) fromCatalogue(ctx context.Context, r db.Reader, q *procedure.Request) (wrong []errs.Field, err error) {
	list := DefaultAppliances()
	if _, err := s.Settings.Get(ctx, r, q.Operator, settingAppliances, &list); err != nil {
		return nil, err
	}
	rows, _ := q.Section(SectionContract)["appliances"].([]any)
	for i, row := range rows {
		entry, _ := row.(map[string]any)
		name, at := form.TextOf(entry, "name"), fmt.Sprintf("/sections/%s/appliances/%d", SectionContract, i)
		known := slices.IndexFunc(list, func(a Appliance) bool { return a.Name == name })
		switch {
		case name == "": // the form tells
		case known < 0:
			wrong = append(wrong, errs.Field{Pointer: at + "/name", Code: "not-in-catalogue", Params: other(list)})
		case list[known].Flow != "":
			entry["flow"] = list[known].Flow
		default:
			wrong = append(wrong, otherFaults(entry, at)...)
		}
	}
	return wrong, nil
}

// other names the entry of the catalogue for what it does not have, where there is one.
func other(list []Appliance) map[string]any {
	for _, a := range list {
		if a.Flow == "" {
			return map[string]any{"other": a.Name}
		}
	}
	return nil
}

func otherFaults(entry map[string]any, at string) (wrong []errs.Field) {
	if form.TextOf(entry, "model") == "" {
		wrong = append(wrong, errs.Field{Pointer: at + "/model", Code: "missing"})
	}
	least, _ := new(big.Rat).SetString(leastFlow)
	flow, ok := new(big.Rat).SetString(form.TextOf(entry, "flow"))
	switch {
	case !ok:
		wrong = append(wrong, errs.Field{Pointer: at + "/flow", Code: "missing"})
	case flow.Cmp(least) < 0:
		wrong = append(wrong, errs.Field{Pointer: at + "/flow", Code: "out-of-range", Params: map[string]any{"min": leastFlow}})
	}
	return wrong
}

// outOfBounds finds a first day that is too early or too far ahead. One that stays as it was in a correction is the
// reviewer's matter.
func (s *steps) outOfBounds(ctx context.Context, r db.Reader, q *procedure.Request) ([]errs.Field, error) {
	start := form.TextOf(q.Section(SectionContract), "startDate")
	if start == "" || (q.Action.OnlyReturned && start == q.Text(SectionContract, "startDate")) {
		return nil, nil
	}
	today := q.At.In(cinnabar.China)
	earliest, latest := today.AddDate(0, 0, -startLeeway).Format(time.DateOnly), today.AddDate(startAhead, 0, 0).Format(time.DateOnly)
	if q.Origin != "" {
		old, err := s.Documents.OfCase(ctx, r, q.Origin)
		if err != nil {
			return nil, err
		}
		for _, d := range old {
			if !d.ExpiresAt.IsZero() {
				latest = max(latest, d.ExpiresAt.In(cinnabar.China).Format(time.DateOnly)) // the beginning of the day after its last
			}
		}
	}
	params := map[string]any{}
	switch {
	case start < earliest:
		params["earliest"] = earliest
	case start > latest:
		params["latest"] = latest
	default:
		return nil, nil
	}
	return []errs.Field{{Pointer: "/sections/" + SectionContract + "/startDate", Code: "out-of-range", Params: params}}, nil
}
