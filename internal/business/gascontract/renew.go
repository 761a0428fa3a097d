package gascontract

import (
	"maps"
	"time"

	"cinnabar/internal/capability/form"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/procedure"
)

// Renewal is what the drafts of a case that goes on from an old one hold (GAS-13), beside the sections that both
// have: the term begins when the old one ends, and a contract on paper says what it says under other names. A
// term that would have begun before now is left to be entered.
func Renewal(old *procedure.Case, now time.Time) map[string]map[string]any {
	switch old.Definition.ID {
	case ID:
		contract := maps.Clone(old.Data(SectionContract))
		if contract == nil {
			return nil
		}
		startOn(contract, nextTerm(contract), now)
		return map[string]map[string]any{SectionContract: contract}
	case ArchiveID:
		contract := map[string]any{"gasAddress": old.Text(SectionPaper, "gasAddress")}
		if last, err := time.Parse(time.DateOnly, old.Text(SectionPaper, "expiresAt")); err == nil {
			startOn(contract, last.AddDate(0, 0, 1), now)
		}
		return map[string]map[string]any{
			SectionIdentity: {"uscc": old.Text(SectionPaper, "uscc")}, SectionBasic: {"company": old.Text(SectionPaper, "company")}, SectionContract: contract,
		}
	}
	return nil
}

// nextTerm is the day after the last one of a contract's term; zero when the contract does not say.
func nextTerm(contract map[string]any) time.Time {
	start, err := time.Parse(time.DateOnly, form.TextOf(contract, "startDate"))
	years, ok := contract["termYears"].(float64)
	if err != nil || !ok {
		return time.Time{}
	}
	return start.AddDate(int(years), 0, 0)
}

func startOn(contract map[string]any, day, now time.Time) {
	delete(contract, "startDate")
	if text := day.Format(time.DateOnly); text >= now.In(cinnabar.China).Format(time.DateOnly) {
		contract["startDate"] = text
	}
}

// Customers are who may be led to a contract that follows an old one: its applicants.
func Customers(old *procedure.Case) []procedure.Grant {
	var out []procedure.Grant
	for _, g := range old.Grants {
		if g.Role == Applicant {
			out = append(out, procedure.Grant{Role: Applicant, Holder: g.Holder})
		}
	}
	return out
}
