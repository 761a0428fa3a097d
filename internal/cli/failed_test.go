package cli

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"cinnabar/internal/app"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/message"
	"cinnabar/internal/platform/db"
)

// What could not be delivered or done is found on the machine, and is tried again from there.
// Proves PLT-15, PLT-18.
func TestFailuresAreListedAndTriedAgain_PLT15_PLT18(t *testing.T) {
	t.Parallel()
	d := dataFlags{Data: t.TempDir()}
	data := "--data=" + d.Data
	e := &env{Context: t.Context(), out: &bytes.Buffer{}, log: slog.New(slog.DiscardHandler)}
	must(t, withNewApp(e, d, func(a *app.App) error {
		p, err := a.Identity.CreatePerson(e, onThisMachine, identity.NewPerson{Name: "样例", Mobile: "13800138000"})
		must(t, err)
		return a.DB.InTx(e, func(tx db.Tx) error {
			m := message.Message{To: p.ID, Template: "totp-on", Params: map[string]string{}, Channels: []message.Channel{message.Email, message.SMS}}
			err := a.Messages.Send(e, tx, m)
			_, err2 := tx.Exec(e, `UPDATE outbox SET state = 'failed', problem = 'sms-refused-number'`)
			_, err3 := tx.Exec(e, `UPDATE job SET state = 'dead', failures = 20 WHERE kind = 'message.deliver'`)
			return errors.Join(err, err2, err3)
		})
	}))
	said, err := command(t, "messages", data)
	must(t, err)
	if lines := strings.Split(strings.TrimSpace(said), "\n"); len(lines) != 2 || !strings.Contains(lines[1], "sms-refused-number") || strings.Contains(said, "1380013") {
		t.Errorf("failed messages, of which one by SMS and none by e-mail is expected:\n%s", said)
	}
	jobs, err := command(t, "jobs", data)
	if err != nil || !strings.Contains(jobs, "message.deliver") {
		t.Fatalf("dead jobs: %v\n%s", err, jobs)
	}
	if said, err := command(t, "check", data); err != nil || !strings.Contains(said, "1 messages") || !strings.Contains(said, "1 jobs") {
		t.Errorf("check: %v\n%s", err, said)
	}
	_, err = command(t, "messages", "resend", data)
	if err == nil {
		t.Error("nothing was named and all is sent")
	}
	_, err = command(t, "jobs", "retry", strings.Fields(strings.Split(jobs, "\n")[1])[0], data)
	must(t, err)
	_, err = command(t, "messages", "resend", "--all", data)
	must(t, err)
	if said, err := command(t, "messages", data); err != nil || strings.Count(said, "\n") != 1 {
		t.Errorf("still failed: %v\n%s", err, said)
	}
}
