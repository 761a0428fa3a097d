// Package message brings messages to people: in-site, by e-mail and by SMS. What is to be said is decided in
// the transaction of the action that says it; delivery is the work of jobs.
//
// Guaranteed: a message exists if and only if its action was committed, once per key, recipient and
// channel by which the recipient can be reached; every outgoing one ends sent or failed, and failed ones are listed and can be sent again; an
// outage delays and does not lose. Parameters and addresses are sealed at rest and wiped once sent.
//
// Not guaranteed: that a mail server does not deliver twice after its answer was lost; all tries carry the
// same Message-ID. An SMS gateway gets the same key with all tries and drops repeats by it.
package message

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/secret"
)

// Channel is a way to a person.
type Channel string

const (
	InSite Channel = "in-site"
	Email  Channel = "email"
	SMS    Channel = "sms"
)

// Message is something to be said. Either To or an address is set.
type Message struct {
	To       cinnabar.PersonID
	Org      cinnabar.OrgID // for which organisation To acts; may be empty
	Mobile   secret.PII     // of somebody who is no known person; SMS only
	Address  secret.PII     // e-mail address of such
	Lang     string         // for them; "" is Chinese
	Template string
	Params   map[string]string
	Channels []Channel       // none: in-site for a person
	Key      string          // names the event: a repeat says nothing; "" is never a repeat
	Case     cinnabar.CaseID // may be empty
	Expires  time.Time       // not sent after this; default 24 hours
}

// Contact is how a person can be reached. Empty fields are not known.
type Contact struct {
	Mobile secret.PII
	Email  secret.PII
	Lang   string // "zh" or "en"
}

// Directory knows how to reach people.
type Directory interface {
	Contact(ctx context.Context, r db.Reader, p cinnabar.PersonID) (Contact, error)
}

// Outgoing is one message on its way.
type Outgoing struct {
	ID      string // the same for all tries
	To      secret.PII
	Subject string
	Body    string
}

// Carrier delivers by one channel. An error marked by jobs.Permanent means that this message will never
// be taken; of others delivery is tried again. Codes of *errs.Error are shown to operators; the text holds
// no personal data.
type Carrier interface {
	Deliver(ctx context.Context, m Outgoing) error
}

// Vault seals parameters and addresses (platform/secret).
type Vault interface {
	Seal(ctx context.Context, tx db.Tx, s secret.Subject, place string, plain []byte) ([]byte, error)
	Open(ctx context.Context, r db.Reader, s secret.Subject, place string, sealed []byte) ([]byte, error)
	Index(purpose, value string) string
}

// Live is told the newest sequence number of a person's inbox after the commit; the topic is InboxTopic.
type Live interface {
	Publish(topic string, seq int64)
}

// InboxTopic is the topic of a person's inbox.
func InboxTopic(p cinnabar.PersonID) string { return "inbox/" + string(p) }

// Deps is what the service needs. A channel without a carrier is not set up: its messages fail as such.
type Deps struct {
	DB        db.DB
	Clock     clock.Clock
	Log       *slog.Logger
	Jobs      *jobs.Queue
	Vault     Vault
	Directory Directory
	Live      Live
	Templates Templates
	Email     Carrier
	SMS       Carrier
}

// Service is the messages of the program.
type Service struct{ Deps }

// deliverJob has one outgoing message delivered.
const deliverJob = "message.deliver"

// New makes the service and registers its job.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Clock == nil || d.Log == nil || d.Jobs == nil || d.Vault == nil || d.Directory == nil || d.Live == nil || d.Templates.byID == nil {
		return nil, errors.New("message: all of DB, Clock, Log, Jobs, Vault, Directory, Live and Templates are needed")
	}
	s := &Service{d}
	d.Jobs.Register(deliverJob, s.deliver)
	return s, nil
}

func (s *Service) carrier(c Channel) Carrier {
	if c == Email {
		return s.Email
	}
	return s.SMS
}
