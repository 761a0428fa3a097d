// Package webhook tells the systems of organisations what happened, by signed HTTP requests after the
// Standard Webhooks specification 1.0.0 (https://www.standardwebhooks.com).
//
// Guaranteed: an event is told if and only if the transaction that caused it was committed, once per key
// and endpoint; all tries carry the same webhook-id, by which receivers drop repeats. Failed deliveries
// are tried ten times over three days, then listed as failed, and can be sent again. A slow or dead
// endpoint does not hold up the others. Payloads and secrets are sealed at rest.
//
// Not guaranteed: order, and that a receiver gets an event once only: an answer may be lost on the way.
package webhook

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/secret"
)

// Answer is what an endpoint answered.
type Answer struct {
	Status     int
	RetryAfter time.Duration // as it asks; 0: it does not
}

// Carrier brings one request to an endpoint (hookhttp). It follows no redirects.
type Carrier interface {
	// Check fails with errs.Invalid, field /url, for an address that will never be spoken to.
	Check(url string) error
	// Post returns the answer, whatever its status. The code of its error is shown to the organisation.
	Post(ctx context.Context, url string, header map[string]string, body []byte) (Answer, error)
}

// Notifier tells an organisation that an endpoint was disabled, and why: "gone" or "failing".
type Notifier interface {
	EndpointDisabled(ctx context.Context, tx db.Tx, e Endpoint) error
}

// Vault seals secrets and payloads (platform/secret).
type Vault interface {
	Seal(ctx context.Context, tx db.Tx, s secret.Subject, place string, plain []byte) ([]byte, error)
	Open(ctx context.Context, r db.Reader, s secret.Subject, place string, sealed []byte) ([]byte, error)
}

// Deps is what the service needs. Jobs should be a queue of its own, since endpoints may be slow.
type Deps struct {
	DB       db.DB
	Clock    clock.Clock
	Log      *slog.Logger
	Vault    Vault
	Jobs     *jobs.Queue
	Carrier  Carrier
	Notifier Notifier // optional
}

// Service manages endpoints and tells them of events.
type Service struct {
	Deps

	lock    sync.Mutex
	busy    map[string]int // requests under way by endpoint
	lastSeq int64
}

const deliverJob = "webhook.deliver"

// New makes a service and registers its job.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Clock == nil || d.Log == nil || d.Vault == nil || d.Jobs == nil || d.Carrier == nil {
		return nil, errors.New("webhook: DB, Clock, Log, Vault, Jobs and Carrier are needed")
	}
	s := &Service{Deps: d, busy: map[string]int{}}
	d.Jobs.Register(deliverJob, s.deliver)
	return s, nil
}

//go:embed templates/*.txt
var templates embed.FS

// Messages are the message templates that a Notifier needs: "webhook-disabled" with url and why.
func Messages() fs.FS {
	sub, err := fs.Sub(templates, "templates")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return sub
}

func subject(org cinnabar.OrgID) secret.Subject { return secret.Subject("org/" + org) }
