package sftpstore

import (
	"context"
	"errors"
	"net"
	"time"

	"golang.org/x/crypto/ssh"

	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/platform/clock"
)

var errSeen = errors.New("the key was seen")

// HostKey asks a server for its key, without logging in. Whoever trusts it compares its fingerprint with what
// the server's operator says: between here and there may be anybody.
func HostKey(ctx context.Context, addr string, c clock.Clock, wait time.Duration) (ssh.PublicKey, error) {
	d := net.Dialer{Timeout: wait}
	raw, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, &ftpstore.Error{Kind: ftpstore.Temporary, Op: "host key", Path: addr, Err: err}
	}
	defer raw.Close()
	if err := raw.SetDeadline(c.Now().Add(wait)); err != nil {
		return nil, err
	}
	var seen ssh.PublicKey
	_, _, _, err = ssh.NewClientConn(raw, addr, &ssh.ClientConfig{
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error { seen = key; return errSeen },
	})
	if seen == nil {
		return nil, &ftpstore.Error{Kind: ftpstore.Temporary, Op: "host key", Path: addr, Err: err}
	}
	return seen, nil
}
