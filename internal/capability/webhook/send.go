package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/jobs"
)

// maxBody bounds a payload; the specification recommends to stay below 20 kB.
const maxBody = 256 << 10

// envelope is the payload (Standard Webhooks, "Payload structure").
type envelope struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

func (s *Service) payload(eventType string, data any) ([]byte, error) {
	body, err := json.Marshal(envelope{eventType, s.Clock.Now().UTC(), data})
	if err != nil {
		return nil, fmt.Errorf("webhook %s: %w", eventType, err)
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("webhook %s: a payload of %d bytes is too large", eventType, len(body))
	}
	return body, nil
}

// Send tells the endpoints of an organisation that want it of an event, after tx is committed. data becomes
// the payload's "data" in JSON. key names the event: a repeat tells nothing; "" is never a repeat. Errors
// are mistakes of the caller.
func (s *Service) Send(ctx context.Context, tx db.Tx, org cinnabar.OrgID, eventType string, data any, key string) error {
	if !typeName.MatchString(eventType) {
		return fmt.Errorf("webhook: %q is no event type", eventType)
	}
	body, err := s.payload(eventType, data)
	if err != nil {
		return err
	}
	to, err := s.wanting(ctx, tx, org, eventType)
	if err != nil || len(to) == 0 {
		return err
	}
	id := cinnabar.NewID[string]("msg")
	if key == "" {
		key = id
	}
	dedup := string(org) + "/" + key
	if twice, err := db.Exists(ctx, tx, `SELECT 1 FROM webhook_message WHERE dedup = $1`, dedup); twice || err != nil {
		return err
	}
	sealed, err := s.Vault.Seal(ctx, tx, subject(org), bodyPlace(id), body)
	if err != nil {
		return err
	}
	if err := insertMessage(ctx, tx, id, org, eventType, dedup, sealed, s.Clock.Now()); err != nil {
		return fmt.Errorf("webhook %s: %w", eventType, err)
	}
	for _, e := range to {
		if err := s.queue(ctx, tx, id, e); err != nil {
			return fmt.Errorf("webhook %s: %w", eventType, err)
		}
	}
	return nil
}

func bodyPlace(message string) string { return "webhook_message.body/" + message }

func (s *Service) wanting(ctx context.Context, tx db.Tx, org cinnabar.OrgID, eventType string) ([]Endpoint, error) {
	all, err := readEndpoints(ctx, tx, `org = $1 ORDER BY id`, string(org))
	var out []Endpoint
	for _, e := range all {
		if e.wants(eventType) {
			out = append(out, e)
		}
	}
	return out, err
}

func (s *Service) queue(ctx context.Context, tx db.Tx, message string, e Endpoint) error {
	id := cinnabar.NewID[string]("dlv")
	if err := insertDelivery(ctx, tx, id, message, e, s.nextSeq(), s.Clock.Now()); err != nil {
		return err
	}
	if e.Disabled != "" {
		return nil
	}
	return s.enqueue(ctx, tx, id, s.Clock.Now())
}

// nextSeq orders deliveries by the clock, in microseconds, which is exact in JavaScript too.
func (s *Service) nextSeq() int64 {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.lastSeq = max(s.lastSeq+1, s.Clock.Now().UnixMicro())
	return s.lastSeq
}

func (s *Service) enqueue(ctx context.Context, tx db.Tx, delivery string, at time.Time) error {
	return s.Jobs.Enqueue(ctx, tx, deliverJob, delivery, jobs.Key(jobKey(delivery)), jobs.At(at))
}

func jobKey(delivery string) string { return "webhook/" + delivery }
