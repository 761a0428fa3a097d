package message

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/audit"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/secret"
)

// deliverTimeout bounds one try.
const deliverTimeout = 30 * time.Second

// queued is a row of the outbox.
type queued struct {
	id, template, lang, state string
	channel                   Channel
	person                    cinnabar.PersonID
	subject                   secret.Subject
	address, params           []byte
	expires                   time.Time
}

func readQueued(ctx context.Context, r db.Reader, id string) (queued, error) {
	o := queued{id: id}
	var expires int64
	err := r.QueryRow(ctx, `SELECT template, lang, state, channel, person, subject, address, params, expires_at FROM outbox WHERE id = $1`, id).
		Scan(&o.template, &o.lang, &o.state, (*string)(&o.channel), (*string)(&o.person), (*string)(&o.subject), &o.address, &o.params, &expires)
	o.expires = db.Time(expires)
	return o, err
}

// deliver is the job: one try, whose outcome is written together with the end of the job.
func (s *Service) deliver(ctx context.Context, j jobs.Job) error {
	var id string
	if err := j.Decode(&id); err != nil {
		return err
	}
	o, err := readQueued(ctx, s.DB, id)
	if errors.Is(err, db.ErrNoRows) || err == nil && o.state != "waiting" {
		return nil
	}
	if err != nil {
		return err
	}
	err = s.try(ctx, o)
	if err != nil && !jobs.IsPermanent(err) && s.Clock.Now().Before(o.expires) {
		return err // tried again later
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := s.finish(ctx, tx, o, err); err != nil {
			return err
		}
		return j.Complete(ctx, tx)
	})
}

// try hands the message to its carrier.
func (s *Service) try(ctx context.Context, o queued) error {
	if !s.Clock.Now().Before(o.expires) {
		return jobs.Permanent(errs.New(errs.Conflict, "expired", "the message was not sent in time"))
	}
	carrier := s.carrier(o.channel)
	if carrier == nil {
		return jobs.Permanent(errs.New(errs.Unavailable, "channel-not-set-up", "there is no carrier for %s", o.channel))
	}
	out, err := s.compose(ctx, o)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, deliverTimeout)
	defer cancel()
	return carrier.Deliver(ctx, out)
}

// compose finds the address and writes the text in the recipient's language.
func (s *Service) compose(ctx context.Context, o queued) (Outgoing, error) {
	out := Outgoing{ID: o.id}
	lang := o.lang
	var err error
	if o.person != "" {
		var c Contact
		if c, err = s.Directory.Contact(ctx, s.DB, o.person); err != nil {
			return out, fmt.Errorf("address of the recipient: %w", err)
		}
		out.To = c.address(o.channel)
		lang = c.Lang
	} else {
		var plain []byte
		plain, err = s.Vault.Open(ctx, s.DB, o.subject, addressPlace(o.id), o.address)
		out.To = secret.PII(plain)
	}
	if err != nil {
		return out, orErased(err)
	}
	if out.To == "" {
		return out, jobs.Permanent(errs.New(errs.NotFound, "no-address", "the recipient has no address for %s", o.channel))
	}
	params, err := s.openParams(ctx, o.subject, paramsPlace(o.id), o.params)
	if err != nil {
		return out, orErased(err)
	}
	title, body, err := s.Templates.render(o.template, params)
	out.Subject, out.Body = title.In(lang), body.In(lang)
	return out, err
}

// orErased ends the tries for a message whose data was erased.
func orErased(err error) error {
	if errors.Is(err, errs.NotFound) {
		return jobs.Permanent(err)
	}
	return err
}

func (s *Service) openParams(ctx context.Context, subject secret.Subject, place string, sealed []byte) (map[string]string, error) {
	plain, err := s.Vault.Open(ctx, s.DB, subject, place, sealed)
	if err != nil {
		return nil, err
	}
	var params map[string]string
	return params, json.Unmarshal(plain, &params)
}

// finish writes the outcome. What was sent is wiped: nobody needs the code or the address any more.
func (s *Service) finish(ctx context.Context, tx db.Tx, o queued, outcome error) error {
	now := db.Millis(s.Clock.Now())
	if outcome == nil {
		_, err := tx.Exec(ctx, `UPDATE outbox SET state = 'sent', address = NULL, params = NULL, problem = '', done_at = $2 WHERE id = $1`, o.id, now)
		return err
	}
	s.Log.Error("a message could not be delivered", "message", o.id, "channel", o.channel, "template", o.template, "error", outcome)
	_, err := tx.Exec(ctx, `UPDATE outbox SET state = 'failed', problem = $3, done_at = $2 WHERE id = $1`, o.id, now, errs.As(outcome).Code)
	return err
}

// Sent is the state of an outgoing message.
type Sent struct {
	ID        string            `json:"id"`
	Channel   Channel           `json:"channel"`
	Person    cinnabar.PersonID `json:"person,omitempty"`
	Template  string            `json:"template"`
	Case      cinnabar.CaseID   `json:"case,omitempty"`
	State     string            `json:"state"`             // waiting, sent, failed
	Problem   string            `json:"problem,omitempty"` // code
	CreatedAt time.Time         `json:"createdAt"`
	DoneAt    time.Time         `json:"doneAt,omitzero"`
}

// failed are the messages that can be sent again: not codes whose time is over, and for a month.
const failed = `state = 'failed' AND created_at > $1 AND (expires_at > $2 OR expires_at - created_at >= $3)`

func (s *Service) failedArgs() []any {
	now := s.Clock.Now()
	return []any{db.Millis(now.Add(-30 * 24 * time.Hour)), db.Millis(now), sendable.Milliseconds()}
}

// maxFailed is how many failed messages are listed at once.
const maxFailed = 500

// Failed lists the messages of the last 30 days that could not be delivered and are worth sending again, newest first,
// at most limit (0: 500), after a cursor that it returned; the next one is "" at the end.
func (s *Service) Failed(ctx context.Context, after string, limit int) ([]Sent, string, error) {
	if limit <= 0 || limit > maxFailed {
		limit = maxFailed
	}
	at, id := int64(math.MaxInt64), ""
	if after != "" {
		if _, err := fmt.Sscanf(after, "%d.%s", &at, &id); err != nil {
			return nil, "", errs.Wrong(errs.Field{Pointer: "/cursor", Code: "malformed"})
		}
	}
	args := append(s.failedArgs(), at, id, limit+1)
	list, err := s.list(ctx, failed+` AND (created_at < $4 OR created_at = $4 AND id < $5) ORDER BY created_at DESC, id DESC LIMIT $6`, args...)
	if err != nil || len(list) <= limit {
		return list, "", err
	}
	last := list[limit-1]
	return list[:limit], fmt.Sprintf("%d.%s", db.Millis(last.CreatedAt), last.ID), nil
}

// CountFailed counts them.
func (s *Service) CountFailed(ctx context.Context) (n int, err error) {
	err = s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM outbox WHERE `+failed, s.failedArgs()...).Scan(&n)
	return n, err
}

// OfCase lists what went out for a case, oldest first, at most 500.
func (s *Service) OfCase(ctx context.Context, c cinnabar.CaseID) ([]Sent, error) {
	return s.list(ctx, `case_id = $1 ORDER BY created_at LIMIT 500`, string(c))
}

func (s *Service) list(ctx context.Context, where string, args ...any) ([]Sent, error) {
	rows, err := s.DB.Query(ctx, `SELECT id, channel, person, template, case_id, state, problem, created_at, done_at FROM outbox WHERE `+where, args...)
	return db.Collect(rows, err, func(rows db.Rows) (m Sent, err error) {
		var created, done int64
		err = rows.Scan(&m.ID, (*string)(&m.Channel), (*string)(&m.Person), &m.Template, (*string)(&m.Case), &m.State, &m.Problem, &created, &done)
		m.CreatedAt, m.DoneAt = db.Time(created), db.Time(done)
		return m, err
	})
}

// Resend has a failed message tried again for another day; errs.NotFound when there is none of that id
// that Failed would list.
func (s *Service) Resend(ctx context.Context, by cinnabar.Actor, id string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		args := append(s.failedArgs(), id, db.Millis(s.Clock.Now().Add(sendable)))
		n, err := tx.Exec(ctx, `UPDATE outbox SET state = 'waiting', problem = '', done_at = 0, expires_at = $5 WHERE id = $4 AND `+failed, args...)
		if err == nil && n == 0 {
			return errs.New(errs.NotFound, "no-failed-message", "there is no failed message of that id")
		}
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, audit.Entry{At: s.Clock.Now(), Actor: by, Action: "message.resend", Object: id}); err != nil {
			return err
		}
		return s.Jobs.Enqueue(ctx, tx, deliverJob, id, jobs.Key(jobKey(id)))
	})
}
