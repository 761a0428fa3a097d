package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"cinnabar/internal/capability/biometric/finger"
	"cinnabar/internal/capability/device/agent"
	"cinnabar/internal/capability/device/protocol"
	"cinnabar/internal/platform/clock"
)

// agentCmd serves a fingerprint reader.
type agentCmd struct {
	Enrol agentEnrolCmd `cmd:"" help:"Make this machine a device of an organisation, by a code that its administrator made."`
	Run   agentRunCmd   `cmd:"" help:"Serve the reader: fetch requests from the server, hand in signed pictures, answer pages on this machine."`
}

// Help is shown by cinnabar agent --help.
func (*agentCmd) Help() string {
	return `The agent stands beside a fingerprint reader. It dials out to the server, so that no port is opened, and
signs each picture with its own key. More is on the page “The agent beside a fingerprint reader” of the
documentation.

  cinnabar agent enrol --server https://cinnabar.example --code 1a2b3-…
  cinnabar agent run --reader files:./prints

The reader files:DIR is a stand-in that plays the pictures in a folder; the file DIR/mood makes it dirty,
unplugged, or let time run out (timeout). Other readers need a driver in the program.`
}

// keyFlag says where the agent's key is.
type keyFlag struct {
	Key string `help:"File with the agent's key; readable by its owner only." type:"path" placeholder:"FILE" default:"${agent_key}"`
}

// agentKeyFile is where the key is unless told otherwise.
func agentKeyFile() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		dir = "."
	}
	return filepath.Join(dir, "cinnabar", "agent.json")
}

type agentEnrolCmd struct {
	keyFlag
	Server string `required:"" help:"Address of the server." placeholder:"URL"`
	Code   string `required:"" help:"One-time code from the server (organisation, devices)." placeholder:"CODE"`
	Name   string `help:"How people call this machine; its host name if not given."`
	Reader string `help:"Reader that stands here, to be told to the server." placeholder:"KIND:PLACE"`
}

func (c *agentEnrolCmd) Run(e *env) error {
	var readers []protocol.Reader
	if c.Reader != "" {
		r, err := openReader(c.Reader)
		if err != nil {
			return err
		}
		readers = append(readers, r.Info())
	}
	name := c.Name
	if name == "" {
		var err error
		if name, err = os.Hostname(); err != nil {
			return err
		}
	}
	id, err := agent.Enrol(e, c.Server, c.Code, name, c.Key, readers)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "%s is device %s of %s; its key is in %s.\n", name, id.Device, id.Server, c.Key)
	return nil
}

type agentRunCmd struct {
	keyFlag
	Reader string `required:"" help:"files:DIR for the stand-in that plays pictures." placeholder:"KIND:PLACE"`
	Listen string `help:"Loopback address for pages on this machine; empty for none." default:"${agent_listen}" placeholder:"ADDRESS"`
}

func (c *agentRunCmd) Run(e *env) error {
	id, err := agent.Load(c.Key)
	if err != nil {
		return fmt.Errorf("%w; enrol this machine first (cinnabar agent enrol --help)", err)
	}
	reader, err := openReader(c.Reader)
	if err != nil {
		return err
	}
	a, err := agent.New(agent.Deps{Identity: id, Readers: []agent.Reader{reader}, Judge: judgePrint, Clock: clock.System{}, Log: e.log, Listen: c.Listen})
	if err != nil {
		return err
	}
	if err := json.NewEncoder(e.out).Encode(map[string]any{"device": id.Device, "server": id.Server, "local": c.Listen, "reader": reader.Info()}); err != nil {
		return err
	}
	return a.Run(e)
}

// openReader opens what KIND:PLACE names.
func openReader(name string) (agent.Reader, error) {
	kind, place, _ := strings.Cut(name, ":")
	if kind != "files" || place == "" {
		return nil, fmt.Errorf("%q is no reader that is known here; files:DIR is", name)
	}
	return agent.NewFileReader(place)
}

// judgePrint measures a print by the built-in engine, so that a bad one is taken again at once.
func judgePrint(ctx context.Context, file []byte, dpi int) (int, error) {
	picture, err := finger.Decode(file, float64(dpi))
	if err != nil {
		return 0, err
	}
	_, q, err := finger.New().Extract(ctx, picture)
	var refused *finger.Refusal
	if errors.As(err, &refused) {
		return 0, refused
	}
	return int(q.Score), err
}
