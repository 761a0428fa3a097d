// Package bench measures how fast and how small the program is, beside what others do in the same run on the
// same machine. Every figure says what was wanted of it; conditions (processor, load, latency of the disk)
// stand with the figures. A peer that is not installed is reported as absent, never left out.
package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/platform/clock"
)

// Figure is one measured number.
type Figure struct {
	What  string  `json:"what"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	// Limit is what was wanted: at most, or at least when More is set; 0 when nothing was.
	Limit float64 `json:"limit,omitempty"`
	More  bool    `json:"more,omitempty"`
	Peer  bool    `json:"peer,omitempty"` // not ours
	Note  string  `json:"note,omitempty"`
}

// Met tells whether the figure is as wanted.
func (f Figure) Met() bool {
	return f.Limit == 0 || (f.More && f.Value >= f.Limit) || (!f.More && f.Value <= f.Limit)
}

// Report is the outcome of one benchmark.
type Report struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Figures []Figure `json:"figures"`
	Absent  []string `json:"absent,omitempty"` // peers, with the reason
	Text    string   `json:"text,omitempty"`
	Load    string   `json:"load,omitempty"` // of the last minute, before and after
}

func (r *Report) add(f Figure) { r.Figures = append(r.Figures, f) }

// absent notes a peer that could not be measured.
func (r *Report) absent(peer string, err error) {
	reason, _, _ := strings.Cut(err.Error(), "\n")
	r.Absent = append(r.Absent, peer+": "+reason)
}

// Options say how to measure.
type Options struct {
	Clock    clock.Clock
	Log      *slog.Logger
	Temp     string        // folder for scratch data, on the disk whose latency counts
	For      time.Duration // how long rates are measured; default 5 s
	Peers    string        // folder of scripts/bench-peers; "" for none
	Postgres string        // URL of a server to use; "" starts one of the system's packages
	Faces    string        // folder of pictures
	Fingers  string
	// FacesOwner and FingersOwner say which part of a path is the owner; nil: found out from the names.
	FacesOwner, FingersOwner *regexp.Regexp
	Out                      string // folder for DET curves
	Self                     string // the program's own binary
	UI                       string // folder of the built UI
}

// benchmark is one of the names.
type benchmark struct {
	name, title string
	run         func(context.Context, Options, *Report) error
}

func all() []benchmark {
	return []benchmark{
		{"contract", "A contract of three pages in Chinese: made, sealed, verified", contract},
		{"actions", "Actions on cases, each with timeline, idempotency key, evidence log and one job", actions},
		{"archive", "Search among 100,000 contracts", archive},
		{"documents", "Enterprise documents: made and sealed in batches, found among a million", documents},
		{"ftp", "The built-in FTP server, and files that never disagree with the database", ftpServers},
		{"start", "Start, memory, and the first visit", start},
		{"memory", "Memory at rest (part of start)", memory},
		{"biometric", "Faces and fingerprints", pictures},
	}
}

// Names are the benchmarks there are.
func Names() []string {
	var out []string
	for _, b := range all() {
		out = append(out, b.name)
	}
	return out
}

// Run runs one benchmark.
func Run(ctx context.Context, name string, o Options) (*Report, error) {
	if o.For == 0 {
		o.For = 5 * time.Second
	}
	i := slices.IndexFunc(all(), func(b benchmark) bool { return b.name == name })
	if i < 0 {
		return nil, fmt.Errorf("there is no benchmark %q; there are %s", name, strings.Join(Names(), ", "))
	}
	b := all()[i]
	r := &Report{Name: b.name, Title: b.title}
	before := first("/proc/loadavg")
	if err := b.run(ctx, o, r); err != nil {
		return nil, fmt.Errorf("benchmark %s: %w", name, err)
	}
	r.Load = before + " before, " + first("/proc/loadavg") + " after"
	return r, nil
}

// Write prints the report as a Markdown table.
func (r *Report) Write(w io.Writer) {
	fmt.Fprintf(w, "## %s\n\n`cinnabar bench %s`; load of the last minute %s\n\n| | measured | wanted | |\n|--|--:|--:|--|\n", r.Title, r.Name, r.Load)
	for _, f := range r.Figures {
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", f.label(), number(f.Value)+" "+f.Unit, f.wanted(), f.Note)
	}
	for _, a := range r.Absent {
		fmt.Fprintf(w, "\nNot measured: %s\n", a)
	}
	if r.Text != "" {
		fmt.Fprintf(w, "\n```\n%s\n```\n", strings.TrimSpace(r.Text))
	}
	fmt.Fprintln(w)
}

func (f Figure) label() string {
	if f.Peer {
		return "peer: " + f.What
	}
	return f.What
}

func (f Figure) wanted() string {
	if f.Limit == 0 {
		return ""
	}
	sign, mark := "≤", "✓"
	if f.More {
		sign = "≥"
	}
	if !f.Met() {
		mark = "**missed**"
	}
	return fmt.Sprintf("%s %s %s %s", sign, number(f.Limit), f.Unit, mark)
}

func number(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
