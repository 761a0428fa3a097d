package crashtest_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/bench/cast"
	"cinnabar/internal/business/edocument"
	"cinnabar/internal/capability/batch"
	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/secret"
)

// asOffice has the child be an office that makes a batch of documents.
const asOffice = "documents"

// officeOrders are what an office is told.
type officeOrders struct {
	Data                             string
	Rows                             int
	Shift                            time.Duration
	Addr, User, Password, Base, Name string // of the FTP server
	Drain                            bool   // finish, and say what is wrong
}

// verdict is what the last life of an office found.
type verdict struct {
	Documents, Numbers, Used, Voided, Reserved, Gap int
	Findings                                        []app.DocumentFinding
}

// runOffice is the main function of the child: it makes the batch, or goes on with it, until it is killed.
func runOffice() error {
	ctx := context.Background()
	var o officeOrders
	if err := json.NewDecoder(os.Stdin).Decode(&o); err != nil {
		return err
	}
	ahead := &clocktest.Ahead{}
	ahead.Advance(o.Shift)
	a, err := app.New(ctx, app.Config{
		Data: o.Data, PublicURL: "http://localhost", Clock: ahead, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		KDFCost: secret.Cost{MemoryKiB: 64, Time: 1, Threads: 1}, LogEvery: 20 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	id, err := o.begin(ctx, a)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	failed := make(chan error, 1)
	go func() { failed <- a.Run(ctx) }()
	fmt.Println("at work")
	go func() {
		office := &cast.Office{App: a}
		b, err := office.Ended(ctx, id)
		if err == nil && o.Drain {
			err = o.judge(ctx, a, b)
		}
		if err == nil && !o.Drain {
			fmt.Println("done")
		}
		failed <- err
	}()
	err = <-failed
	if err == nil && !o.Drain {
		select {} // until it is killed
	}
	return err
}

// begin makes the office and its batch, once; the file that names the batch comes last.
func (o *officeOrders) begin(ctx context.Context, a *app.App) (batch.ID, error) {
	name := filepath.Join(o.Data, "batch")
	id, err := os.ReadFile(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return batch.ID(id), err
	}
	store := depot.Config{Name: "outside", Kind: depot.FTP, Address: o.Addr, User: o.User, Password: secret.Secret(o.Password), Folder: o.Base}
	if err := a.Depot.AddStore(ctx, store); err != nil {
		return "", err
	}
	system := cinnabar.Actor{Kind: cinnabar.System}
	if err := a.Mirror.Configure(ctx, system, "index", mirror.Target{Kind: "sqlite", DSN: "index.db"}); err != nil {
		return "", err
	}
	office, err := cast.OpenOffice(ctx, a, "outside", "index")
	if err != nil {
		return "", err
	}
	b, err := office.Batch(ctx, cast.Sheet("K", o.Rows), "batch-to-be-killed")
	if err != nil {
		return "", err
	}
	return b.ID, os.WriteFile(name, []byte(b.ID), 0o600)
}

// judge waits until what was left is put in order, and counts.
func (o *officeOrders) judge(ctx context.Context, a *app.App, b batch.Batch) (err error) {
	v := verdict{Documents: b.Done}
	end := time.Now().Add(3 * time.Minute)
	for {
		if v.Findings, err = a.CheckDocuments(ctx, false); err != nil {
			return err
		}
		waiting, err := a.Mirror.Databases(ctx)
		if err != nil {
			return err
		}
		if len(v.Findings) == 0 && waiting[0].Waiting == 0 || time.Now().After(end) {
			break
		}
		time.Sleep(time.Second)
	}
	for query, into := range map[string]*int{
		`SELECT count(*) FROM edoc WHERE state = '` + edocument.Routing + `'`:                                   &v.Documents,
		`SELECT count(DISTINCT number) FROM edoc WHERE state = '` + edocument.Routing + `'`:                     &v.Numbers,
		`SELECT count(*) FROM document_number WHERE state = 'used'`:                                             &v.Used,
		`SELECT count(*) FROM document_number WHERE state = 'voided'`:                                           &v.Voided,
		`SELECT count(*) FROM document_number WHERE state = 'reserved'`:                                         &v.Reserved,
		`SELECT (SELECT sum(last) FROM number_sequence) - (SELECT count(DISTINCT serial) FROM document_number)`: &v.Gap,
	} {
		if err := a.DB.QueryRow(ctx, query).Scan(into); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(v)
}

// Killed again and again during a batch that goes to an outside FTP server, the program makes every document
// once; every number is accounted for, and all sides agree. CINNABAR_DOCUMENT_KILLS sets the number of kills,
// with twenty rows for each.
// Proves DOC-2, DOC-3, DOC-5.
func TestKilledDuringABatch_DOC2_DOC3_DOC5(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]func(testing.TB, *ftpstoretest.Certificate) ftpstoretest.Server{
		"vsftpd": ftpstoretest.Vsftpd, "proftpd": ftpstoretest.Proftpd,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, nil)
			kills := rounds(t, "CINNABAR_DOCUMENT_KILLS", 8, 4)
			p := &killer{t: t, kills: kills, orders: officeOrders{
				Data: t.TempDir(), Rows: 20 * kills, Addr: s.Addr, User: s.User, Password: s.Password, Base: s.Base,
			}}
			p.play()
		})
	}
}

// killer starts offices and ends them.
type killer struct {
	t      *testing.T
	kills  int
	orders officeOrders
	ended  bool // the batch was done
}

func (k *killer) play() {
	began := clock.System{}.Now()
	killed := 0
	for ; killed < k.kills && !k.ended; killed++ {
		k.life()
	}
	k.orders.Shift += time.Hour // whatever was left lying has been so for long
	k.orders.Drain = true
	cmd, out := k.start()
	var last string
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20) // findings may be many
	for lines.Scan() {
		last = lines.Text()
	}
	var v verdict
	if err := errors.Join(cmd.Wait(), json.Unmarshal([]byte(last), &v)); err != nil {
		k.t.Fatalf("the last life: %v\n%s", err, cmd.Stderr)
	}
	n := k.orders.Rows
	if v.Documents != n || v.Numbers != n || v.Used != n || v.Reserved != 0 || v.Gap != 0 || len(v.Findings) > 0 {
		k.t.Errorf("of %d rows: %+v", n, v)
	}
	k.t.Logf("%d kills of %d wanted, %d documents, %d numbers voided, %s", killed, k.kills, v.Documents, v.Voided, clock.System{}.Now().Sub(began))
}

// life is one from a start to a kill, at work for a moment.
func (k *killer) life() {
	k.orders.Shift += 20 * time.Second // a restart takes as long as a lease
	cmd, out := k.start()
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "at work" {
		_ = cmd.Wait()
		k.t.Fatalf("it did not come to work: %q\n%s", lines.Text(), cmd.Stderr)
	}
	time.Sleep(time.Duration(rand.Int64N(int64(500 * time.Millisecond))))
	_ = cmd.Process.Kill()
	for lines.Scan() {
		k.ended = k.ended || lines.Text() == "done"
	}
	_ = cmd.Wait()
	if cmd.ProcessState.Exited() {
		k.t.Errorf("it ended by itself\n%s", cmd.Stderr)
	}
}

func (k *killer) start() (*exec.Cmd, *os.File) {
	k.t.Helper()
	self, err := os.Executable()
	if err != nil {
		k.t.Fatal(err)
	}
	in, err := json.Marshal(k.orders)
	if err != nil {
		k.t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() { _ = r.Close() })
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childVar+"="+asOffice, "GOMAXPROCS=2")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), w, &strings.Builder{}
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	_ = w.Close()
	return cmd, r
}
