package gascontract

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"cinnabar/internal/capability/form"
	"cinnabar/internal/procedure"
)

// contractData is what the template prints, from the sections that section returns, and the day on which
// the contract ends.
func (s *steps) contractData(ctx context.Context, r *procedure.Request, section func(string) map[string]any) (map[string]any, time.Time, error) {
	org, policy, err := s.operator(ctx, r.Operator)
	if err != nil {
		return nil, time.Time{}, err
	}
	identity, basic, contract, terms := section(SectionIdentity), section(SectionBasic), section(SectionContract), section(SectionTerms)
	start, err := time.Parse(time.DateOnly, form.TextOf(contract, "startDate"))
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("start date: %w", err)
	}
	years, _ := contract["termYears"].(float64)
	end := start.AddDate(int(years), 0, -1)
	price, _ := form.Fen(form.TextOf(terms, "price"))
	flow := totalFlow(contract)
	data := map[string]any{
		"supplier": org.Name, "supplierAddress": orElse(policy.SupplierAddress, "—"), "servicePhone": orElse(policy.EmergencyPhone, org.Phone),
		"customer": form.TextOf(basic, "company"), "creditCode": form.TextOf(identity, "uscc"), "customerAddress": form.TextOf(basic, "companyAddress"),
		"legalRep": orElse(form.TextOf(identity, "legalRep"), form.TextOf(identity, "name")), "phone": form.TextOf(identity, "mobile"),
		"bank": form.TextOf(basic, "bank"), "bankAccount": form.TextOf(basic, "bankAccount"), "gasAddress": form.TextOf(contract, "gasAddress"),
		"accountNumber": orElse(form.TextOf(terms, "accountNumber"), form.TextOf(contract, "accountNumber")), "meterNumber": form.TextOf(contract, "meterNumber"),
		"pressureLevel": form.TextOf(terms, "pressureLevel"), "appliances": printedAppliances(contract), "totalFlow": flow,
		"monthlyConsumption": form.TextOf(contract, "monthlyConsumption"), "pricePlan": form.TextOf(terms, "pricePlan"), "price": int64(price),
		"termYears": contract["termYears"], "startDate": start.Format(time.DateOnly), "endDate": end.Format(time.DateOnly), "email": form.TextOf(basic, "email"),
		"maxHourly": orElse(form.TextOf(terms, "maxHourly"), flow), "maxDaily": orElse(form.TextOf(terms, "maxDaily"), times(flow, 24)),
		"guaranteed": terms["guaranteed"] == true, "certificate": "internal",
	}
	if form.TextOf(identity, "category") == Agent {
		data["agent"] = form.TextOf(identity, "name")
	}
	for name, v := range data {
		if v == "" || v == nil {
			delete(data, name)
		}
	}
	// The contract runs to the end of its last day in China.
	return data, end.AddDate(0, 0, 1).Add(-8 * time.Hour), nil
}

func orElse(value, other string) string {
	if value == "" {
		return other
	}
	return value
}

// totalFlow adds up the rated flows of all appliances, in m³/h, without rounding.
func totalFlow(contract map[string]any) string {
	sum := new(big.Rat)
	list, _ := contract["appliances"].([]any)
	for _, entry := range list {
		a, _ := entry.(map[string]any)
		flow, ok := new(big.Rat).SetString(form.TextOf(a, "flow"))
		count, _ := a["count"].(float64)
		if ok {
			sum.Add(sum, flow.Mul(flow, new(big.Rat).SetFloat64(count)))
		}
	}
	return decimal(sum)
}

// printedAppliances are the rows of the contract's table: the model stands behind the name.
func printedAppliances(contract map[string]any) []any {
	var out []any
	list, _ := contract["appliances"].([]any)
	for _, entry := range list {
		a, _ := entry.(map[string]any)
		name := form.TextOf(a, "name")
		if model := form.TextOf(a, "model"); model != "" {
			name += " " + model
		}
		out = append(out, map[string]any{"name": name, "flow": a["flow"], "count": a["count"]})
	}
	return out
}

func times(value string, n int64) string {
	r, ok := new(big.Rat).SetString(value)
	if !ok {
		return ""
	}
	return decimal(r.Mul(r, big.NewRat(n, 1)))
}

// decimal writes a number with as many places as it has, up to nine.
func decimal(r *big.Rat) string {
	n, exact := r.FloatPrec()
	if !exact {
		n = 9
	}
	return r.FloatString(min(n, 9))
}
