//go:build !testchallenge

package app

import (
	"crypto/rand"
	"io"
)

// challengeRandom is what face challenges are drawn from. Builds for browser tests, which need to film the
// steps beforehand, have another one under the tag testchallenge; nothing at run time leads to it.
func challengeRandom() io.Reader { return rand.Reader }
