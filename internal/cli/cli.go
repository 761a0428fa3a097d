// Package cli is the command line: it parses, runs one command, and decides the exit code.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"cinnabar/internal/capability/device/protocol"
)

// Exit codes beside 0.
const (
	exitFailed = 1 // the command ran and something is not right
	exitUsage  = 2 // the command line was wrong
)

// errNotRight ends a check or verification that found faults; they are printed already.
var errNotRight = errors.New("not everything is right")

// commands are all commands.
type commands struct {
	Serve    serveCmd    `cmd:"" help:"Serve the web UI and the API."`
	Demo     demoCmd     `cmd:"" help:"Fill an empty folder with samples and serve it."`
	Check    checkCmd    `cmd:"" help:"Audit timelines, evidence log, files and numbers; names what is wrong."`
	Rollback rollbackCmd `cmd:"" help:"Go on from a restored database that is older than the kept checkpoints; who decided it and why is kept for ever."`
	Audit    auditCmd    `cmd:"" help:"List what was done to the security of something, and by whom."`
	User     userCmd     `cmd:"" help:"Manage accounts and organisations on this machine."`
	Messages messagesCmd `cmd:"" help:"List the messages that could not be delivered, and send them again."`
	Jobs     jobsCmd     `cmd:"" help:"List the jobs that were given up, and run them again."`
	Verify   verifyCmd   `cmd:"" help:"Verify signed PDF files offline."`
	Template templateCmd `cmd:"" help:"Work on document templates."`
	Licences licencesCmd `cmd:"" help:"List what others have made that is in this program."`
	Bench    benchCmd    `cmd:"" help:"Measure speed, size and accuracy, beside what others do."`
	Agent    agentCmd    `cmd:"" help:"Serve a fingerprint reader beside which this machine stands."`
	OpenAPI  openAPICmd  `cmd:"" name:"openapi" help:"Print the description of the HTTP API."`
}

const description = `Cinnabar (朱砂) runs regulated business online, end to end: it proves who people are, collects and
checks what they hand in, makes the documents, has them signed and sealed, and keeps evidence that
anyone can verify without trusting the operator.

Try it:  cinnabar demo --data ./demo-data`

// env is what commands read from, write to and wait on.
type env struct {
	context.Context
	in  io.Reader
	out io.Writer
	log *slog.Logger
}

func newParser(c *commands, out, errOut io.Writer) (*kong.Kong, error) {
	return kong.New(c, kong.Name("cinnabar"), kong.Description(description), kong.Writers(out, errOut),
		kong.DefaultEnvars("CINNABAR"), kong.Vars{"agent_key": agentKeyFile(), "agent_listen": protocol.LocalAddress}, kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}))
}

// Main runs a command line and returns the exit code.
func Main(args []string, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	parser, err := newParser(&c, out, errOut)
	if err != nil {
		panic(fmt.Sprintf("command line: %v", err)) // a wiring mistake
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(errOut, "cinnabar: %v\nSee cinnabar --help.\n", err)
		return exitUsage
	}
	e := &env{Context: ctx, in: os.Stdin, out: out, log: slog.New(slog.NewJSONHandler(errOut, nil))}
	switch err := parsed.Run(e); {
	case errors.Is(err, errNotRight):
		return exitFailed
	case err != nil:
		fmt.Fprintf(errOut, "cinnabar: %v\n", err)
		return exitFailed
	}
	return 0
}
