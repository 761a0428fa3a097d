// Package contracts holds the wording of the gas-supply contracts as template files, one for each use.
// A gas company may put files of its own in their place; these are what the program comes with.
package contracts

import (
	"embed"
	"fmt"
)

//go:embed *.tmpl
var files embed.FS

// Uses are the kinds of gas use (用气性质) that have a contract: commercial (商业), industrial (工业) and
// public institutions (公共).
func Uses() []string { return []string{"commercial", "industrial", "public"} }

// Source returns the template file for a use; see capability/document/template for its form.
func Source(use string) ([]byte, error) {
	b, err := files.ReadFile(use + ".tmpl")
	if err != nil {
		return nil, fmt.Errorf("there is no contract for the gas use %q: %w", use, err)
	}
	return b, nil
}
