package webhook

import (
	"context"
	"errors"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// States of a delivery.
const (
	Waiting   = "waiting"
	Delivered = "delivered"
	Failed    = "failed"
)

// Delivery is one event on its way to one endpoint.
type Delivery struct {
	ID        string
	Message   string // webhook-id
	Endpoint  string
	Type      string
	Seq       int64 // grows with time
	State     string
	Problem   string // code of the latest try's failure
	Attempts  int
	NextAt    time.Time // of the next try, while it waits
	CreatedAt time.Time
	DoneAt    time.Time
}

// Attempt is one try.
type Attempt struct {
	N       int
	At      time.Time
	Status  int    // of HTTP; 0: there was no answer
	Problem string // code; empty: delivered
	Took    time.Duration
}

// Query selects from the log of an endpoint.
type Query struct {
	State  string // "": all
	Before int64  // Seq: older ones than this; 0 begins at the newest
	Limit  int    // default and most 100
}

var errNoDelivery = errs.New(errs.NotFound, "delivery-not-found", "there is no such delivery")

// Deliveries lists the deliveries of an endpoint, newest first.
func (s *Service) Deliveries(ctx context.Context, org cinnabar.OrgID, endpoint string, q Query) ([]Delivery, error) {
	if _, err := endpointOf(ctx, s.DB, org, endpoint); err != nil {
		return nil, err
	}
	where, args := `d.endpoint = $1 AND ($2 = '' OR d.state = $2)`, []any{endpoint, q.State}
	if q.Before > 0 {
		where, args = where+` AND d.seq < $3`, append(args, q.Before)
	}
	if q.Limit <= 0 || q.Limit > 100 {
		q.Limit = 100
	}
	return readDeliveries(ctx, s.DB, where, q.Limit, args...)
}

// Delivery returns one delivery with all its tries and the payload as it is sent.
func (s *Service) Delivery(ctx context.Context, org cinnabar.OrgID, endpoint, id string) (Delivery, []Attempt, []byte, error) {
	p, err := s.deliveryOf(ctx, s.DB, org, endpoint, id)
	if err != nil {
		return p.Delivery, nil, nil, err
	}
	attempts, err := readAttempts(ctx, s.DB, id)
	if err != nil {
		return p.Delivery, nil, nil, err
	}
	body, err := s.Vault.Open(ctx, s.DB, subject(org), bodyPlace(p.Message), p.sealed)
	return p.Delivery, attempts, body, err
}

func (s *Service) deliveryOf(ctx context.Context, r db.Reader, org cinnabar.OrgID, endpoint, id string) (pending, error) {
	p, err := readPending(ctx, r, id)
	if err == nil && (p.org != org || p.Endpoint != endpoint) {
		err = db.ErrNoRows
	}
	if err != nil {
		return p, orNone(err, errNoDelivery)
	}
	p.Delivery, err = scanDelivery(r.QueryRow(ctx, selectDelivery+` WHERE d.id = $1`, id))
	return p, err
}

// Resend has a delivery made at once, with all the tries of a new one: once more when it has ended, well or
// badly, and without the rest of the wait when its next try waits. That its endpoint is left alone for a while
// does not hold it up. It fails with errs.Conflict: "delivery-waiting" while it is being made this very
// moment, "webhook-disabled".
func (s *Service) Resend(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID, endpoint, id string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		p, err := s.deliveryOf(ctx, tx, org, endpoint, id)
		if err != nil {
			return err
		}
		if p.disabled != "" {
			return errs.New(errs.Conflict, "webhook-disabled", "the webhook is disabled; enable it first")
		}
		if err := s.sendNow(ctx, tx, p); err != nil {
			return err
		}
		if err := errors.Join(revive(ctx, tx, id, s.Clock.Now()), endQuiet(ctx, tx, endpoint)); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "webhook.resend", id)
	})
}

func (s *Service) sendNow(ctx context.Context, tx db.Tx, p pending) error {
	if p.State != Waiting {
		return s.enqueue(ctx, tx, p.ID, s.Clock.Now())
	}
	waited, err := s.Jobs.Hasten(ctx, tx, jobKey(p.ID))
	if err == nil && !waited {
		err = errs.New(errs.Conflict, "delivery-waiting", "the delivery is being made")
	}
	return err
}

// PingType is the event type of a test.
const PingType = "webhook.ping"

// Ping sends a test event at once and returns how it went. It is neither kept nor tried again.
func (s *Service) Ping(ctx context.Context, org cinnabar.OrgID, endpoint string) (Attempt, error) {
	e, err := endpointOf(ctx, s.DB, org, endpoint)
	if err != nil {
		return Attempt{}, err
	}
	body, err := s.payload(PingType, map[string]string{"webhook": e.ID})
	if err != nil {
		return Attempt{}, err
	}
	_, a, err := s.post(ctx, org, e.ID, e.URL, cinnabar.NewID[string]("msg"), body)
	a.N = 1
	return a, err
}

const (
	kept      = 30 * 24 * time.Hour
	sweepSize = 500
)

// Sweep deletes what ended more than thirty days ago.
func (s *Service) Sweep(ctx context.Context) error {
	for n := int64(sweepSize); n == sweepSize; {
		err := s.DB.InTx(ctx, func(tx db.Tx) (err error) {
			n, err = dropOld(ctx, tx, s.Clock.Now().Add(-kept), sweepSize)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
