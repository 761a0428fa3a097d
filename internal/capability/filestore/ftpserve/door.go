package ftpserve

import (
	"context"
	"crypto/tls"
	"errors"
	"net"

	ftpserver "github.com/fclairamb/ftpserverlib"
)

var errLogin = errors.New("name or password is wrong")

// door lets sessions in and out: what the library calls its main driver.
type door struct {
	s   *Server
	ctx context.Context // ends when the server does; the library has none of its own
}

// GetSettings is asked once.
func (d *door) GetSettings() (*ftpserver.Settings, error) {
	set := &ftpserver.Settings{
		Listener:            gate{d.s.listener, d.s},
		PublicHost:          d.s.PublicIP,
		IdleTimeout:         max(1, int(d.s.Idle.Seconds())),
		ConnectionTimeout:   max(1, int(d.s.Stall.Seconds())),
		Banner:              "Cinnabar",
		DefaultTransferType: ftpserver.TransferTypeBinary,
		EnableHASH:          true,
		DisableActiveMode:   true,
		DisableMFMT:         true,
		DisableSite:         true,
		DisableSTAT:         true,
		DisableSYST:         false,
	}
	if p := d.s.PassivePorts; p[1] > 0 {
		set.PassiveTransferPortRange = &ftpserver.PortRange{Start: p[0], End: p[1]}
	}
	if d.s.RequireTLS {
		set.TLSRequired = ftpserver.MandatoryEncryption
	}
	return set, nil
}

// ClientConnected greets.
func (d *door) ClientConnected(ftpserver.ClientContext) (string, error) {
	return "Cinnabar file service", nil
}

// ClientDisconnected forgets the session.
func (d *door) ClientDisconnected(cc ftpserver.ClientContext) {
	d.s.lock.Lock()
	defer d.s.lock.Unlock()
	key := cc.RemoteAddr().String()
	c := d.s.controls[key]
	if c == nil {
		return
	}
	c.gone.Store(true)
	delete(d.s.controls, key)
	d.s.leave(c.client)
}

// AuthUser opens the account. Which of name and password is wrong is not told.
func (d *door) AuthUser(cc ftpserver.ClientContext, user, password string) (ftpserver.ClientDriver, error) {
	who, err := d.s.Accounts.Open(d.ctx, user, password)
	if err != nil {
		d.s.Log.Info("ftp: login refused", "from", cc.RemoteAddr().String(), "error", err)
		return nil, errLogin
	}
	t, err := d.s.enter(d.ctx, who, cc)
	if err != nil {
		d.s.Log.Warn("ftp: session refused", "client", who.ID, "error", err)
		return nil, err
	}
	return t, nil
}

// GetTLSConfig gives the certificate.
func (d *door) GetTLSConfig() (*tls.Config, error) {
	if d.s.tls == nil {
		return nil, errors.New("TLS is not set up")
	}
	return d.s.tls, nil
}

// WrapPassiveListener gives data connections their deadlines.
func (d *door) WrapPassiveListener(l net.Listener) (net.Listener, error) {
	return dataListener{l, d.s.Clock, d.s.Stall}, nil
}
