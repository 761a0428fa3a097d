package ftpstore

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/jlaffaye/ftp"
)

// conn is a connection that is logged in, with its data connections.
type conn struct {
	ftp    *ftp.ServerConn
	line   *line
	base   string
	known  map[string]bool // folders that are there
	broken bool            // not to be used again
}

// dial connects and logs in.
func dial(ctx context.Context, cfg Config) (*conn, error) {
	if cfg.TLS != nil {
		// Servers demand that data connections resume the TLS session of their own control connection.
		cfg.TLS = cfg.TLS.Clone()
		cfg.TLS.ClientSessionCache = tls.NewLRUClientSessionCache(2)
	}
	l := &line{wait: cfg.Wait, clock: cfg.Clock, tls: cfg.TLS}
	release := l.until(ctx)
	defer release()
	options := []ftp.DialOption{ftp.DialWithDialFunc(l.dial), ftp.DialWithForceListHidden(true)}
	if cfg.TLS != nil {
		options = append(options, ftp.DialWithExplicitTLS(cfg.TLS))
	}
	f, err := ftp.Dial(cfg.Addr, options...)
	if err != nil {
		l.hangUp()
		return nil, &Error{Kind: kindOfDial(err), Code: reply(err), Err: fmt.Errorf("connect: %w", errors.Join(err, ctx.Err()))}
	}
	c := &conn{ftp: f, line: l, base: cfg.Base, known: map[string]bool{}}
	if err := f.Login(cfg.User, cfg.Password); err != nil {
		c.drop()
		return nil, &Error{Kind: kindOfDial(err), Code: reply(err), Err: fmt.Errorf("log in: %w", errors.Join(err, ctx.Err()))}
	}
	return c, nil
}

// kindOfDial knows that a wrong certificate does not go away, while a line that is down may.
func kindOfDial(err error) Kind {
	var wrong *tls.CertificateVerificationError
	if errors.As(err, &wrong) {
		return Permanent
	}
	if code := reply(err); code != 0 {
		return kindOfReply(code)
	}
	return Temporary
}

// during does something that ends with ctx, at the latest.
func (c *conn) during(ctx context.Context, do func(*conn) error) error {
	release := c.line.until(ctx)
	err := do(c)
	if !release() {
		c.broken = true
		if err != nil {
			err = errors.Join(err, ctx.Err())
		}
	}
	return err
}

// failed classifies an error of the server; lost is the kind for when there was no answer. The connection
// goes on after a refusal only.
func (c *conn) failed(lost Kind, err error) *Error {
	code := reply(err)
	if code == 0 || code == 421 || code == 425 || code == 426 {
		c.broken = true
	}
	kind := lost
	if code != 0 {
		kind = kindOfReply(code)
	}
	if errors.Is(err, ftp.ErrInvalidCommand) {
		kind = Permanent
	}
	return &Error{Kind: kind, Code: code, Err: err}
}

// at is a path as the server knows it.
func (c *conn) at(p string) string { return path.Join(c.base, p) }

func (c *conn) drop() {
	c.broken = true
	c.line.hangUp()
}

func (c *conn) quit() {
	_ = c.ftp.Quit()
	c.line.hangUp()
}

// size is the size of a file; Absent when it is proven not to be there.
func (c *conn) size(p string) (int64, error) {
	n, err := c.ftp.FileSize(c.at(p))
	if err != nil {
		return 0, c.absent(p, err)
	}
	return n, nil
}

// absent looks into the folder when a server answers 550, which means that a file is not there, or that
// something else is wrong.
func (c *conn) absent(p string, refusal error) error {
	err := c.failed(Temporary, refusal)
	if err.Code != 550 && err.Code != 450 {
		return err
	}
	found, looked := c.find(p)
	if looked != nil {
		return looked
	}
	if found == nil {
		return &Error{Kind: Absent, Code: err.Code, Err: refusal}
	}
	return err
}

// find looks for a file or folder from the top downwards: some servers list a folder that is not there as an
// empty one, others refuse, so that only the listing of a folder that was seen counts.
func (c *conn) find(p string) (*ftp.Entry, error) {
	folder := ""
	names := strings.Split(p, "/")
	for i, name := range names {
		entries, err := c.list(folder)
		if err != nil {
			return nil, err
		}
		e := entries[name]
		if e == nil || i == len(names)-1 {
			return e, nil
		}
		folder = path.Join(folder, name)
	}
	return nil, nil
}

// list reads a folder.
func (c *conn) list(folder string) (map[string]*ftp.Entry, error) {
	entries, err := c.ftp.List(c.at(folder))
	if err != nil {
		return nil, c.failed(Temporary, err)
	}
	out := map[string]*ftp.Entry{}
	for _, e := range entries {
		if name := path.Base(e.Name); name != "." && name != ".." {
			out[name] = e
		}
	}
	return out, nil
}

// makeFolder makes the folders above a document.
func (c *conn) makeFolder(p string) error {
	folder := path.Dir(p)
	if folder == "." || c.known[folder] {
		return nil
	}
	if err := c.makeFolder(folder); err != nil {
		return err
	}
	if err := c.ftp.MakeDir(c.at(folder)); err != nil && reply(err)/100 != 5 {
		return c.failed(Temporary, err)
	}
	c.known[folder] = true // or it was there; if not, the upload will say so
	return nil
}

// discard tries to remove what a failed upload left; List finds what stays.
func (c *conn) discard(part string) {
	if !c.broken {
		if err := c.ftp.Delete(c.at(part)); reply(err) == 0 && err != nil {
			c.broken = true
		}
	}
}

func (c *conn) remove(p string) error {
	refusal := c.ftp.Delete(c.at(p))
	if refusal != nil && reply(refusal)/100 != 5 {
		return c.failed(Unknown, refusal)
	}
	found, err := c.find(p)
	switch {
	case err != nil:
		return err
	case found != nil && refusal != nil:
		return c.failed(Unknown, refusal)
	case found != nil:
		return &Error{Kind: Temporary, Err: errors.New("the server says that it removed the document, but it is there")}
	}
	return nil
}

func (c *conn) walk(folder string, yield func(Entry) error) error {
	if folder != "" {
		if e, err := c.find(folder); err != nil || e == nil {
			return err
		}
	}
	entries, err := c.list(folder)
	if err != nil {
		return err
	}
	for name, e := range entries {
		p := path.Join(folder, name)
		switch e.Type {
		case ftp.EntryTypeFolder:
			err = c.walk(p, yield)
		default:
			err = yield(Entry{Path: p, Size: int64(e.Size), Part: IsPart(name)})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
