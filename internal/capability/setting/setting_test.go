package setting_test

import (
	"errors"
	"testing"
	"time"

	"cinnabar/internal/capability/setting"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// The newest version is read; a change based on an older one is refused; organisations are apart.
func TestSettingsAreVersioned(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		s, err := setting.New(d, clock.Fixed(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)))
		if err != nil {
			t.Fatal(err)
		}
		by := cinnabar.Actor{Kind: cinnabar.Member, Person: "p", Org: "org_a"}
		for seen, phrase := range []string{"first", "second"} {
			if v, err := s.Put(t.Context(), by, "phrases", int64(seen), []string{phrase}); err != nil || v != int64(seen)+1 {
				t.Fatalf("version %d, %v", v, err)
			}
		}
		if _, err := s.Put(t.Context(), by, "phrases", 1, []string{"late"}); !errors.Is(err, errs.Stale) {
			t.Fatalf("a change of an old version: %v", err)
		}
		var got []string
		if v, err := s.Get(t.Context(), d, "org_a", "phrases", &got); err != nil || v != 2 || len(got) != 1 || got[0] != "second" {
			t.Fatalf("got %v at version %d, %v", got, v, err)
		}
		type entry struct {
			Name string   `json:"name"`
			Uses []string `json:"uses,omitempty"`
		}
		list := []entry{{"default", []string{"one"}}}
		if _, err := s.Put(t.Context(), by, "entries", 0, []entry{{Name: "own"}}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(t.Context(), d, "org_a", "entries", &list); err != nil || len(list) != 1 || list[0].Uses != nil {
			t.Fatalf("got %v, with something left of what it was before, %v", list, err)
		}
		got = nil
		if v, err := s.Get(t.Context(), d, "org_b", "phrases", &got); err != nil || v != 0 || got != nil {
			t.Fatalf("another organisation: %v at version %d, %v", got, v, err)
		}
	})
}
