// Package ftpserve is the built-in FTP and explicit FTPS server (RFC 959, 2228, 2389, 2428, 3659, 4217).
// An account leads to a client, and a client sees its own folder only: inbox and outbox of a mailbox, or
// the whole folder of a store.
//
// Guaranteed: a file appears whole or not at all, and only after its bytes and its name are on the disk
// (fsync; names that begin with a dot are taken for unfinished, and are only safe once they are renamed);
// what has appeared is never overwritten, appended to, or renamed over; an upload that was cut
// stays hidden and goes on where it ended (SIZE, REST, APPE); no path leads out of the client's folder
// (os.Root); names that deceive are refused; transfers are binary.
//
// Not guaranteed: plain FTP has no sign for the end of an upload but the end of its connection, so a data
// connection that something between cuts cleanly looks whole. An upload whose control connection ended too
// does not appear, and over TLS every cut is seen. Who must be sure compares a digest (HASH, XSHA256, or
// the manifest). Guessing of passwords is for Accounts to slow down.
package ftpserve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	ftpserver "github.com/fclairamb/ftpserverlib"

	"cinnabar/internal/platform/clock"
)

// Access says what a client may do in its folder.
type Access int

const (
	// Mailbox shows inbox/, where the client puts files, and outbox/, from which it fetches.
	Mailbox Access = iota
	// Store gives the whole folder; for the program's own documents.
	Store
)

// Client is who an account belongs to.
type Client struct {
	ID          string
	Root        string // its folder; made when it is not there
	Access      Access
	Quota       int64 // bytes it may keep in what it may write to; 0: no limit
	MaxFile     int64 // bytes of one file; 0: 1 GiB
	Connections int   // at a time; 0: 8
}

// Accounts knows who may log in. Open answers with an error when user or password are wrong; it is asked
// outside of any lock and may be slow.
type Accounts interface {
	Open(ctx context.Context, user, password string) (Client, error)
}

// Deps is what the server needs. Zero values of the fields after Log take the defaults named.
type Deps struct {
	Accounts Accounts
	Clock    clock.Clock
	Log      *slog.Logger

	Addr         string      // where to listen; default 127.0.0.1:0
	PublicIP     string      // IPv4 address told to clients for PASV; default that of the control connection
	PassivePorts [2]int      // first and last port for data; default any
	TLS          *tls.Config // certificate for explicit FTPS; nil: plain only
	RequireTLS   bool        // refuse to talk in the clear

	Connections int           // of all clients together; default 200
	Idle        time.Duration // after which a client that does nothing is let go; default 5 min
	Stall       time.Duration // after which a transfer that does not move is cut; default 1 min
	Grace       time.Duration // for transfers that run when the server stops; default 10 s
	KeepParts   time.Duration // how long a cut upload can go on; default 7 days

	// Appeared is told of each file that came into an inbox, once it is safe on the disk and before its
	// sender gets the answer; path is as the client sees it, without the slash at its beginning. It must
	// be quick. A crash can swallow it: who depends on it looks through the inboxes when starting.
	Appeared func(ctx context.Context, client, path string)
}

func (d *Deps) setDefaults() {
	if d.Addr == "" {
		d.Addr = "127.0.0.1:0"
	}
	if d.Connections <= 0 {
		d.Connections = 200
	}
	for v, def := range map[*time.Duration]time.Duration{
		&d.Idle: 5 * time.Minute, &d.Stall: time.Minute, &d.Grace: 10 * time.Second, &d.KeepParts: 7 * 24 * time.Hour,
	} {
		if *v <= 0 {
			*v = def
		}
	}
	if d.Appeared == nil {
		d.Appeared = func(context.Context, string, string) {}
	}
}

// Server is the built-in FTP server.
type Server struct {
	Deps
	listener net.Listener
	tls      *tls.Config

	lock     sync.Mutex
	controls map[string]*control // by the address of the other side
	clients  map[string]*client  // that have a session, by ID
	handles  sync.WaitGroup      // open files
	buffers  sync.Pool           // of uploads
}

// New makes the server and begins to listen; clients are served once it runs.
func New(d Deps) (*Server, error) {
	if d.Accounts == nil || d.Clock == nil || d.Log == nil {
		return nil, errors.New("ftpserve: Accounts, Clock and Log are needed")
	}
	if d.RequireTLS && d.TLS == nil {
		return nil, errors.New("ftpserve: TLS is required, but there is no certificate")
	}
	if d.PassivePorts[0] > d.PassivePorts[1] {
		return nil, errors.New("ftpserve: the first passive port lies behind the last")
	}
	d.setDefaults()
	l, err := net.Listen("tcp", d.Addr)
	if err != nil {
		return nil, fmt.Errorf("ftpserve: %w", err)
	}
	return &Server{
		Deps: d, listener: l, tls: serverTLS(d.TLS),
		controls: map[string]*control{}, clients: map[string]*client{},
		buffers: sync.Pool{New: func() any { b := make([]byte, 128<<10); return &b }},
	}, nil
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Close lets go of the address. It is for a server that did not come to run; after Run it does nothing.
func (s *Server) Close() error {
	if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Run serves until ctx ends: then no client is let in any more, transfers that run may end within Grace,
// and the rest is cut off.
func (s *Server) Run(ctx context.Context) error {
	lib := ftpserver.NewFtpServer(&door{s: s, ctx: ctx})
	if err := lib.Listen(); err != nil {
		return errors.Join(fmt.Errorf("ftpserve: %w", err), s.listener.Close())
	}
	ended := make(chan error, 1)
	go func() { ended <- lib.Serve() }()
	select {
	case err := <-ended:
		s.cutOff()
		return fmt.Errorf("ftpserve: stopped listening: %w", errors.Join(err, net.ErrClosed))
	case <-ctx.Done():
	}
	err := s.listener.Close()
	err = errors.Join(err, <-ended)
	s.awaitTransfers()
	s.cutOff()
	return err
}

// awaitTransfers returns when no transfer runs any more, or Grace is over. A session must be found at rest
// twice, so that the answer to its last transfer gets out.
func (s *Server) awaitTransfers() {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	until := time.After(s.Grace)
	for rest := 0; rest < 2; {
		select {
		case <-until:
			return
		case <-tick.C:
			rest++
			if s.transferring() {
				rest = 0
			}
		}
	}
}

// End ends the sessions of a client at once, e.g. when its account was disabled. An upload that runs stays
// hidden.
func (s *Server) End(client string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, c := range s.controls {
		if c.client != nil && c.client.ID == client {
			c.gone.Store(true)
			_ = c.Conn.Close()
		}
	}
}

func (s *Server) transferring() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, c := range s.controls {
		if c.busy.Load() > 0 {
			return true
		}
	}
	return false
}

// cutOff ends all sessions and waits until their files are closed.
func (s *Server) cutOff() {
	s.lock.Lock()
	for _, c := range s.controls {
		c.gone.Store(true)
		_ = c.Conn.Close() // the session notices and ends
	}
	s.lock.Unlock()
	s.handles.Wait()
}
