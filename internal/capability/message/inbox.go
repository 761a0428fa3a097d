package message

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// Item is a message in somebody's inbox. Title and Body are empty after their data was erased.
type Item struct {
	ID     string          `json:"id"`
	Seq    int64           `json:"seq"`
	At     time.Time       `json:"at"`
	Title  cinnabar.Text   `json:"title"`
	Body   cinnabar.Text   `json:"body"`
	Case   cinnabar.CaseID `json:"case,omitempty"`
	Org    cinnabar.OrgID  `json:"org,omitempty"`
	ReadAt time.Time       `json:"readAt,omitzero"`

	template string
	subject  secret.Subject
	params   []byte
}

// Query selects from an inbox.
type Query struct {
	Org    cinnabar.OrgID // messages for this organisation and for the person alone
	Unread bool
	Before int64 // sequence number: older ones than this; 0 begins at the newest
	After  int64 // sequence number: newer ones than this
	Limit  int   // default and most 100
}

// Inbox lists a person's messages, newest first.
func (s *Service) Inbox(ctx context.Context, p cinnabar.PersonID, q Query) ([]Item, error) {
	where, args := `person = $1 AND (org = '' OR org = $2) AND seq > $3`, []any{string(p), string(q.Org), q.After}
	if q.Before > 0 {
		where, args = where+` AND seq < $4`, append(args, q.Before)
	}
	if q.Unread {
		where += ` AND read_at = 0`
	}
	if q.Limit <= 0 || q.Limit > 100 {
		q.Limit = 100
	}
	rows, err := s.DB.Query(ctx, fmt.Sprintf(`SELECT id, seq, created_at, case_id, org, read_at, template, subject, params
		FROM inbox WHERE %s ORDER BY seq DESC LIMIT %d`, where, q.Limit), args...)
	items, err := db.Collect(rows, err, scanItem)
	for i := range items {
		err = errors.Join(err, s.write(ctx, &items[i]))
	}
	return items, err
}

func scanItem(rows db.Rows) (m Item, err error) {
	var at, read int64
	err = rows.Scan(&m.ID, &m.Seq, &at, (*string)(&m.Case), (*string)(&m.Org), &read, &m.template, (*string)(&m.subject), &m.params)
	m.At, m.ReadAt = db.Time(at), db.Time(read)
	return m, err
}

func (s *Service) write(ctx context.Context, m *Item) error {
	params, err := s.openParams(ctx, m.subject, "inbox.params/"+m.ID, m.params)
	if errors.Is(err, errs.NotFound) {
		return nil
	}
	if err == nil {
		m.Title, m.Body, err = s.Templates.render(m.template, params)
	}
	return err
}

// Unread counts what a person has not read, acting for an organisation.
func (s *Service) Unread(ctx context.Context, p cinnabar.PersonID, org cinnabar.OrgID) (n int, err error) {
	err = s.DB.QueryRow(ctx, `SELECT count(*) FROM inbox WHERE person = $1 AND (org = '' OR org = $2) AND read_at = 0`, string(p), string(org)).Scan(&n)
	return n, err
}

// UnreadByOrg counts what a person has not read, by the organisations for which it is.
func (s *Service) UnreadByOrg(ctx context.Context, p cinnabar.PersonID) (map[cinnabar.OrgID]int, error) {
	type line struct {
		org cinnabar.OrgID
		n   int
	}
	rows, err := s.DB.Query(ctx, `SELECT org, count(*) FROM inbox WHERE person = $1 AND read_at = 0 GROUP BY org`, string(p))
	lines, err := db.Collect(rows, err, func(rows db.Rows) (l line, err error) { return l, rows.Scan((*string)(&l.org), &l.n) })
	out := map[cinnabar.OrgID]int{}
	for _, l := range lines {
		out[l.org] = l.n
	}
	return out, err
}

// MarkRead marks one message; errs.NotFound when the person has none of that id. Reading twice is no error.
func (s *Service) MarkRead(ctx context.Context, p cinnabar.PersonID, id string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE inbox SET read_at = CASE WHEN read_at = 0 THEN $3 ELSE read_at END WHERE id = $1 AND person = $2`,
			id, string(p), db.Millis(s.Clock.Now()))
		if err == nil && n == 0 {
			return errs.New(errs.NotFound, "no-such-message", "there is no such message")
		}
		return err
	})
}

// MarkAllRead marks all messages of a person, acting for an organisation.
func (s *Service) MarkAllRead(ctx context.Context, p cinnabar.PersonID, org cinnabar.OrgID) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE inbox SET read_at = $3 WHERE person = $1 AND (org = '' OR org = $2) AND read_at = 0`,
			string(p), string(org), db.Millis(s.Clock.Now()))
		return err
	})
}
