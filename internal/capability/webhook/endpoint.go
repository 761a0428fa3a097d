package webhook

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/audit"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// Endpoint is an address of an organisation that wants to be told of events.
type Endpoint struct {
	ID           string
	Org          cinnabar.OrgID
	URL          string
	Description  string
	Types        []string // event types, "document.*" for all that begin so; none: all
	Disabled     string   // why: "by-admin", "gone" (it answered 410), "failing"; empty: it is enabled
	FailingSince time.Time
	OldUntil     time.Time // until when the secret before the last rotation signs as well; zero: there is none
	CreatedAt    time.Time
}

// Reasons for which an endpoint is disabled.
const (
	ByAdmin = "by-admin"
	Gone    = "gone"
	Failing = "failing"
)

const (
	maxEndpoints   = 20 // of an organisation
	maxTypes       = 50
	maxURL         = 500
	maxDescription = 200
)

// Overlap is how long the old secret signs beside the new one after a rotation.
const Overlap = 24 * time.Hour

var (
	typeName   = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]+)*$`)
	typeFilter = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]+)*(\.\*)?$`)
)

var errNoEndpoint = errs.New(errs.NotFound, "webhook-not-found", "there is no such webhook")

func (s *Service) valid(e Endpoint) error {
	var wrong []errs.Field
	if err := s.Carrier.Check(e.URL); err != nil {
		return err
	}
	if len(e.URL) > maxURL {
		wrong = append(wrong, errs.Field{Pointer: "/url", Code: "too-long", Params: map[string]any{"max": maxURL}})
	}
	if utf8.RuneCountInString(e.Description) > maxDescription {
		wrong = append(wrong, errs.Field{Pointer: "/description", Code: "too-long", Params: map[string]any{"max": maxDescription}})
	}
	if len(e.Types) > maxTypes {
		wrong = append(wrong, errs.Field{Pointer: "/types", Code: "too-long", Params: map[string]any{"max": maxTypes}})
	}
	for i, t := range e.Types {
		if !typeFilter.MatchString(t) {
			wrong = append(wrong, errs.Field{Pointer: fmt.Sprintf("/types/%d", i), Code: "malformed"})
		}
	}
	if len(wrong) > 0 {
		return errs.Wrong(wrong...)
	}
	return nil
}

// wants tells whether an endpoint is to be told of events of a type.
func (e Endpoint) wants(eventType string) bool {
	for _, t := range e.Types {
		if family, all := strings.CutSuffix(t, "*"); t == eventType || all && strings.HasPrefix(eventType, family) {
			return true
		}
	}
	return len(e.Types) == 0
}

// AddEndpoint adds an endpoint (of e: Org, URL, Description and Types) and returns it with its secret,
// which is never shown again. Errors are errs.Invalid with fields; errs.Conflict with the codes
// "webhook-exists" and "webhooks-too-many".
func (s *Service) AddEndpoint(ctx context.Context, by cinnabar.Actor, e Endpoint) (Endpoint, secret.Secret, error) {
	if err := s.valid(e); err != nil {
		return e, "", err
	}
	e = Endpoint{
		ID: cinnabar.NewID[string]("hook"), Org: e.Org, URL: e.URL, Description: e.Description, Types: e.Types,
		CreatedAt: s.Clock.Now().Truncate(time.Millisecond),
	}
	key := newSecret()
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		if n, err := countEndpoints(ctx, tx, e.Org); err != nil {
			return err
		} else if n >= maxEndpoints {
			return errs.New(errs.Conflict, "webhooks-too-many", "an organisation has at most %d webhooks", maxEndpoints)
		}
		sealed, err := s.sealSecret(ctx, tx, e, key)
		if err != nil {
			return err
		}
		if err := insertEndpoint(ctx, tx, e, sealed); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "webhook.add", e.ID)
	})
	if db.IsUnique(err) {
		err = errs.New(errs.Conflict, "webhook-exists", "the organisation has a webhook of this address already")
	}
	return e, key, err
}

func (s *Service) record(ctx context.Context, tx db.Tx, by cinnabar.Actor, action, id string) error {
	return audit.Record(ctx, tx, audit.Entry{At: s.Clock.Now(), Actor: by, Action: action, Object: id})
}

func secretPlace(id string) string { return "webhook_endpoint.secret/" + id }

func (s *Service) sealSecret(ctx context.Context, tx db.Tx, e Endpoint, key secret.Secret) ([]byte, error) {
	return s.Vault.Seal(ctx, tx, subject(e.Org), secretPlace(e.ID), []byte(key.Reveal()))
}

// List returns the endpoints of an organisation, oldest first.
func (s *Service) List(ctx context.Context, org cinnabar.OrgID) ([]Endpoint, error) {
	return readEndpoints(ctx, s.DB, `org = $1 ORDER BY created_at, id`, string(org))
}

// Endpoint returns one endpoint of an organisation; errs.NotFound, code "webhook-not-found".
func (s *Service) Endpoint(ctx context.Context, org cinnabar.OrgID, id string) (Endpoint, error) {
	return endpointOf(ctx, s.DB, org, id)
}

// Change sets the description and types of an endpoint.
func (s *Service) Change(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID, id, description string, types []string) (Endpoint, error) {
	var e Endpoint
	err := s.DB.InTx(ctx, func(tx db.Tx) (err error) {
		if e, err = endpointOf(ctx, tx, org, id); err != nil {
			return err
		}
		e.Description, e.Types = description, types
		if err := s.valid(e); err != nil {
			return err
		}
		if err := updateEndpoint(ctx, tx, e); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "webhook.change", id)
	})
	return e, err
}

// Enable has an endpoint told of events again. What failed meanwhile can be sent again.
func (s *Service) Enable(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID, id string) error {
	return s.setDisabled(ctx, by, org, id, "", "webhook.enable")
}

// Disable has an endpoint told of nothing any more. Its events are kept as failed.
func (s *Service) Disable(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID, id string) error {
	return s.setDisabled(ctx, by, org, id, ByAdmin, "webhook.disable")
}

func (s *Service) setDisabled(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID, id, why, action string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if _, err := endpointOf(ctx, tx, org, id); err != nil {
			return err
		}
		if err := disable(ctx, tx, id, why); err != nil {
			return err
		}
		return s.record(ctx, tx, by, action, id)
	})
}

// Remove deletes an endpoint with its log.
func (s *Service) Remove(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID, id string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		if _, err := endpointOf(ctx, tx, org, id); err != nil {
			return err
		}
		if err := deleteEndpoint(ctx, tx, id); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "webhook.remove", id)
	})
}

// Rotate makes a new secret and returns it; it is never shown again. For a day requests carry a signature
// by the old secret too, so that the receiver can change over in peace. Rotating again within that day
// ends the oldest at once.
func (s *Service) Rotate(ctx context.Context, by cinnabar.Actor, org cinnabar.OrgID, id string) (secret.Secret, error) {
	key := newSecret()
	return key, s.DB.InTx(ctx, func(tx db.Tx) error {
		e, err := endpointOf(ctx, tx, org, id)
		if err != nil {
			return err
		}
		sealed, err := s.sealSecret(ctx, tx, e, key)
		if err != nil {
			return err
		}
		if err := replaceSecret(ctx, tx, id, sealed, s.Clock.Now().Add(Overlap)); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "webhook.rotate", id)
	})
}
