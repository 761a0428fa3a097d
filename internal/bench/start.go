package bench

import (
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

// start measures the program as it is started by its users.
func start(ctx context.Context, o Options, r *Report) error {
	folder, err := os.MkdirTemp(o.Temp, "start-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	took, err := firstPage(ctx, o, filepath.Join(folder, "data"))
	if err != nil {
		return err
	}
	r.add(Figure{What: "start to first page, an empty folder", Value: took.Seconds(), Unit: "s", Limit: 1, Note: "makes keys, tables, authority"})
	if took, err = firstPage(ctx, o, filepath.Join(folder, "data")); err != nil {
		return err
	}
	r.add(Figure{What: "start to first page, again", Value: took.Seconds(), Unit: "s", Limit: 1})
	if err := rest(ctx, o, r); err != nil {
		return err
	}
	return firstVisit(ctx, o, r)
}

// firstPage starts the program and asks for its first page until it answers.
func firstPage(ctx context.Context, o Options, data string) (time.Duration, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return 0, err
	}
	began := o.Clock.Now()
	cmd := exec.CommandContext(ctx, o.Self, "serve", "--data", data, "--listen", address)
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for o.Clock.Now().Sub(began) < 30*time.Second {
		if answers(ctx, "http://"+address+"/") {
			return o.Clock.Now().Sub(began), nil
		}
		<-tick.C
	}
	return 0, errors.New("no first page within 30 s")
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
