package ftpstore

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	"cinnabar/internal/platform/clock"
)

// line is the network of one connection to a server: its control and data connections, each of which gives
// up a wait after a while, and all of which end with the context of the call.
type line struct {
	wait  time.Duration
	clock clock.Clock
	tls   *tls.Config

	lock   sync.Mutex
	ctx    context.Context // of the call that runs
	dialed bool            // the control connection is up
	open   map[*timed]bool
}

// until lets the line end with ctx. The function that it returns ends this, and tells whether ctx did not.
func (l *line) until(ctx context.Context) (release func() bool) {
	l.lock.Lock()
	l.ctx = ctx
	l.lock.Unlock()
	return context.AfterFunc(ctx, l.hangUp)
}

// hangUp closes all connections.
func (l *line) hangUp() {
	l.lock.Lock()
	defer l.lock.Unlock()
	for c := range l.open {
		_ = c.Conn.Close()
	}
	clear(l.open)
}

// dial makes the control connection first, and data connections after it. The library does not put TLS on
// connections from a function like this one, but on the control connection.
func (l *line) dial(network, addr string) (net.Conn, error) {
	l.lock.Lock()
	ctx, control := l.ctx, !l.dialed
	l.lock.Unlock()
	d := net.Dialer{Timeout: l.wait}
	raw, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	c := &timed{Conn: raw, line: l}
	l.lock.Lock()
	defer l.lock.Unlock()
	if ctx.Err() != nil {
		_ = raw.Close()
		return nil, ctx.Err()
	}
	if l.open == nil {
		l.open = map[*timed]bool{}
	}
	l.open[c] = true
	l.dialed = true
	if l.tls != nil && !control {
		return tls.Client(c, l.tls), nil
	}
	return c, nil
}

// timed is a connection on which each single wait has an end.
type timed struct {
	net.Conn
	line *line
}

func (c *timed) Read(p []byte) (int, error) {
	if err := c.Conn.SetReadDeadline(c.line.clock.Now().Add(c.line.wait)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c *timed) Write(p []byte) (int, error) {
	if err := c.Conn.SetWriteDeadline(c.line.clock.Now().Add(c.line.wait)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

func (c *timed) Close() error {
	c.line.lock.Lock()
	delete(c.line.open, c)
	c.line.lock.Unlock()
	return c.Conn.Close()
}
