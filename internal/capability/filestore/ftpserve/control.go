package ftpserve

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"

	"cinnabar/internal/platform/clock"
)

// control is a control connection. It keeps its own deadlines: a session is idle only while no transfer
// runs, which the library does not tell apart.
type control struct {
	net.Conn
	clock       clock.Clock
	idle, stall time.Duration
	busy        atomic.Int32 // open files
	gone        atomic.Bool  // the other side has ended it
	client      *client      // once logged in; under Server.lock
}

func (c *control) Read(p []byte) (int, error) {
	for {
		if err := c.Conn.SetReadDeadline(c.clock.Now().Add(c.idle)); err != nil {
			return 0, err
		}
		n, err := c.Conn.Read(p)
		late := errors.Is(err, os.ErrDeadlineExceeded)
		if late && n == 0 && c.busy.Load() > 0 {
			continue
		}
		if err != nil && !late {
			c.gone.Store(true)
		}
		return n, err
	}
}

func (c *control) Write(p []byte) (int, error) {
	if err := c.Conn.SetWriteDeadline(c.clock.Now().Add(c.stall)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// The library's deadlines have no say.
func (c *control) SetDeadline(time.Time) error      { return nil }
func (c *control) SetReadDeadline(time.Time) error  { return nil }
func (c *control) SetWriteDeadline(time.Time) error { return nil }

// gate lets clients in as long as there is room.
type gate struct {
	net.Listener
	s *Server
}

func (g gate) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c := g.s.letIn(conn); c != nil {
			return c, nil
		}
		_ = conn.SetWriteDeadline(g.s.Clock.Now().Add(time.Second))
		_, _ = conn.Write([]byte("421 Too many connections, try later.\r\n"))
		_ = conn.Close()
	}
}

func (s *Server) letIn(conn net.Conn) *control {
	s.lock.Lock()
	defer s.lock.Unlock()
	if len(s.controls) >= s.Connections {
		return nil
	}
	c := &control{Conn: conn, clock: s.Clock, idle: s.Idle, stall: s.Stall}
	s.controls[conn.RemoteAddr().String()] = c
	return c
}

// dataListener gives data connections that are cut when they do not move.
type dataListener struct {
	net.Listener
	clock clock.Clock
	stall time.Duration
}

func (l dataListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &dataConn{Conn: conn, clock: l.clock, stall: l.stall}, nil
}

type dataConn struct {
	net.Conn
	clock clock.Clock
	stall time.Duration
}

func (c *dataConn) Read(p []byte) (int, error) {
	if err := c.Conn.SetReadDeadline(c.clock.Now().Add(c.stall)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c *dataConn) Write(p []byte) (int, error) {
	if err := c.Conn.SetWriteDeadline(c.clock.Now().Add(c.stall)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// serverTLS keeps TLS 1.3 session tickets off data connections: a client that only sends never reads them,
// and its system then answers the close with a reset that throws away what was still on its way.
func serverTLS(base *tls.Config) *tls.Config {
	if base == nil {
		return nil
	}
	out, data := base.Clone(), base.Clone()
	if out.MinVersion == 0 {
		out.MinVersion, data.MinVersion = tls.VersionTLS12, tls.VersionTLS12
	}
	data.SessionTicketsDisabled = true
	out.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if _, ok := hello.Conn.(*dataConn); ok && len(hello.SupportedVersions) > 0 && hello.SupportedVersions[0] >= tls.VersionTLS13 {
			return data, nil
		}
		return nil, nil
	}
	return out
}
