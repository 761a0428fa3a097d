package sftpstore

import (
	"bytes"
	"context"
	"errors"
	"net"
	"slices"
	"strings"
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

// OtherKey is the cause when a server proves itself by another host key than the known one: it has a new key,
// or it is another server. Nothing was sent to it, the password neither. Both are fingerprints (SHA256:…).
type OtherKey struct{ Wanted, Seen string }

func (o *OtherKey) Error() string {
	return "the server has the host key " + o.Seen + " instead of " + o.Wanted
}

// only accepts the known key.
func only(known ssh.PublicKey) ssh.HostKeyCallback {
	return func(_ string, _ net.Addr, key ssh.PublicKey) error {
		if bytes.Equal(key.Marshal(), known.Marshal()) {
			return nil
		}
		return &OtherKey{Wanted: ssh.FingerprintSHA256(known), Seen: ssh.FingerprintSHA256(key)}
	}
}

// algorithms begin with those of the known key, so that a server with several shows it. The others are asked
// for so that one that has it no longer shows what it has instead.
func algorithms(known ssh.PublicKey) []string {
	first := []string{known.Type()}
	if known.Type() == ssh.KeyAlgoRSA {
		first = []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	for _, a := range ssh.SupportedAlgorithms().HostKeys {
		if !slices.Contains(first, a) && !strings.Contains(a, "-cert-") {
			first = append(first, a)
		}
	}
	return first
}
