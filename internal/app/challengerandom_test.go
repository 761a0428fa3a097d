//go:build !testchallenge

package app

import (
	"testing"
	"time"

	"cinnabar/internal/capability/biometric/face/challenge"
)

// A release draws challenges that nobody can know before, whatever its environment says.
// Proves GAS-3.
func TestReleaseIgnoresTheChallengeSeed_GAS3(t *testing.T) {
	t.Setenv("CINNABAR_CHALLENGE_SEED", "film-18")
	at := time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	for range 20 {
		c, err := challenge.New(challengeRandom(), at, time.Minute)
		must(t, err)
		seen[c.Nonce] = true
	}
	if len(seen) != 20 {
		t.Errorf("20 challenges have %d nonces", len(seen))
	}
}
