package crashtest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"slices"
	"sync"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/bench/cast"
	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/capability/message/smsgateway"
	"cinnabar/internal/capability/message/smtpmail"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// child is the program under test. It writes lines to its parent, each in one write.
type child struct {
	orders
	app *app.App

	used sync.Map // keys of the SMS whose codes were taken

	mu  sync.Mutex
	out io.Writer
}

// runChild is the main function of the child process: orders come in on standard input.
func runChild() error {
	c := &child{out: os.NewFile(3, "lines")}
	if err := json.NewDecoder(os.Stdin).Decode(&c.orders); err != nil {
		return err
	}
	ctx := context.Background()
	ahead := &clocktest.Ahead{} // a restart takes minutes: the answer of a request that died is given up after minutes
	ahead.Advance(c.Shift)
	cfg := app.Config{
		Data: c.Data, PublicURL: "http://localhost", Clock: ahead, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		KDFCost: secret.Cost{MemoryKiB: 64, Time: 1, Threads: 1}, LogEvery: 20 * time.Millisecond,
		SMS: &app.SMSConfig{URL: c.Peers.SMSURL, KeyName: c.Peers.SMSKey, Secret: secret.Secret(c.Peers.SMSSecret)},
	}
	cfg.Mail = &smtpmail.Config{Host: "127.0.0.1", Port: c.Peers.MailPort, TLS: "none", From: "noreply@demo.invalid", FromName: "crash test", Clock: cfg.Clock}
	var err error
	if c.app, err = app.New(ctx, cfg); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	if err := c.audit(ctx); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	c.tell(line{Kind: lineAudited})
	go func() { c.fault("the program ended by itself: %v", c.app.Run(ctx)) }()
	if c.Drain {
		return c.drain(ctx)
	}
	return c.play(ctx)
}

func (c *child) tell(l line) {
	raw, err := json.Marshal(l)
	if err != nil {
		panic(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.out.Write(append(raw, '\n')); err != nil {
		os.Exit(1) // the parent is gone
	}
}

func (c *child) fault(format string, args ...any) {
	c.tell(line{Kind: lineFault, Fault: fmt.Sprintf(format, args...)})
}

// play has every worker go on with its case, or begin another, until the end comes from outside.
func (c *child) play(ctx context.Context) error {
	if c.Journal.Cast == nil {
		c.tell(line{Kind: lineSettling})
		made, err := cast.Settle(ctx, c.app, c.Workers, c.Journal.Tries+10, true)
		if err != nil {
			return fmt.Errorf("settle: %w", err)
		}
		c.Journal.Cast = made
		c.tell(line{Kind: lineCast, Cast: made})
	}
	var wg sync.WaitGroup
	failures := make(chan error, c.Workers)
	for w := range c.Workers {
		wg.Go(func() { failures <- c.work(ctx, w) })
	}
	err := <-failures
	wg.Wait()
	return err
}

func (c *child) work(ctx context.Context, w int) error {
	n := w * 100
	for _, r := range c.Journal.Cases {
		if r.Worker == w {
			n = r.N
		}
	}
	if r := c.Journal.open(w); r != nil {
		if err := c.goOn(ctx, w, r); err != nil {
			return fmt.Errorf("worker %d, case %s: %w", w, r.ID, err)
		}
	}
	for {
		n++
		c.tell(line{Kind: lineBegin, Worker: w, N: n})
		s := c.script(w, n, "")
		if err := s.Begin(ctx); err != nil {
			return fmt.Errorf("worker %d: %w", w, err)
		}
		if err := c.finish(ctx, w, s); err != nil {
			return fmt.Errorf("worker %d: %w", w, err)
		}
	}
}

// finish plays a case to its end; one whose signer had too many codes for a day is left where it is.
func (c *child) finish(ctx context.Context, w int, s *cast.Script) error {
	if err := s.Run(ctx, gascontract.InForce); err != nil && !errors.Is(err, errs.TooMany) {
		return err
	}
	c.tell(line{Kind: lineFinished, Worker: w})
	return nil
}

// goOn repeats what was under way, as a client does whose answer was lost, and plays on.
func (c *child) goOn(ctx context.Context, w int, r *record) error {
	s := c.script(w, r.N, r.ID)
	switch {
	case r.ID == "" && r.Began == nil:
		if err := s.Begin(ctx); err != nil {
			return err
		}
	case r.ID == "":
		step := *r.Began
		step.Actor = c.actor(step.Actor.Person)
		if err := s.RepeatBegin(ctx, step); err != nil {
			return err
		}
	}
	if r.Pending != nil {
		step := *r.Pending
		step.Actor = c.actor(step.Actor.Person)
		// An answer either way will do: a code may be used up, a password's seal shut again.
		var answer *errs.Error
		if err := s.Repeat(ctx, step); err != nil && !errors.As(err, &answer) {
			return err
		}
	}
	return c.finish(ctx, w, s)
}

func (c *child) script(w, n int, id cinnabar.CaseID) *cast.Script {
	return &cast.Script{
		App: c.app, Cast: c.Journal.Cast, Customer: c.Journal.Cast.Customers[w], N: n, Case: id, Code: c.code,
		Note: func(s cast.Step, done bool) error {
			kind := lineTold
			if done {
				kind = lineAcked
			}
			c.tell(line{Kind: kind, Worker: w, Step: &s})
			return nil
		},
	}
}

// actor is a person with the roles that a journal does not hold.
func (c *child) actor(id cinnabar.PersonID) cinnabar.Actor {
	for _, company := range append([]cast.Company{c.Journal.Cast.Gas}, c.Journal.Cast.Customers...) {
		for _, p := range company.People {
			if p.ID == id {
				return p.Actor()
			}
		}
	}
	panic("nobody is " + string(id))
}

var codeText = regexp.MustCompile(`验证码是 ([0-9]{6})`)

// code waits for an SMS that was not there before.
func (c *child) code(ctx context.Context, mobile string) (string, error) {
	asked := c.app.Clock.Now()
	for ; ctx.Err() == nil; time.Sleep(5 * time.Millisecond) {
		taken, err := c.taken()
		if err != nil {
			return "", err
		}
		for _, m := range slices.Backward(taken) {
			code := codeText.FindStringSubmatch(m.Text)
			if m.To != mobile || code == nil || m.At.Before(asked.Add(-time.Minute)) {
				continue
			}
			if _, used := c.used.LoadOrStore(m.Key, true); !used {
				return code[1], nil
			}
			break
		}
		if c.app.Clock.Now().Sub(asked) > 20*time.Second {
			return "", errors.New("no code came in within 20 s")
		}
	}
	return "", ctx.Err()
}

func (c *child) taken() (out []smsgateway.Taken, err error) {
	r, err := http.Get(c.Peers.TakenURL)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	return out, json.NewDecoder(r.Body).Decode(&out)
}
