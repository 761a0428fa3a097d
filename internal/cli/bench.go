package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/bench"
	"cinnabar/internal/platform/clock"
)

// benchCmd measures.
type benchCmd struct {
	Name     string        `arg:"" help:"contract, actions, archive, documents, ftp, start, memory, biometric; or all."`
	JSON     bool          `help:"Print figures as JSON."`
	Markdown string        `help:"Write all figures to this file." type:"path" placeholder:"FILE"`
	Temp     string        `help:"Folder for scratch data, on the disk that is to be measured." type:"path"`
	For      time.Duration `help:"How long rates are measured." default:"5s"`
	Postgres string        `help:"PostgreSQL URL of an empty database; without it one of the system's packages is started." placeholder:"URL"`
	Peers    string        `help:"Folder with the peers for Node." default:"scripts/bench-peers" type:"path"`
	UI       string        `help:"Folder of the UI's source and build." default:"web" type:"path"`
	Faces    string        `help:"Folder of pictures of faces." type:"path" placeholder:"DIR"`
	Fingers  string        `help:"Folder of pictures of fingerprints." type:"path" placeholder:"DIR"`
	SVG      string        `name:"svg" help:"Folder for the DET curves faces-det.svg and fingerprints-det.svg." type:"path" placeholder:"DIR" aliases:"out"`

	FacesOwner   *regexp.Regexp `help:"Which part of a picture's path is the person, where the names below do not tell." placeholder:"REGEXP"`
	FingersOwner *regexp.Regexp `help:"Which part of a picture's path is the finger." placeholder:"REGEXP"`
}

// Help is shown by cinnabar bench --help.
func (*benchCmd) Help() string { return benchHelp }

const benchHelp = `cinnabar bench biometric --faces DIR --fingers DIR --svg DIR prints, by the protocol of FVC and the
terms of ISO/IEC 19795-1: failure to enrol, FMR and FNMR with counts and 95 % bounds, EER, FNMR at FMR
1/100 and 1/1000, best of three, time and memory on one core, and draws DET curves. Faces are read from
JPEG, PNG, WebP and PGM, prints from PNG, TIFF, BMP and JPEG. Folders may be laid out as

  101_1.tif  1_1.png  s1-03.jpg       OWNER_NUMBER (FVC)
  s1/1.pgm  anna/IMG_0042.jpg         OWNER/PICTURE (AT&T, LFW)
  DB1_B/101_1.tif  000/L/000_L0_3.bmp the same within folders (several FVC sets, CASIA)
  anna.jpg anna2.jpg  anna_side.png   OWNER with a number or a word

Folders like train, test, gallery and probe are passed over. Other names: --faces-owner and
--fingers-owner take an expression whose first group is the owner, e.g. --faces-owner '-(\w+)-'. The
output says how the names were read, and names each file that was refused or skipped, with the reason.`

// measured is what --json prints.
type measured struct {
	Conditions bench.Conditions
	Reports    []*bench.Report
}

func (c *benchCmd) Run(e *env) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o := bench.Options{
		Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Temp: c.Temp, For: c.For, Postgres: c.Postgres,
		Peers: c.Peers, UI: c.UI, Faces: c.Faces, Fingers: c.Fingers, FacesOwner: c.FacesOwner, FingersOwner: c.FingersOwner, Out: c.SVG, Self: self,
	}
	var m measured
	if m.Conditions, err = bench.Look(e, o); err != nil {
		return err
	}
	names := []string{c.Name}
	if c.Name == "all" {
		names = slices.DeleteFunc(bench.Names(), func(n string) bool { return n == "memory" })
	}
	for _, name := range names {
		r, err := c.one(e, o, name)
		if err != nil {
			return err
		}
		m.Reports = append(m.Reports, r)
	}
	return c.show(e.out, m)
}

// one runs a benchmark; those of all run each in a process of its own, so that none warms or burdens the next.
func (c *benchCmd) one(e *env, o bench.Options, name string) (*bench.Report, error) {
	if c.Name != "all" {
		return bench.Run(e, name, o)
	}
	args := []string{"bench", name, "--json"}
	for _, a := range os.Args[1:] {
		if strings.HasPrefix(a, "--") && !strings.HasPrefix(a, "--markdown") && a != "--json" && strings.Contains(a, "=") {
			args = append(args, a)
		}
	}
	cmd := exec.CommandContext(e, o.Self, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("benchmark %s: %w", name, err)
	}
	var m measured
	if err := json.Unmarshal(out, &m); err != nil || len(m.Reports) != 1 {
		return nil, fmt.Errorf("benchmark %s: %w", name, err)
	}
	return m.Reports[0], nil
}

func (c *benchCmd) show(out io.Writer, m measured) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(m)
	}
	if c.Markdown == "" {
		writePage(out, m)
		return nil
	}
	f, err := os.Create(c.Markdown)
	if err != nil {
		return err
	}
	writePage(f, m)
	return f.Close()
}

const pageHead = `# Benchmarks

Written by ` + "`make bench`" + `; one alone by ` + "`cinnabar bench NAME [--json]`" + `. Peers are measured in the same run on the same
machine. Processor time counts all threads together. Other work on the machine makes figures worse, never better.

`

func writePage(out io.Writer, m measured) {
	fmt.Fprintf(out, "%s%s.\n\n", pageHead, m.Conditions)
	for _, r := range m.Reports {
		r.Write(out)
	}
}
