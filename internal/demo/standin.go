// Package demo fills an empty installation with a sample gas company, customers, seals and contracts in
// several states, and runs real peers for mail and SMS beside it. Everything is made by playing the
// business through the same services that people use; nothing is written behind their back.
package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"

	"cinnabar/internal/app"
	"cinnabar/internal/capability/message/mailsink"
	"cinnabar/internal/capability/message/smsgateway"
	"cinnabar/internal/capability/message/smtpmail"
	"cinnabar/internal/capability/registry/registrydesk"
	"cinnabar/internal/capability/registry/registryhttp"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/secret"
)

// StandIns are the mail server and the SMS gateway of the demo, with a register of companies, each a real peer on loopback.
type StandIns struct {
	Mail *mailsink.Sink
	SMS  *smsgateway.Gateway
	Desk *registrydesk.Desk // the register of companies

	mail net.Listener
	sms  net.Listener
	desk net.Listener
	asks *registryhttp.Client // the desk
	key  secret.Secret
}

// NewStandIns listens on free ports of loopback.
func NewStandIns(c clock.Clock) (*StandIns, error) {
	s := &StandIns{key: secret.Secret(cinnabar.NewID[string]("sms"))}
	var err error
	if s.Mail, err = mailsink.New("demo.invalid", c); err != nil {
		return nil, err
	}
	if s.SMS, err = smsgateway.New(map[string]secret.Secret{"demo": s.key}, c); err != nil {
		return nil, err
	}
	if s.mail, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	if s.sms, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("SMS gateway: %w", err)
	}
	s.Desk = registrydesk.New(s.key)
	if s.desk, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("register of companies: %w", err)
	}
	s.asks, err = registryhttp.New(registryhttp.Config{URL: "http://" + s.desk.Addr().String(), Token: s.key})
	return s, err
}

// Configure has the program send through the stand-ins.
func (s *StandIns) Configure(c *app.Config, k clock.Clock) {
	port := s.mail.Addr().(*net.TCPAddr).Port
	c.Mail = &smtpmail.Config{Host: "127.0.0.1", Port: port, TLS: "none", From: "noreply@demo.invalid", FromName: "Cinnabar 演示", Clock: k}
	c.WebhookAllow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} // receivers on this machine
	c.SMS = &app.SMSConfig{URL: "http://" + s.sms.Addr().String() + "/", KeyName: "demo", Secret: s.key}
	c.Registry = s.asks
}

// Run serves until ctx ends.
func (s *StandIns) Run(ctx context.Context) error {
	done := make(chan error, 3)
	go func() { done <- s.Mail.Serve(ctx, s.mail) }()
	go func() { done <- serve(ctx, s.SMS, s.sms) }()
	go func() { done <- serve(ctx, s.Desk, s.desk) }()
	return errors.Join(<-done, <-done, <-done)
}

func serve(ctx context.Context, h http.Handler, l net.Listener) error {
	server := &http.Server{Handler: h}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
