package pki

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"cinnabar/internal/pdf/pades/cms"
	"cinnabar/internal/platform/clock"
)

// TSA is the built-in time-stamp authority (RFC 3161). It is safe for several goroutines.
type TSA struct {
	pair     KeyPair
	clock    clock.Clock
	accuracy time.Duration
	record   func(context.Context, Stamp) error
}

// Stamp is what an authority remembers of a token it gave.
type Stamp struct {
	Serial  *big.Int
	Time    time.Time
	Imprint []byte
	Token   []byte // DER
}

// TSADeps is what a TSA needs.
type TSADeps struct {
	Pair     KeyPair
	Clock    clock.Clock
	Accuracy time.Duration // of Clock against UTC; zero means one second
	// Record stores what is given out, before it is given out. Nil keeps no record.
	Record func(context.Context, Stamp) error
}

// NewTSA makes a time-stamp authority.
func NewTSA(d TSADeps) (*TSA, error) {
	if d.Pair.Certificate == nil || d.Pair.Signer == nil || d.Clock == nil {
		return nil, fmt.Errorf("pki: a time-stamp authority needs a key, its certificate and a clock")
	}
	if d.Accuracy <= 0 {
		d.Accuracy = time.Second
	}
	return &TSA{pair: d.Pair, clock: d.Clock, accuracy: d.Accuracy, record: d.Record}, nil
}

// Timestamp returns a token over a SHA-256 imprint.
func (t *TSA) Timestamp(ctx context.Context, imprint []byte) ([]byte, error) {
	return t.stamp(ctx, imprint, nil)
}

func (t *TSA) stamp(ctx context.Context, imprint []byte, nonce *big.Int) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("pki: serial: %w", err)
	}
	s := Stamp{Serial: serial, Time: t.clock.Now().Truncate(time.Millisecond), Imprint: imprint}
	s.Token, err = cms.NewToken(ctx, cms.TokenRequest{
		Imprint: imprint, Time: s.Time, Accuracy: t.accuracy, Serial: serial, Nonce: nonce,
		Policy: oidTimeStampPolicy, Signer: t.pair.Signer, Certificate: t.pair.Certificate,
	})
	if err != nil {
		return nil, err
	}
	if t.record != nil {
		if err := t.record(ctx, s); err != nil {
			return nil, fmt.Errorf("pki: record time-stamp: %w", err)
		}
	}
	return s.Token, nil
}
