package abuse_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/secret"
)

// world is the whole program on SQLite in a temporary folder, with the sample companies, served over HTTP.
type world struct {
	t      *testing.T
	app    *app.App
	stage  *demo.Stage
	peers  *demo.StandIns
	clock  *clocktest.Ahead
	log    *logBook
	config app.Config
	url    string
	stop   func() // the server and the work behind it; the data stay
}

// logBook keeps what the program logs.
type logBook struct {
	lock  sync.Mutex
	lines bytes.Buffer
}

func (l *logBook) Write(p []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.lines.Write(p)
}

func (l *logBook) text() string {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.lines.String()
}

// newWorld starts the program, set up as usual and then by set, and makes the sample companies.
func newWorld(t *testing.T, set ...func(*app.Config)) *world {
	t.Helper()
	w := &world{t: t, clock: &clocktest.Ahead{}, log: &logBook{}}
	peers, err := demo.NewStandIns(w.clock)
	if err != nil {
		t.Fatal(err)
	}
	w.peers = peers
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- peers.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-over; err != nil {
			t.Error("stand-ins:", err)
		}
	})
	w.config = app.Config{
		Data: dbtest.Folder(t), PublicURL: "http://localhost", KDFCost: secret.Cost{MemoryKiB: 64, Time: 1, Threads: 1}, Clock: w.clock,
		UI: fstest.MapFS{}, Log: slog.New(slog.NewTextHandler(w.log, nil)), SignInsPerMinute: 100_000, LogEvery: 50 * time.Millisecond,
	}
	peers.Configure(&w.config, w.clock)
	for _, f := range set {
		f(&w.config)
	}
	w.start()
	t.Cleanup(func() { w.stop() })
	if w.stage, err = demo.NewStage(t.Context(), w.app, peers); err != nil {
		t.Fatal(err)
	}
	return w
}

// start opens the data and serves.
func (w *world) start() {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.New(ctx, w.config)
	if err != nil {
		cancel()
		w.t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- a.Run(ctx) }()
	server := httptest.NewServer(a.Handler())
	w.app, w.url = a, server.URL
	w.stop = sync.OnceFunc(func() {
		a.Hub.Close()
		server.Close()
		cancel()
		if err := <-over; err != nil {
			w.t.Error("work behind the requests:", err)
		}
		if err := a.Close(); err != nil {
			w.t.Error(err)
		}
	})
}

// restart is the program ended and started again on the same data.
func (w *world) restart() {
	w.t.Helper()
	w.stop()
	w.start()
}

// play takes a new case of a customer (counted from 1) as far as a state.
func (w *world) play(customer int, until string) cinnabar.CaseID {
	w.t.Helper()
	id, err := w.stage.Play(w.t.Context(), customer, until)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// sql changes the database behind the program's back, as its administrator could.
func (w *world) sql(query string, args ...any) {
	w.t.Helper()
	var n int64
	err := w.app.DB.InTx(w.t.Context(), func(tx db.Tx) (err error) {
		n, err = tx.Exec(w.t.Context(), query, args...)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if n == 0 {
		w.t.Fatalf("%s: changed nothing, so it is no attack", query)
	}
}

// tx runs one statement.
func (w *world) tx(query string, args ...any) error {
	return w.app.DB.InTx(w.t.Context(), func(tx db.Tx) error {
		_, err := tx.Exec(w.t.Context(), query, args...)
		return err
	})
}
