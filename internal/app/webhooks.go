package app

import (
	"context"
	"fmt"
	"slices"

	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/message"
	"cinnabar/internal/capability/webhook"
	"cinnabar/internal/capability/webhook/hookhttp"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/jobs"
)

// openWebhooks opens what tells the programs of organisations of events. It has a queue of its own, so that
// slow receivers hold up nothing else.
func (a *App) openWebhooks(context.Context) (err error) {
	if a.hookQueue, err = jobs.New(jobs.Deps{DB: a.DB, Clock: a.Clock, Log: a.Log, Metrics: a.Metrics}); err != nil {
		return err
	}
	carrier, err := hookhttp.New(hookhttp.Config{Allow: a.WebhookAllow, Clock: a.Clock})
	if err != nil {
		return err
	}
	a.closing(func() error { carrier.Close(); return nil })
	a.Webhooks, err = webhook.New(webhook.Deps{
		DB: a.DB, Clock: a.Clock, Log: a.Log, Vault: a.Vault, Jobs: a.hookQueue, Carrier: carrier, Notifier: hookNotices{a},
	})
	return err
}

// hookNotices tell the administrators of an organisation that a webhook of theirs was disabled.
type hookNotices struct{ a *App }

func (n hookNotices) EndpointDisabled(ctx context.Context, tx db.Tx, e webhook.Endpoint) error {
	why, ok := map[string]string{webhook.Gone: "410 Gone", webhook.Failing: "三天没有成功 / no success for three days"}[e.Disabled]
	if !ok {
		return fmt.Errorf("a webhook was disabled for %q, which has no wording", e.Disabled)
	}
	members, err := n.a.Identity.Members(ctx, tx, e.Org)
	if err != nil {
		return err
	}
	for _, m := range members {
		if !slices.Contains(m.Roles, identity.Admin) {
			continue
		}
		err := n.a.Messages.Send(ctx, tx, message.Message{
			To: m.Person, Org: e.Org, Template: "webhook-disabled", Params: map[string]string{"url": e.URL, "why": why},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
