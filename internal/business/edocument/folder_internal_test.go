package edocument

import (
	"testing"
	"time"

	"cinnabar/internal/procedure"
)

// A document that is made in the first hours of a month lies with those of the month that its number names.
// Proves DOC-4.
func TestTheFolderIsTheMonthInChina_DOC4(t *testing.T) {
	t.Parallel()
	for begun, want := range map[time.Time]string{
		time.Date(2026, 11, 30, 15, 59, 59, 0, time.UTC): "PO/2026/11",
		time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC):   "PO/2026/12",
		time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC):   "PO/2027/01",
	} {
		if got := folderOf(&procedure.Case{Created: begun}, "PO"); got != want {
			t.Errorf("begun at %v it lies in %s, want %s", begun, got, want)
		}
	}
}
