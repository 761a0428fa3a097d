package audit_test

import (
	"errors"
	"testing"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/audit"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestEntryStandsOrFallsWithItsTransaction(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
		entry := audit.Entry{
			At: at, Action: "session.begin", Object: "session_1",
			Actor:  cinnabar.Actor{Kind: cinnabar.Member, Person: "person_1", Name: "王小明", Address: "192.0.2.1"},
			Detail: map[string]any{"level": "password"},
		}
		if err := d.InTx(t.Context(), func(tx db.Tx) error { return audit.Record(t.Context(), tx, entry) }); err != nil {
			t.Fatal(err)
		}
		stop := errors.New("stop")
		if err := d.InTx(t.Context(), func(tx db.Tx) error {
			return errors.Join(audit.Record(t.Context(), tx, entry), stop)
		}); !errors.Is(err, stop) {
			t.Fatal(err)
		}
		got, err := audit.Of(t.Context(), d, "session_1", 10)
		if err != nil || len(got) != 1 {
			t.Fatalf("%d entries, %v", len(got), err)
		}
		e := got[0]
		if !e.At.Equal(at) || e.Actor.Person != "person_1" || e.Detail["level"] != "password" || e.Actor.Address != "192.0.2.1" {
			t.Errorf("%+v", e)
		}
		if e.Actor.Name != "" {
			t.Error("the name of a person was written down")
		}
		if by, err := audit.Of(t.Context(), d, "person_1", 10); err != nil || len(by) != 1 {
			t.Errorf("by the person: %d entries, %v", len(by), err)
		}
	})
}
