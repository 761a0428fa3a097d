package webhook

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/secret"
)

// waits are the times between tries (Standard Webhooks, "Deliverability and reliability"): three days and
// three hours in all, so that an outage over a weekend loses nothing.
func waits() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
}

const (
	timeout       = 20 * time.Second // of one try (the specification: 15 to 30 s)
	maxRetryAfter = 24 * time.Hour
	maxBusy       = 2                  // requests to one endpoint at a time
	busyWait      = time.Second        // for others to end
	maxQuiet      = 5 * time.Minute    // for how long a failing endpoint is left alone
	giveUpAfter   = 3 * 24 * time.Hour // of failing without a success, an endpoint is disabled
)

// Problems of tries that are not the carrier's.
const (
	endpointDisabled = "endpoint-disabled"
	problemStatus    = "status"
	problemRedirect  = "redirect"
	problemGone      = "gone"
)

// deliver is the job: one try, whose outcome is written together with the end of the job and the next try.
func (s *Service) deliver(ctx context.Context, j jobs.Job) error {
	var id string
	if err := j.Decode(&id); err != nil {
		return err
	}
	p, err := readPending(ctx, s.DB, id)
	if errors.Is(err, db.ErrNoRows) || err == nil && p.State != Waiting {
		return nil // removed meanwhile, or sent already
	}
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	switch {
	case p.disabled != "":
		return s.complete(ctx, j, func(tx db.Tx) error { return settle(ctx, tx, p, Failed, endpointDisabled, now, now) })
	case now.Before(p.quiet):
		return s.postpone(ctx, j, p, p.quiet.Add(rand.N(busyWait)))
	case !s.enter(p.Endpoint):
		return s.postpone(ctx, j, p, now.Add(busyWait))
	}
	defer s.leave(p.Endpoint)
	return s.try(ctx, j, p)
}

// enter keeps one slow endpoint from taking all workers.
func (s *Service) enter(endpoint string) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.busy[endpoint] >= maxBusy {
		return false
	}
	s.busy[endpoint]++
	return true
}

func (s *Service) leave(endpoint string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.busy[endpoint]--; s.busy[endpoint] == 0 {
		delete(s.busy, endpoint)
	}
}

// complete ends the job in the transaction of its effect.
func (s *Service) complete(ctx context.Context, j jobs.Job, effect func(db.Tx) error) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := j.Complete(ctx, tx); err != nil {
			return err
		}
		return effect(tx)
	})
}

// postpone has the delivery tried later without counting a try.
func (s *Service) postpone(ctx context.Context, j jobs.Job, p pending, at time.Time) error {
	return s.complete(ctx, j, func(tx db.Tx) error { return s.enqueue(ctx, tx, p.ID, at) })
}

func (s *Service) try(ctx context.Context, j jobs.Job, p pending) error {
	body, err := s.Vault.Open(ctx, s.DB, subject(p.org), bodyPlace(p.Message), p.sealed)
	if err != nil {
		return fmt.Errorf("payload of webhook %s: %w", p.Message, err)
	}
	answer, a, err := s.post(ctx, p.org, p.Endpoint, p.url, p.Message, body)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err() // cut off: not the endpoint's failure
	}
	p.Attempts, p.tries = p.Attempts+1, p.tries+1
	a.N = p.Attempts
	return s.complete(ctx, j, func(tx db.Tx) error {
		if err := insertAttempt(ctx, tx, p.ID, a); err != nil {
			return err
		}
		if a.Problem == "" {
			return errors.Join(settle(ctx, tx, p, Delivered, "", s.Clock.Now(), s.Clock.Now()), endpointWorks(ctx, tx, p.Endpoint))
		}
		return s.failed(ctx, tx, p, a, answer.RetryAfter)
	})
}

// post makes one signed request. Its error is ours; the endpoint's failures stand in the attempt.
func (s *Service) post(ctx context.Context, org cinnabar.OrgID, endpoint, url, message string, body []byte) (Answer, Attempt, error) {
	began := s.Clock.Now()
	header, err := s.sign(ctx, org, endpoint, message, body, began)
	if err != nil {
		return Answer{}, Attempt{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	answer, err := s.Carrier.Post(ctx, url, header, body)
	a := Attempt{At: began, Status: answer.Status, Took: s.Clock.Now().Sub(began)}
	switch {
	case err != nil:
		a.Problem = errs.As(err).Code
	case answer.Status == 410:
		a.Problem = problemGone
	case answer.Status >= 300 && answer.Status < 400:
		a.Problem = problemRedirect
	case answer.Status < 200 || answer.Status >= 300:
		a.Problem = problemStatus
	}
	return answer, a, nil
}

func (s *Service) sign(ctx context.Context, org cinnabar.OrgID, endpoint, message string, body []byte, at time.Time) (map[string]string, error) {
	sealed, err := readSecrets(ctx, s.DB, endpoint, at)
	if err != nil {
		return nil, fmt.Errorf("secret of webhook %s: %w", endpoint, err)
	}
	var signatures []string
	for _, b := range sealed {
		key, err := s.Vault.Open(ctx, s.DB, subject(org), secretPlace(endpoint), b)
		if err != nil {
			return nil, fmt.Errorf("secret of webhook %s: %w", endpoint, err)
		}
		signature, err := Sign(secret.Secret(key), message, at, body)
		if err != nil {
			return nil, err
		}
		signatures = append(signatures, signature)
	}
	return map[string]string{
		HeaderID: message, HeaderTimestamp: strconv.FormatInt(at.Unix(), 10), HeaderSignature: strings.Join(signatures, " "),
	}, nil
}

// failed plans the next try, or gives up; an endpoint that is gone or has failed for days is disabled.
func (s *Service) failed(ctx context.Context, tx db.Tx, p pending, a Attempt, retryAfter time.Duration) error {
	now := s.Clock.Now()
	retryAfter = min(retryAfter, maxRetryAfter)
	quiet := max(min(5*time.Second<<min(p.failures, 10), maxQuiet), retryAfter)
	if err := endpointFails(ctx, tx, p.Endpoint, now, now.Add(quiet)); err != nil {
		return err
	}
	series := waits()
	switch {
	case a.Problem == problemGone:
		return errors.Join(settle(ctx, tx, p, Failed, a.Problem, now, now), s.giveUp(ctx, tx, p, Gone))
	case p.tries <= len(series):
		wait := series[p.tries-1]
		next := now.Add(max(wait+rand.N(wait/10), retryAfter))
		return errors.Join(settle(ctx, tx, p, Waiting, a.Problem, now, next), s.enqueue(ctx, tx, p.ID, next))
	}
	s.Log.WarnContext(ctx, "a webhook could not be delivered", "delivery", p.ID, "endpoint", p.Endpoint, "problem", a.Problem)
	err := settle(ctx, tx, p, Failed, a.Problem, now, now)
	if err == nil && !p.failing.IsZero() && now.Sub(p.failing) >= giveUpAfter {
		err = s.giveUp(ctx, tx, p, Failing)
	}
	return err
}

func (s *Service) giveUp(ctx context.Context, tx db.Tx, p pending, why string) error {
	if err := disable(ctx, tx, p.Endpoint, why); err != nil {
		return err
	}
	s.Log.WarnContext(ctx, "a webhook was disabled", "endpoint", p.Endpoint, "why", why)
	if s.Notifier == nil {
		return nil
	}
	e, err := endpointOf(ctx, tx, p.org, p.Endpoint)
	if err != nil {
		return err
	}
	return s.Notifier.EndpointDisabled(ctx, tx, e)
}
