//go:build testchallenge

package app

import (
	"crypto/rand"
	"crypto/sha256"
	"io"
	mathrand "math/rand/v2"
	"os"
)

// challengeRandom draws the same steps for every challenge from CINNABAR_CHALLENGE_SEED, so that a browser test can hold
// a film of the right steps to the camera. Without the variable challenges are as in any other build.
func challengeRandom() io.Reader {
	seed, ok := os.LookupEnv("CINNABAR_CHALLENGE_SEED")
	if !ok {
		return rand.Reader
	}
	return seeded(sha256.Sum256([]byte(seed)))
}

// seeded ends every Read with the same byte, which picks the steps; the rest, the nonce, differs.
type seeded [sha256.Size]byte

// fairBelow is below what the challenge rejects as unfair; the same byte again would be rejected for ever.
const fairBelow = 240

func (s seeded) Read(p []byte) (int, error) {
	source := mathrand.New(mathrand.NewChaCha8(s))
	for i := range p {
		p[i] = byte(source.IntN(fairBelow))
	}
	if len(p) < 2 {
		return len(p), nil
	}
	return len(p), randomise(p[:len(p)-1])
}

func randomise(p []byte) error {
	_, err := rand.Read(p)
	return err
}
