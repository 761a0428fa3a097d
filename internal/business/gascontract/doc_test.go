package gascontract_test

import (
	"testing"

	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/procedure/proceduretest"
)

// Proves PLT-4.
func TestDiagramInTheDocsIsTheDeclaration_PLT4(t *testing.T) {
	t.Parallel()
	proceduretest.Page(t, "../../../docs/business/gas-contract.md", gascontract.Definition())
}
