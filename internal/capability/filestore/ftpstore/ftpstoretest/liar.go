package ftpstoretest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// Fault is what a Liar does to a session. Zero is honest.
type Fault struct {
	// CutUploads passes on so many bytes of each upload, takes the rest from the client, and ends the
	// server's data connection cleanly: the server answers 226 for a short file.
	CutUploads int64
	// DieAfter ends all connections after so many bytes of an upload.
	DieAfter int64
	// StallAfter stops passing on an upload after so many bytes, and all that follows.
	StallAfter int64
	// Flip alters a byte of each upload.
	Flip bool
	// Answer gives the answer to a command in place of the server, which never sees it.
	Answer map[string]string
	// LoseAnswer passes a command on and ends the connection instead of its answer.
	LoseAnswer string
}

// Liar stands before a server and lies as told. It knows EPSV and no TLS.
type Liar struct {
	Server
	server string

	lock  sync.Mutex
	fault Fault
	open  map[io.Closer]bool
	done  bool
	jobs  sync.WaitGroup
}

// NewLiar starts a liar before a server; it stops with the test.
func NewLiar(t testing.TB, s Server) *Liar {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	l := &Liar{Server: s, server: s.Addr, open: map[io.Closer]bool{}}
	l.Addr = listener.Addr().String()
	l.jobs.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			l.jobs.Go(func() { l.session(c) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		l.lock.Lock()
		l.done = true
		for c := range l.open {
			_ = c.Close()
		}
		l.lock.Unlock()
		l.jobs.Wait()
	})
	return l
}

// Lie sets what is wrong from now on.
func (l *Liar) Lie(f Fault) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.fault = f
}

func (l *Liar) told() Fault {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.fault
}

// own has a connection, or what waits for one, closed at the end of the test.
func (l *Liar) own(c io.Closer) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.open[c] = true
	if l.done {
		_ = c.Close()
	}
}

// talk is a session: its two control connections, and what the client last wanted.
type talk struct {
	l       *Liar
	client  net.Conn
	server  net.Conn
	ended   chan struct{} // closed when the client has gone
	lock    sync.Mutex
	command string // last passed on
}

func (l *Liar) session(client net.Conn) {
	l.own(client)
	defer client.Close()
	server, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	l.own(server)
	defer server.Close()
	t := &talk{l: l, client: client, server: server, ended: make(chan struct{})}
	defer close(t.ended)
	l.jobs.Go(func() {
		defer client.Close()
		t.answers()
	})
	t.commands()
}

// commands passes on what the client says, or answers it.
func (t *talk) commands() {
	in := bufio.NewReader(t.client)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if lie, ok := t.l.told().Answer[verb]; ok {
			_, _ = fmt.Fprintf(t.client, "%s\r\n", lie)
			continue
		}
		t.lock.Lock()
		t.command = verb
		t.lock.Unlock()
		if _, err := io.WriteString(t.server, line); err != nil {
			return
		}
	}
}

var epsv = regexp.MustCompile(`^229 .*\(\|\|\|(\d+)\|\)`)

// answers passes on what the server says, and puts itself between the data connections.
func (t *talk) answers() {
	in := bufio.NewReader(t.server)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		t.lock.Lock()
		command := t.command
		t.lock.Unlock()
		if command != "" && command == t.l.told().LoseAnswer {
			return
		}
		if m := epsv.FindStringSubmatch(line); m != nil {
			if line, err = t.between(m[1]); err != nil {
				return
			}
		}
		if _, err := io.WriteString(t.client, line); err != nil {
			return
		}
	}
}

func (t *talk) between(port string) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	t.l.own(listener) // the client may be gone before it hears where to come
	t.l.jobs.Go(func() {
		client, err := listener.Accept()
		_ = listener.Close()
		if err != nil {
			return
		}
		t.l.own(client)
		defer client.Close()
		server, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err != nil {
			return
		}
		t.l.own(server)
		defer server.Close()
		t.transfer(client, server)
	})
	_, mine, err := net.SplitHostPort(listener.Addr().String())
	return fmt.Sprintf("229 Entering Extended Passive Mode (|||%s|)\r\n", mine), err
}

// transfer passes on data both ways; only one of them has any.
func (t *talk) transfer(client, server net.Conn) {
	down := make(chan struct{})
	t.l.jobs.Go(func() {
		defer close(down)
		_, _ = io.Copy(client, server)
		endOf(client)
	})
	t.upload(client, server)
	endOf(server)
	<-down
}

// endOf shows the other side the end of what comes.
func endOf(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
}

func (t *talk) upload(client, server net.Conn) {
	f := t.l.told()
	switch {
	case f.CutUploads > 0:
		_, _ = io.CopyN(server, client, f.CutUploads)
		endOf(server)
		_, _ = io.Copy(io.Discard, client)
	case f.DieAfter > 0:
		if n, _ := io.CopyN(server, client, f.DieAfter); n == f.DieAfter {
			for _, c := range []net.Conn{client, server, t.client, t.server} {
				_ = c.Close()
			}
		}
	case f.StallAfter > 0:
		if n, _ := io.CopyN(server, client, f.StallAfter); n == f.StallAfter {
			<-t.ended
		}
	case f.Flip:
		_, _ = io.Copy(flipped{server}, client)
	default:
		_, _ = io.Copy(server, client)
	}
}

// flipped alters the first byte of what it passes on at a time.
type flipped struct{ w io.Writer }

func (f flipped) Write(p []byte) (int, error) {
	q := append([]byte(nil), p...)
	if len(q) > 0 {
		q[0] ^= 1
	}
	return f.w.Write(q)
}
