// Package registry compares what a company says of itself with a register of companies (工商登记), when one is
// configured (GAS-2).
//
// Guaranteed: an outcome never says more than was compared. Without a register, or while it does not answer,
// the data is Unverified.
package registry

import (
	"context"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// Company is a company as a register has it, or as somebody says.
type Company struct {
	USCC     string `json:"uscc"` // unified social credit code (GB 32100)
	Name     string `json:"name"`
	LegalRep string `json:"legalRep"`         // legal representative, or the operator of a sole proprietor
	Status   string `json:"status,omitempty"` // of the register: "active" or anything else
}

// Register is asked about companies.
type Register interface {
	// Find returns the company with a credit code. Errors: errs.NotFound when the register has none,
	// errs.Unavailable when it does not answer now.
	Find(ctx context.Context, uscc string) (Company, error)
}

// Result is the outcome of a comparison.
type Result string

const (
	Unverified Result = "unverified" // nothing was compared
	Match      Result = "match"
	Differs    Result = "differs" // the register says otherwise; see Outcome.Fields
	Unknown    Result = "unknown" // the register has no such code
)

// Outcome is what a comparison found. It holds no personal data.
type Outcome struct {
	Result Result    `json:"result" enum:"unverified,match,differs,unknown"`
	Fields []string  `json:"fields,omitempty" enum:"name,legalRep,status"`
	At     time.Time `json:"at,omitzero"` // when the register answered
}

// Compare holds what was said against what the register has. Widths of characters, spaces and the two kinds of
// brackets do not count.
func Compare(said, has Company, at time.Time) Outcome {
	out := Outcome{Result: Match, At: at}
	for _, f := range []struct{ name, said, has string }{{"name", said.Name, has.Name}, {"legalRep", said.LegalRep, has.LegalRep}} {
		if plain(f.said) != plain(f.has) {
			out.Fields = append(out.Fields, f.name)
		}
	}
	if has.Status != "" && has.Status != "active" {
		out.Fields = append(out.Fields, "status")
	}
	if len(out.Fields) > 0 {
		out.Result = Differs
	}
	return out
}

func plain(s string) string {
	s = norm.NFC.String(width.Fold.String(s))
	return strings.NewReplacer(" ", "", "（", "(", "）", ")", "〔", "(", "〕", ")").Replace(s)
}
