// Package smtpmail delivers messages by SMTP (RFC 5321).
//
// All tries of a message carry the same Message-ID, by which receivers recognise a repeat. A 5xx answer is
// permanent; 4xx, a broken line and a server that is down are temporary.
package smtpmail

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"cinnabar/internal/capability/message"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/secret"
)

// Config is how to reach the server.
type Config struct {
	Host     string
	Port     int
	TLS      string // "starttls" (the default), "tls", or "none", which is for loopback only
	Username string // empty: no authentication
	Password secret.Secret
	From     string // sender's address
	FromName string
	Timeout  time.Duration // of one conversation; default 20 s
	Clock    clock.Clock
}

// Mailer is a message.Carrier.
type Mailer struct {
	client *mail.Client
	Config
}

var _ message.Carrier = (*Mailer)(nil)

// New checks the configuration; it does not connect.
func New(c Config) (*Mailer, error) {
	if c.Host == "" || c.Port == 0 || !strings.Contains(c.From, "@") || c.Clock == nil {
		return nil, errors.New("smtpmail: Host, Port, From and Clock are needed")
	}
	if c.Timeout <= 0 {
		c.Timeout = 20 * time.Second
	}
	options := []mail.Option{mail.WithPort(c.Port), mail.WithTimeout(c.Timeout)}
	switch c.TLS {
	case "", "starttls":
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case "tls":
		options = append(options, mail.WithSSL())
	case "none":
		if !isLoopback(c.Host) {
			return nil, errors.New("smtpmail: a line without TLS is for loopback only")
		}
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		return nil, errors.New(`smtpmail: TLS is "starttls", "tls" or "none"`)
	}
	if c.Username != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(c.Username), mail.WithPassword(c.Password.Reveal()))
	}
	client, err := mail.NewClient(c.Host, options...)
	if err != nil {
		return nil, err
	}
	return &Mailer{client, c}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Deliver sends one mail. Its errors hold no address: servers like to repeat it in their answers.
func (m *Mailer) Deliver(ctx context.Context, out message.Outgoing) error {
	msg := mail.NewMsg()
	if err := msg.FromFormat(m.FromName, m.From); err != nil {
		return errs.New(errs.Unavailable, "sender-address", "the sender's address is malformed")
	}
	if err := msg.To(out.To.Reveal()); err != nil {
		return jobs.Permanent(errs.New(errs.Invalid, "recipient-address", "the recipient's address is malformed"))
	}
	msg.Subject(out.Subject)
	msg.SetDateWithValue(m.Clock.Now())
	msg.SetMessageIDWithValue(out.ID + "@" + m.From[strings.LastIndexByte(m.From, '@')+1:])
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no vacation answers
	msg.SetBodyString(mail.TypeTextPlain, out.Body)
	err := m.client.DialAndSendWithContext(ctx, msg)
	if msg.IsDelivered() {
		return nil // at most the farewell failed
	}
	return classify(err)
}

func classify(err error) error {
	var refused *mail.SendError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused) && refused.ErrorCode() >= 500:
		return jobs.Permanent(errs.New(errs.Conflict, "mail-refused", "the mail server refused the mail for good (%d)", refused.ErrorCode()))
	case errors.As(err, &refused):
		return errs.New(errs.Unavailable, "mail-deferred", "the mail server did not take the mail yet (%d)", refused.ErrorCode())
	}
	return errs.New(errs.Unavailable, "mail-server", "the mail server cannot be reached")
}
