package cinnabar

import (
	"crypto/rand"
	"encoding/base32"
)

var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewID returns a new random identifier of 128 bits behind a prefix that tells its kind ("case_…").
func NewID[T ~string](prefix string) T {
	var b [16]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails (Go 1.24 and later)
	return T(prefix + "_" + idEncoding.EncodeToString(b[:]))
}
