//go:build testchallenge

package app

import (
	"slices"
	"testing"
	"time"

	"cinnabar/internal/capability/biometric/face/challenge"
)

// The film of web/e2e shows these steps.
func TestSeededChallengeIsWhatTheFilmShows(t *testing.T) {
	t.Setenv("CINNABAR_CHALLENGE_SEED", "film-18")
	want := []challenge.Step{challenge.TurnLeft, challenge.Blink, challenge.TurnRight}
	for range 3 {
		c, err := challenge.New(challengeRandom(), time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC), time.Minute)
		must(t, err)
		if !slices.Equal(c.Steps, want) {
			t.Errorf("asked for %v", c.Steps)
		}
	}
}
