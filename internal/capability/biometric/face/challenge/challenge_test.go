package challenge_test

import (
	"crypto/rand"
	"errors"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"cinnabar/internal/capability/biometric/face/challenge"
)

func start() time.Time { return time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC) }

func TestAChallengeIsUnforeseeableAndShort(t *testing.T) {
	t.Parallel()
	nonces, orders := make(map[string]bool), make(map[string]bool)
	for range 500 {
		c, err := challenge.New(rand.Reader, start(), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Nonce) != 32 || nonces[c.Nonce] {
			t.Fatalf("nonce %q is short or was given before", c.Nonce)
		}
		nonces[c.Nonce] = true
		if !slices.Contains(c.Steps, challenge.TurnLeft) || !slices.Contains(c.Steps, challenge.TurnRight) || len(c.Steps) != 3 {
			t.Fatalf("steps %v do not show depth from both sides", c.Steps)
		}
		order := ""
		for _, s := range c.Steps {
			order += string(s) + " "
		}
		orders[order] = true
		if !c.Expires.Equal(start().Add(time.Minute)) {
			t.Fatalf("expires %v", c.Expires)
		}
	}
	if len(orders) != 18 {
		t.Errorf("%d different orders in 500 draws, want all 18", len(orders))
	}
}

func TestNoChallengeWithoutChanceOrWithAnOddLife(t *testing.T) {
	t.Parallel()
	broken := errors.New("no entropy")
	if _, err := challenge.New(iotest.ErrReader(broken), start(), time.Minute); !errors.Is(err, broken) {
		t.Errorf("a challenge without chance: %v", err)
	}
	for _, life := range []time.Duration{0, -time.Minute, time.Hour} {
		if _, err := challenge.New(rand.Reader, start(), life); err == nil {
			t.Errorf("a life of %v was accepted", life)
		}
	}
}
