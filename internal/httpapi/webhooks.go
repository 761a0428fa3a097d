package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"cinnabar/internal/capability/webhook"
	"cinnabar/internal/cinnabar"
)

func (s *Server) webhookRoutes() {
	const path = "/organisations/{id}/webhooks"
	get(s, path, "webhooks", "Where its programs are told of events", s.listWebhooks)
	post(s, path, "webhooks", "Add a webhook; its secret is shown once", http.StatusCreated, s.addWebhook)
	get(s, path+"/{webhook}", "webhooks", "A webhook", s.getWebhook)
	patch(s, path+"/{webhook}", "webhooks", "Change, enable or disable a webhook", s.changeWebhook)
	del(s, path+"/{webhook}", "webhooks", "Remove a webhook with its log", s.removeWebhook)
	post(s, path+"/{webhook}/rotate", "webhooks", "Make a new secret, shown once; the old one signs for a day more", http.StatusOK, s.rotateWebhook)
	post(s, path+"/{webhook}/ping", "webhooks", "Send a test event and tell how it went", http.StatusOK, s.pingWebhook)
	get(s, path+"/{webhook}/deliveries", "webhooks", "What was told, newest first", s.listDeliveries)
	get(s, path+"/{webhook}/deliveries/{delivery}", "webhooks", "One delivery with its payload and tries", s.getDelivery)
	post(s, path+"/{webhook}/deliveries/{delivery}/resend", "webhooks", "Send an event again, or at once while it waits for its next try", http.StatusAccepted, s.resendDelivery)
}

// WebhookView is a webhook.
type WebhookView struct {
	ID           string     `json:"id"`
	URL          string     `json:"url"`
	Description  string     `json:"description"`
	Types        []string   `json:"types" doc:"Event types, document.* for all that begin so; none: all."`
	Enabled      bool       `json:"enabled"`
	DisabledWhy  string     `json:"disabledWhy,omitempty" enum:"by-admin,gone,failing"`
	FailingSince *time.Time `json:"failingSince,omitempty"`
	OldUntil     *time.Time `json:"oldSecretUntil,omitempty" doc:"Until when the secret before the last rotation signs as well."`
	CreatedAt    time.Time  `json:"createdAt"`
	Secret       string     `json:"secret,omitempty" doc:"Only in the answer that makes it."`
}

func webhookJSON(e webhook.Endpoint) WebhookView {
	return WebhookView{
		ID: e.ID, URL: e.URL, Description: e.Description, Types: append([]string{}, e.Types...), Enabled: e.Disabled == "", DisabledWhy: e.Disabled,
		FailingSince: optional(e.FailingSince), OldUntil: optional(e.OldUntil), CreatedAt: e.CreatedAt,
	}
}

// AttemptView is one try to deliver.
type AttemptView struct {
	N       int       `json:"n"`
	At      time.Time `json:"at"`
	Status  int       `json:"status" doc:"Of HTTP; 0: there was no answer."`
	Problem string    `json:"problem,omitempty" doc:"status, redirect, gone, timeout, unreachable, connection-cut, certificate, address-refused; none: delivered."`
	TookMS  int64     `json:"tookMs"`
}

func attemptJSON(a webhook.Attempt) AttemptView {
	return AttemptView{a.N, a.At, a.Status, a.Problem, a.Took.Milliseconds()}
}

// DeliveryView is one event on its way to one webhook.
type DeliveryView struct {
	ID        string     `json:"id"`
	Message   string     `json:"message" doc:"The header webhook-id."`
	Type      string     `json:"type"`
	Seq       int64      `json:"seq" doc:"For the parameter before."`
	State     string     `json:"state" enum:"waiting,delivered,failed"`
	Problem   string     `json:"problem,omitempty"`
	Attempts  int        `json:"attempts"`
	NextAt    *time.Time `json:"nextAt,omitempty"`
	CreatedAt time.Time  `json:"createdAt"`
	DoneAt    *time.Time `json:"doneAt,omitempty"`
}

func deliveryJSON(d webhook.Delivery) DeliveryView {
	return DeliveryView{d.ID, d.Message, d.Type, d.Seq, d.State, d.Problem, d.Attempts, optional(d.NextAt), d.CreatedAt, optional(d.DoneAt)}
}

// DeliveryLogView is a delivery with all there is to know.
type DeliveryLogView struct {
	DeliveryView
	Payload json.RawMessage `json:"payload" doc:"The body as it is sent."`
	Tries   []AttemptView   `json:"tries"`
}

// WebhookPath names a webhook of an organisation.
type WebhookPath struct {
	OrgPath
	Webhook string `path:"webhook"`
}

// DeliveryPath names a delivery.
type DeliveryPath struct {
	WebhookPath
	Delivery string `path:"delivery"`
}

type webhookAnswer struct{ Body WebhookView }

func (s *Server) listWebhooks(ctx context.Context, in *OrgPath) (*struct{ Body Items[WebhookView] }, error) {
	if _, err := adminOf(ctx, in.ID); err != nil {
		return nil, err
	}
	list, err := s.Webhooks.List(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := Items[WebhookView]{Items: []WebhookView{}}
	for _, e := range list {
		out.Items = append(out.Items, webhookJSON(e))
	}
	return &struct{ Body Items[WebhookView] }{out}, nil
}

func (s *Server) addWebhook(ctx context.Context, in *struct {
	OrgPath
	Body struct {
		URL         string   `json:"url" maxLength:"500" doc:"https, with a name or address of the open Internet."`
		Description string   `json:"description,omitempty" maxLength:"200"`
		Types       []string `json:"types,omitempty" maxItems:"50"`
	}
},
) (*webhookAnswer, error) {
	a, err := adminOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	e, key, err := s.Webhooks.AddEndpoint(ctx, a, webhook.Endpoint{Org: in.ID, URL: in.Body.URL, Description: in.Body.Description, Types: in.Body.Types})
	if err != nil {
		return nil, err
	}
	v := webhookJSON(e)
	v.Secret = key.Reveal()
	return &webhookAnswer{v}, nil
}

func (s *Server) getWebhook(ctx context.Context, in *WebhookPath) (*webhookAnswer, error) {
	if _, err := adminOf(ctx, in.ID); err != nil {
		return nil, err
	}
	return s.webhookNow(ctx, in.ID, in.Webhook)
}

func (s *Server) webhookNow(ctx context.Context, org cinnabar.OrgID, id string) (*webhookAnswer, error) {
	e, err := s.Webhooks.Endpoint(ctx, org, id)
	if err != nil {
		return nil, err
	}
	return &webhookAnswer{webhookJSON(e)}, nil
}

func (s *Server) changeWebhook(ctx context.Context, in *struct {
	WebhookPath
	Body struct {
		Description *string   `json:"description,omitempty" maxLength:"200"`
		Types       *[]string `json:"types,omitempty" maxItems:"50"`
		Enabled     *bool     `json:"enabled,omitempty"`
	}
},
) (*webhookAnswer, error) {
	a, err := adminOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	e, err := s.Webhooks.Endpoint(ctx, in.ID, in.Webhook)
	if err != nil {
		return nil, err
	}
	if b := in.Body; b.Description != nil || b.Types != nil {
		if b.Description != nil {
			e.Description = *b.Description
		}
		if b.Types != nil {
			e.Types = *b.Types
		}
		if _, err := s.Webhooks.Change(ctx, a, in.ID, in.Webhook, e.Description, e.Types); err != nil {
			return nil, err
		}
	}
	if on := in.Body.Enabled; on != nil && *on != (e.Disabled == "") {
		turn := s.Webhooks.Disable
		if *on {
			turn = s.Webhooks.Enable
		}
		if err := turn(ctx, a, in.ID, in.Webhook); err != nil {
			return nil, err
		}
	}
	return s.webhookNow(ctx, in.ID, in.Webhook)
}

func (s *Server) removeWebhook(ctx context.Context, in *WebhookPath) (*struct{}, error) {
	a, err := adminOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.Webhooks.Remove(ctx, a, in.ID, in.Webhook)
}

func (s *Server) rotateWebhook(ctx context.Context, in *WebhookPath) (*webhookAnswer, error) {
	a, err := adminOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	key, err := s.Webhooks.Rotate(ctx, a, in.ID, in.Webhook)
	if err != nil {
		return nil, err
	}
	out, err := s.webhookNow(ctx, in.ID, in.Webhook)
	if err == nil {
		out.Body.Secret = key.Reveal()
	}
	return out, err
}

func (s *Server) pingWebhook(ctx context.Context, in *WebhookPath) (*struct{ Body AttemptView }, error) {
	if _, err := adminOf(ctx, in.ID); err != nil {
		return nil, err
	}
	a, err := s.Webhooks.Ping(ctx, in.ID, in.Webhook)
	if err != nil {
		return nil, err
	}
	return &struct{ Body AttemptView }{attemptJSON(a)}, nil
}

func (s *Server) listDeliveries(ctx context.Context, in *struct {
	WebhookPath
	State  string `query:"state" enum:"waiting,delivered,failed"`
	Before int64  `query:"before" minimum:"0" doc:"Older ones than this seq."`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
},
) (*struct{ Body Items[DeliveryView] }, error) {
	if _, err := adminOf(ctx, in.ID); err != nil {
		return nil, err
	}
	list, err := s.Webhooks.Deliveries(ctx, in.ID, in.Webhook, webhook.Query{State: in.State, Before: in.Before, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := Items[DeliveryView]{Items: []DeliveryView{}}
	for _, d := range list {
		out.Items = append(out.Items, deliveryJSON(d))
	}
	return &struct{ Body Items[DeliveryView] }{out}, nil
}

func (s *Server) getDelivery(ctx context.Context, in *DeliveryPath) (*struct{ Body DeliveryLogView }, error) {
	if _, err := adminOf(ctx, in.ID); err != nil {
		return nil, err
	}
	d, tries, body, err := s.Webhooks.Delivery(ctx, in.ID, in.Webhook, in.Delivery)
	if err != nil {
		return nil, err
	}
	out := DeliveryLogView{DeliveryView: deliveryJSON(d), Payload: body, Tries: []AttemptView{}}
	for _, a := range tries {
		out.Tries = append(out.Tries, attemptJSON(a))
	}
	return &struct{ Body DeliveryLogView }{out}, nil
}

func (s *Server) resendDelivery(ctx context.Context, in *DeliveryPath) (*struct{}, error) {
	a, err := adminOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.Webhooks.Resend(ctx, a, in.ID, in.Webhook, in.Delivery)
}
