package secret

import (
	"context"
	"crypto/rand"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"cinnabar/internal/platform/errs"
)

// Cost is the work of one Argon2id run (RFC 9106).
type Cost struct {
	MemoryKiB uint32 `json:"m"`
	Time      uint32 `json:"t"`
	Threads   uint8  `json:"p"`
}

// SignInCost is for passwords of sign-in: 19 MiB, two passes (OWASP Password Storage Cheat Sheet).
func SignInCost() Cost { return Cost{MemoryKiB: 19 * 1024, Time: 2, Threads: 1} }

// SealCost is for passwords that guard a key of their own: 64 MiB, three passes (RFC 9106 section 4).
func SealCost() Cost { return Cost{MemoryKiB: 64 * 1024, Time: 3, Threads: 1} }

const saltSize = 16

// sane refuses parameters that would exhaust the machine or protect nothing.
func (c Cost) sane() bool {
	return c.MemoryKiB >= 8 && c.MemoryKiB <= 1<<20 && c.Time >= 1 && c.Time <= 64 && c.Threads >= 1 && c.Threads <= 16
}

func (c Cost) derive(password, salt []byte) []byte {
	return argon2.IDKey(password, salt, c.Time, c.MemoryKiB, c.Threads, keySize)
}

// KDF does all slow key derivation of the process: few at a time, a bounded number waiting, the rest
// turned away, so that a flood of sign-ins cannot exhaust memory or processors.
type KDF struct {
	slots   chan struct{}
	waiting atomic.Int64
}

const (
	kdfAtOnce  = 2
	kdfWaiting = 32
)

// NewKDF makes the one KDF of a process.
func NewKDF() *KDF { return &KDF{slots: make(chan struct{}, kdfAtOnce)} }

// NewSalt makes a random salt for Derive.
func NewSalt() []byte {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt)
	return salt
}

// Derive stretches a password to 32 bytes with Argon2id. Never call it inside a transaction. It fails with
// errs.TooMany, code "busy", when too many are waiting already.
func (k *KDF) Derive(ctx context.Context, password, salt []byte, c Cost) ([]byte, error) {
	if !c.sane() {
		return nil, errs.New(errs.Internal, "kdf-cost", "the stored cost of a password is out of range")
	}
	if k.waiting.Add(1) > kdfAtOnce+kdfWaiting {
		k.waiting.Add(-1)
		return nil, errs.New(errs.TooMany, "busy", "too many passwords are being checked; try again in a moment")
	}
	defer k.waiting.Add(-1)
	select {
	case k.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-k.slots }()
	return c.derive(password, salt), nil
}
