package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// starts is how often each start is measured; the median counts.
const starts = 5

// filling is how long the demo may take to fill its folder; the benchmarks before may have left the disk busy.
const filling = 5 * time.Minute

// start measures the program as it is started by its users.
func start(ctx context.Context, o Options, r *Report) error {
	folder, err := os.MkdirTemp(o.Temp, "start-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	samples := filepath.Join(folder, "samples")
	if err := fillSamples(ctx, o, samples); err != nil {
		return err
	}
	for _, s := range []struct {
		what, note string
		data       func(i int) string
	}{
		{"an empty folder", "makes keys, tables, authority; ", func(i int) string { return filepath.Join(folder, strconv.Itoa(i)) }},
		{"a folder filled by the demo", "", func(int) string { return samples }},
	} {
		if err := startups(ctx, o, r, s.what, s.note, s.data); err != nil {
			return err
		}
	}
	if err := rest(ctx, o, r); err != nil {
		return err
	}
	return firstVisit(ctx, o, r)
}

func startups(ctx context.Context, o Options, r *Report, what, note string, data func(int) string) error {
	var times, used []time.Duration
	for i := range starts {
		s, err := firstPage(ctx, o, data(i))
		if err != nil {
			return err
		}
		times, used = append(times, s.took), append(used, s.used)
	}
	r.add(Figure{
		What: "start to first page, " + what, Value: percentile(times, 50).Seconds(), Unit: "s", Limit: 1,
		Note: fmt.Sprintf("%smedian of %d, worst %s s; %s s CPU", note, starts, number(percentile(times, 100).Seconds()), number(percentile(used, 50).Seconds())),
	})
	return nil
}

// fillSamples runs the demo until it has filled the folder.
func fillSamples(ctx context.Context, o Options, data string) error {
	address, err := freeAddress()
	if err != nil {
		return err
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, o.Self, "demo", "--data", data, "--listen", address, "--https", "-")
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		return err
	}
	var how error
	ended := make(chan struct{})
	go func() { how = cmd.Wait(); close(ended) }()
	wait, stop := context.WithTimeout(ctx, filling)
	defer stop()
	for {
		if _, err := os.Stat(filepath.Join(data, "demo.json")); err == nil {
			_ = cmd.Process.Signal(os.Interrupt)
			<-ended
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("the demo ended before its folder was filled: %w\n%s", how, said.String())
		case <-wait.Done():
			_ = cmd.Process.Kill()
			<-ended
			return fmt.Errorf("the demo's folder is not filled: %w\n%s", wait.Err(), said.String())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// started is the time from the start to the first page, and the processor time until then.
type started struct{ took, used time.Duration }

// firstPage starts the program and asks for its first page until it answers.
func firstPage(ctx context.Context, o Options, data string) (s started, err error) {
	address, err := freeAddress()
	if err != nil {
		return s, err
	}
	began := o.Clock.Now()
	cmd := exec.CommandContext(ctx, o.Self, "serve", "--data", data, "--listen", address, "--metrics", "")
	if err := cmd.Start(); err != nil {
		return s, err
	}
	ended := false
	end := func() {
		if !ended {
			ended = true
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	defer end()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for o.Clock.Now().Sub(began) < 30*time.Second {
		if answers(ctx, "http://"+address+"/") {
			s.took = o.Clock.Now().Sub(began)
			end()
			s.used = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			return s, nil
		}
		<-tick.C
	}
	return s, errors.New("no first page within 30 s")
}

func answers(ctx context.Context, url string) bool {
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(ask)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return err == nil && res.StatusCode == http.StatusOK && len(body) > 0
}

// rest runs the benchmark of memory in a process of its own.
func rest(ctx context.Context, o Options, r *Report) error {
	out, err := exec.CommandContext(ctx, o.Self, "bench", "memory", "--json").Output()
	if err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	var done struct{ Reports []*Report }
	if err := json.Unmarshal(out, &done); err != nil || len(done.Reports) != 1 {
		return fmt.Errorf("memory: %w: %s", err, out)
	}
	r.Figures = append(r.Figures, done.Reports[0].Figures...)
	return nil
}

// firstVisit asks the UI's own budget what a page loads, compressed.
func firstVisit(ctx context.Context, o Options, r *Report) error {
	cmd := exec.CommandContext(ctx, "node", "scripts/budget.mjs")
	cmd.Dir = o.UI
	out, err := cmd.Output()
	if len(out) == 0 {
		r.absent("size of the first visit", errors.Join(err, errors.New("the UI's source and build are not here; name the folder with --ui")))
		return nil
	}
	for line := range strings.Lines(string(out)) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "OVER ")
		name, figures, ok := strings.Cut(strings.TrimSpace(line), "  ")
		words := strings.Fields(figures)
		if !ok || len(words) != 4 {
			continue
		}
		size, err := strconv.ParseFloat(words[0], 64)
		limit, err2 := strconv.ParseFloat(words[3], 64)
		if err == nil && err2 == nil {
			r.add(Figure{What: "loaded, gzip: " + name, Value: size, Unit: "kB", Limit: limit})
		}
	}
	return nil
}
