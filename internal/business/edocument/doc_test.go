package edocument_test

import (
	"testing"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/procedure/proceduretest"
)

// Proves PLT-4.
func TestDiagramInTheDocsIsTheDeclaration_PLT4(t *testing.T) {
	t.Parallel()
	proceduretest.Page(t, "../../../docs/business/e-document.md", edocument.Definition())
}
