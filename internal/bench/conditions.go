package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Conditions are the machine's, read while it measures.
type Conditions struct {
	Day   string        `json:"day"`
	CPU   string        `json:"cpu"`
	Cores int           `json:"cores"`
	Load  string        `json:"load"` // of the last minute
	Go    string        `json:"go"`
	OS    string        `json:"os"`
	Fsync time.Duration `json:"fsync"` // median of writing and syncing 4 KiB in Temp
	Worst time.Duration `json:"fsyncP99"`
}

// Look reads the conditions.
func Look(ctx context.Context, o Options) (Conditions, error) {
	c := Conditions{
		Day: o.Clock.Now().Format(time.DateOnly), CPU: field("/proc/cpuinfo", "model name"), Cores: runtime.NumCPU(),
		Load: first("/proc/loadavg"), Go: runtime.Version(), OS: strings.Trim(field("/etc/os-release", "PRETTY_NAME"), `"`),
	}
	times, err := fsyncs(ctx, o)
	if err != nil {
		return c, err
	}
	c.Fsync, c.Worst = percentile(times, 50), percentile(times, 99)
	return c, nil
}

func (c Conditions) String() string {
	return fmt.Sprintf("%s; %s, %d cores, load %s when it began; %s; %s; fsync of 4 KiB: median %s, 99th percentile %s",
		c.Day, c.CPU, c.Cores, c.Load, c.OS, c.Go, c.Fsync.Round(time.Microsecond), c.Worst.Round(time.Microsecond))
}

// field is a value of a file of lines "name: value" or "name=value"; "" when there is none.
func field(file, name string) string {
	raw, _ := os.ReadFile(file)
	for line := range strings.Lines(string(raw)) {
		if i := strings.IndexAny(line, ":="); i > 0 && strings.TrimSpace(line[:i]) == name {
			return strings.TrimSpace(line[i+1:])
		}
	}
	return ""
}

func first(file string) string {
	raw, _ := os.ReadFile(file)
	word, _, _ := strings.Cut(string(raw), " ")
	return word
}

// fsyncs times the disk that everything waits for.
func fsyncs(ctx context.Context, o Options) ([]time.Duration, error) {
	f, err := os.CreateTemp(o.Temp, "fsync-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(filepath.Clean(f.Name()))
	defer f.Close()
	block := make([]byte, 4096)
	var out []time.Duration
	for range 300 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		began := o.Clock.Now()
		if _, err := f.Write(block); err != nil {
			return nil, err
		}
		if err := f.Sync(); err != nil {
			return nil, err
		}
		out = append(out, o.Clock.Now().Sub(began))
	}
	return out, nil
}

// addFsync tells what every commit waits for, at the time of measuring.
func addFsync(ctx context.Context, o Options, r *Report) error {
	times, err := fsyncs(ctx, o)
	if err != nil {
		return err
	}
	worst := milliseconds(percentile(times, 99))
	r.add(Figure{What: "fsync of 4 KiB, just before", Value: milliseconds(percentile(times, 50)), Unit: "ms", Note: fmt.Sprintf("99th percentile %s ms", number(worst))})
	return nil
}

// percentile sorts the times.
func percentile(times []time.Duration, p int) time.Duration {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return times[min(len(times)*p/100, len(times)-1)]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// cpu is the processor time that this process, or its ended children, used.
func cpu(who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// perRun is the processor time of one run, all threads together, after some runs to warm up.
func perRun(n int, f func() error) (time.Duration, error) {
	for range max(1, n/5) {
		if err := f(); err != nil {
			return 0, err
		}
	}
	runtime.GC()
	began := cpu(syscall.RUSAGE_SELF)
	for range n {
		if err := f(); err != nil {
			return 0, err
		}
	}
	return (cpu(syscall.RUSAGE_SELF) - began) / time.Duration(n), nil
}
