package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"text/tabwriter"

	"cinnabar/internal/app"
	"cinnabar/internal/demo"
	"cinnabar/internal/platform/clock"
	"cinnabar/web"
)

// demoCmd serves a sample installation.
type demoCmd struct {
	Data     string `help:"Folder for the sample data; an empty one is filled." default:"./demo-data" type:"path"`
	Listen   string `help:"Address to listen on." default:"127.0.0.1:8080"`
	HTTPS    string `help:"Address to serve HTTPS on as well, so that phones get a camera (any port when it is taken); - for none." default:":8443"`
	FTP      string `help:"Address of the FTP server, for programs on this machine (any port when it is taken); - for none." default:"127.0.0.1:2121"`
	Database string `help:"PostgreSQL URL; without it an SQLite file in the data folder." placeholder:"URL"`
}

func (c *demoCmd) Run(e *env) error {
	hold, err := alone(c.Data, c.Database)
	if err != nil {
		return err
	}
	defer hold.Close()
	peers, err := demo.NewStandIns(clock.System{})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(e)
	defer stop()
	stood := make(chan error, 1)
	go func() { stood <- peers.Run(ctx) }()
	plain, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	show := demo.NewShow(peers)
	cfg := app.Config{
		Data: c.Data, Database: c.Database, Operator: "示例市燃气有限公司", PublicURL: "http://" + plain.Addr().String(), Log: e.log, UI: web.Dist(), Demo: show,
	}
	if c.FTP != "-" {
		cfg.FTP = &app.FTPConfig{Listen: freeOr(c.FTP, "127.0.0.1:0"), Plain: true}
	}
	peers.Configure(&cfg, clock.System{})
	a, err := app.New(e, cfg)
	if err != nil {
		return errors.Join(err, plain.Close())
	}
	listeners := []served{{plain, a.Handler()}}
	secure := ""
	if c.HTTPS != "-" {
		t, err := demo.TLS(a.Data)
		if err != nil {
			return errors.Join(err, plain.Close(), a.Close())
		}
		l, err := listen(freeOr(c.HTTPS, ":0"), t)
		if err != nil {
			return errors.Join(err, plain.Close(), a.Close())
		}
		listeners = append(listeners, served{l, a.Handler()})
		secure = demo.PhoneURL(l.Addr())
	}
	filled := make(chan error, 1)
	go func() {
		err := c.fill(ctx, e.out, a, peers, show, secure)
		if err != nil {
			stop()
		}
		filled <- err
	}()
	err = serveAll(ctx, a, listeners)
	stop()
	return errors.Join(err, <-filled, a.Close(), <-stood)
}

// freeOr is an address when nobody listens there, else another.
func freeOr(address, other string) string {
	l, err := net.Listen("tcp", address)
	if err != nil || l.Close() != nil {
		return other
	}
	return address
}

// fill makes the samples while the server runs, and says where to click.
func (c *demoCmd) fill(ctx context.Context, out io.Writer, a *app.App, peers *demo.StandIns, show *demo.Show, secure string) error {
	fmt.Fprintln(out, "Filling", a.Data, "with samples; this takes a few seconds …")
	s, err := demo.Fill(ctx, a, peers)
	if err != nil {
		return fmt.Errorf("samples: %w", err)
	}
	show.Filled(s)
	fmt.Fprintf(out, "\nOpen      %s\n", s.BaseURL)
	if secure != "" {
		fmt.Fprintf(out, "On phones %s (self-signed certificate: accept the warning)\n", secure)
	}
	if a.FTPAddr() != "" {
		fmt.Fprintf(out, "FTP       ftp://%s, user %s, password %s (%s: inbox/ and outbox/)\n", a.FTPAddr(), s.FTP.User, s.FTP.Password, s.FTP.Department)
	}
	fmt.Fprintf(out, "Mail, SMS %s/demo/mailbox\nVerify    %s/verify, with %s\nScripts   %s\n\nSign in as:\n", s.BaseURL, s.BaseURL, s.Contract, a.Data+"/demo.json")
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "  LOGIN\tPASSWORD\tROLES\tORGANISATION\tSEAL PASSWORD")
	for _, p := range s.Accounts {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\n", p.Login, p.Password, strings.Join(p.Roles, ", "), p.Organisation, p.SealPassword)
	}
	return w.Flush()
}
