// Package mailsink is an SMTP server that keeps what it gets instead of passing it on: the mailbox of the
// demo, and the mail server of the tests, which can be in a bad mood.
package mailsink

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"cinnabar/internal/platform/clock"
)

// Mail is a mail that was taken.
type Mail struct {
	ID      string    `json:"id"` // the Message-ID
	From    string    `json:"from"`
	To      []string  `json:"to"`
	Subject string    `json:"subject"`
	Body    string    `json:"body"`
	At      time.Time `json:"at"`
}

// Mood is how the server behaves. The zero Mood is a good one.
type Mood struct {
	Busy      int             // so many next mails get 451
	Forgetful int             // so many next mails are taken, and the line breaks before the answer
	Refused   map[string]bool // addresses that get 550
}

// Sink keeps mails in memory, the newest 1000.
type Sink struct {
	server *smtp.Server
	clock  clock.Clock

	lock  sync.Mutex
	mood  Mood
	mails []Mail
}

const maxKept = 1000

// New makes a sink that names itself domain.
func New(domain string, c clock.Clock) (*Sink, error) {
	if domain == "" || c == nil {
		return nil, errors.New("mailsink: a domain and a clock are needed")
	}
	s := &Sink{clock: c}
	s.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{sink: s, conn: c}, nil }))
	s.server.Domain = domain
	s.server.MaxMessageBytes = 5 << 20
	s.server.MaxRecipients = 20
	s.server.ReadTimeout, s.server.WriteTimeout = time.Minute, time.Minute
	s.server.ErrorLog = quiet{}
	return s, nil
}

// quiet drops the server's log: it repeats addresses.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// Serve takes mails until ctx ends.
func (s *Sink) Serve(ctx context.Context, l net.Listener) error {
	stop := context.AfterFunc(ctx, func() { _ = s.server.Close() })
	defer stop()
	err := s.server.Serve(l)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// SetMood changes how the server behaves.
func (s *Sink) SetMood(m Mood) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.mood = m
}

// Mails returns what was taken, oldest first.
func (s *Sink) Mails() []Mail {
	s.lock.Lock()
	defer s.lock.Unlock()
	return append([]Mail(nil), s.mails...)
}

type session struct {
	sink *Sink
	conn *smtp.Conn
	from string
	to   []string
}

func (s *session) Reset()        { s.from, s.to = "", nil }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.sink.lock.Lock()
	defer s.sink.lock.Unlock()
	if s.sink.mood.Refused[to] {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	m, err := read(r)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "malformed mail"}
	}
	m.From, m.To, m.At = s.from, s.to, s.sink.clock.Now()
	return s.keep(m)
}

func (s *session) keep(m Mail) error {
	s.sink.lock.Lock()
	defer s.sink.lock.Unlock()
	if s.sink.mood.Busy > 0 {
		s.sink.mood.Busy--
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try again later"}
	}
	s.sink.mails = append(s.sink.mails, m)
	s.sink.mails = s.sink.mails[max(0, len(s.sink.mails)-maxKept):]
	if s.sink.mood.Forgetful > 0 {
		s.sink.mood.Forgetful--
		_ = s.conn.Conn().Close()
	}
	return nil
}

// read understands mails of one text part, which is all that Cinnabar sends; of others the body is shown
// as it came.
func read(r io.Reader) (Mail, error) {
	msg, err := mail.ReadMessage(r)
	if err != nil {
		return Mail{}, err
	}
	subject, err := (&mime.WordDecoder{}).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil {
		return Mail{}, err
	}
	body := msg.Body
	switch strings.ToLower(msg.Header.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	return Mail{ID: strings.Trim(msg.Header.Get("Message-Id"), "<>"), Subject: subject, Body: strings.TrimSpace(string(text))}, err
}
