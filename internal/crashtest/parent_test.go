package crashtest_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/demo"
	"cinnabar/internal/platform/clock/clocktest"
)

const childVar = "CINNABAR_CRASH_CHILD"

func TestMain(m *testing.M) {
	if as := os.Getenv(childVar); as != "" {
		run := runChild
		if as == asOffice {
			run = runOffice
		}
		if err := run(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// parent starts children, reads what they write, and ends them.
type parent struct {
	t       *testing.T
	wall    *clocktest.Ahead // of the peers, moved on with every restart of the program
	peers   peers
	journal journal
	random  *rand.Rand
	rounds  int
	settled bool        // before this round
	audits  int         // that were through before the end
	dark    atomic.Bool // the power is cut: what fails now need not be looked at
}

// A day has as many restarts as fit before the daily limits and the reminders of a case.
const restart = 10 * time.Minute

func newParent(t *testing.T, seed uint64) *parent {
	t.Helper()
	p := &parent{t: t, wall: &clocktest.Ahead{}, random: rand.New(rand.NewPCG(seed, 1))}
	stand, err := demo.NewStandIns(p.wall)
	if err != nil {
		t.Fatal(err)
	}
	var cfg app.Config
	stand.Configure(&cfg, p.wall)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- stand.Run(ctx) }()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	taken := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(stand.SMS.Taken()) })}
	go func() { _ = taken.Serve(listener) }()
	t.Cleanup(func() {
		stop()
		_ = taken.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	p.peers = peers{
		MailPort: cfg.Mail.Port, SMSURL: cfg.SMS.URL, SMSKey: cfg.SMS.KeyName, SMSSecret: cfg.SMS.Secret.Reveal(),
		TakenURL: "http://" + listener.Addr().String(),
	}
	return p
}

// running is a child that was started.
type running struct {
	cmd   *exec.Cmd
	lines *os.File
	err   bytes.Buffer
	done  chan struct{} // closed when all its lines are read

	audited, settled, drained chan struct{} // closed when it says so
}

// start starts the program on a data folder; its lines go into the journal as they come.
func (p *parent) start(data string, drain bool) *running {
	p.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	p.wall.Advance(restart)
	p.settled = p.journal.Cast != nil
	in, err := json.Marshal(orders{Data: data, Shift: p.wall.By(), Peers: p.peers, Workers: 3, Drain: drain, Everyone: drain, Journal: p.journal})
	if err != nil {
		p.t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		p.t.Fatal(err)
	}
	c := &running{cmd: exec.Command(self), lines: r, done: make(chan struct{})}
	c.audited, c.settled, c.drained = make(chan struct{}), make(chan struct{}), make(chan struct{})
	c.cmd.Env = append(os.Environ(), childVar+"=1", "GOMAXPROCS=2")
	c.cmd.Stdin, c.cmd.Stderr, c.cmd.ExtraFiles = bytes.NewReader(in), &c.err, []*os.File{w}
	if err := c.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	_ = w.Close()
	go p.read(c)
	return c
}

// read takes every whole line; a pipe outlives its writer, so nothing that was acknowledged is missed.
func (p *parent) read(c *running) {
	defer close(c.done)
	all := bufio.NewReader(c.lines)
	for {
		raw, err := all.ReadBytes('\n')
		if err != nil {
			return
		}
		var l line
		if err := json.Unmarshal(raw, &l); err != nil {
			p.t.Errorf("line %q: %v", raw, err)
			return
		}
		switch l.Kind {
		case lineFault:
			if !p.dark.Load() {
				p.t.Errorf("round %d: %s", p.rounds, l.Fault)
			}
		case lineAudited:
			p.audits++
			close(c.audited)
		case lineDrained:
			close(c.drained)
		}
		p.journal.enter(l)
		if l.Kind == lineCast {
			close(c.settled)
		}
	}
}

// kill ends the child and waits for its last lines. A child that had ended before by itself is a fault.
func (p *parent) kill(c *running) {
	p.t.Helper()
	_ = c.cmd.Process.Kill()
	<-c.done
	_ = c.lines.Close()
	err := c.cmd.Wait()
	if c.cmd.ProcessState.Exited() && !p.dark.Load() {
		p.t.Errorf("round %d: the program ended by itself: %v\n%s", p.rounds, err, c.err.String())
	}
}

// drain starts the program a last time, for the complete audit and until no job is left.
func (p *parent) drain(data string) {
	p.t.Helper()
	c := p.start(data, true)
	select {
	case <-c.drained:
	case <-c.done:
	case <-time.After(2 * time.Minute):
		p.t.Error("the jobs were not done after two minutes")
	}
	p.kill(c)
}

// sum reports what was acknowledged; nothing would prove nothing.
func (p *parent) sum() {
	p.t.Helper()
	steps, cases := 0, 0
	for _, r := range p.journal.Cases {
		steps += len(r.Acked)
		if r.Finished {
			cases++
		}
	}
	if steps == 0 {
		p.t.Error("nothing was acknowledged")
	}
	p.t.Logf("%d rounds, %d audits on the way, %d steps acknowledged, %d cases finished", p.rounds, p.audits, steps, cases)
}

// firstTries is how often a program that makes its keys, tables and accounts may be stopped doing so.
const firstTries = 3

// live lets a child live for a random while: sometimes it dies while starting, mostly while it works. The
// while begins when the start is through, so that a busy machine does not spare the work.
func (p *parent) live(c *running) {
	early := p.random.IntN(6) == 0
	through := c.audited
	if !p.settled {
		early, through = p.rounds <= firstTries, c.settled
	}
	longest := 500 * time.Millisecond
	if early {
		through, longest = nil, 2*time.Second
	}
	end := time.After(time.Duration(p.random.Int64N(int64(longest))))
	if through != nil {
		select {
		case <-through:
		case <-c.done:
		case <-time.After(time.Minute):
			p.t.Errorf("round %d: no start within a minute", p.rounds)
		}
		end = time.After(time.Duration(p.random.Int64N(int64(longest))))
	}
	<-end
}

// rounds is the number of rounds: from the environment, or few with -short.
func rounds(t *testing.T, variable string, usual, short int) int {
	t.Helper()
	if text := os.Getenv(variable); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("%s=%q is no number of rounds", variable, text)
		}
		return n
	}
	if testing.Short() {
		return short
	}
	return usual
}
