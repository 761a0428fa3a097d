package agent

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"cinnabar/internal/capability/device/protocol"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
)

// Judge measures a picture: its quality, 0 to 100, or why it cannot be used.
type Judge func(ctx context.Context, picture []byte, dpi int) (quality int, err error)

// Deps is what an Agent needs.
type Deps struct {
	Identity Identity
	Readers  []Reader
	Judge    Judge
	Clock    clock.Clock
	Log      *slog.Logger
	Listen   string        // address of the local page; "" for none. It must be a loopback address.
	Patience time.Duration // how long a reader waits for a finger; 0: 20 seconds
}

// Agent serves readers.
type Agent struct {
	Deps
	server *client
	turn   sync.Mutex // one finger at a time
}

// New makes an Agent.
func New(d Deps) (*Agent, error) {
	if d.Identity.Device == "" || len(d.Readers) == 0 || d.Judge == nil || d.Clock == nil || d.Log == nil {
		return nil, errors.New("agent: an enrolled identity, a reader, a judge, clock and log are needed")
	}
	if d.Listen != "" {
		if host, _, err := net.SplitHostPort(d.Listen); err != nil || !isLoopback(host) {
			return nil, fmt.Errorf("agent: %s is not a loopback address", d.Listen)
		}
	}
	if d.Patience == 0 {
		d.Patience = captureTime
	}
	return &Agent{Deps: d, server: newClient(d.Identity, d.Clock)}, nil
}

// Run works until ctx ends, or the server says that this device is no more.
func (a *Agent) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 2)
	n := 1
	go func() { ended <- a.dialOut(ctx) }()
	if a.Listen != "" {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.Listen)
		if err != nil {
			return err
		}
		n++
		go func() { ended <- a.serve(ctx, l) }()
	}
	var all []error
	for range n {
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			all = append(all, err)
		}
		stop()
	}
	return errors.Join(all...)
}

func (a *Agent) serve(ctx context.Context, l net.Listener) error {
	s := &http.Server{Handler: a.Handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		_ = s.Close()
	}()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// dialOut fetches requests and answers them. It outlives a server that is down, and ends when the device was
// revoked.
func (a *Agent) dialOut(ctx context.Context) error {
	const shortest, longest = time.Second, time.Minute
	pause := shortest
	for ctx.Err() == nil {
		list, err := a.server.waiting(ctx)
		var refused *Refused
		if errors.As(err, &refused) {
			return err
		}
		if err != nil {
			a.Log.WarnContext(ctx, "the server does not answer", "error", err, "again in", pause)
			select {
			case <-time.After(pause + rand.N(pause)):
			case <-ctx.Done():
			}
			pause = min(2*pause, longest)
			continue
		}
		pause = shortest
		for _, r := range list {
			a.answer(ctx, r)
		}
	}
	return ctx.Err()
}

// answer takes one picture and hands it in.
func (a *Agent) answer(ctx context.Context, r protocol.Request) {
	c, err := a.capture(ctx, a.Readers[0], r)
	if err != nil {
		a.Log.WarnContext(ctx, "no picture", "request", r.ID, "error", err)
		err = a.server.fail(ctx, r.ID, reason(err))
	} else {
		err = a.server.handIn(ctx, *c)
	}
	if err != nil {
		a.Log.WarnContext(ctx, "the answer was not taken", "request", r.ID, "error", err)
	}
}

// capture takes a picture, judges it and signs what is known of it.
func (a *Agent) capture(ctx context.Context, from Reader, r protocol.Request) (*protocol.Capture, error) {
	a.turn.Lock()
	defer a.turn.Unlock()
	ctx, cancel := context.WithTimeout(ctx, a.Patience)
	defer cancel()
	picture, err := from.Capture(ctx, r.Position)
	if err != nil {
		return nil, err
	}
	quality, err := a.Judge(ctx, picture.Bytes, picture.DPI)
	if err != nil {
		return nil, errors.Join(errRefused, err)
	}
	c := &protocol.Capture{Picture: base64.StdEncoding.EncodeToString(picture.Bytes)}
	c.Statement = protocol.Statement{
		Request: r.ID, Nonce: r.Nonce, Device: a.Identity.Device, Reader: from.Info().ID, Position: r.Position, DPI: picture.DPI,
		Quality: quality, Digest: cinnabar.DigestOf(picture.Bytes), Taken: a.Clock.Now().Truncate(time.Millisecond),
	}
	message := c.Message()
	if message == nil {
		return nil, errors.New("agent: the request cannot be signed: a value holds a line break")
	}
	c.Signature = protocol.Sign(a.Identity.key(), message)
	return c, nil
}
