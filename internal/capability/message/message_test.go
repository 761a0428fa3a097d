package message_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"cinnabar/internal/capability/message"
	"cinnabar/internal/capability/message/mailsink"
	"cinnabar/internal/capability/message/smsgateway"
	"cinnabar/internal/capability/message/smshttp"
	"cinnabar/internal/capability/message/smtpmail"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/live"
	"cinnabar/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

type directory map[cinnabar.PersonID]message.Contact

func (d directory) Contact(_ context.Context, _ db.Reader, p cinnabar.PersonID) (message.Contact, error) {
	return d[p], nil
}

const (
	wang = cinnabar.PersonID("person_wang")
	li   = cinnabar.PersonID("person_li")
	org  = cinnabar.OrgID("org_a")
)

type fixture struct {
	*message.Service
	db    db.DB
	clock *clocktest.Hand
	jobs  *jobs.Queue
	live  *live.Hub
	vault *secret.Vault
	mail  *mailsink.Sink
	sms   *smsgateway.Gateway
	logs  *strings.Builder
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newFixture(t *testing.T, d db.DB) *fixture {
	t.Helper()
	f := &fixture{db: d, clock: clocktest.At(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)), live: &live.Hub{}, logs: &strings.Builder{}}
	var err error
	log := slog.New(slog.NewTextHandler(f.logs, nil))
	f.vault, err = secret.Open(t.Context(), d, filepath.Join(t.TempDir(), "key"))
	must(t, err)
	f.jobs, err = jobs.New(jobs.Deps{DB: d, Clock: f.clock, Log: log, Workers: 1})
	must(t, err)
	templates, err := message.LoadTemplates(fstest.MapFS{"returned.txt": {Data: []byte(
		"params: number reason\n--- zh\n合同 {{.number}} 被退回\n请更正：{{.reason}}\n--- en\nContract {{.number}} was returned\nPlease correct: {{.reason}}\n")}})
	must(t, err)
	f.Service, err = message.New(message.Deps{
		DB: d, Clock: f.clock, Log: log, Jobs: f.jobs, Vault: f.vault, Live: f.live, Templates: templates,
		Directory: directory{
			wang: {Mobile: "13800000001", Email: "wang@sample.invalid", Lang: "zh"},
			li:   {Mobile: "13800000002", Lang: "en"},
		},
		Email: f.startMail(t), SMS: f.startSMS(t),
	})
	must(t, err)
	return f
}

func (f *fixture) startMail(t *testing.T) message.Carrier {
	t.Helper()
	var err error
	f.mail, err = mailsink.New("sample.invalid", f.clock)
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- f.mail.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	m, err := smtpmail.New(smtpmail.Config{
		Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: "none",
		From: "cinnabar@sample.invalid", FromName: "朱砂", Clock: f.clock,
	})
	must(t, err)
	return m
}

func (f *fixture) startSMS(t *testing.T) message.Carrier {
	t.Helper()
	var err error
	f.sms, err = smsgateway.New(map[string]secret.Secret{"demo": "s3cret"}, f.clock)
	must(t, err)
	server := httptest.NewServer(f.sms)
	t.Cleanup(server.Close)
	c, err := smshttp.New(smshttp.Config{URL: server.URL, KeyName: "demo", Secret: "s3cret", Clock: f.clock, Client: server.Client()})
	must(t, err)
	return c
}

func (f *fixture) send(t *testing.T, m message.Message) {
	t.Helper()
	must(t, f.db.InTx(t.Context(), func(tx db.Tx) error { return f.Send(t.Context(), tx, m) }))
}

func (f *fixture) run(t *testing.T) {
	t.Helper()
	_, err := f.jobs.RunDue(t.Context())
	must(t, err)
}

func returned(to cinnabar.PersonID, key string, channels ...message.Channel) message.Message {
	return message.Message{
		To: to, Org: org, Template: "returned", Params: map[string]string{"number": "HT-1", "reason": "照片不清"},
		Channels: channels, Key: key, Case: "case_1",
	}
}

// Proves PLT-15.
func TestMessageGoesOutOnAllChannels_PLT15(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		events, cancel := f.live.Subscribe(message.InboxTopic(wang))
		defer cancel()
		for range 2 { // the second is a repeat and says nothing
			f.send(t, returned(wang, "case_1/7", message.InSite, message.Email, message.SMS))
		}
		stop := errors.New("stop")
		if err := d.InTx(t.Context(), func(tx db.Tx) error {
			return errors.Join(f.Send(t.Context(), tx, returned(wang, "rolled back", message.InSite, message.SMS)), stop)
		}); !errors.Is(err, stop) {
			t.Fatal(err)
		}
		f.run(t)
		mails, sms := f.mail.Mails(), f.sms.Taken()
		if len(mails) != 1 || mails[0].Subject != "合同 HT-1 被退回" || mails[0].Body != "请更正：照片不清" || mails[0].To[0] != "wang@sample.invalid" {
			t.Errorf("mails: %+v", mails)
		}
		if len(sms) != 1 || sms[0].To != "13800000001" || sms[0].Text != "请更正：照片不清" {
			t.Errorf("SMS: %+v", sms)
		}
		items, err := f.Inbox(t.Context(), wang, message.Query{Org: org})
		if err != nil || len(items) != 1 || items[0].Title.En != "Contract HT-1 was returned" || items[0].Seq != 1 {
			t.Errorf("inbox: %+v, %v", items, err)
		}
		if e := <-events; e.Seq != 1 || len(events) != 0 {
			t.Errorf("event %+v and %d more", e, len(events))
		}
		all, err := f.OfCase(t.Context(), "case_1")
		if err != nil || len(all) != 2 || all[0].State != "sent" || all[1].State != "sent" {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestInboxIsCountedAndRead(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		for i := range 3 {
			f.send(t, returned(wang, fmt.Sprint(i)))
		}
		unread := func(p cinnabar.PersonID, o cinnabar.OrgID, want int) {
			t.Helper()
			if by, err := f.UnreadByOrg(t.Context(), p); err != nil || by[""]+by[o] != want {
				t.Errorf("by organisation: %v, %v, want %d", by, err, want)
			}
			if n, err := f.Unread(t.Context(), p, o); n != want || err != nil {
				t.Fatalf("%d unread, want %d; %v", n, want, err)
			}
		}
		unread(wang, org, 3)
		unread(wang, "org_b", 0)
		unread(li, org, 0)
		items, err := f.Inbox(t.Context(), wang, message.Query{Org: org, Limit: 2})
		if err != nil || len(items) != 2 || items[0].Seq != 3 {
			t.Fatalf("%+v, %v", items, err)
		}
		if err := f.MarkRead(t.Context(), li, items[0].ID); !errors.Is(err, errs.NotFound) {
			t.Fatalf("another's message was read: %v", err)
		}
		must(t, f.MarkRead(t.Context(), wang, items[0].ID))
		unread(wang, org, 2)
		must(t, f.MarkAllRead(t.Context(), wang, org))
		unread(wang, org, 0)
		must(t, d.InTx(t.Context(), func(tx db.Tx) error { return f.vault.Forget(t.Context(), tx, "case/case_1") }))
		items, err = f.Inbox(t.Context(), wang, message.Query{Org: org, Before: 3, After: 1})
		if err != nil || len(items) != 1 || items[0].Title.Zh != "" {
			t.Fatalf("after erasure: %+v, %v", items, err)
		}
	})
}

// Servers that are down, lose messages, or take them and then break the line: every message arrives, and
// none arrives twice (mail: none under two Message-IDs).
// Proves PLT-15.
func TestOutagesDelayAndNeverLose_PLT15(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		f.mail.SetMood(mailsink.Mood{Busy: 7, Forgetful: 4})
		f.sms.SetMood(smsgateway.Mood{Down: true})
		const n = 10
		for i := range n {
			f.send(t, returned(wang, fmt.Sprint(i), message.Email, message.SMS))
		}
		f.run(t)
		f.clock.Advance(time.Hour)
		f.sms.SetMood(smsgateway.Mood{Deaf: 4, Forgetful: 5})
		for range 12 {
			f.run(t)
			f.clock.Advance(20 * time.Minute)
		}
		keys := map[string]int{}
		for _, m := range f.sms.Taken() {
			keys[m.Key]++
		}
		ids := map[string]int{}
		for _, m := range f.mail.Mails() {
			ids[m.ID]++
		}
		if len(keys) != n || len(f.sms.Taken()) != n || len(ids) != n {
			t.Fatalf("%d SMS under %d keys, %d mails, want %d of each", len(f.sms.Taken()), len(keys), len(ids), n)
		}
		all, err := f.OfCase(t.Context(), "case_1")
		must(t, err)
		for _, m := range all {
			if m.State != "sent" {
				t.Errorf("%+v", m)
			}
		}
	})
}

// Proves PLT-15.
func TestRefusedMessagesAreListedAndResent_PLT15(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		f.mail.SetMood(mailsink.Mood{Refused: map[string]bool{"wang@sample.invalid": true}})
		f.sms.SetMood(smsgateway.Mood{Refused: map[string]bool{"13800000001": true}})
		f.send(t, returned(wang, "1", message.Email, message.SMS))
		f.send(t, returned(li, "2", message.Email)) // has no address: nothing is to be sent
		f.run(t)
		failed, _, err := f.Failed(t.Context(), "", 0)
		must(t, err)
		one, next, err := f.Failed(t.Context(), "", 1)
		must(t, err)
		two, end, err := f.Failed(t.Context(), next, 1)
		if must(t, err); len(one) != 1 || len(two) != 1 || end != "" || one[0].ID != failed[0].ID || two[0].ID != failed[1].ID {
			t.Errorf("by pages: %v %q, %v %q", one, next, two, end)
		}
		if _, _, err := f.Failed(t.Context(), "nonsense", 1); errs.As(err).Kind != errs.Invalid {
			t.Errorf("a cursor that is none: %v", err)
		}
		problems := map[string]int{}
		for _, m := range failed {
			problems[m.Problem]++
		}
		if len(failed) != 2 || problems["mail-refused"] != 1 || problems["sms-refused-number"] != 1 {
			t.Fatalf("%v", problems)
		}
		if logs := f.logs.String(); strings.Contains(logs, "sample.invalid") || strings.Contains(logs, "1380000") || strings.Contains(logs, "照片") {
			t.Errorf("personal data in the log: %s", logs)
		}
		f.mail.SetMood(mailsink.Mood{})
		f.sms.SetMood(smsgateway.Mood{})
		for _, m := range failed {
			must(t, f.Resend(t.Context(), cinnabar.Actor{Kind: cinnabar.System}, m.ID))
		}
		f.run(t)
		if failed, _, err := f.Failed(t.Context(), "", 0); err != nil || len(failed) != 0 || len(f.mail.Mails()) != 1 || len(f.sms.Taken()) != 1 {
			t.Fatalf("%+v, %v, %d mails, %d SMS", failed, err, len(f.mail.Mails()), len(f.sms.Taken()))
		}
	})
}

// A code to somebody who is no known person goes out once, only while it is of use, and is wiped then.
// Proves PLT-3.
func TestCodesExpireAndAreWiped_PLT3(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		code := message.Message{
			Mobile: "13900000000", Lang: "en", Template: "code", Params: map[string]string{"code": "123456", "minutes": "5"},
			Expires: f.clock.Now().Add(5 * time.Minute),
		}
		f.send(t, code)
		f.run(t)
		if sms := f.sms.Taken(); len(sms) != 1 || sms[0].Text != "Your code is 123456. It is valid for 5 minutes. Do not tell it to anybody." {
			t.Fatalf("%+v", sms)
		}
		if kept, err := db.Exists(t.Context(), d, `SELECT 1 FROM outbox WHERE address IS NOT NULL OR params IS NOT NULL`); kept || err != nil {
			t.Fatalf("a code that was sent is kept: %v, %v", kept, err)
		}
		f.sms.SetMood(smsgateway.Mood{Down: true})
		f.send(t, code)
		f.run(t)
		f.sms.SetMood(smsgateway.Mood{})
		f.clock.Advance(6 * time.Minute)
		f.run(t)
		if over, err := db.Exists(t.Context(), d, `SELECT 1 FROM outbox WHERE state = 'failed' AND problem = 'expired'`); !over || err != nil || len(f.sms.Taken()) != 1 {
			t.Fatalf("a code whose time is over: failed %v, %v", over, err)
		}
		if failed, _, err := f.Failed(t.Context(), "", 0); err != nil || len(failed) != 0 {
			t.Fatalf("such a code is worth no second try: %+v, %v", failed, err)
		}
	})
}

// A value with an English wording of its own stands in the English text, and not in the other.
func TestEnglishWordingOfAValue(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	m := message.Message{To: wang, Template: "returned", Params: map[string]string{"number": "RQ-1", "reason": "照片不清", "reason@en": "blurred"}}
	must(t, f.db.InTx(t.Context(), func(tx db.Tx) error { return f.Send(t.Context(), tx, m) }))
	items, err := f.Inbox(t.Context(), wang, message.Query{})
	if err != nil || len(items) != 1 || !strings.Contains(items[0].Body.Zh, "照片不清") || !strings.Contains(items[0].Body.En, "blurred") || strings.Contains(items[0].Body.En, "照片") {
		t.Errorf("%+v, %v", items, err)
	}
}

func TestMistakesOfCallersAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	for name, m := range map[string]message.Message{
		"unknown template":  {To: wang, Template: "none"},
		"missing parameter": {To: wang, Template: "returned", Params: map[string]string{"number": "1"}},
		"English alone":     {To: wang, Template: "totp-on", Params: map[string]string{"x@en": "1"}},
		"extra parameter":   {To: wang, Template: "totp-on", Params: map[string]string{"x": "1"}},
		"no recipient":      {Template: "totp-on"},
		"two recipients":    {To: wang, Mobile: "1", Template: "totp-on"},
		"unknown channel":   {To: wang, Template: "totp-on", Channels: []message.Channel{"pigeon"}},
		"stranger in-site":  {Mobile: "1", Template: "totp-on", Channels: []message.Channel{message.InSite}},
	} {
		if err := f.db.InTx(t.Context(), func(tx db.Tx) error { return f.Send(t.Context(), tx, m) }); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestTemplatesAreChecked(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no English":           "params:\n--- zh\na\nb\n",
		"no body":              "params:\n--- zh\na\n--- en\na\nb\n",
		"undeclared parameter": "params:\n--- zh\na {{.x}}\nb\n--- en\na\nb\n",
		"unused parameter":     "params: x\n--- zh\na {{.x}}\nb\n--- en\na\nb\n",
		"broken syntax":        "params:\n--- zh\na {{.x\nb\n--- en\na\nb\n",
	} {
		if _, err := message.LoadTemplates(fstest.MapFS{"x.txt": {Data: []byte(body)}}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, err := message.LoadTemplates(fstest.MapFS{"code.txt": {Data: []byte("params:\n--- zh\na\nb\n--- en\na\nb\n")}}); err == nil {
		t.Error("an id was taken twice")
	}
}

func TestGatewayRefusesForgeries(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	server := httptest.NewServer(f.sms)
	defer server.Close()
	late := clocktest.At(f.clock.Now().Add(-6 * time.Minute))
	for name, c := range map[string]smshttp.Config{
		"wrong secret": {Secret: "other", KeyName: "demo", Clock: f.clock},
		"unknown key":  {Secret: "s3cret", KeyName: "nobody", Clock: f.clock},
		"old request":  {Secret: "s3cret", KeyName: "demo", Clock: late},
	} {
		c.URL = server.URL
		client, err := smshttp.New(c)
		must(t, err)
		if err := client.Deliver(t.Context(), message.Outgoing{ID: "1", To: "1", Body: "x"}); errs.As(err).Code != "sms-set-up" || jobs.IsPermanent(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(f.sms.Taken()); n != 0 {
		t.Errorf("%d forged messages were taken", n)
	}
}

func TestPlainLineIsForLoopbackOnly(t *testing.T) {
	t.Parallel()
	c := smtpmail.Config{Host: "mail.sample.invalid", Port: 25, TLS: "none", From: "a@b", Clock: &clocktest.Hand{}}
	if _, err := smtpmail.New(c); err == nil {
		t.Error("accepted")
	}
	c.TLS = ""
	if _, err := smtpmail.New(c); err != nil {
		t.Error(err)
	}
}
