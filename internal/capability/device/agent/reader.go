// Package agent runs beside a fingerprint reader, on a branch's counter or in a locksmith's bag. It dials out to
// the server it is enrolled at, asks what is to be captured, and hands in pictures signed with its own key; for
// pages of that server on the same machine it answers on the loopback address (docs/biometrics-agent.md).
//
// Guaranteed: no port is open to the network; the key never leaves its file, which only its owner can read; the
// local page answers the enrolled server's pages only, and only with the token that this server gives to members of
// the organisation; a picture is signed only in answer to a nonce.
//
// Not guaranteed: anything against somebody who can read the agent's files or sits between it and the reader.
package agent

import (
	"context"
	"errors"
	"time"

	"cinnabar/internal/capability/device/protocol"
)

// Picture is what a reader gives.
type Picture struct {
	Bytes []byte // 8-bit grey PNG, TIFF or BMP
	DPI   int    // pixels per inch; 0 where the picture says
}

// Reader takes pictures of fingers. A vendor's reader is added by an implementation of this.
type Reader interface {
	Info() protocol.Reader
	// Capture waits for a finger until ctx ends (then ErrTimeout). position is that of ISO/IEC 19794-2, 0
	// any; a reader need not know which finger it sees.
	Capture(ctx context.Context, position int) (Picture, error)
}

// What readers fail with.
var (
	ErrTimeout   = errors.New("no finger was put on the reader in time")
	ErrUnplugged = errors.New("the reader does not answer; is it plugged in?")
)

// captureTime is how long a reader waits for a finger.
const captureTime = 20 * time.Second

// reason is the failure that the server is told.
func reason(err error) string {
	switch {
	case errors.Is(err, ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, ErrUnplugged):
		return "unplugged"
	case errors.Is(err, errRefused):
		return "refused"
	}
	return "fault"
}

// errRefused says that a picture shows no usable print.
var errRefused = errors.New("the picture shows no usable print; wipe finger and reader, and try again")
