package message

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/secret"
)

// sendable is how long a message is worth sending by default. It is shorter than the jobs keep trying.
const sendable = 24 * time.Hour

// Send writes a message in tx; it goes out after the commit. Errors are mistakes of the caller: an unknown
// template, wrong parameters, or nobody to send to.
func (s *Service) Send(ctx context.Context, tx db.Tx, m Message) error {
	if err := s.Templates.check(m.Template, m.Params); err != nil {
		return err
	}
	if m.Key == "" {
		m.Key = cinnabar.NewID[string]("once")
	}
	if m.Expires.IsZero() {
		m.Expires = s.Clock.Now().Add(sendable)
	}
	channels, err := channelsOf(m)
	if err == nil {
		channels, err = s.reachable(ctx, tx, m, channels)
	}
	if err != nil {
		return err
	}
	for _, c := range channels {
		if c == InSite {
			err = s.post(ctx, tx, m)
		} else {
			err = s.queue(ctx, tx, m, c)
		}
		if err != nil {
			return fmt.Errorf("message %s by %s: %w", m.Template, c, err)
		}
	}
	return nil
}

func channelsOf(m Message) ([]Channel, error) {
	for _, c := range m.Channels {
		if c != InSite && c != Email && c != SMS {
			return nil, fmt.Errorf("message %s: there is no channel %q", m.Template, c)
		}
	}
	switch {
	case m.To != "" && (m.Mobile != "" || m.Address != ""):
		return nil, errors.New("message: either a person or an address")
	case m.To != "" && len(m.Channels) == 0:
		return []Channel{InSite}, nil
	case m.To != "":
		return m.Channels, nil
	}
	var out []Channel
	if m.Mobile != "" {
		out = append(out, SMS)
	}
	if m.Address != "" {
		out = append(out, Email)
	}
	if len(out) == 0 || slices.Contains(m.Channels, InSite) {
		return nil, fmt.Errorf("message %s has no recipient", m.Template)
	}
	return out, nil
}

// reachable leaves out the channels by which a person has no address.
func (s *Service) reachable(ctx context.Context, tx db.Tx, m Message, channels []Channel) ([]Channel, error) {
	outside := func(c Channel) bool { return c != InSite }
	if m.To == "" || !slices.ContainsFunc(channels, outside) {
		return channels, nil
	}
	to, err := s.Directory.Contact(ctx, tx, m.To)
	if err != nil {
		return nil, fmt.Errorf("address of the recipient: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(channels), func(c Channel) bool { return outside(c) && to.address(c) == "" }), nil
}

// address is empty for a channel by which the person cannot be reached.
func (c Contact) address(by Channel) secret.PII {
	if by == Email {
		return c.Email
	}
	return c.Mobile
}

// subjectOf is whose data the parameters are.
func subjectOf(m Message, id string) secret.Subject {
	switch {
	case m.Case != "":
		return secret.Subject("case/" + m.Case)
	case m.To != "":
		return secret.Subject("person/" + m.To)
	}
	return secret.Subject("message/" + id)
}

// post puts the message into the person's inbox.
func (s *Service) post(ctx context.Context, tx db.Tx, m Message) error {
	dedup := m.Key + "/" + string(m.To)
	if twice, err := db.Exists(ctx, tx, `SELECT 1 FROM inbox WHERE dedup = $1`, dedup); twice || err != nil {
		return err
	}
	id := cinnabar.NewID[string]("in")
	params, err := s.sealParams(ctx, tx, m, "inbox.params/"+id, id)
	if err != nil {
		return err
	}
	seq, err := nextSeq(ctx, tx, m.To)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO inbox (id, dedup, person, org, seq, template, subject, params, case_id, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, id, dedup, string(m.To), string(m.Org), seq, m.Template,
		string(subjectOf(m, id)), params, string(m.Case), db.Millis(s.Clock.Now()))
	tx.AfterCommit(func() { s.Live.Publish(InboxTopic(m.To), seq) })
	return err
}

// nextSeq numbers a person's messages without gaps; the row lock makes commit order their order.
func nextSeq(ctx context.Context, tx db.Tx, p cinnabar.PersonID) (seq int64, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO inbox_head (person, seq) VALUES ($1, 1)
		ON CONFLICT (person) DO UPDATE SET seq = inbox_head.seq + 1 RETURNING seq`, string(p)).Scan(&seq)
	return seq, err
}

// queue writes the message to the outbox together with the job that delivers it.
func (s *Service) queue(ctx context.Context, tx db.Tx, m Message, c Channel) error {
	dedup := m.Key + "/" + s.recipient(m, c) + "/" + string(c)
	if twice, err := db.Exists(ctx, tx, `SELECT 1 FROM outbox WHERE dedup = $1`, dedup); twice || err != nil {
		return err
	}
	id := cinnabar.NewID[string]("msg")
	params, err := s.sealParams(ctx, tx, m, paramsPlace(id), id)
	if err != nil {
		return err
	}
	address, err := s.sealAddress(ctx, tx, m, c, id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO outbox (id, dedup, channel, person, template, lang, subject, address, params, case_id, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, id, dedup, string(c), string(m.To), m.Template, m.Lang,
		string(subjectOf(m, id)), address, params, string(m.Case), db.Millis(s.Clock.Now()), db.Millis(m.Expires))
	if err != nil {
		return err
	}
	return s.Jobs.Enqueue(ctx, tx, deliverJob, id, jobs.Key(jobKey(id)))
}

// recipient names who gets the message, without telling an address.
func (s *Service) recipient(m Message, c Channel) string {
	if m.To != "" {
		return string(m.To)
	}
	return s.Vault.Index("message", rawAddress(m, c).Reveal())
}

func rawAddress(m Message, c Channel) secret.PII {
	if c == Email {
		return m.Address
	}
	return m.Mobile
}

func jobKey(id string) string       { return "message/" + id }
func paramsPlace(id string) string  { return "outbox.params/" + id }
func addressPlace(id string) string { return "outbox.address/" + id }

func (s *Service) sealParams(ctx context.Context, tx db.Tx, m Message, place, id string) ([]byte, error) {
	plain, err := json.Marshal(m.Params)
	if err != nil {
		return nil, err
	}
	return s.Vault.Seal(ctx, tx, subjectOf(m, id), place, plain)
}

// sealAddress is nil for a person, whose address is looked up when the message goes out.
func (s *Service) sealAddress(ctx context.Context, tx db.Tx, m Message, c Channel, id string) ([]byte, error) {
	address := rawAddress(m, c)
	if address == "" {
		return nil, nil
	}
	return s.Vault.Seal(ctx, tx, subjectOf(m, id), addressPlace(id), []byte(address.Reveal()))
}
